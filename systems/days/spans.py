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
    found = None
    for row in rows:
        if row.date_from > day:
            break
        found = row
    return found


def by_start(rows: Iterable[Row]) -> list[Row]:
    """Rows in the order in which they come into force."""
    return sorted(rows, key=lambda row: row.date_from)


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
