"""The date that a question is asked about."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self

from django.http import HttpRequest
from django.utils import timezone

from icsinfo.dates import read_iso, say, years_after
from icsinfo.wording import to_be

# The first integrated care systems, then called accountable care systems, were named on this day.
FIRST_DAY = date(2017, 6, 15)
YEARS_AHEAD = 2


class BadDateError(ValueError):
    """A date that cannot be read, with a sentence that says how to write it."""


class OutOfRangeError(ValueError):
    """A real date that the site has nothing to say about. `day` is the date."""

    def __init__(self, message: str, day: date) -> None:
        super().__init__(message)
        self.day = day


def midnight(day: date) -> datetime:
    """The aware datetime at which a day begins in London."""
    return timezone.make_aware(datetime.combine(day, time()))


def last_day(today: date) -> date:
    return years_after(today, YEARS_AHEAD)


def read_day(text: str | None, today: date) -> date:
    """The day that `text` (2026-03-31) asks about; today where it is empty or None.

    Raises BadDateError or OutOfRangeError.
    """
    text = (text or "").strip()
    if not text:
        return today
    try:
        day = read_iso(text)
    except ValueError as error:
        raise BadDateError(
            "That is not a date. Enter it as year-month-day, for example 2026-03-31."
        ) from error
    if day < FIRST_DAY:
        raise OutOfRangeError(
            f"There were no integrated care systems before {say(FIRST_DAY)}. Choose a later date.",
            day,
        )
    if day > last_day(today):
        raise OutOfRangeError(
            f"We have no information that far ahead. Choose a date up to {say(last_day(today))}.",
            day,
        )
    return day


@dataclass(frozen=True, slots=True)
class AsAtDate:
    """The date a page shows: the one asked for in `?on=`, or today with what was wrong with it."""

    day: date
    today: date
    error: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        today = timezone.localdate()
        try:
            return cls(read_day(request.GET.get("on"), today), today)
        except (BadDateError, OutOfRangeError) as error:
            return cls(today, today, str(error))

    @property
    def query(self) -> str:
        """What links to other pages carry so that they show the same date."""
        return "" if self.day == self.today else f"?on={self.day:%Y-%m-%d}"

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    @property
    def on_day(self) -> str:
        """What ends a sentence or title: " on 1 April 2026"; nothing where the day is today."""
        return f" on {say(self.day)}" if self.query else ""

    @property
    def other_day(self) -> date | None:
        """The day, where it is not today: what a search box carries along."""
        return self.day if self.query else None

    @property
    def verb(self) -> str:
        """What a sentence about the day says: was, is or will be."""
        return to_be(self.day, self.today)

    def there_are(self, count: int) -> str:
        """How many there are: "On 1 April 2026 there were 36", or "There are 36 today"."""
        if not self.query:
            return f"There {'is' if count == 1 else 'are'} {count} today"
        if self.is_past:
            return f"On {say(self.day)} there {'was' if count == 1 else 'were'} {count}"
        return f"On {say(self.day)} there will be {count}, as far as we know"

    @property
    def status(self) -> int:
        return 400 if self.error else 200
