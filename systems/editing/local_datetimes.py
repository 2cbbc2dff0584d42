"""Date and time fields in London time that take and show the ambiguous hour with its zone.

When summer time ends an hour comes twice: "01:30 BST" is the first, "01:30 GMT" the second. When it
begins an hour is left out, and a time in it is refused. What is shown can be saved again unchanged.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTimeWidget
from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone, localtime

from icsinfo.dates import say

ZONES = {"BST": timezone(timedelta(hours=1)), "GMT": UTC}


def datetime_of_local(day: date, clock: time) -> datetime:
    """The aware datetime of a time on a day, in London or in the time's own zone.

    Raises ValidationError where it comes twice or never in London.
    """
    moment = datetime.combine(day, clock)
    if moment.tzinfo:
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # before the year 1
            raise ValidationError("There is no such date.") from None
    first = moment.replace(tzinfo=get_current_timezone())
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    if localtime(first.astimezone(UTC)).time() != clock:
        raise ValidationError(
            f"On {say(day)} the clocks go forward, so there is no {clock:%H:%M}. "
            "Choose a time before or after that hour."
        )
    raise ValidationError(
        f"On {say(day)} the clocks go back, so {clock:%H:%M} happens twice. "
        f"Enter {clock:%H:%M} BST for the first time or {clock:%H:%M} GMT for the second."
    )


def local_time_with_zone(moment: datetime) -> time:
    """The time in London; with BST or GMT as its tzinfo in the repeated hour, else naive."""
    here = localtime(moment)
    comes_twice = here.utcoffset() != here.replace(fold=1 - here.fold).utcoffset()
    return here.timetz().replace(tzinfo=ZONES[here.tzname() or ""]) if comes_twice else here.time()


def zone_suffix(clock: time) -> str:
    """ " BST" or " GMT" for a time with that zone; empty for a naive one."""
    return next((f" {name}" for name, zone in ZONES.items() if zone == clock.tzinfo), "")


def split_zone(text: str) -> tuple[str, Any]:
    """Split "01:30 BST" into "01:30" and the zone; None where there is none."""
    before, _, name = text.strip().rpartition(" ")
    zone = ZONES.get(name.upper())
    return (before, zone) if zone else (text, None)


class _TimeField(forms.TimeField):
    def to_python(self, value: Any) -> Any:
        zone = None
        if isinstance(value, str):
            value, zone = split_zone(value)
        clock = super().to_python(value)
        return clock.replace(tzinfo=zone) if clock and zone else clock


class _TimeWidget(AdminTimeWidget):
    def format_value(self, value: Any) -> str | None:
        shown = super().format_value(value)
        return shown + zone_suffix(value) if shown and isinstance(value, time) else shown


class LocalDateTimeWidget(AdminSplitDateTime):
    """A box for the day and one for the time."""

    def __init__(self, attrs: Any = None) -> None:
        forms.MultiWidget.__init__(self, [AdminDateWidget(), _TimeWidget()], attrs)

    def decompress(self, value: Any) -> tuple[date | None, time | None]:
        """Empty for anything but a datetime: a query string may prefill the field with any text."""
        if not isinstance(value, datetime):
            return None, None
        return localtime(value).date(), local_time_with_zone(value)


class LocalDateTimeField(forms.SplitDateTimeField):
    """An aware datetime from a day and a time in London."""

    widget = LocalDateTimeWidget

    def __init__(self, **kwargs: Any) -> None:
        forms.MultiValueField.__init__(self, (forms.DateField(), _TimeField()), **kwargs)

    def compress(self, data_list: Any) -> datetime | None:
        if not data_list:
            return None
        day, clock = data_list
        if day in self.empty_values:
            raise ValidationError(self.error_messages["invalid_date"], code="invalid_date")
        if clock in self.empty_values:
            raise ValidationError(self.error_messages["invalid_time"], code="invalid_time")
        return datetime_of_local(day, clock)
