"""Facts that hold from a date until the next of their kind.

Only starts are stored, so gaps and overlaps cannot be written. Everything here works on any rows
with a `date_from`, earliest first: model instances, or the small tuples of the atlas.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar

ONE_DAY = timedelta(days=1)


class HasStart(Protocol):
    """A row that says from which day it holds."""

    @property
    def date_from(self) -> date: ...


Row = TypeVar("Row", bound=HasStart)
Value = TypeVar("Value", bound=Hashable)


class Lasting:
    """What holds from `start`, inclusive, until `end`, exclusive, or for good if that is None."""

    __slots__ = ()
    start: date
    end: date | None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    @property
    def last_day(self) -> date | None:
        return self.end - ONE_DAY if self.end else None


@dataclass(frozen=True, slots=True)
class Span(Lasting, Generic[Value]):
    """A value and the days on which it holds."""

    value: Value
    start: date
    end: date | None


def row_on(rows: Sequence[Row], day: date) -> Row | None:
    """The row that holds on `day`, or None where nothing holds yet."""
    latest = None
    for row in rows:
        if row.date_from > day:
            break
        latest = row
    return latest


def next_start(rows: Sequence[Row], row: Row) -> date | None:
    """The day on which the next of `rows` takes over from `row`, one of them; None: it holds."""
    return next((other.date_from for other in rows if other.date_from > row.date_from), None)


def spans(rows: Iterable[Row], value: Callable[[Row], Value]) -> Iterator[Span[Value]]:
    """The values of `rows` with the days on which each holds; neighbours that agree are joined."""
    current: Value | None = None
    start: date | None = None
    for row in rows:
        new = value(row)
        if start is not None and new == current:
            continue
        if start is not None:
            yield Span(current, start, row.date_from)  # type: ignore[arg-type]
        current, start = new, row.date_from
    if start is not None:
        yield Span(current, start, None)  # type: ignore[arg-type]


def joined(times: Iterable[Span[Value]]) -> Iterator[Span[Value]]:
    """Times of one value put together where they touch or overlap, the first one first."""
    whole: Span[Value] | None = None
    for time in sorted(times, key=lambda time: time.start):
        if whole and (whole.end is None or time.start <= whole.end):
            end = None if whole.end is None or time.end is None else max(whole.end, time.end)
            whole = Span(whole.value, whole.start, end)
        else:
            if whole:
                yield whole
            whole = time
    if whole:
        yield whole
