"""`/areas`, and one of them."""

from typing import Any

from django.http import JsonResponse
from ninja import Router, Schema
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from systems.api.answers import (
    Cited,
    area_as_json,
    iso,
    organisation_as_json,
    sources_as_json,
    system_as_json,
)
from systems.api.parameters import Asked, Query
from systems.api.resolve import find_area
from systems.api.schemas import (
    FROM,
    TO,
    AreaKey,
    AreaOut,
    ListOut,
    OrganisationOut,
    SourceOut,
    SystemOut,
)
from systems.atlas import Atlas
from systems.days.spans import spans
from systems.gazetteer import GazetteerRequest
from systems.histories import Stay, stays
from systems.models import Area
from systems.models.areas import AreaQuerySet

router = Router(tags=["Areas"])

AREAS = Query()
ONE = Query(paged=False)


class AreaInListOut(AreaOut):
    code: str = Field(description="Our own; it begins with the code of the group of 2021.")
    residents: int = Field(description="Usual residents, 2021 Census.")
    live_postcodes: int
    districts: list[str]
    system: SystemOut | None = Field(description="Null where there was none yet.")
    from_: str | None = Field(alias="from", description="Since when it is in that system.")
    to: str | None = Field(description=TO)
    certainty: str | None
    sources: list[SourceOut]


class AreaStayOut(Schema):
    system: SystemOut | None
    from_: str = Field(alias="from", description=FROM)
    to: str | None = Field(description=TO)
    certainty: str
    planned: bool
    notes: list[str]
    sources: list[SourceOut]


class AreaCodeOut(Schema):
    scheme: str
    code: str
    body: str
    name: str
    from_: str = Field(alias="from", description=FROM)
    to: str | None = Field(description=TO)
    sources: list[SourceOut]


class AreaAliasOut(Schema):
    name: str
    sources: list[SourceOut]


class CouncilPartOut(OrganisationOut):
    residents: int = Field(description="How many of its residents live in the area.")


class AreaDetailOut(AreaInListOut):
    history: list[AreaStayOut]
    codes: list[AreaCodeOut]
    aliases: list[AreaAliasOut]
    councils: list[CouncilPartOut]


@router.get(
    "/areas",
    response=responses(ListOut[AreaInListOut], 422),
    by_alias=True,
    summary="All areas, with the system of each",
    openapi_extra={"query": AREAS},
)
def get_areas(request: GazetteerRequest) -> Any:
    """The smallest pieces of England that no change of boundaries has ever split."""
    return listed_areas(request, Area.objects.all(), AREAS.read(request))


def listed_areas(request: GazetteerRequest, found: AreaQuerySet, asked: Asked) -> JsonResponse:
    atlas, absolute = request.gazetteer.atlas, request.build_absolute_uri
    rows = found.with_history().select_related("source").order_by("name")
    page = rows[asked.part]
    results = [_in_list(area, stays(area.periods.all()), asked, atlas, absolute) for area in page]
    return JsonResponse({"count": found.count(), "results": results})


def _in_list(
    area: Area, history: list[Stay], asked: Asked, atlas: Atlas, absolute: Absolute
) -> dict[str, Any]:
    now = next((stay for stay in history if stay.covers(asked.day)), None)
    facts = atlas.systems[now.system.slug] if now and now.system else None
    cited = Cited()
    cited.add("residents", area.source)
    cited.add("system", *(now.sources if now else []))
    return {
        **area_as_json(atlas.areas[area.code], absolute),
        "code": area.code,
        "residents": area.residents,
        "live_postcodes": area.live_postcodes,
        "districts": area.districts.split("; "),
        "system": system_as_json(facts, asked.day, absolute) if facts else None,
        "from": iso(now.start) if now else None,
        "to": iso(now.end) if now else None,
        "certainty": now.rows[0].certainty_on(asked.today) if now else None,
        "sources": cited.as_json(),
    }


@router.get(
    "/areas/{key}",
    response=responses(AreaDetailOut, 404, 422),
    by_alias=True,
    summary="One area and its history",
    openapi_extra={"query": ONE},
)
def get_area(request: GazetteerRequest, key: AreaKey) -> Any:
    """One area by its slug, or by any code of the NHS bodies there that stands for it alone."""
    asked = ONE.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    found = Area.objects.with_history().select_related("source")
    area = found.prefetch_related("codes__source", "aliases__source", "council_areas__council").get(
        slug=find_area(atlas, key, absolute).slug
    )
    history = stays(area.periods.all())
    codes = [
        span
        for scheme in ("ods", "ons")
        for span in spans(
            [code for code in area.codes.all() if code.scheme == scheme], lambda row: row
        )
    ]
    return JsonResponse(
        {
            **_in_list(area, history, asked, atlas, absolute),
            "history": [_stay(stay, asked, atlas, absolute) for stay in history],
            "codes": [
                {
                    "scheme": span.value.scheme,
                    "code": span.value.code,
                    "body": span.value.body,
                    "name": span.value.name,
                    "from": iso(span.start),
                    "to": iso(span.end),
                    "sources": sources_as_json(span.value.source),
                }
                for span in codes
            ],
            "aliases": [
                {"name": alias.name, "sources": sources_as_json(alias.source)}
                for alias in area.aliases.all()
            ],
            "councils": [
                {**organisation_as_json(part.council, absolute), "residents": part.residents}
                for part in sorted(area.council_areas.all(), key=lambda part: -part.residents)
            ],
        }
    )


def _stay(stay: Stay, asked: Asked, atlas: Atlas, absolute: Absolute) -> dict[str, Any]:
    """A part of an area's history, with the name that the system had on the date asked."""
    facts = atlas.systems[stay.system.slug] if stay.system else None
    return {
        "system": system_as_json(facts, asked.day, absolute) if facts else None,
        "from": iso(stay.start),
        "to": iso(stay.end),
        "certainty": stay.rows[0].certainty_on(asked.today),
        "planned": stay.is_to_come(asked.today),
        "notes": stay.notes,
        "sources": sources_as_json(*stay.sources),
    }
