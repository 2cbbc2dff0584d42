"""`/areas`, and one of them."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from systems.api.parameters import ListParams, Query
from systems.api.resolve import find_area
from systems.api.schemas import (
    FROM,
    TO,
    AreaKey,
    AreaOut,
    Cited,
    ListOut,
    OrganisationOut,
    Out,
    SourceOut,
    SystemOut,
    sources_of_all,
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
    code: str = Field(description="Our own; it begins with the code of the 2021 group.")
    residents: int = Field(description="Usual residents, 2021 Census.")
    live_postcodes: int
    districts: list[str]
    system: SystemOut | None = Field(description="Null if there was none yet.")
    from_: date | None = Field(
        serialization_alias="from", description="The first day it was in that system."
    )
    to: date | None = Field(description=TO)
    certainty: str | None
    sources: list[SourceOut]


class AreaStayOut(Out):
    system: SystemOut | None
    from_: date = Field(serialization_alias="from", description=FROM)
    to: date | None = Field(description=TO)
    certainty: str
    planned: bool
    notes: list[str]
    sources: list[SourceOut]


class AreaCodeOut(Out):
    scheme: str
    code: str
    body: str
    name: str
    from_: date = Field(serialization_alias="from", description=FROM)
    to: date | None = Field(description=TO)
    sources: list[SourceOut]


class AreaAliasOut(Out):
    name: str
    codes: list[str] = Field(description="ODS and ONS codes of this commissioning group.")
    from_: date | None = Field(serialization_alias="from", description=FROM)
    to: date | None = Field(description=TO)
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
    params = AREAS.read(request)
    return listed_areas(request, list(request.gazetteer.atlas.areas.values()), params)


def listed_areas(
    request: GazetteerRequest, areas: list[AreaFacts], params: ListParams
) -> HttpResponse:
    absolute = request.build_absolute_uri
    results = [
        AreaInListOut.at(area, absolute, **_values(area, params, absolute))
        for area in areas[params.part]
    ]
    return ListOut(count=len(areas), results=results).response()


def _values(area: AreaFacts, params: ListParams, absolute: Absolute) -> dict[str, Any]:
    """What is said of an area in a list and on its own, and is not an attribute of it."""
    now = area.stay_on(params.day)
    cited = Cited()
    cited.add("residents", area.source)
    cited.add("system", *(now.sources if now else []))
    return {
        "districts": area.districts.split("; "),
        "system": SystemOut.on(params.day, now.system, absolute) if now and now.system else None,
        "from_": now and now.start,
        "to": now and now.end,
        "certainty": now and now.certainty_on(params.today),
        "sources": cited.sources(),
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
    params = ONE.read(request)
    absolute = request.build_absolute_uri
    area = find_area(request.gazetteer.atlas, key, params.day, absolute)
    codes = sorted(area.codes, key=lambda code: CodeScheme.values.index(code.scheme))
    councils = CouncilArea.objects.filter(area=area.pk).select_related("council")
    return AreaDetailOut.at(
        area,
        absolute,
        **_values(area, params, absolute),
        history=[_stay(stay, params, absolute) for stay in area.stays],
        codes=[
            AreaCodeOut.of(
                code,
                code=code.value,
                from_=code.date_from,
                to=next_start([c for c in codes if c.scheme == code.scheme], code),
                sources=sources_of_all(code.source),
            )
            for code in codes
        ],
        aliases=[
            AreaAliasOut.of(
                alias,
                codes=list(alias.codes),
                from_=alias.date_from,
                to=alias.date_to,
                sources=sources_of_all(alias.source),
            )
            for alias in area.aliases
        ],
        councils=[
            CouncilPartOut.at(part.council, absolute, residents=part.residents)
            for part in sorted(councils, key=lambda part: -part.residents)
        ],
    ).response()


def _stay(stay: Stay, params: ListParams, absolute: Absolute) -> AreaStayOut:
    """A part of an area's history, with the name that the system had on the date asked."""
    return AreaStayOut.of(
        stay,
        system=SystemOut.on(params.day, stay.system, absolute) if stay.system else None,
        from_=stay.start,
        to=stay.end,
        certainty=stay.certainty_on(params.today),
        planned=stay.is_to_come(params.today),
        sources=sources_of_all(*stay.sources),
    )
