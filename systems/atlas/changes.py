"""What happened to a system, day by day, with who says so."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from systems.atlas.facts import AreaFacts, Stay, SystemFacts
from systems.days.spans import ONE_DAY
from systems.models import Source

Moves = list[tuple[str, SystemFacts | None, list[AreaFacts]]]


@dataclass
class Change:
    """What happened to a system on one day."""

    day: date
    opened: bool = False
    closed: bool = False
    renamed: str = ""
    codes: list[str] = field(default_factory=list)
    has_new_code: bool = False  # and not one that it had by then at the latest
    # Areas that came or went, by the system they came from or went to (None: from or to none).
    joined: dict[SystemFacts | None, list[AreaFacts]] = field(default_factory=dict)
    left: dict[SystemFacts | None, list[AreaFacts]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What happened, in a few words."""
        if self.closed:
            return "Closed"
        if self.opened:
            return f"Began as {self.renamed}" if self.renamed else "Began"
        words = []
        if self.renamed:
            words.append(f"Now called {self.renamed}")
        if self.joined:
            words.append("Grew")
        if self.left:
            words.append("Gave up an area")
        return "; ".join(words) or (
            "New code" if self.has_new_code else "Code known from this date"
        )

    @property
    def arrivals(self) -> Moves:
        """The areas that came, by the system they came from, with its name the day before."""
        return _named(self.joined, self.day - ONE_DAY)

    @property
    def departures(self) -> Moves:
        """The areas that went, by the system they went to, with its name on the day."""
        return _named(self.left, self.day)

    def cite(self, source: Source) -> None:
        if source not in self.sources:
            self.sources.append(source)

    def note_beginning(self, stay: Stay) -> None:
        """Keep what is said of the beginning of a stay."""
        self.notes += [note for note in stay.notes[:1] if note not in self.notes]
        self.cite(stay.periods[0].source)


def _named(moves: dict[SystemFacts | None, list[AreaFacts]], day: date) -> Moves:
    return [(s.name_on(day) if s else "", s, areas) for s, areas in moves.items()]


def changes(system: SystemFacts, areas: Iterable[AreaFacts]) -> list[Change]:
    """Everything dated that is known of `system`, earliest first. `areas` are all there are."""
    by_day: dict[date, Change] = {}

    def on(day: date) -> Change:
        return by_day.setdefault(day, Change(day))

    for area in areas:
        before: SystemFacts | None = None
        for stay in area.stays:
            if stay.system is system:
                on(stay.start).joined.setdefault(before, []).append(area)
                on(stay.start).note_beginning(stay)
            elif before is system:
                on(stay.start).left.setdefault(stay.system, []).append(area)
                on(stay.start).note_beginning(stay)
            before = stay.system
    if system.opened_on:
        on(system.opened_on).opened = True
    if system.closed_on:
        on(system.closed_on).closed = True
    for name in system.names:
        on(name.date_from).renamed = name.value
        on(name.date_from).cite(name.source)
    for code in system.codes:
        change = on(code.date_from)
        change.codes.append(f"{code.scheme.label} code {code.value}")
        change.notes += [code.note] if code.note and code.note not in change.notes else []
        change.has_new_code |= not code.note
        on(code.date_from).cite(code.source)
    return [by_day[day] for day in sorted(by_day)]
