"""Facts that hold from a date until the next of their kind."""

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.days.spans import Span, joined, next_start, row_on, spans


class Row(NamedTuple):
    date_from: date
    value: str | None


def day(number: int) -> date:
    return date(2020, 1, number)


def spans_of(*rows: Row) -> list[Span[str | None]]:
    return list(spans(rows, lambda row: row.value))


def test_nothing_holds_where_nothing_is_known() -> None:
    assert row_on([], day(1)) is None
    assert spans_of() == []


def test_a_row_holds_from_its_day_until_the_day_before_the_next() -> None:
    first, second = Row(day(2), "a"), Row(day(5), "b")
    held = [row_on([first, second], day(number)) for number in range(1, 7)]
    assert held == [None, first, first, first, second, second]


def test_a_row_holds_until_the_next_starts() -> None:
    rows = [Row(day(2), "a"), Row(day(5), "b")]
    assert [next_start(rows, row) for row in rows] == [day(5), None]


def test_times_that_touch_or_overlap_are_one() -> None:
    times = [Span("a", day(9), None), Span("a", day(4), day(6)), Span("a", day(2), day(4))]
    assert list(joined(times)) == [Span("a", day(2), day(6)), Span("a", day(9), None)]
    assert list(joined([Span("a", day(1), None), *times])) == [Span("a", day(1), None)]
    assert list(joined([])) == []


def test_a_span_ends_where_the_next_begins_and_the_last_does_not() -> None:
    assert spans_of(Row(day(2), "a"), Row(day(5), "b")) == [
        Span("a", day(2), day(5)),
        Span("b", day(5), None),
    ]


def test_neighbours_that_agree_are_one_span() -> None:
    rows = [Row(day(1), "a"), Row(day(2), "a"), Row(day(3), "b"), Row(day(4), "b")]
    assert spans_of(*rows) == [Span("a", day(1), day(3)), Span("b", day(3), None)]


@pytest.mark.parametrize("values", [[None, "a"], ["a", None], [None, None, "a"], ["a", None, "a"]])
def test_no_value_is_a_value_like_any_other(values: list[str | None]) -> None:
    rows = [Row(day(number), value) for number, value in enumerate(values, start=1)]
    joined = [value for i, value in enumerate(values) if i == 0 or values[i - 1] != value]
    assert [span.value for span in spans_of(*rows)] == joined


def test_a_span_covers_its_first_day_and_not_its_end() -> None:
    closed, still = Span("a", day(2), day(4)), Span("b", day(2), None)
    assert [closed.covers(day(number)) for number in range(1, 6)] == [0, 1, 1, 0, 0]
    assert [still.covers(day(1)), still.covers(day(2)), still.covers(date.max)] == [0, 1, 1]


@given(st.dictionaries(st.integers(1, 31), st.sampled_from(["a", "b", None]), max_size=8))
def test_every_day_has_in_its_span_what_it_has_in_its_row(values: dict[int, str | None]) -> None:
    rows = [Row(day(number), value) for number, value in sorted(values.items())]
    found = spans_of(*rows)
    for number in range(32):
        today = date(2019, 12, 31) + timedelta(days=number)
        row = row_on(rows, today)
        assert [span.value for span in found if span.covers(today)] == ([row.value] if row else [])
    assert all(a.end == b.start for a, b in pairwise(found))
    assert all(a.value != b.value for a, b in pairwise(found))
