"""Who changed what when: every version of a row, restored with a click; and the bin.

The versions are kept by django-reversion. They are written by the admin alone: what is loaded in
bulk has its files as its history.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import reversion
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import QuerySet
from django.utils import timezone
from reversion.models import Revision, Version

from systems.editing.rights import Rights, RightsRole
from systems.models import Deletion, System
from systems.models.addressed import Addressed

MOST_SHOWN = 50


@dataclass(frozen=True)
class Change:
    """One field: what it was and what it became. Empty where the row was not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """A version, and what makes it different from the one before."""

    version: Version
    changes: list[Change]


def remember(row: models.Model, user: Any, why: str) -> Revision | None:
    """Keep a row as it is in the database now, with all that belongs to it."""
    with reversion.create_revision(manage_manually=True):
        reversion.set_user(user)
        reversion.set_comment(why)
        reversion.add_to_revision(type(row)._default_manager.get(pk=row.pk))
    version = Version.objects.get_for_object(row).first()
    return version.revision if version else None


def remember_first(row: models.Model) -> None:
    """Keep a row as it is before the first change in the admin: what the files said."""
    if not Version.objects.get_for_object(row).exists():
        remember(type(row)._default_manager.get(pk=row.pk), None, "As it was before")


def remember_many(rows: QuerySet[Any], user: Any, why: str) -> None:
    """Keep many rows of a model to which nothing belongs, each by itself, in two queries."""
    joined = [field.name for field in rows.model._meta.fields if field.is_relation]
    found = list(rows.select_related(*joined) if joined else rows)  # what names are made of
    now = timezone.now()
    kind = ContentType.objects.get_for_model(rows.model)
    revisions = Revision.objects.bulk_create(
        [Revision(date_created=now, user=user, comment=why) for _ in found]
    )
    Version.objects.bulk_create(
        [
            Version(
                revision=revision,
                object_id=str(row.pk),
                content_type=kind,
                db=DEFAULT_DB_ALIAS,
                format="json",
                serialized_data=serializers.serialize("json", [row]),
                object_repr=str(row),
            )
            for revision, row in zip(revisions, found, strict=True)
        ]
    )


def remember_many_first(rows: QuerySet[Any]) -> None:
    """Keep those of many rows as they are of which no version is kept yet."""
    keys = [str(key) for key in rows.values_list("pk", flat=True)]
    known = Version.objects.get_for_model(rows.model).filter(object_id__in=keys)
    kept = [int(key) for key in known.values_list("object_id", flat=True)]
    remember_many(rows.exclude(pk__in=kept), None, "As it was before")


def steps(row: models.Model, rights: Rights) -> list[Step]:
    """The versions of a row, the latest first, each with what changed, as a person may know it."""
    versions = list(
        Version.objects.get_for_object(row)
        .select_related("revision__user")
        .prefetch_related("revision__version_set__content_type")[: MOST_SHOWN + 1]
    )
    states = [_state(version) for version in versions]
    names = _Names(states, rights)
    own = _own(type(row))
    shown = []
    for place, version in enumerate(versions[:MOST_SHOWN]):
        before = states[place + 1] if place + 1 < len(versions) else {}
        changes = _changes(before, states[place], names, own) if before else []
        shown.append(Step(version, list(changes)))
    return shown


def are_alike(one: Version, other: Version) -> bool:
    """Whether two versions of a row say the same of it and of what belongs to it."""
    return _state(one) == _state(other)


# A value under the row (model and key) and field that it is of.
State = dict[tuple[type[models.Model], str, models.Field], Any]


def values_of(part: Version) -> dict[models.Field, Any]:
    """The values of one row in a version, keys and what is set by itself left out.

    Raises RevertError if it cannot be read any more.
    """
    model = part._model
    return {
        field: part._local_field_dict[field.attname]
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if field.editable and not field.primary_key and field.attname in part._local_field_dict
    }


def _state(version: Version) -> State:
    """All values of a version, moments to the minute: of its row and of what belongs to it."""
    found: State = {}
    for part in version.revision.version_set.all():
        for field, value in values_of(part).items():
            said = to_the_minute(value) if isinstance(value, datetime) else value
            found[part._model, part.object_id, field] = said
    return found


def to_the_minute(moment: datetime) -> datetime:
    """A moment as forms show it: what is less than a minute is no change."""
    return moment.replace(second=0, microsecond=0)


def differences(
    before: State, after: State, model: type[models.Model], rights: Rights
) -> list[Change]:
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
            model: {str(row.pk): str(row) for row in self._rows(model, keys, rights)}
            for model, keys in wanted.items()
        }

    @staticmethod
    def _rows(model: Any, keys: set[str], rights: Rights) -> QuerySet:
        rows: Any = rights.names(model).filter(pk__in=keys)
        return rows.named_on(timezone.localdate()) if model is System else rows

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
) -> Iterator[Change]:
    """What differs; the fields of what belongs to the row are told with what that is."""
    for place in [*after, *(key for key in before if key not in after)]:
        model, _, field = place
        was, is_now = before.get(place), after.get(place)
        if was == is_now:
            continue
        label = str(field.verbose_name)
        if model not in own:
            label = f"{model._meta.verbose_name}: {label}"
        yield Change(label, names.say(field, was), names.say(field, is_now))


# --- The bin -----------------------------------------------------------------------------------


def bury(row: Any, rights: Rights, user: Any) -> None:
    """Keep a row that is about to be deleted, and say at its address who deleted it."""
    now = timezone.now()
    Deletion.objects.forget_expired(now)
    revision = remember(row, user, "Deleted")
    if isinstance(row, Addressed):
        row.remember_gone("The editors of this site deleted it.")
    made = Deletion.objects.create(
        name=str(row)[:300],
        content_type=ContentType.objects.get_for_model(type(row)),
        object_id=row.pk,
        revision=revision,
        deleted_by=user,
        deleted_at=now,
    )
    made.systems.set(rights.systems_of(row))


def buried(model: type[models.Model], rights: Rights) -> QuerySet[Deletion]:
    """What of a model can be taken back by a person: all, or what was their own alone."""
    found = Deletion.objects.restorable(timezone.now()).filter(
        content_type=ContentType.objects.get_for_model(model)
    )
    if rights.role is RightsRole.SYSTEM:
        others = System.objects.exclude(pk__in=rights.own)
        mine = found.filter(systems__in=rights.own).values("pk")
        theirs = Deletion.objects.filter(systems__in=others).values("pk")
        found = found.filter(pk__in=mine).exclude(pk__in=theirs)
    return found.select_related("deleted_by")
