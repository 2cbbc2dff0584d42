"""Who is in a system on a date: who is listed under it or paid for by it, and which councils."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from django.db.models import Count

from icsinfo.content_cache import cached_by_content
from icsinfo.wording import per_cent
from systems.atlas import AreaFacts, Atlas, Part, SystemFacts, group_by_system
from systems.lookup.readings import SLIVER
from systems.models import CouncilArea, Membership, Organisation, Source
from systems.models.organisations import (
    MembershipRole,
    OrganisationKind,
    page_of_organisation,
)

ROLES = {role.value: role.label for role in MembershipRole}
# No row says it: that a council is in a system is worked out from these.
COUNCIL_SOURCE = Source(
    publisher="Office for National Statistics",
    title="Census 2021 and look-ups of local authorities",
)


class OrganisationValues(NamedTuple):
    """What the download of all members says of an organisation: objects of 8,000 took 0.4 s."""

    code: str
    name: str
    kind: str
    form: str
    place: str
    postcode: str

    def get_absolute_url(self) -> str:
        return page_of_organisation(self.code)


Described = TypeVar("Described", Organisation, OrganisationValues)


@dataclass(frozen=True, slots=True)
class Member(Generic[Described]):
    """A member of a system. `since` is None where nobody knows; `until` is exclusive.

    `share` is the per cent of a council's residents that live in the system.
    """

    organisation: Described
    role: str
    since: date | None
    source: Source
    until: date | None = None
    share: float | None = None

    @property
    def only_touches(self) -> bool:
        return self.share is not None and self.share < SLIVER


def council_parts(atlas: Atlas, rows: Iterable[CouncilArea], day: date) -> tuple[Part, ...]:
    """A council's residents by system on `day`, most first, from its rows with their areas."""
    return group_by_system(
        (
            (area, row.residents)
            for row in rows
            if (area := atlas.areas.get(row.area.code)) is not None
        ),
        day,
    )


def main_areas(atlas: Atlas, rows: Iterable[CouncilArea], day: date) -> list[AreaFacts]:
    """A council's areas, without those in a system that has only a sliver of its residents."""
    parts = council_parts(atlas, rows, day)
    total = sum(part.residents or 0 for part in parts)
    return [
        area
        for part in parts
        if 100 * (part.residents or 0) >= SLIVER * total
        for area in part.areas
    ]


@cached_by_content(maxsize=64)
def counts(system: int, day: date) -> list[tuple[OrganisationKind, int]]:
    """How many members of each kind the system of this key has, those without any left out."""
    rows = Organisation.objects.members_on(system, day).order_by().values_list("kind")
    numbers = dict(rows.annotate(number=Count("pk")))
    return [(kind, numbers[kind]) for kind in OrganisationKind if kind in numbers]


def described(
    listed: list[Organisation], system: SystemFacts, day: date, atlas: Atlas
) -> list[Member[Organisation]]:
    """Each organisation as a member of `system` on `day`, in the order given. Two queries."""
    rows = Membership.objects.holding_on(day).filter(system=system.pk, organisation__in=listed)
    ties = {row.organisation_id: row for row in rows.select_related("source")}
    councils: dict[int, list[CouncilArea]] = {}
    pieces = CouncilArea.objects.filter(council__in=listed).select_related("area")
    for piece in pieces:
        councils.setdefault(piece.council_id, []).append(piece)
    return [
        _as_council(one, system, council_parts(atlas, councils[one.pk], day))
        if one.pk in councils and one.pk not in ties
        else _as_tied(one, ties[one.pk])
        for one in listed
    ]


def everywhere(atlas: Atlas, day: date) -> list[tuple[SystemFacts, Member[OrganisationValues]]]:
    """Every member of every system open on `day`, by system, kind and name. Four queries."""
    there = Organisation.objects.open_on(day)
    values = there.order_by().values_list("pk", *OrganisationValues._fields)
    organisations = {pk: OrganisationValues(*fields) for pk, *fields in values}
    systems = {system.pk: system for system in atlas.open_on(day)}
    members: dict[int, dict[int, Member[OrganisationValues]]] = {pk: {} for pk in systems}
    ties = Membership.objects.holding_on(day).filter(system__in=systems).order_by("role")
    sources = Source.objects.in_bulk()
    for system, one, role, since, until, source in ties.values_list(
        "system_id", "organisation_id", "role", "date_from", "date_to", "source_id"
    ):
        if one in organisations:
            members[system][one] = Member(
                organisations[one], ROLES[role], since, sources[source], until
            )
    councils: dict[int, list[CouncilArea]] = {}
    for piece in CouncilArea.objects.filter(council__in=there.values("pk")).select_related("area"):
        councils.setdefault(piece.council_id, []).append(piece)
    for council, shares in councils.items():
        parts = council_parts(atlas, shares, day)
        for part in parts:
            if part.system:
                member = _as_council(organisations[council], part.system, parts)
                members[part.system.pk].setdefault(council, member)
    return [
        (system, member)
        for system in sorted(systems.values(), key=lambda system: system.slug)
        for member in sorted(members[system.pk].values(), key=_by_kind_and_name)
    ]


def _by_kind_and_name(member: Member[OrganisationValues]) -> tuple[str, str, str]:
    one = member.organisation
    return one.kind, one.name, one.code


def _as_tied(one: Organisation, tie: Membership) -> Member[Organisation]:
    return Member(one, ROLES[tie.role], tie.date_from, tie.source, tie.date_to)


def _as_council(one: Described, system: SystemFacts, parts: Iterable[Part]) -> Member[Described]:
    residents = {part.system: part.residents or 0 for part in parts}
    share = per_cent(residents[system], sum(residents.values()))
    # Nobody says since when the council has been there: its areas may have been before it was.
    return Member(one, "council of", None, COUNCIL_SOURCE, system.closed_on, share)
