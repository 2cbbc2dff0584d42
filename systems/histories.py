"""What happened to an area or a system, put in order from the dated rows. No queries of its own."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from systems.days.as_at import AskedDate
from systems.days.spans import ONE_DAY, Lasting, by_start, row_on, spans
from systems.facts.footnotes import Footnotes
from systems.models import Area, AreaPeriod, Source, System
from systems.models.areas import Certainty


@dataclass(frozen=True)
class Stay(Lasting):
    """The time that an area spent in one system, or in none."""

    system: System | None
    start: date
    end: date | None
    rows: list[AreaPeriod]

    @property
    def name(self) -> str:
        """The system's name then: the last one it had in this time."""
        if self.system is None:
            return "No integrated care system"
        return self.system.name_on(self.last_day or date.max)

    @property
    def planned(self) -> bool:
        return self.rows[0].certainty == Certainty.PLANNED

    def is_to_come(self, today: date) -> bool:
        """Whether it is planned still. What was planned is so from its day on."""
        return self.planned and self.start > today

    @property
    def uncertain(self) -> str:
        """In words, what about it was worked out and not stated by a source."""
        first = self.rows[0]
        exact = first.certainty in {Certainty.EXACT, Certainty.PLANNED}
        return "" if exact else first.get_certainty_display()

    @property
    def notes(self) -> list[str]:
        return [row.note for row in self.rows if row.note]

    @property
    def sources(self) -> list[Source]:
        return [row.source for row in self.rows]


def stays(periods: Iterable[AreaPeriod]) -> list[Stay]:
    """The periods of one area, earliest first, with neighbours in one system joined."""
    rows = list(periods)
    systems = {row.system_id: row.system for row in rows}
    return [
        Stay(
            systems[span.value],
            span.start,
            span.end,
            [
                row
                for row in rows
                if span.start <= row.date_from and (span.end is None or row.date_from < span.end)
            ],
        )
        for span in spans(rows, lambda row: row.system_id)
    ]


def state_on(span: Lasting, day: date, today: date) -> str:
    """How a rail marks the span that holds on the day that is shown."""
    if not span.covers(day):
        return ""
    return "now" if day == today else "then"


def rail(history: Iterable[Stay], asked: AskedDate, footnotes: Footnotes) -> list[dict[str, Any]]:
    """The stays of an area, newest first, as components/history.html takes them.

    Links keep the date that is asked about.
    """
    rows = []
    for stay in reversed(list(history)):
        state = state_on(stay, asked.day, asked.today) or (
            "planned" if stay.is_to_come(asked.today) else ""
        )
        uncertain = f"{stay.uncertain[0].upper()}{stay.uncertain[1:]}." if stay.uncertain else ""
        rows.append(
            {
                "name": stay.name,
                "url": stay.system.get_absolute_url() + asked.query if stay.system else "",
                "start": stay.start,
                "last_day": stay.last_day,
                "note": " ".join(filter(None, [uncertain, *dict.fromkeys(stay.notes)])),
                "state": state,
                "sources": [footnotes.number(source) for source in dict.fromkeys(stay.sources)],
            }
        )
    return rows


def system_on(area: Area, day: date) -> System | None:
    """The system that an area is in on `day`, from its prefetched periods."""
    row = row_on(by_start(area.periods.all()), day)
    return row.system if row else None


@dataclass
class Change:
    """What happened to a system on one day."""

    day: date
    opened: bool = False
    closed: bool = False
    renamed: str = ""
    codes: list[str] = field(default_factory=list)
    # Areas that came or went, by the system they came from or went to (None: from or to none).
    joined: dict[System | None, list[Area]] = field(default_factory=dict)
    left: dict[System | None, list[Area]] = field(default_factory=dict)
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
        return "; ".join(words) or "New code"

    @property
    def arrivals(self) -> list[tuple[str, System | None, list[Area]]]:
        """The areas that came, by the system they came from, with its name the day before."""
        return self._named(self.joined, self.day - ONE_DAY)

    @property
    def departures(self) -> list[tuple[str, System | None, list[Area]]]:
        """The areas that went, by the system they went to, with its name on the day."""
        return self._named(self.left, self.day)

    @staticmethod
    def _named(
        moves: dict[System | None, list[Area]], day: date
    ) -> list[tuple[str, System | None, list[Area]]]:
        return [(s.name_on(day) if s else "", s, areas) for s, areas in moves.items()]


def changes(system: System, areas: Iterable[Area]) -> list[Change]:
    """Everything dated that is known of `system`, earliest first.

    `areas` are those that were ever in it, with their periods and these periods' systems.
    """
    found: dict[date, Change] = {}

    def on(day: date) -> Change:
        return found.setdefault(day, Change(day))

    starts: list[date] = []
    ends: list[date | None] = []
    for area in areas:
        previous: Stay | None = None
        for stay in stays(area.periods.all()):
            before = previous.system if previous else None
            if stay.system == system:
                starts.append(stay.start)
                ends.append(stay.end)
                _note(on(stay.start), stay, on(stay.start).joined, before, area)
            elif previous and previous.system == system:
                _note(on(stay.start), stay, on(stay.start).left, stay.system, area)
            previous = stay
    if starts:
        on(min(starts)).opened = True
        if None not in ends:
            on(max(end for end in ends if end)).closed = True
    for name in system.names.all():
        on(name.date_from).renamed = name.name
        _add_source(on(name.date_from), name.source)
    for code in system.codes.all():
        on(code.date_from).codes.append(f"{code.get_scheme_display()} code {code.code}")
        _add_source(on(code.date_from), code.source)
    return [found[day] for day in sorted(found)]


def _note(
    change: Change,
    stay: Stay,
    side: dict[System | None, list[Area]],
    other: System | None,
    area: Area,
) -> None:
    side.setdefault(other, []).append(area)
    for note in stay.notes[:1]:
        if note not in change.notes:
            change.notes.append(note)
    _add_source(change, stay.rows[0].source)


def _add_source(change: Change, source: Source) -> None:
    if source not in change.sources:
        change.sources.append(source)


def destinations(
    system: System, areas: Iterable[Area], day: date
) -> list[tuple[System | None, list[Area]]]:
    """Where the areas are on `day` that a closed system had at its end, most residents first."""
    lasts = {
        area: max(s.end for s in stays(area.periods.all()) if s.system == system and s.end)
        for area in areas
    }
    found: dict[System | None, list[Area]] = defaultdict(list)
    for area, last in lasts.items():
        if last == max(lasts.values()):
            found[system_on(area, day)].append(area)
    return sorted(found.items(), key=lambda item: -sum(area.residents for area in item[1]))
