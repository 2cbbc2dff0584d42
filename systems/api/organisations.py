"""`/organisations/<code>`: a trust, council, primary care network or GP practice."""

from datetime import date
from typing import Any

from ninja import Router
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import FaultError, responses
from icsinfo.wording import per_cent
from systems.api.parameters import ListParams, Query
from systems.api.schemas import (
    FIRST_CLOSED,
    TO,
    AreaOut,
    Day,
    OrganisationCode,
    OrganisationOut,
    OrNull,
    Out,
    SourceOut,
    SystemOut,
    sources_of_all,
)
from systems.atlas import Atlas
from systems.days.spans import ONE_DAY
from systems.facts.members import COUNCIL_SOURCE, council_parts
from systems.gazetteer import GazetteerRequest
from systems.models import Membership, Organisation
from systems.text.postcodes import capitals

router = Router(tags=["Organisations"])

ONE = Query(paged=False)


class MembershipOut(Out):
    system: SystemOut
    role: str
    from_: date | None = Field(serialization_alias="from", description="Null: not known.")
    to: date | None = Field(description=TO)
    sources: list[SourceOut]


class CouncilShareOut(Out):
    system: SystemOut | None
    residents: int
    share: float | None
    from_: date | None = Field(
        serialization_alias="from", description="The first day all of this part was there."
    )
    sources: list[SourceOut]


class OrganisationAliasOut(Out):
    name: str
    place: str
    sources: list[SourceOut]


class RelatedOrganisationOut(Out):
    organisation: OrganisationOut
    date: Day | None
    note: str
    sources: list[SourceOut]


class OrganisationDetailOut(OrganisationOut):
    form: str
    services: str
    place: str
    address: str
    postcode: str
    area: AreaOut | None = Field(description="The area of its address.")
    phone: str
    website: OrNull
    part_of: OrganisationOut | None
    opened_on: date | None
    closed_on: date | None = Field(description=FIRST_CLOSED)
    patients: int | None
    patients_on: date | None
    former_codes: list[str]
    note: str
    memberships: list[MembershipOut]
    council_systems: list[CouncilShareOut] = Field(
        description="For a council: the systems its residents live in on the date asked about."
    )
    aliases: list[OrganisationAliasOut]
    followed_by: list[RelatedOrganisationOut]
    follows: list[RelatedOrganisationOut]
    sources: list[SourceOut]


@router.get(
    "/organisations/{code}",
    response=responses(OrganisationDetailOut, 404, 422),
    by_alias=True,
    summary="One organisation",
    openapi_extra={"query": ONE},
)
def get_organisation(request: GazetteerRequest, code: OrganisationCode) -> Any:
    """One organisation, open or closed, by its ODS or ONS code or one that it had before."""
    params = ONE.read(request)
    gazetteer = request.gazetteer
    facts = gazetteer.register.by_code.get(capitals(code))
    if facts is None:
        message = "We do not know of an organisation with this code."
        raise FaultError(404, "not_found", message)
    one = (
        Organisation.objects.with_memberships()
        .select_related("source", "area", "part_of")
        .prefetch_related(
            "aliases__source",
            "council_areas__area",
            "successions__source",
            "successions__successor",
            "predecessor_links__source",
            "predecessor_links__predecessor",
        )
        .get(code=facts.code)
    )
    return _detail(one, params, gazetteer.atlas, request.build_absolute_uri).response()


def _detail(
    one: Organisation, params: ListParams, atlas: Atlas, absolute: Absolute
) -> OrganisationDetailOut:
    area = atlas.areas.get(one.area.code) if one.area else None
    return OrganisationDetailOut.at(
        one,
        absolute,
        area=AreaOut.at(area, absolute) if area else None,
        part_of=OrganisationOut.at(one.part_of, absolute) if one.part_of else None,
        former_codes=one.former_codes.split(),
        memberships=[
            _membership(row, params, atlas, absolute)
            for row in one.memberships.all()
            if row.system.slug in atlas.systems
        ],
        council_systems=_councils(one, params, atlas, absolute),
        aliases=[
            OrganisationAliasOut.of(alias, sources=sources_of_all(alias.source))
            for alias in one.aliases.all()
            if not alias.kind
        ],
        followed_by=[_related(row, row.successor, absolute) for row in one.successions.all()],
        follows=[_related(row, row.predecessor, absolute) for row in one.predecessor_links.all()],
        sources=sources_of_all(one.source),
    )


def _membership(
    row: Membership, params: ListParams, atlas: Atlas, absolute: Absolute
) -> MembershipOut:
    """A membership; its system has the name of its last day where that has passed."""
    last = row.date_to - ONE_DAY if row.date_to else params.day
    return MembershipOut(
        system=SystemOut.on(min(last, params.day), atlas.systems[row.system.slug], absolute),
        role=row.role,
        from_=row.date_from,
        to=row.date_to,
        sources=sources_of_all(row.source),
    )


def _councils(
    one: Organisation, params: ListParams, atlas: Atlas, absolute: Absolute
) -> list[CouncilShareOut]:
    rows = list(one.council_areas.all())
    total = sum(row.residents for row in rows)
    return [
        CouncilShareOut(
            system=SystemOut.on(params.day, part.system, absolute) if part.system else None,
            residents=int(part.residents or 0),
            share=per_cent(part.residents or 0, total),
            from_=part.since(params.day),
            sources=sources_of_all(COUNCIL_SOURCE),
        )
        for part in council_parts(atlas, rows, params.day)
    ]


def _related(row: Any, other: Organisation, absolute: Absolute) -> RelatedOrganisationOut:
    return RelatedOrganisationOut.of(
        row,
        organisation=OrganisationOut.at(other, absolute),
        sources=sources_of_all(row.source),
    )
