"""The number of systems after each day of change, computed from the atlas. Reads no database.

Which systems opened, closed or were renamed, and which areas moved between systems that went on,
follows from the areas' periods. Official totals of events stand beside it for comparison.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from systems.atlas import AreaFacts, Atlas, SystemFacts, residents_of
from systems.days.spans import ONE_DAY
from timeline.models import EntryKind, Event, Unit


@dataclass(frozen=True)
class Move:
    """Areas that moved from `origin` to `target`; None stands for no system."""

    areas: tuple[AreaFacts, ...]
    origin: SystemFacts | None
    target: SystemFacts | None


@dataclass(frozen=True)
class CountStep:
    """A day with a change or an event. `count` and `residents` (2021 Census) hold after it."""

    day: date
    events: tuple[Event, ...]
    opened: tuple[SystemFacts, ...]
    closed: tuple[SystemFacts, ...]
    renamed: tuple[tuple[SystemFacts, str, str], ...]
    moves: tuple[Move, ...]
    count: int
    residents: int

    @property
    def before(self) -> int:
        return self.count - len(self.opened) + len(self.closed)

    @property
    def difference(self) -> int:
        return len(self.opened) - len(self.closed)

    @property
    def changed_the_map(self) -> bool:
        return bool(self.opened or self.closed or self.moves)

    @property
    def official(self) -> list[Event]:
        """The events of the day that state a total of systems."""
        return [event for event in self.events if event.official_total is not None]

    @property
    def agrees(self) -> bool | None:
        """Whether the count equals every official total of the day; None if there is none."""
        if not self.official:
            return None
        return all(event.official_total == self.count for event in self.official)


@dataclass(frozen=True)
class NamedMove:
    """A move with names as on the day, for a page."""

    areas: str
    origin: str
    target: str


class StepInWords:
    """A step for a page, with names as on the day, and the difference with its sign."""

    def __init__(self, step: CountStep) -> None:
        self.day, self.count, self.before = step.day, step.count, step.before
        self.official, self.agrees = step.official, step.agrees
        self.change = f"{step.difference:+d}".replace("-", "−") if step.difference else "0"
        self.opened = [system.name_on(step.day) for system in step.opened]
        self.closed = [system.name_on(step.day) for system in step.closed]
        self.renamed = [(old, new) for _, old, new in step.renamed]
        self.moves = [
            NamedMove(
                "; ".join(area.name for area in move.areas),
                move.origin.name_on(step.day - ONE_DAY) if move.origin else "",
                move.target.name_on(step.day) if move.target else "",
            )
            for move in step.moves
        ]


def ledger(atlas: Atlas, events: Iterable[Event], until: date) -> list[CountStep]:
    """All steps up to `until`, earliest first. Events that are not counted are left out."""
    by_day: dict[date, list[Event]] = {}
    for event in events:
        if is_counted(event) and event.date <= until:
            by_day.setdefault(event.date, []).append(event)
    days = set(by_day) | {day for day in change_days(atlas) if day <= until}
    return [step_on(atlas, day, by_day.get(day, [])) for day in sorted(days)]


def is_counted(event: Event) -> bool:
    """Whether an event is about systems, not planning areas, and not only planned."""
    return event.unit == Unit.ICS and event.kind != EntryKind.PLANNED


def change_days(atlas: Atlas) -> set[date]:
    """The days on which an area changed system, or a system its name."""
    moved = {stay.start for area in atlas.areas.values() for stay in area.stays}
    named = {fact.date_from for system in atlas.systems.values() for fact in system.names}
    return moved | named


def count_on(atlas: Atlas, day: date) -> int:
    return len(atlas.open_on(day))


def residents_covered_on(atlas: Atlas, day: date) -> int:
    """Residents (2021 Census) of the areas that are in a system on `day`."""
    return residents_of(area for area in atlas.areas.values() if area.system_on(day))


def step_on(atlas: Atlas, day: date, events: list[Event]) -> CountStep:
    """What changed on `day`, and the number after it."""
    systems = sorted(atlas.systems.values(), key=lambda system: system.name_on(day))
    return CountStep(
        day,
        tuple(events),
        opened=tuple(system for system in systems if system.opened_on == day),
        closed=tuple(system for system in systems if system.closed_on == day),
        renamed=tuple(
            (system, system.name_on(day - ONE_DAY), system.name_on(day))
            for system in systems
            if system.open_on(day - ONE_DAY)
            and system.open_on(day)
            and system.name_on(day - ONE_DAY) != system.name_on(day)
        ),
        moves=_moves(atlas, day),
        count=count_on(atlas, day),
        residents=residents_covered_on(atlas, day),
    )


def _moves(atlas: Atlas, day: date) -> tuple[Move, ...]:
    """Areas that changed system on `day`, but not by their system's opening or closing."""
    moved: dict[tuple[SystemFacts | None, SystemFacts | None], list[AreaFacts]] = {}
    for area in atlas.areas.values():
        origin = area.system_on(day - ONE_DAY)
        target = area.system_on(day)
        if origin is target:
            continue
        if (target and target.opened_on == day) or (origin and origin.closed_on == day):
            continue
        moved.setdefault((origin, target), []).append(area)
    return tuple(Move(tuple(areas), *pair) for pair, areas in moved.items())
