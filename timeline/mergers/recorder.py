"""Writes rows for a merger and records each as a `MergerChange`, for undo."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from systems.editing import revisions
from systems.editing.optimistic_lock import row_version
from systems.models import AreaPeriod, SystemCode, SystemName
from systems.models.permanent_url import PermanentUrl
from timeline.models import Merger, MergerChange


class ChangeRecorder:
    """Creates and updates rows for one merger; `finish` stores what was done.

    `by` is the user who plans it. Without one, as in a dry run, no versions are saved.
    """

    def __init__(self, merger: Merger, by: Any = None) -> None:
        self.merger = merger
        self.by = by
        self.copies: dict[int, int] = {}  # of schemes: key of the copy to key of the original
        self.rows: dict[tuple[type[models.Model], int], dict[str, Any] | None] = {}

    def create(self, row: models.Model) -> None:
        """Save a new row."""
        if self.by:
            self._save_initial_version(row)
        row.save()
        self._record(row, None)

    def create_all(self, rows: list[Any]) -> None:
        """Save new rows of one model in one query; first, versions of their owners as they are."""
        if not rows:
            return
        for row in rows if self.by else []:
            self._save_initial_version(row)
        for row in type(rows[0])._default_manager.bulk_create(rows):
            self._record(row, None)

    def update(self, row: models.Model, **values: Any) -> None:
        """Save other values of a row."""
        if self.by:
            self._save_initial_version(row)
        before = {name: value_of(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        save_fields(row, values)
        self._record(row, {name: (was, value_of(row, name)) for name, was in before.items()})

    def update_all(self, rows: list[Any], **values: Any) -> None:
        """Save rows of one model with the same values: as `update`, in a few queries."""
        if not rows:
            return
        model = type(rows[0])
        queryset = model._default_manager.filter(pk__in=[row.pk for row in rows])
        if self.by:
            revisions.save_first_versions(queryset)
        for row in rows:
            before = {name: value_of(row, name) for name in values}
            for name, value in values.items():
                setattr(row, name, value)
            self._record(row, {name: (was, value_of(row, name)) for name, was in before.items()})
        queryset.update(**values)

    def _record(self, row: models.Model, before: dict[str, Any] | None) -> None:
        self.rows.setdefault((type(row), row.pk), before)

    def _save_initial_version(self, row: models.Model) -> None:
        owner = _owner(row)
        if owner.pk and revisions.is_registered(type(owner)):
            revisions.save_first_version(owner)

    def finish(self) -> None:
        """Store a `MergerChange` for each row as it is now, and versions if there is a user."""
        by_model: dict[type[models.Model], list[int]] = {}
        for model, key in self.rows:
            by_model.setdefault(model, []).append(key)
        owners: dict[models.Model, None] = {}
        for model, keys in by_model.items():
            kind = ContentType.objects.get_for_model(model)
            stored = model._default_manager.in_bulk(keys)
            MergerChange.objects.bulk_create(
                MergerChange(
                    merger=self.merger,
                    content_type=kind,
                    object_id=key,
                    before=self.rows[model, key],
                    edition=row_version(stored[key]),
                )
                for key in keys
            )
            for row in stored.values():
                owner = _owner(row)
                # What is new and has no page has no history before somebody changes it.
                if isinstance(owner, PermanentUrl) or self.rows[model, row.pk] is not None:
                    owners[owner] = None
        if self.by:
            save_versions(list(owners), self.by, f"Planned: {self.merger.title}")


def save_fields(row: models.Model, names: Iterable[str]) -> None:
    """Save some fields of a row, so that what an editor saves of it meanwhile stays."""
    dated = ["changed_at"] if isinstance(row, PermanentUrl) else []
    row.save(update_fields=[*names, *dated])


def save_versions(rows: list[models.Model], by: Any, why: str) -> None:
    """Save a version of each row, in a revision of its own, so that each can be restored alone."""
    others: dict[type[models.Model], list[int]] = {}
    for row in rows:
        if isinstance(row, PermanentUrl):
            revisions.save_version(row, by, why)
        elif revisions.is_registered(type(row)):
            others.setdefault(type(row), []).append(row.pk)
    for model, keys in others.items():
        revisions.save_versions(model._default_manager.filter(pk__in=keys), by, why)


def value_of(row: models.Model, name: str) -> str | None:
    """A date or datetime of a row in ISO format, in UTC, for `MergerChange.before`."""
    value = getattr(row, name)
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value and value.isoformat()


def _owner(row: Any) -> models.Model:
    """The row whose history includes this one's."""
    if isinstance(row, AreaPeriod):
        return row.area
    return row.system if isinstance(row, SystemName | SystemCode) else row
