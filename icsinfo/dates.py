"""Dates as the site reads and writes them."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_iso(text: str) -> date:
    """A date written 2026-03-31, as in addresses and the API. Raises ValueError for all else."""
    if not _ISO.fullmatch(text):
        raise ValueError("not a date of the form year-month-day")
    return date.fromisoformat(text)


def say(day: date) -> str:
    """A date as people write it: 31 March 2026."""
    return f"{day.day} {day:%B %Y}"


def say_partial(text: str) -> str:
    """A date that may lack its day or month, as people write it: 2026-04 is April 2026."""
    try:
        if len(text) == len("2026-04-01"):
            return say(read_iso(text))
        if len(text) == len("2026-04"):
            return f"{read_iso(f'{text}-01'):%B %Y}"
    except ValueError:
        pass
    return text


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def pattern_of_days(first: date, last: date) -> str:
    """A regular expression for the days from `first` to `last`, written 2026-03-31, and no others.

    Descriptions of the API say in this way what it takes, so that programs can tell beforehand.
    """
    years: dict[str, list[str]] = {}
    for year in range(first.year, last.year + 1):
        years.setdefault("|".join(_months(year, first, last)), []).append(str(year))
    alternatives = (f"({'|'.join(same)})-({months})" for months, same in years.items())
    return "|".join(alternatives)


def _months(year: int, first: date, last: date) -> Iterator[str]:
    for month in range(1, 13):
        start, end = 1, monthrange(year, month)[1]
        if (year, month) == (first.year, first.month):
            start = first.day
        if (year, month) == (last.year, last.month):
            end = last.day
        if first <= date(year, month, end) and date(year, month, start) <= last:
            yield f"{month:02}-({'|'.join(_tens(start, end))})"


def _tens(start: int, end: int) -> Iterator[str]:
    """Day numbers by their first digit: 1[5-9], 2[0-9], 30."""
    for ten in range(start // 10, end // 10 + 1):
        low, high = max(start, 10 * ten), min(end, 10 * ten + 9)
        yield f"{ten}{low % 10}" if low == high else f"{ten}[{low % 10}-{high % 10}]"
