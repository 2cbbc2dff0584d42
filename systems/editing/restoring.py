"""Restoring a version of a row: only what whoever restores may write by hand today.

A version holds all of a row and of what belonged to it, also what other people may change alone:
the names and codes of an ICS, the closing date of a trust. Of these nothing is written. Whether a
text is public stays as it is too, unless the caller says otherwise: nobody expects that from a
button that brings back words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction

from systems.editing.history import FieldChange, State, differences, to_the_minute
from systems.editing.revisions import Revision, model_of, values_of, versions_of
from systems.editing.rights import Rights, Verb
from systems.models.base import Published
from systems.models.permanent_url import PermanentUrl

PUBLICATION = {"published_from", "published_until"}

Values = dict[models.Field, Any]


@dataclass(frozen=True)
class Editable:
    """What one person may write by hand of a row of `model` and of what belongs to it.

    `fields` are the fields of the person's forms, by model; `related` are the accessors of what
    belongs to a row; `publication` is whether the times of publication are restored.
    """

    rights: Rights
    model: type[models.Model]
    fields: Mapping[type[models.Model], Mapping[str, forms.Field]]
    related: Sequence[str]
    publication: bool = False

    def takes(self, model: type[models.Model], name: str, value: Any) -> bool:
        """Whether a field may be given a value: the form has it, and among its choices."""
        if name in PUBLICATION and issubclass(model, Published) and not self.publication:
            return False
        offered = self.fields.get(model, {}).get(name)
        if offered is None:
            return False
        if value in (None, "", []):
            return not offered.required
        choices = getattr(offered, "queryset", None)
        if choices is None:
            return True
        keys = set(value) if isinstance(value, list) else {value}
        return choices.filter(pk__in=keys).count() == len(keys)


@dataclass
class Restoration:
    """What was written, and what stays as it is because it may not be written.

    Both in the words that the person may read.
    """

    rights: Rights
    row: Any = None
    before: State = field(default_factory=dict)
    after: State = field(default_factory=dict)
    kept: State = field(default_factory=dict)
    refused: State = field(default_factory=dict)

    @cached_property
    def changes(self) -> list[FieldChange]:
        return differences(self.before, self.after, type(self.row), self.rights)

    @cached_property
    def left(self) -> list[FieldChange]:
        """What stays: each field as it is, and as the version has it."""
        return differences(self.kept, self.refused, type(self.row), self.rights)


def restore(revision: Revision, key: Any, editable: Editable) -> Restoration:
    """Set a row and what belongs to it to the values of `revision`, where `editable` allows it.

    What belongs to it and came later is deleted. Call it in a transaction. Raises PermissionDenied
    if the row would not be the person's own afterwards, ValidationError or IntegrityError if it
    does not fit with what is there now, and UnreadableVersionError if a version cannot be read.
    """
    model = editable.model
    wanted = saved_values(revision, model)
    mine = wanted.pop((model, key), {})
    run = RestoreRun(editable)
    there = model._default_manager.filter(pk=key).first()
    run.done.row = row = run.write(there, mine) if there else run.make(model, key, mine)
    if row is None and run.hidden_sources(mine):
        raise ValidationError(
            "It cites a source that is not yours to see any more. Ask a central editor."
        )
    if row is None:
        raise PermissionDenied
    related = {(type(other), other.pk): other for other in _related(row, editable.related)}
    for place in related.keys() - wanted.keys():
        run.remove(related[place])
    for place, values in wanted.items():
        if place in related:
            run.write(related[place], values)
        else:
            run.make(*place, values)
    if not editable.rights.may(Verb.CHANGE, model, row):
        raise PermissionDenied
    connection.check_constraints([model._meta.db_table, *(one._meta.db_table for one, _ in wanted)])
    return run.done


def restore_dry_run(revision: Revision, key: Any, editable: Editable) -> Restoration:
    """A dry run of `restore`: the same answers and errors, and nothing is written."""
    with transaction.atomic():
        done = restore(revision, key, editable)
        _ = done.changes, done.left  # in words while it is there, with what it cites
        transaction.set_rollback(True)
    return done


class RestoreRun:
    """One call of `restore`: writes, creates and deletes rows, and notes each value in `done`."""

    def __init__(self, editable: Editable) -> None:
        self.editable, self.rights = editable, editable.rights
        self.done = Restoration(editable.rights)

    def write(self, row: Any, values: Values) -> Any:
        """Give a row the values of a version, as far as they may be written."""
        model = type(row)
        may = self.rights.may(Verb.CHANGE, model, row)
        taken: Values = {}
        for one, value in values.items():
            now = _value(row, one)
            if _same(now, value):
                continue
            if may and self.editable.takes(model, one.name, value):
                taken[one] = value
                self._note(row, one, now, value)
            else:
                self._leave(row, one, now, value)
        if taken or model is self.editable.model:  # the page of a row is as new as what is on it
            _assign(row, taken)
            row.clean()
            row.save()
            _assign_many(row, taken)
        return row

    def make(self, model: type[models.Model], key: Any, values: Values) -> Any:
        """Bring back a row that is gone; None, with nothing written, where that is not allowed.

        Not one that cites what the person may not see today: see `Rights.may_regain`.
        What the person's form does not have is as it was last, not as it was in this version.
        """
        row = cast("Any", model)(pk=key)
        if not self.rights.may(Verb.ADD, model) or model._default_manager.filter(pk=key).exists():
            return self._leave_out(row, values)
        last = _last_known(model, key)
        filled = {
            one: value if self.editable.takes(model, one.name, value) else last.get(one, value)
            for one, value in values.items()
        }
        if self.hidden_sources(filled):
            return self._leave_out(row, values)
        with transaction.atomic():
            _assign(row, filled)
            if isinstance(row, PermanentUrl):
                row.clear_gone_record()
            row.clean()
            row.save(force_insert=True)
            _assign_many(row, filled)
            may = self.rights.may(Verb.ADD, model, row)
            transaction.set_rollback(not may)
        if not may:
            return self._leave_out(row, values)
        for one, value in filled.items():
            self._note(row, one, None, value)
        return row

    def hidden_sources(self, values: Values) -> bool:
        return not all(
            self.rights.may_regain(cast("Any", one.related_model), value)
            for one, value in values.items()
            if one.related_model and value
        )

    def remove(self, row: Any) -> None:
        """Delete what was not there yet, if the person's page has a form in which to do so."""
        model = type(row)
        may = model in self.editable.fields and self.rights.may(Verb.DELETE, model, row)
        note = self._note if may else self._leave
        for one in row._meta.concrete_fields:
            if one.editable and not one.primary_key:
                note(row, one, _value(row, one), None)
        if may:
            row.delete()

    def _leave_out(self, row: Any, values: Values) -> None:
        for one, value in values.items():
            self._leave(row, one, None, value)

    def _note(self, row: Any, one: models.Field, was: Any, value: Any) -> None:
        place = type(row), str(row.pk), one
        self.done.before[place], self.done.after[place] = was, value

    def _leave(self, row: Any, one: models.Field, now: Any, value: Any) -> None:
        place = type(row), str(row.pk), one
        self.done.kept[place], self.done.refused[place] = now, value


def saved_values(revision: Revision, model: type[models.Model]) -> dict[tuple[Any, Any], Values]:
    """The values of each row in a revision; those of a parent model are its child's."""
    wanted: dict[tuple[Any, Any], Values] = {}
    parents = model._meta.get_parent_list()
    for version in revision.version_set.select_related("content_type"):
        kind = model_of(version)
        place = model if kind in parents else kind, kind._meta.pk.to_python(version.object_id)
        wanted.setdefault(place, {}).update(values_of(version))
    return wanted


def _last_known(model: type[models.Model], key: Any) -> Values:
    """The values of a row in the last revision that has it, with those of its parent models."""
    last = versions_of(model, key).first()
    return saved_values(last.revision, model).get((model, key), {}) if last else {}


def _related(row: Any, accessors: Iterable[str]) -> list[Any]:
    return [other for name in accessors for other in getattr(row, name).all()]


def _value(row: Any, one: models.Field) -> Any:
    if one.many_to_many:
        return [other.pk for other in getattr(row, one.name).all()]
    return getattr(row, one.attname)


def _same(now: Any, value: Any) -> bool:
    if isinstance(now, datetime) and isinstance(value, datetime):
        return to_the_minute(now) == to_the_minute(value)  # forms and versions keep no more
    if isinstance(now, list):
        return set(now) == set(value or [])
    return now == value


def _assign(row: Any, values: Values) -> None:
    for one, value in values.items():
        if not one.many_to_many:
            setattr(row, one.attname, value)


def _assign_many(row: Any, values: Values) -> None:
    for one, value in values.items():
        if one.many_to_many:
            getattr(row, one.name).set(value)
