"""`/schemes`: local services and projects."""

from datetime import date
from typing import Any

from django.http import JsonResponse
from ninja import Router, Schema
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from icsinfo.querysets import part_and_total
from systems.api.answers import area_as_json, iso, sources_as_json, system_as_json
from systems.api.parameters import ListParams, Query
from systems.api.schemas import AreaOut, ListOut, SourceOut, SystemOut
from systems.facts.scheme_queries import LinkedScheme, linked, public_schemes
from systems.filters import SchemeFilter
from systems.gazetteer import GazetteerRequest
from systems.models import Scheme
from systems.models.schemes import Freshness

router = Router(tags=["Schemes"])

SCHEMES = Query(SchemeFilter)


class SchemeOut(Schema):
    slug: str
    name: str
    place: str
    url: str
    what: str
    for_whom: str
    how_to_get: str
    ask: str
    topics: list[str]
    audiences: list[str]
    ways: list[str]
    systems: list[SystemOut] = Field(
        description="Those that have it on the date asked about; none: it is for all of England."
    )
    areas: list[AreaOut] = Field(description="None: it is for all of the system.")
    known_as_of: str | None = Field(description="As exact as known: 2018, 2018-02 or 2018-02-22.")
    check_by: str = Field(description="From this day what is known is too old to rely on.")
    status: str
    status_as_of: str | None
    freshness: str = Field(description="fresh, old or ended, on the date asked about.")
    note: str
    sources: list[SourceOut]


@router.get(
    "/schemes",
    response=responses(ListOut[SchemeOut], 422),
    by_alias=True,
    summary="All local schemes",
    openapi_extra={"query": SCHEMES},
)
def get_schemes(request: GazetteerRequest) -> Any:
    """What was known of local schemes on a date, what was confirmed lately first."""
    asked = SCHEMES.read(request)
    found = SCHEMES.filtered(request, asked, public_schemes(Scheme.objects.published(), asked.day))
    return schemes_as_json(request, found, asked)


def schemes_as_json(request: GazetteerRequest, found: Any, asked: ListParams) -> JsonResponse:
    atlas, absolute = request.gazetteer.atlas, request.build_absolute_uri
    page, count = part_and_total(found, asked.part)
    results = [_scheme(one, asked.day, absolute) for one in linked(atlas, page, asked.day)]
    return JsonResponse({"count": count, "results": results})


def _scheme(links: LinkedScheme, day: date, absolute: Absolute) -> dict[str, Any]:
    """A scheme with its `freshness` annotated."""
    one: Any = links.scheme
    return {
        **{key: getattr(one, key) for key in ("slug", "name", "place", "what", "for_whom")},
        **{key: getattr(one, key) for key in ("how_to_get", "ask", "note", "status")},
        "url": absolute(one.get_absolute_url()),
        "topics": [slug for slug, _ in links.topics],
        "audiences": [slug for slug, _ in links.audiences],
        "ways": [slug for slug, _ in links.ways],
        "systems": [system_as_json(system, day, absolute) for system in links.systems],
        "areas": [area_as_json(area, absolute) for area in links.areas],
        "known_as_of": one.known_as_of or None,
        "check_by": iso(one.check_by),
        "status_as_of": one.status_as_of or None,
        "freshness": Freshness(one.freshness).name.lower(),
        "sources": sources_as_json(one.source),
    }
