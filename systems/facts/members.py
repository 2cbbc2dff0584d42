"""Who is in a system on a date: who is listed under it or paid for by it, and which councils."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from icsinfo.wording import per_cent
from systems.atlas import Atlas, Part, SystemFacts, group_by_system
from systems.lookup.readings import SLIVER
from systems.models import CouncilArea, Membership, Organisation, Source
from systems.models.organisations import MembershipRole, OrganisationKind

# No row says it: that a council is in a system is worked out from these.
COUNCIL_SOURCE = Source(
    publisher="Office for National Statistics",
    title="Census 2021 and look-ups of local authorities",
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a system. `since` is None where nobody knows; `until` is exclusive.

    `share` is the per cent of a council's residents that live in the system.
    """

    organisation: Organisation
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


def counts(system: int, day: date) -> list[tuple[OrganisationKind, int]]:
    """How many members of each kind the system of this key has, those without any left out."""
    rows = Organisation.objects.members_on(system, day).order_by().values_list("kind")
    numbers = dict(rows.annotate(number=Count("pk")))
    return [(kind, numbers[kind]) for kind in OrganisationKind if kind in numbers]


def described(
    listed: list[Organisation], system: SystemFacts, day: date, atlas: Atlas
) -> list[Member]:
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


def everywhere(atlas: Atlas, day: date) -> list[tuple[SystemFacts, Member]]:
    """Every member of every system open on `day`, by system, kind and name. Five queries."""
    there = Organisation.objects.open_on(day).values("pk")
    members: dict[str, dict[int, Member]] = {system.slug: {} for system in atlas.open_on(day)}
    ties = Membership.objects.holding_on(day).filter(organisation__in=there)
    # Thousands of ties share some dozens of systems and sources, so each of these is read once.
    rows = ties.select_related("organisation").prefetch_related("system", "source")
    for tie in rows.order_by("role"):
        if tie.system.slug in members:
            members[tie.system.slug][tie.organisation_id] = _as_tied(tie.organisation, tie)
    councils: dict[Organisation, list[CouncilArea]] = {}
    for piece in CouncilArea.objects.filter(council__in=there).select_related("area", "council"):
        councils.setdefault(piece.council, []).append(piece)
    for one, shares in councils.items():
        parts = council_parts(atlas, shares, day)
        for part in parts:
            if part.system:
                member = _as_council(one, part.system, parts)
                members[part.system.slug].setdefault(one.pk, member)
    return [
        (atlas.systems[slug], member)
        for slug in sorted(members)
        for member in sorted(members[slug].values(), key=_by_kind_and_name)
    ]


def _by_kind_and_name(member: Member) -> tuple[str, str, str]:
    one = member.organisation
    return one.kind, one.name, one.code


def _as_tied(one: Organisation, tie: Membership) -> Member:
    return Member(one, MembershipRole(tie.role).label, tie.date_from, tie.source, tie.date_to)


def _as_council(one: Organisation, system: SystemFacts, parts: Iterable[Part]) -> Member:
    residents = {part.system: part.residents or 0 for part in parts}
    share = per_cent(residents[system], sum(residents.values()))
    # Nobody says since when the council has been there: its areas may have been before it was.
    return Member(one, "council of", None, COUNCIL_SOURCE, system.closed_on, share)
