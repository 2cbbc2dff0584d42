"""Parsing and formatting of dates."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

# How people write a day, what spreadsheet programs make of it, and how this site's addresses do.
DAYS = (
    *("%d %B %Y", "%d/%m/%Y", "%Y-%m-%d", "%d %b %Y"),
    *("%d-%b-%Y", "%d-%b-%y", "%d/%m/%y", "%d.%m.%Y"),
)
_MONTHS = ("%B %Y", "%Y-%m", "%m/%Y", "%b %Y", "%b-%y")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_iso(text: str) -> date:
    """A date written 2026-03-31, as in addresses and the API. Raises ValueError for all else."""
    if not _ISO.fullmatch(text):
        raise ValueError("not a date of the form year-month-day")
    return date.fromisoformat(text)


@lru_cache(maxsize=1000)
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


def has_passed(text: str, day: date) -> bool:
    """Whether a date that may lack its day or month has come by `day`, wherever in it that is.

    So 2025 counts from 31 December 2025 on.
    """
    tomorrow = (day + timedelta(days=1)).isoformat()
    return f"{text}~" < tomorrow  # "~" stands after all that could follow


def read_partial(text: str) -> str:
    """A year, month or day as people type it, as 2018, 2018-02 or 2018-02-22.

    The inverse of `say_partial`. Raises ValueError for all else.
    """
    text = " ".join(text.split())
    if re.fullmatch(r"[0-9]{4}", text):
        return text
    if day := _read(text, DAYS):
        return day.isoformat()
    if month := _read(text, _MONTHS):
        return month.isoformat()[: len("2026-04")]
    raise ValueError("not a day, a month or a year")


def _read(text: str, ways: Iterable[str]) -> date | None:
    for way in ways:
        try:
            return datetime.strptime(text, way).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def pattern_of_days(first: date, last: date) -> str:
    """A regular expression for the ISO dates from `first` to `last` and no others, for OpenAPI."""
    years = range(first.year, last.year + 1)
    return _alternatives((str(year), _months(year, first, last)) for year in years)


def _months(year: int, first: date, last: date) -> str:
    months = []
    for month in range(1, 13):
        start, end = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        if first <= end and start <= last:
            months.append((f"{month:02}", _days(max(first, start).day, min(last, end).day)))
    return _alternatives(months)


def _days(start: int, end: int) -> str:
    """Day numbers by their first digit: 1[5-9]|2[0-9]|30."""
    tens = []
    for ten in range(start // 10, end // 10 + 1):
        low, high = max(start, 10 * ten) % 10, min(end, 10 * ten + 9) % 10
        tens.append(f"{ten}{low}" if low == high else f"{ten}[{low}-{high}]")
    return "|".join(tens)


def _alternatives(pairs: Iterable[tuple[str, str]]) -> str:
    """Alternatives of (prefix, suffix) pairs; prefixes with the same suffix are grouped."""
    beginnings: dict[str, list[str]] = {}
    for beginning, end in pairs:
        beginnings.setdefault(end, []).append(beginning)
    return "|".join(f"({'|'.join(same)})-({end})" for end, same in beginnings.items())
