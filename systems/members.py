"""Who is in a system on a date: who is listed under it or paid for by it, and which councils."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from systems.atlas import AreaFacts, Atlas, SystemFacts
from systems.lookup.asked import per_cent
from systems.lookup.readings import SLIVER
from systems.models import CouncilArea, Membership, Organisation, System
from systems.models.organisations import OrganisationKind, Role

COUNCIL_SOURCE = "Office for National Statistics: Census 2021 and look-ups of local authorities"


@dataclass(frozen=True, slots=True)
class CouncilPart:
    """The part of a council that is in one system, or in none, and since when it is all there."""

    system: SystemFacts | None
    areas: list[AreaFacts]
    residents: int
    since: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a system. `since` is None where nobody knows; `until` is exclusive.

    `share` is the per cent of a council's residents that live in the system.
    """

    organisation: Organisation
    role: str
    since: date | None
    until: date | None = None
    share: float | None = None
    source: str = ""

    @property
    def only_touches(self) -> bool:
        return self.share is not None and self.share < SLIVER


def council_parts(atlas: Atlas, rows: Iterable[CouncilArea], day: date) -> list[CouncilPart]:
    """A council's residents by system on `day`, most first, from its rows with their areas."""
    found: dict[str | None, list[tuple[AreaFacts, int]]] = {}
    for row in rows:
        if area := atlas.areas.get(row.area.code):
            found.setdefault(area.system_on(day), []).append((area, row.residents))
    parts = [
        CouncilPart(
            atlas.systems[slug] if slug else None,
            [area for area, _ in pieces],
            sum(number for _, number in pieces),
            _since([area for area, _ in pieces], day) if slug else None,
        )
        for slug, pieces in found.items()
    ]
    return sorted(parts, key=lambda part: -part.residents)


def _since(areas: list[AreaFacts], day: date) -> date | None:
    """The day from which all of these areas have been where they are on `day`."""
    starts = [span.start for area in areas for span in area.spans if span.covers(day)]
    return max(starts, default=None)


def counts(system: System, day: date) -> list[tuple[OrganisationKind, int]]:
    """How many members of each kind, those without any left out."""
    rows = Organisation.objects.members_on(system, day).order_by().values_list("kind")
    numbers = dict(rows.annotate(number=Count("pk")))
    return [(kind, numbers[kind]) for kind in OrganisationKind if kind in numbers]


def described(listed: list[Organisation], system: System, day: date, atlas: Atlas) -> list[Member]:
    """Each organisation as a member of `system` on `day`, in the order given. Two queries."""
    rows = Membership.objects.holding_on(day).filter(system=system, organisation__in=listed)
    ties = {row.organisation_id: row for row in rows.select_related("source")}
    councils: dict[int, list[CouncilArea]] = {}
    pieces = CouncilArea.objects.filter(council__in=listed).select_related("area")
    for piece in pieces:
        councils.setdefault(piece.council_id, []).append(piece)
    return [
        _as_council(one, councils[one.pk], system, day, atlas)
        if one.pk in councils and one.pk not in ties
        else _as_tied(one, ties[one.pk])
        for one in listed
    ]


def _as_tied(one: Organisation, tie: Membership) -> Member:
    return Member(one, Role(tie.role).label, tie.date_from, tie.date_to, source=str(tie.source))


def _as_council(
    one: Organisation, rows: list[CouncilArea], system: System, day: date, atlas: Atlas
) -> Member:
    total = sum(row.residents for row in rows)
    facts = atlas.systems[system.slug]
    part = next(part for part in council_parts(atlas, rows, day) if part.system == facts)
    share = per_cent(part.residents, total)
    # Nobody says since when the council has been there: its areas may have been before it was.
    return Member(one, "council of", None, facts.closed_on, share, COUNCIL_SOURCE)
