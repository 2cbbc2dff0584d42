"""`/organisations/<code>`: a trust, council, primary care network or GP practice."""

from typing import Any

from django.http import JsonResponse
from ninja import Router, Schema
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import FaultError, responses
from icsinfo.wording import per_cent
from systems.api.answers import (
    Cited,
    area_as_json,
    iso,
    organisation_as_json,
    sources_as_json,
    system_as_json,
)
from systems.api.parameters import ListParams, Query
from systems.api.schemas import (
    FIRST_CLOSED,
    TO,
    AreaOut,
    OrganisationCode,
    OrganisationOut,
    SourceOut,
    SystemOut,
)
from systems.atlas import Atlas
from systems.days.spans import ONE_DAY
from systems.facts.members import COUNCIL_SOURCE, council_parts
from systems.gazetteer import GazetteerRequest
from systems.models import Membership, Organisation
from systems.text.postcodes import capitals

router = Router(tags=["Organisations"])

ONE = Query(paged=False)


class MembershipOut(Schema):
    system: SystemOut
    role: str
    from_: str | None = Field(alias="from", description="Null: nobody says since when.")
    to: str | None = Field(description=TO)
    sources: list[SourceOut]


class CouncilShareOut(Schema):
    system: SystemOut | None
    residents: int
    share: float | None
    from_: str | None = Field(alias="from", description="Since when all of this part is there.")
    sources: list[SourceOut]


class OrganisationAliasOut(Schema):
    name: str
    place: str
    sources: list[SourceOut]


class RelatedOrganisationOut(Schema):
    organisation: OrganisationOut
    date: str | None
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
    website: str | None
    part_of: OrganisationOut | None
    opened_on: str | None
    closed_on: str | None = Field(description=FIRST_CLOSED)
    patients: int | None
    patients_on: str | None
    former_codes: list[str]
    note: str
    memberships: list[MembershipOut]
    council_systems: list[CouncilShareOut] = Field(
        description="Of a council: the systems in which its residents live on the date asked."
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
    asked = ONE.read(request)
    held = request.gazetteer
    found = held.register.by_code.get(capitals(code))
    if found is None:
        message = "No organisation that we know of has had this code."
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
        .get(code=found.code)
    )
    return JsonResponse(_detail(one, asked, held.atlas, request.build_absolute_uri))


def _detail(
    one: Organisation, asked: ListParams, atlas: Atlas, absolute: Absolute
) -> dict[str, Any]:
    plain = ("form", "services", "place", "address", "postcode", "phone", "patients", "note")
    area = atlas.areas.get(one.area.code) if one.area else None
    cited = Cited()
    cited.add("all", one.source)
    return {
        **organisation_as_json(one, absolute),
        **{key: getattr(one, key) for key in plain},
        "area": area_as_json(area, absolute) if area else None,
        "website": one.website or None,
        "part_of": organisation_as_json(one.part_of, absolute) if one.part_of else None,
        "opened_on": iso(one.opened_on),
        "closed_on": iso(one.closed_on),
        "patients_on": iso(one.patients_on),
        "former_codes": one.former_codes.split(),
        "memberships": [
            _membership(row, asked, atlas, absolute)
            for row in one.memberships.all()
            if row.system.slug in atlas.systems
        ],
        "council_systems": _councils(one, asked, atlas, absolute),
        "aliases": [
            {
                "name": alias.name,
                "place": alias.place,
                "sources": sources_as_json(alias.source),
            }
            for alias in one.aliases.all()
        ],
        "followed_by": [_related(row, row.successor, absolute) for row in one.successions.all()],
        "follows": [
            _related(row, row.predecessor, absolute) for row in one.predecessor_links.all()
        ],
        "sources": cited.as_json(),
    }


def _membership(
    row: Membership, asked: ListParams, atlas: Atlas, absolute: Absolute
) -> dict[str, Any]:
    """A membership; its system has the name of its last day where that has passed."""
    last = row.date_to - ONE_DAY if row.date_to else asked.day
    return {
        "system": system_as_json(atlas.systems[row.system.slug], min(last, asked.day), absolute),
        "role": row.role,
        "from": iso(row.date_from),
        "to": iso(row.date_to),
        "sources": sources_as_json(row.source),
    }


def _councils(
    one: Organisation, asked: ListParams, atlas: Atlas, absolute: Absolute
) -> list[dict[str, Any]]:
    rows = list(one.council_areas.all())
    total = sum(row.residents for row in rows)
    return [
        {
            "system": part.system and system_as_json(part.system, asked.day, absolute),
            "residents": part.residents,
            "share": per_cent(part.residents or 0, total),
            "from": iso(part.since(asked.day)),
            "sources": sources_as_json(COUNCIL_SOURCE),
        }
        for part in council_parts(atlas, rows, asked.day)
    ]


def _related(row: Any, other: Organisation, absolute: Absolute) -> dict[str, Any]:
    return {
        "organisation": organisation_as_json(other, absolute),
        "date": iso(row.date),
        "note": row.note,
        "sources": sources_as_json(row.source),
    }
