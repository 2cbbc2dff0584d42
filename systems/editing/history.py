"""Who changed what when: the versions of a row, each with what makes it differ from the last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import models
from django.utils import timezone

from systems.editing.naming import with_names
from systems.editing.revisions import Version, model_of, values_of, versions_of
from systems.editing.rights import Rights

MAX_VERSIONS_SHOWN = 50


@dataclass(frozen=True)
class FieldChange:
    """One field: what it was and what it became. Empty where the row was not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryStep:
    """A version and its differences from the one before."""

    version: Version
    changes: list[FieldChange]


def steps(row: models.Model, rights: Rights) -> list[HistoryStep]:
    """The versions of a row, the latest first, each with what changed, as a person may know it."""
    versions = list(
        versions_of(type(row), row.pk)
        .select_related("revision__user")
        .prefetch_related("revision__version_set__content_type")[: MAX_VERSIONS_SHOWN + 1]
    )
    states = [_state(version) for version in versions]
    names = _Names(states, rights)
    own = _own(type(row))
    shown = []
    for place, version in enumerate(versions[:MAX_VERSIONS_SHOWN]):
        before = states[place + 1] if place + 1 < len(versions) else {}
        changes = _changes(before, states[place], names, own) if before else []
        shown.append(HistoryStep(version, list(changes)))
    return shown


def are_alike(one: Version, other: Version) -> bool:
    """Whether two versions of a row say the same of it and of what belongs to it."""
    return _state(one) == _state(other)


# A value under the row (model and key) and field that it is of.
State = dict[tuple[type[models.Model], str, models.Field], Any]


def _state(version: Version) -> State:
    """All values of a version, moments to the minute: of its row and of what belongs to it."""
    state: State = {}
    for part in version.revision.version_set.all():
        for field, value in values_of(part).items():
            said = to_the_minute(value) if isinstance(value, datetime) else value
            state[model_of(part), part.object_id, field] = said
    return state


def to_the_minute(moment: datetime) -> datetime:
    """A moment as forms show it: what is less than a minute is no change."""
    return moment.replace(second=0, microsecond=0)


def differences(
    before: State, after: State, model: type[models.Model], rights: Rights
) -> list[FieldChange]:
    """What differs between two states of a row of `model` and of what belongs to it."""
    return list(_changes(before, after, _Names([before, after], rights), _own(model)))


def _own(model: type[models.Model]) -> set[type[models.Model]]:
    return {model, *model._meta.parents}


class _Names:
    """The names of what versions refer to, with one query for each model.

    A version has keys, and the names are those of today: only such as a person may read today.
    """

    def __init__(self, states: Iterable[State], rights: Rights) -> None:
        wanted: dict[Any, set[Any]] = {}
        for state in states:
            for (_, _, field), value in state.items():
                if field.remote_field and value:
                    keys = value if isinstance(value, list) else [value]
                    wanted.setdefault(field.related_model, set()).update(map(str, keys))
        self.names = {
            model: {
                str(row.pk): str(row) for row in with_names(rights.names(model).filter(pk__in=keys))
            }
            for model, keys in wanted.items()
        }

    def say(self, field: models.Field, value: Any) -> str:
        if value is None or value == "":
            return ""
        if field.remote_field:
            known = self.names.get(cast("Any", field.related_model), {})
            keys = value if isinstance(value, list) else [value]
            return "; ".join(known.get(str(key), f"(deleted or hidden, {key})") for key in keys)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(field, models.DateTimeField):
            return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"
        if isinstance(field, models.DateField):
            return f"{value:%d/%m/%Y}"
        return str(value)


def _changes(
    before: State, after: State, names: _Names, own: set[type[models.Model]]
) -> Iterator[FieldChange]:
    """What differs; the fields of what belongs to the row are told with what that is."""
    for place in [*after, *(key for key in before if key not in after)]:
        model, _, field = place
        was, is_now = before.get(place), after.get(place)
        if was == is_now:
            continue
        label = str(field.verbose_name)
        if model not in own:
            label = f"{model._meta.verbose_name}: {label}"
        yield FieldChange(label, names.say(field, was), names.say(field, is_now))
