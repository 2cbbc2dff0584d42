"""Where areas are on a day, put together by system; and so what followed one that has closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from systems.atlas.facts import AreaFacts, SuccessionFact, SystemFacts


@dataclass(frozen=True, slots=True)
class Part:
    """The part of something that is in one system, or in none. `residents` may be unknown."""

    system: SystemFacts | None
    areas: tuple[AreaFacts, ...]
    residents: float | None

    def since(self, day: date) -> date | None:
        """Since when all of these areas have been in the system that they are in on `day`."""
        stays = [area.stay_on(day) for area in self.areas] if self.system else []
        return max((stay.start for stay in stays if stay), default=None)


@dataclass(frozen=True, slots=True)
class SuccessorPart(Part):
    """The part of a closed system that is in another, or in none.

    `share` is per cent of the closed system's residents. `stated` is what a source says of the
    two, where one does.
    """

    share: float
    stated: SuccessionFact | None


def group_by_system(sizes: Iterable[tuple[AreaFacts, float | None]], day: date) -> tuple[Part, ...]:
    """Areas, each with the residents that count, by the system of each on `day`, most first."""
    areas: dict[SystemFacts | None, list[AreaFacts]] = {}
    residents: dict[SystemFacts | None, list[float | None]] = {}
    for area, size in sizes:
        system = area.system_on(day)
        areas.setdefault(system, []).append(area)
        residents.setdefault(system, []).append(size)
    parts = [
        Part(
            system,
            tuple(here),
            None if None in residents[system] else sum(size or 0 for size in residents[system]),
        )
        for system, here in areas.items()
    ]
    return tuple(sorted(parts, key=lambda part: -(part.residents or 0)))
