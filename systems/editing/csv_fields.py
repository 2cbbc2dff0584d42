"""Form fields for the cells of a CSV file: each writes its value as text and reads it back.

A row that is referred to is written by its name, or with its code where others have that name.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from icsinfo.dates import DAYS, read_partial, say, say_partial
from systems.editing.local_datetimes import (
    datetime_of_local,
    local_time_with_zone,
    split_zone,
    zone_suffix,
)
from systems.editing.naming import Reference, noun, references
from systems.editing.rights import Rights, Verb
from systems.models.base import PartialDateField
from systems.reference.spelling import Spelling

TIMES = (", %H:%M", " %H:%M", ", %H:%M:%S", " %H:%M:%S", "")
SEPARATOR = "; "  # of several in one cell
MAX_HINTS = 20  # for each model


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


class ReferenceIndex:
    """The rows of a model by name, code and alias. Reads the database once for all cells."""

    def __init__(self, model: type[models.Model], rights: Rights) -> None:
        self.model, self._rights, self._missed = model, rights, 0

    @cached_property
    def _all(self) -> dict[Any, Reference]:
        return {named.row.pk: named for named in references(self.model, self._rights.day)}

    @cached_property
    def _shared(self) -> set[str]:
        """The names of several, of which a person may know."""
        known = set(self._rights.rows(Verb.VIEW, self.model).values_list("pk", flat=True))
        counts = Counter(_folded(named.name) for key, named in self._all.items() if key in known)
        return {name for name, count in counts.items() if count > 1}

    @cached_property
    def _meant(self) -> dict[str, set[Any]]:
        """Keys by what is written. A code or present name is meant rather than another one."""
        meant: dict[str, set[Any]] = defaultdict(set)
        for key, named in self._all.items():
            for text in {named.name, named.code, self.say(key)}:
                meant[_folded(text)].add(key)
        taken = set(meant)
        for key, named in self._all.items():
            for text in named.others:
                if _folded(text) not in taken:
                    meant[_folded(text)].add(key)
        return meant

    @cached_property
    def _coded(self) -> dict[str, set[Any]]:
        return {_folded(named.code): {key} for key, named in self._all.items()}

    def say(self, key: Any) -> str:
        named = self._all.get(key)
        if named is None:
            return ""
        unsure = ";" in named.name or _folded(named.name) in self._shared
        return f"{named.name.replace(';', ',')} ({named.code})" if unsure else named.name

    def row(self, key: Any) -> models.Model:
        return self._all[key].row

    def find(self, text: str, allowed: Callable[[], set[Any]]) -> models.Model:
        """The row of that name, if it is one of those allowed. Raises ValidationError."""
        code = _folded(text.rpartition("(")[2].removesuffix(")"))
        keys = self._meant.get(_folded(text)) or self._coded.get(code, set())
        keys = keys & allowed()
        if len(keys) > 1:
            codes = ", ".join(sorted(self._all[key].code for key in keys))
            raise ValidationError(f"“{text}” is the name of more than one. Use one of: {codes}.")
        if not keys:
            hint = self._hint(_folded(text), allowed())
            what = f"{noun(self.model)} “{text[:80]}”"
            raise ValidationError(f"There is no {what} that you can choose.{hint}")
        return self.row(keys.pop())

    def _hint(self, folded: str, keys: set[Any]) -> str:
        """The nearest name, for the first few that are not found: looking for it takes a while."""
        self._missed += 1
        if self._missed > MAX_HINTS:
            return ""
        names = {_folded(name): name for key in keys if (name := self.say(key))}
        near = Spelling(names).nearest(folded)
        return f" Did you mean “{names[near[0]]}”?" if near else ""


class ReferenceCell(forms.Field):
    """One row, by its name."""

    def __init__(self, index: ReferenceIndex, choices: QuerySet, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.index, self.queryset = index, choices
        keys: list[set[Any]] = []  # asked for once, by whichever copy of the field is the first

        def allowed() -> set[Any]:
            if not keys:
                keys.append(set(choices.order_by().values_list("pk", flat=True)))
            return keys[0]

        self.allowed = allowed

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.index.find(value.strip(), self.allowed) if value.strip() else None
        return None if value is None else self.index.row(getattr(value, "pk", value))

    def say(self, value: Any) -> str:
        return self.index.say(getattr(value, "pk", value)) if value else ""


class ReferencesCell(ReferenceCell):
    """Several rows, by their names."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return list(value or [])
        names = [name for part in value.split(";") if (name := part.strip())]
        return list(dict.fromkeys(self.index.find(name, self.allowed) for name in names))

    def say(self, value: Any) -> str:
        return SEPARATOR.join(sorted(self.index.say(row.pk) for row in value))


class ChoiceCell(forms.ChoiceField):
    """One of a few words, as pages say it."""

    @property
    def _words(self) -> dict[str, str]:
        return {str(key): str(label) for key, label in cast("Any", self.choices) if key}

    def to_python(self, value: Any) -> str:
        text = _folded(str(value or ""))
        for key, label in self._words.items():
            if text in {_folded(key), _folded(label)}:
                return key
        return str(value or "")

    def validate(self, value: str) -> None:
        if value and not self.valid_value(value):
            raise ValidationError(
                f"“{value}” is not one of these: {'; '.join(self._words.values())}."
            )
        super().validate(value)

    def say(self, value: Any) -> str:
        return self._words.get(value, value or "")


class DateCell(forms.DateField):
    input_formats = DAYS
    default_error_messages = {
        "invalid": "Enter a date like 1 April 2026, 01/04/2026 or 2026-04-01."
    }

    def say(self, value: Any) -> str:
        return say(value) if value else ""


class LocalDateTimeCell(forms.DateTimeField):
    """A moment by the clock in London."""

    widget = forms.TextInput
    input_formats = [day + time for time in TIMES for day in DAYS]
    default_error_messages = {"invalid": "Enter a date and time like 1 April 2026, 09:30."}

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        text, zone = split_zone(value)
        for way in self.input_formats:
            try:
                typed = self.strptime(text.strip(), way)
            except ValueError:
                continue
            return datetime_of_local(typed.date(), typed.time().replace(tzinfo=zone))
        raise ValidationError(self.error_messages["invalid"], code="invalid")

    def say(self, value: Any) -> str:
        if not value:
            return ""
        day, clock = timezone.localtime(value).date(), local_time_with_zone(value)
        return f"{say(day)}, {clock:%H:%M}{zone_suffix(clock)}"


class PartialDayField(forms.CharField):
    """A date as exact as known, typed and shown as people write it; stored as 2018-02."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        try:
            return read_partial(text) if text else ""
        except ValueError:
            raise ValidationError(
                "Enter a date as exact as you know: 2018, February 2018 or 22 February 2018."
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return say_partial(value) if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (initial or "")
        except ValidationError:
            return True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without the length of what is stored, which is shorter than what is typed."""
        return {}

    def say(self, value: Any) -> str:
        return say_partial(value or "")


def csv_field_for(
    db_field: models.Field, field: Any, index: Callable[[Any], ReferenceIndex]
) -> Any:
    """The field that reads from a cell what `field` of the admin's form reads from a page."""
    shared = {
        "required": field.required,
        "label": capfirst(str(field.label or db_field.verbose_name)),
    }
    if db_field.remote_field:
        kind = ReferencesCell if db_field.many_to_many else ReferenceCell
        return kind(index(db_field.remote_field.model), field.queryset, **shared)
    if isinstance(field, forms.ChoiceField):
        return ChoiceCell(choices=field.choices, **shared)
    if isinstance(db_field, models.DateTimeField):
        return LocalDateTimeCell(**shared)
    if isinstance(db_field, models.DateField):
        return DateCell(**shared)
    if isinstance(db_field, PartialDateField):
        return PartialDayField(max_length=db_field.max_length, **shared)
    field.label = shared["label"]
    return field


def cell_text(field: Any, value: Any) -> str:
    """A value as text for a cell."""
    if hasattr(field, "say"):
        return field.say(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)


def field_value(row: models.Model, name: str) -> Any:
    """What `cell_text` takes: rows where there are several, a key where there is one."""
    field = row._meta.get_field(name)
    if field.many_to_many:
        return list(getattr(row, name).all()) if row.pk else []
    return getattr(row, field.attname)  # type: ignore[union-attr]
