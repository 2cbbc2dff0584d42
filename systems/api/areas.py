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
from systems.api.parameters import ListParams, Query
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
from systems.atlas import AreaFacts, Stay
from systems.days.spans import next_start
from systems.gazetteer import GazetteerRequest
from systems.models import CouncilArea
from systems.models.base import CodeScheme

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
    asked = AREAS.read(request)
    return listed_areas(request, list(request.gazetteer.atlas.areas.values()), asked)


def listed_areas(
    request: GazetteerRequest, areas: list[AreaFacts], asked: ListParams
) -> JsonResponse:
    results = [_in_list(area, asked, request.build_absolute_uri) for area in areas[asked.part]]
    return JsonResponse({"count": len(areas), "results": results})


def _in_list(area: AreaFacts, asked: ListParams, absolute: Absolute) -> dict[str, Any]:
    now = area.stay_on(asked.day)
    cited = Cited()
    cited.add("residents", area.source)
    cited.add("system", *(now.sources if now else []))
    return {
        **area_as_json(area, absolute),
        "code": area.code,
        "residents": area.residents,
        "live_postcodes": area.live_postcodes,
        "districts": area.districts.split("; "),
        "system": system_as_json(now.system, asked.day, absolute) if now and now.system else None,
        "from": iso(now.start) if now else None,
        "to": iso(now.end) if now else None,
        "certainty": now.certainty_on(asked.today) if now else None,
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
    area = find_area(request.gazetteer.atlas, key, absolute)
    codes = sorted(area.codes, key=lambda code: CodeScheme.values.index(code.scheme))
    councils = CouncilArea.objects.filter(area=area.pk).select_related("council")
    return JsonResponse(
        {
            **_in_list(area, asked, absolute),
            "history": [_stay(stay, asked, absolute) for stay in area.stays],
            "codes": [
                {
                    "scheme": code.scheme,
                    "code": code.value,
                    "body": code.body,
                    "name": code.name,
                    "from": iso(code.date_from),
                    "to": iso(next_start([c for c in codes if c.scheme == code.scheme], code)),
                    "sources": sources_as_json(code.source),
                }
                for code in codes
            ],
            "aliases": [
                {"name": alias.name, "sources": sources_as_json(alias.source)}
                for alias in area.aliases
            ],
            "councils": [
                {**organisation_as_json(part.council, absolute), "residents": part.residents}
                for part in sorted(councils, key=lambda part: -part.residents)
            ],
        }
    )


def _stay(stay: Stay, asked: ListParams, absolute: Absolute) -> dict[str, Any]:
    """A part of an area's history, with the name that the system had on the date asked."""
    return {
        "system": system_as_json(stay.system, asked.day, absolute) if stay.system else None,
        "from": iso(stay.start),
        "to": iso(stay.end),
        "certainty": stay.certainty_on(asked.today),
        "planned": stay.is_to_come(asked.today),
        "notes": stay.notes,
        "sources": sources_as_json(*stay.sources),
    }
