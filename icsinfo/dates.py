"""Dates as the site reads and writes them."""

import re
from datetime import date, timedelta

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


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
