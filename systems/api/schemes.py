"""`/schemes`: local services and projects."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from icsinfo.querysets import part_and_total
from systems.api.parameters import ListParams, Query
from systems.api.schemas import (
    AreaOut,
    ListOut,
    OrNull,
    Out,
    SourceOut,
    SystemOut,
    sources_of_all,
)
from systems.facts.scheme_queries import LinkedScheme, linked, public_schemes
from systems.filters import SchemeFilter
from systems.gazetteer import GazetteerRequest
from systems.models import Scheme
from systems.models.schemes import Freshness

router = Router(tags=["Schemes"])

SCHEMES = Query(SchemeFilter)


class SchemeOut(Out):
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
        description="Those that have it on the date asked about; empty for all of England."
    )
    areas: list[AreaOut] = Field(description="Empty for all of the system.")
    known_as_of: OrNull = Field(description="As exact as known: 2018, 2018-02 or 2018-02-22.")
    check_by: date = Field(description="From this day the information is too old to rely on.")
    status: str
    status_as_of: OrNull
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
    params = SCHEMES.read(request)
    schemes = SCHEMES.filtered(
        request, params, public_schemes(Scheme.objects.published(), params.day)
    )
    return schemes_as_json(request, schemes, params)


def schemes_as_json(request: GazetteerRequest, schemes: Any, params: ListParams) -> HttpResponse:
    atlas, absolute = request.gazetteer.atlas, request.build_absolute_uri
    page, count = part_and_total(schemes, params.part)
    results = [_scheme(one, params.day, absolute) for one in linked(atlas, page, params.day)]
    return ListOut(count=count, results=results).response()


def _scheme(links: LinkedScheme, day: date, absolute: Absolute) -> SchemeOut:
    """A scheme with its `freshness` annotated."""
    one: Any = links.scheme
    return SchemeOut.at(
        one,
        absolute,
        topics=[slug for slug, _ in links.topics],
        audiences=[slug for slug, _ in links.audiences],
        ways=[slug for slug, _ in links.ways],
        systems=[SystemOut.on(day, system, absolute) for system in links.systems],
        areas=[AreaOut.at(area, absolute) for area in links.areas],
        freshness=Freshness(one.freshness).name.lower(),
        sources=sources_of_all(one.source),
    )
