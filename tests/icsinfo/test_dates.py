"""Dates as they are read from addresses and written in sentences."""

import re
from datetime import date, timedelta

import pytest

from icsinfo.dates import (
    has_passed,
    pattern_of_days,
    read_iso,
    read_partial,
    say,
    say_partial,
    years_after,
)


def test_a_date_is_read_as_year_month_day() -> None:
    assert read_iso("2026-03-31") == date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026",
        "2026-3-31",
        "20260331",  # Python's own reader takes this one and the next
        "2026-W14-2",
        "2026-02-30",
        "0000-01-01",
        " 2026-03-31",
        "2026-03-31\n",
        "2026-03-31T00:00",
        "٢٠٢٦-03-31",  # digits, but not ours
        "31/03/2026",
    ],
)
def test_nothing_else_is_a_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month|year"):
        read_iso(text)


def test_a_date_is_said_without_a_leading_zero() -> None:
    assert say(date(2026, 4, 1)) == "1 April 2026"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2018-02-22", "22 February 2018"),
        ("2018-02", "February 2018"),
        ("2018", "2018"),
        ("", ""),
        ("2018-13", "2018-13"),
        ("2018-02-30", "2018-02-30"),
    ],
)
def test_a_partial_date_is_said_as_far_as_it_goes(text: str, words: str) -> None:
    assert say_partial(text) == words


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [
        (date(2026, 11, 21), 2, date(2028, 11, 21)),
        (date(2028, 2, 29), 2, date(2030, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
    ],
)
def test_years_later_it_is_the_same_day_if_there_is_one(day: date, years: int, then: date) -> None:
    assert years_after(day, years) == then


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2017, 6, 15), date(2028, 11, 25)),
        (date(2020, 2, 29), date(2020, 2, 29)),
        (date(2023, 12, 31), date(2024, 3, 1)),
        (date(2024, 1, 10), date(2024, 1, 20)),
    ],
)
def test_a_pattern_of_days_fits_these_days_and_no_others(first: date, last: date) -> None:
    pattern = re.compile(pattern_of_days(first, last))
    start = date(2016, 1, 1)
    days = [start + timedelta(number) for number in range(366 * 14)]
    fitting = [day for day in days if pattern.fullmatch(day.isoformat())]
    assert fitting == [day for day in days if first <= day <= last]
    assert not any(
        pattern.fullmatch(text) for text in ("2023-02-29", "2024-13-01", "2024-01-00", "2024-01-32")
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2018", "2018"),
        *((text, "2018-02") for text in ("February 2018", "feb 2018", "2018-02", "02/2018")),
        *((text, "2018-02") for text in (" February  2018 ", "Feb-18")),
        *((text, "2018-02-01") for text in ("1 February 2018", "01/02/2018", "2018-02-01")),
        *((text, "2018-02-01") for text in ("1 Feb 2018", "1-Feb-18", "1.2.2018", "1/2/18")),
    ],
)
def test_a_date_as_exact_as_known_is_read_however_it_is_written(written: str, read: str) -> None:
    assert read_partial(written) == read
    assert read_partial(say_partial(read)) == read


@pytest.mark.parametrize("text", ["", "lately", "30 February 2018", "18", "2018-13", "1/13/2018"])
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="not a day"):
        read_partial(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025", (2025, 12, 31)), ("2024-02", (2024, 2, 29)), ("2025-09-01", (2025, 9, 1))],
)
def test_a_date_that_is_not_exact_has_passed_at_its_end(text: str, day: tuple) -> None:
    last = date(*day)
    assert has_passed(text, last)
    assert not has_passed(text, last - timedelta(days=1))
