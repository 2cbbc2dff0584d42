"""Restoring a version of a row: only what whoever restores may write by hand today.

A version holds all of a row and of what belonged to it, also what other people may change alone:
the names and codes of an ICS, the closing date of a trust. Of these nothing is written. The rest is
written into the form by which the person would do it, and what that refuses is not written either.
Whether a text is public stays as it is too, unless the caller says otherwise: nobody expects that
from a button that brings back words.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import connection, models, transaction

from icsinfo.dry_run import rolled_back
from systems.editing.history import FieldChange, State, differences, to_the_minute
from systems.editing.optimistic_lock import OptimisticLockForm, with_m2m
from systems.editing.revisions import Revision, model_of, values_of, versions_of
from systems.editing.rights import Rights, Verb
from systems.models.base import Published
from systems.models.permanent_url import PermanentUrl

PUBLICATION = {"published_from", "published_until"}

Values = dict[models.Field, Any]


@dataclass(frozen=True)
class Editable:
    """What one person may write by hand of a row of `model` and of what belongs to it.

    `forms` are the person's forms, by model; `links` the fields by which what belongs to a row
    refers to it, and `related` the accessors; `publication` is whether the times of publication are
    restored.
    """

    rights: Rights
    model: type[models.Model]
    forms: Mapping[type[models.Model], type[OptimisticLockForm]]
    links: Sequence[models.Field]
    related: Sequence[str]
    publication: bool = False

    def has(self, model: type[models.Model], one: models.Field) -> bool:
        """Whether a field is restored where its form takes the value."""
        kept = issubclass(model, Published) and not self.publication and one.name in PUBLICATION
        return (
            model in self.forms
            and one.name in self.forms[model].base_fields
            and not (kept or one in self.links)
        )

    def filled(self, row: models.Model, values: Values) -> OptimisticLockForm:
        """The form of a row with some values in it; its other fields stay as they are."""
        named = {one.name: value for one, value in values.items()}
        return self.forms[type(row)].filled(copy(row), named)


@dataclass
class Restoration:
    """What was written, and what stays as it is because it may not be written.

    Both in the words that the person may read; `problems` are what forms say of it.
    """

    rights: Rights
    row: Any = None
    before: State = field(default_factory=dict)
    after: State = field(default_factory=dict)
    kept: State = field(default_factory=dict)
    refused: State = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

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
    there = with_m2m(model._default_manager.filter(pk=key)).first()
    run.done.row = row = run.write(there, mine) if there else run.make(model, key, mine)
    if row is None and run.done.problems:
        raise ValidationError(run.done.problems)
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
    with rolled_back():
        done = restore(revision, key, editable)
        _ = done.changes, done.left  # in words while it is there, with what it cites
    return done


class RestoreRun:
    """One call of `restore`: writes, creates and deletes rows, and notes each value in `done`."""

    def __init__(self, editable: Editable) -> None:
        self.editable, self.rights = editable, editable.rights
        self.done = Restoration(editable.rights)

    def write(self, row: Any, values: Values) -> Any:
        """Give a row the values of a version, as far as they may be written."""
        model = type(row)
        now = {one: _value(row, one) for one in values}
        differing = {one: value for one, value in values.items() if not _same(now[one], value)}
        may = self.rights.may(Verb.CHANGE, model, row)
        form, taken = self._accepted(
            row, {one: differing[one] for one in differing if may and self.editable.has(model, one)}
        )
        for one, value in differing.items():
            note = self._note if one in taken else self._leave
            note(row, one, now[one], value)
        if form:
            row = form.save(commit=False)
        if form or model is self.editable.model:  # the page of a row is as new as what is on it
            row.save()
            _assign_many(row, taken)
        return row

    def _accepted(
        self, row: models.Model, values: Values
    ) -> tuple[OptimisticLockForm | None, Values]:
        """The form of a row with as much of `values` as it takes; none where that is nothing."""
        while values:
            form = self.editable.filled(row, values)
            if form.is_valid():
                return form, values
            self._explain(form)
            wrong = {one for one in values if one.name in form.errors} or set(values)
            values = {one: value for one, value in values.items() if one not in wrong}
        return None, {}

    def make(self, model: type[models.Model], key: Any, values: Values) -> Any:
        """Bring back a row that is gone; None, with nothing written, where that is not allowed.

        What the person's form does not have is as it was last, not as it was in this version.
        """
        row = cast("Any", model)(pk=key)
        if not self.rights.may(Verb.ADD, model) or model._default_manager.filter(pk=key).exists():
            return self._leave_out(row, values)
        last = _last_known(model, key)
        filled = {
            one: value if self.editable.has(model, one) else last.get(one, value)
            for one, value in values.items()
        }
        with transaction.atomic():
            if isinstance(row, PermanentUrl):
                _assign(row, filled)
                row.clear_gone_record()
            made = self._unsaved(model, key, filled)
            if made:
                made.save(force_insert=True)
                _assign_many(made, filled)
            may = made and self.rights.may(Verb.ADD, model, made)
            transaction.set_rollback(not may)
        if not may:
            return self._leave_out(row, values)
        for one, value in filled.items():
            self._note(made, one, None, value)
        return made

    def _unsaved(self, model: type[models.Model], key: Any, values: Values) -> Any:
        """A new row with some values, None if its form refuses them.

        A source that nobody else cites may be cited again: see `Rights.may_regain`.
        """
        row = cast("Any", model)(pk=key)
        typed = {one: value for one, value in values.items() if self.editable.has(model, one)}
        for one, value in values.items():
            if one not in typed or self.rights.may_regain(one.related_model, value):
                _assign(row, {one: value})
        if model not in self.editable.forms:
            return row
        form = self.editable.filled(row, typed)
        if form.is_valid():
            return form.save(commit=False)
        self._explain(form)
        return None

    def _explain(self, form: OptimisticLockForm) -> None:
        """Note what a form says is wrong, and with what."""
        model = type(form.instance)
        owner = [] if model is self.editable.model else [str(model._meta.verbose_name)]
        for name, sentences in form.errors.items():
            label = [] if name == NON_FIELD_ERRORS else [str(form.fields[name].label)]
            for sentence in cast("list[str]", sentences):
                said = ": ".join([*owner, *label, sentence])
                if said not in self.done.problems:
                    self.done.problems.append(said)

    def remove(self, row: Any) -> None:
        """Delete what was not there yet, if the person's page has a form in which to do so."""
        model = type(row)
        may = model in self.editable.forms and self.rights.may(Verb.DELETE, model, row)
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
