"""What a system is on a day: still to come, open, or closed, and what followed it."""

from dataclasses import dataclass
from datetime import date

from systems.atlas import Atlas, SystemFacts


@dataclass(frozen=True, slots=True)
class Successor:
    """A system that areas of a closed one are in now, with their residents."""

    slug: str
    name: str
    residents: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`successors` are of a closed system, the one with most residents first."""

    name: str
    opened_on: date | None
    last_day: date | None
    is_open: bool
    is_closed: bool
    successors: tuple[Successor, ...]

    @property
    def successor_names(self) -> list[str]:
        return [successor.name for successor in self.successors]


def standing(atlas: Atlas, slug: str, day: date) -> Standing:
    """What the system called `slug` is on `day`. One without areas is not open on any."""
    facts = atlas.systems.get(slug)
    if facts is None:
        return Standing(slug, None, None, False, False, ())
    closed = facts.closed_by(day)
    return Standing(
        facts.name_on(day),
        facts.opened_on,
        facts.last_day if facts.closed_on else None,
        facts.open_on(day),
        closed,
        _successors(atlas, facts, day) if closed else (),
    )


def _successors(atlas: Atlas, system: SystemFacts, day: date) -> tuple[Successor, ...]:
    """Where the areas are on `day` that a closed system had at its end."""
    residents: dict[str, int] = {}
    for area in atlas.areas_of(system, day):
        if slug := area.system_on(day):
            residents[slug] = residents.get(slug, 0) + area.residents
    biggest_first = sorted(residents.items(), key=lambda item: -item[1])
    return tuple(Successor(slug, atlas.systems[slug].name_on(day), n) for slug, n in biggest_first)
