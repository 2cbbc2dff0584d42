"""`/systems`, one of them by its name or code, and its members, areas and schemes."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from ninja import Router
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from icsinfo.querysets import part_and_total
from systems.api.areas import AreaInListOut, listed_areas
from systems.api.parameters import Query
from systems.api.resolve import find_system
from systems.api.schemas import (
    FROM,
    TO,
    AreaOut,
    Cited,
    Day,
    ListOut,
    OrganisationOut,
    OrNull,
    Out,
    SourceOut,
    SystemKey,
    SystemOut,
    sources_of_all,
)
from systems.api.schemes import SchemeOut, schemes_as_json
from systems.atlas import Atlas, Fact, SystemFacts, residents_of, sources_of
from systems.days.spans import next_start
from systems.facts import members
from systems.facts.leaders import leaders_on
from systems.facts.scheme_queries import public_schemes, schemes_of_system
from systems.filters import MemberFilter, SchemeFilter, SystemFilter
from systems.gazetteer import GazetteerRequest
from systems.models import Contact, Organisation
from systems.models.base import CodeScheme

router = Router(tags=["Systems"])

SYSTEMS = Query(SystemFilter)
ONE = Query(paged=False)
MEMBERS = Query(MemberFilter)
SCHEMES = Query(SchemeFilter)
AREAS = Query()


class SystemInListOut(SystemOut):
    opened_on: date | None = Field(
        description="The first day an area was in it. Null: it does not have any yet."
    )
    region: OrNull
    residents: int = Field(description="Usual residents of its areas that day, 2021 Census.")
    area_count: int
    sources: list[SourceOut]


class NameOut(Out):
    name: str
    from_: date = Field(serialization_alias="from", description=FROM)
    to: date | None = Field(description=TO)
    sources: list[SourceOut]


class CodeOut(Out):
    scheme: str
    code: str
    from_: date = Field(serialization_alias="from", description=FROM)
    to: date | None = Field(description=TO)
    sources: list[SourceOut]


class ContactOut(Out):
    kind: str
    value: str
    note: str
    confirmed_on: date | None = Field(description="Null: not confirmed for this site.")
    sources: list[SourceOut]


class LeaderOut(Out):
    role: str = Field(description="chair or chief_executive")
    name: str
    note: str
    from_: str = Field(
        serialization_alias="from",
        description="The first date for which a source names them, as exact as known: 2025, "
        "2025-09 or 2025-09-01.",
    )
    to: date | None = Field(description="The first day they no longer were. Null: none is known.")
    seen_on: date | None = Field(
        description="When they were last seen. Null: on the date of the source."
    )
    sources: list[SourceOut]


class ClusterOut(Out):
    name: str
    official_name: OrNull
    with_: list[SystemOut] = Field(
        serialization_alias="with", description="The other systems in it on the date."
    )
    from_: str = Field(
        serialization_alias="from", description="As exact as known: 2025, 2025-09 or 2025-09-01."
    )
    to: date | None = Field(description="The first day this system was no longer in it.")
    shares: str | None = Field(
        description="chair, chief_executive, both or board. Null: no source says."
    )
    certainty: str = Field(description="sure or likely")
    note: str
    sources: list[SourceOut]


class SuccessorOut(Out):
    system: SystemOut | None
    areas: list[AreaOut]
    share: float | None = Field(description="Percentage of the closed system's residents.")
    kind: str | None
    date: Day | None
    sources: list[SourceOut]


class PredecessorOut(Out):
    system: SystemOut
    kind: str
    date: Day
    sources: list[SourceOut]


class SystemDetailOut(SystemInListOut):
    about: str
    names: list[NameOut]
    codes: list[CodeOut]
    contacts: list[ContactOut]
    leaders: list[LeaderOut] = Field(
        description="Who led its board on the date, as far as a source names them."
    )
    clusters: list[ClusterOut] = Field(
        description="The boards that its board shared leaders with on the date."
    )
    predecessors: list[PredecessorOut]
    successors: list[SuccessorOut] = Field(
        description="If it has closed: where its areas are on the date asked about, largest "
        "part first. If it is due to close: where they will be."
    )


class MemberOut(Out):
    organisation: OrganisationOut
    form: str
    place: str
    postcode: str
    role: str
    from_: date | None = Field(serialization_alias="from", description="Null: not known.")
    to: date | None = Field(description=TO)
    share: float | None = Field(description="Percentage of a council's residents who are in it.")
    sources: list[SourceOut]


@router.get(
    "/systems",
    response=responses(ListOut[SystemInListOut], 422),
    by_alias=True,
    summary="The systems open on a date",
    openapi_extra={"query": SYSTEMS},
)
def get_systems(request: GazetteerRequest) -> Any:
    """The integrated care systems that exist on a date: today, unless told."""
    params = SYSTEMS.read(request)
    systems = cast(SystemFilter, SYSTEMS.filters(request, params)).systems
    atlas, absolute = request.gazetteer.atlas, request.build_absolute_uri
    results = [
        SystemInListOut.on(params.day, system, absolute, **_values(atlas, system, params.day))
        for system in systems[params.part]
    ]
    return ListOut(count=len(systems), results=results).response()


def _values(atlas: Atlas, system: SystemFacts, day: date) -> dict[str, Any]:
    """What is said of a system in a list and on its own, and is not an attribute of it."""
    cited = Cited()
    called = system.name_on(day)
    for name in system.names:
        if name.value == called:
            cited.add("name", name.source)
    codes = {"ods": system.ods_code_on(day), "ons": system.ons_code_on(day)}
    for code in system.codes:
        if code.value == codes[code.scheme]:
            cited.add(f"{code.scheme}_code", code.source)
    here = atlas.areas_on(system, day)
    cited.add("opened_on", *atlas.sources_of_opening(system))
    cited.add("closed_on", *atlas.sources_of_closing(system))
    cited.add("area_count", *sources_of(here, day))
    cited.add("residents", *(area.source for area in here))
    return {
        "residents": residents_of(here),
        "area_count": len(here),
        "sources": cited.sources(),
    }


@router.get(
    "/systems/{key}",
    response=responses(SystemDetailOut, 404, 422),
    by_alias=True,
    summary="One system, open or closed",
    openapi_extra={"query": ONE},
)
def get_system(request: GazetteerRequest, key: SystemKey) -> Any:
    """One system by its slug or by any ODS or ONS code that it has had.

    One that has closed is answered too, with `closed_on` and `successors`.
    """
    params = ONE.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    system = find_system(atlas, key, params.day, absolute)
    codes = [code for scheme in _schemes_of(system) for code in system.codes_of(scheme)]
    return SystemDetailOut.on(
        params.day,
        system,
        absolute,
        **_values(atlas, system, params.day),
        names=[
            NameOut(name=name.value, **_period(name, system.names, system)) for name in system.names
        ],
        codes=[
            CodeOut(
                scheme=code.scheme,
                code=code.value,
                **_period(code, system.codes_of(code.scheme), system),
            )
            for code in codes
        ],
        contacts=[
            ContactOut.of(contact, sources=sources_of_all(contact.source))
            for contact in Contact.objects.of(system.pk)
        ],
        leaders=[
            LeaderOut.of(
                one,
                from_=one.date_from,
                to=one.date_to or system.closed_on,
                sources=sources_of_all(one.source),
            )
            for one in leaders_on(system, params.day)
        ],
        clusters=_clusters(atlas, system, params.day, absolute),
        predecessors=[
            PredecessorOut.of(
                row,
                system=SystemOut.on(
                    min(row.date, row.predecessor.last_day), row.predecessor, absolute
                ),
                sources=sources_of_all(row.source),
            )
            for row in atlas.stated_predecessors(system)
        ],
        successors=_successors(atlas, system, params.day, absolute),
    ).response()


def _schemes_of(system: SystemFacts) -> list[CodeScheme]:
    """The schemes of its codes, that of the first first."""
    return list(dict.fromkeys(code.scheme for code in system.codes))


def _period(fact: Fact, kind: Sequence[Fact], system: SystemFacts) -> dict[str, Any]:
    """From when until when a name or code held, among those of its kind, and who says so."""
    return {
        "from_": fact.date_from,
        "to": next_start(kind, fact) or system.closed_on,
        "sources": sources_of_all(fact.source),
    }


def _clusters(atlas: Atlas, system: SystemFacts, day: date, absolute: Absolute) -> list[ClusterOut]:
    return [
        ClusterOut.of(
            one,
            with_=[SystemOut.on(day, other, absolute) for other in one.others(system, day)],
            from_=one.date_from,
            to=one.left_on(system),
            sources=sources_of_all(one.source),
        )
        for one in atlas.clusters_of(system, day)
    ]


def _successors(
    atlas: Atlas, system: SystemFacts, day: date, absolute: Absolute
) -> list[SuccessorOut]:
    """Where the areas of a system that closes are on `day`, or will be when it has closed."""
    if system.closed_on is None:
        return []
    day = max(day, system.closed_on)
    return [
        SuccessorOut(
            system=SystemOut.on(day, part.system, absolute) if part.system else None,
            areas=[AreaOut.at(area, absolute) for area in part.areas],
            share=part.share,
            kind=part.stated.kind if part.stated else None,
            date=part.stated.date if part.stated else None,
            sources=sources_of_all(part.stated.source) if part.stated else [],
        )
        for part in atlas.successors(system, day)
    ]


@router.get(
    "/systems/{key}/members",
    response=responses(ListOut[MemberOut], 404, 422),
    by_alias=True,
    summary="The organisations in a system",
    openapi_extra={"query": MEMBERS},
)
def get_members(request: GazetteerRequest, key: SystemKey) -> Any:
    """Trusts, councils, primary care networks and GP practices in a system on a date."""
    params = MEMBERS.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    system = find_system(atlas, key, params.day, absolute)
    listed = Organisation.objects.members_on(system.pk, params.day).order_by("kind", "name", "code")
    organisations = MEMBERS.filtered(request, params, listed)
    page, count = part_and_total(organisations, params.part)
    rows = members.described(page, system, params.day, atlas)
    return ListOut(count=count, results=[_member(row, absolute) for row in rows]).response()


def _member(row: members.Member, absolute: Absolute) -> MemberOut:
    return MemberOut.of(
        row.organisation,
        organisation=OrganisationOut.at(row.organisation, absolute),
        role=row.role,
        from_=row.since,
        to=row.until,
        share=row.share,
        sources=sources_of_all(row.source),
    )


@router.get(
    "/systems/{key}/areas",
    response=responses(ListOut[AreaInListOut], 404, 422),
    by_alias=True,
    summary="The areas of a system",
    openapi_extra={"query": AREAS},
)
def get_areas_of_system(request: GazetteerRequest, key: SystemKey) -> Any:
    """The areas that are in a system on a date; none where it had closed or not begun."""
    params = AREAS.read(request)
    atlas = request.gazetteer.atlas
    system = find_system(atlas, key, params.day, request.build_absolute_uri)
    return listed_areas(request, atlas.areas_on(system, params.day), params)


@router.get(
    "/systems/{key}/schemes",
    response=responses(ListOut[SchemeOut], 404, 422),
    by_alias=True,
    summary="The schemes of a system",
    openapi_extra={"query": SCHEMES},
)
def get_schemes_of_system(request: GazetteerRequest, key: SystemKey) -> Any:
    """Local schemes that a system has on a date, with those that its areas brought along."""
    params = SCHEMES.read(request)
    atlas = request.gazetteer.atlas
    system = find_system(atlas, key, params.day, request.build_absolute_uri)
    listed = public_schemes(schemes_of_system(atlas, system, params.day), params.day)
    schemes = SCHEMES.filtered(request, params, listed)
    return schemes_as_json(request, schemes, params)
