"""Moments by the clock in London, as people type them and as they are shown.

Once a year an hour comes twice and once a year one is left out. "01:30 BST" is the first of the
two, "01:30 GMT" the second; such a moment is also shown so, and what is shown can be saved again.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTimeWidget
from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone, localtime

from icsinfo.dates import say

ZONES = {"BST": timezone(timedelta(hours=1)), "GMT": UTC}


def moment_of(day: date, clock: time) -> datetime:
    """When a clock shows a time on a day: the clock in London, or that of the time's own zone.

    Raises ValidationError where the clock in London shows it twice or never.
    """
    moment = datetime.combine(day, clock)
    if moment.tzinfo:
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # before the year 1
            raise ValidationError("There is no such day.") from None
    first = moment.replace(tzinfo=get_current_timezone())
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    if localtime(first.astimezone(UTC)).time() != clock:
        raise ValidationError(
            f"On {say(day)} the clocks go forward, and there is no {clock:%H:%M}. "
            "Choose a time before or after that hour."
        )
    raise ValidationError(
        f"On {say(day)} the clocks go back, and {clock:%H:%M} comes twice. "
        f"Write {clock:%H:%M} BST for the first time or {clock:%H:%M} GMT for the second."
    )


def clock_of(moment: datetime) -> time:
    """What the clock in London shows at a moment; with its zone where it shows that twice."""
    here = localtime(moment)
    comes_twice = here.utcoffset() != here.replace(fold=1 - here.fold).utcoffset()
    return here.timetz().replace(tzinfo=ZONES[here.tzname() or ""]) if comes_twice else here.time()


def zone_in_words(clock: time) -> str:
    """The zone of a time that has one, to be written behind it."""
    return next((f" {name}" for name, zone in ZONES.items() if zone == clock.tzinfo), "")


def split_zone(text: str) -> tuple[str, Any]:
    """What was typed without the zone at its end, and the zone, None if there is none."""
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
        return shown + zone_in_words(value) if shown and isinstance(value, time) else shown


class MomentWidget(AdminSplitDateTime):
    """A box for the day and one for the time."""

    def __init__(self, attrs: Any = None) -> None:
        forms.MultiWidget.__init__(self, [AdminDateWidget(), _TimeWidget()], attrs)

    def decompress(self, value: Any) -> tuple[date | None, time | None]:
        """Nothing for what is no moment: the address of a form may suggest any text."""
        if not isinstance(value, datetime):
            return None, None
        return localtime(value).date(), clock_of(value)


class MomentField(forms.SplitDateTimeField):
    """A moment from a day and a time."""

    widget = MomentWidget

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
        return moment_of(day, clock)
