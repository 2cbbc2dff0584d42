"""What writes rows for a merger, and remembers each so that it can be taken back."""

from datetime import UTC, datetime
from typing import Any

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db import models

from systems.editing import history
from systems.editing.editions import edition_of
from systems.models import AreaPeriod, Revision, SystemCode, SystemName
from systems.models.addressed import Addressed
from timeline.models import Merger, Written


class Pen:
    """Writes rows for one merger, and keeps what is needed to take each of them back.

    `by` is who plans it; without anybody the history of the rows is not written, as for a preview.
    """

    def __init__(self, merger: Merger, by: Any = None) -> None:
        self.merger = merger
        self.by = by
        self.copies: dict[int, int] = {}  # of schemes, with their originals
        self.rows: dict[tuple[type[models.Model], int], dict[str, Any] | None] = {}

    def make(self, row: models.Model) -> None:
        """Store a new row."""
        if self.by:
            self._remember_first(row)
        row.save()
        self._note(row, None)

    def make_all(self, rows: list[Any]) -> None:
        """Store many of one model at once. Their owners' histories begin with how they were."""
        if not rows:
            return
        for row in rows if self.by else []:
            self._remember_first(row)
        for row in type(rows[0])._default_manager.bulk_create(rows):
            self._note(row, None)

    def change(self, row: models.Model, **values: Any) -> None:
        """Give a row other values."""
        if self.by:
            self._remember_first(row)
        before = {name: value_of(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        self._note(row, {name: (was, value_of(row, name)) for name, was in before.items()})

    def change_all(self, rows: list[Any], **values: Any) -> None:
        """Give many rows of one model the same values: as `change`, in a few queries."""
        if not rows:
            return
        model = type(rows[0])
        found = model._default_manager.filter(pk__in=[row.pk for row in rows])
        if self.by:
            history.remember_many_first(found)
        for row in rows:
            before = {name: value_of(row, name) for name in values}
            for name, value in values.items():
                setattr(row, name, value)
            self._note(row, {name: (was, value_of(row, name)) for name, was in before.items()})
        found.update(**values)

    def _note(self, row: models.Model, before: dict[str, Any] | None) -> None:
        self.rows.setdefault((type(row), row.pk), before)

    def _remember_first(self, row: models.Model) -> None:
        owner = _owner(row)
        if owner.pk and reversion.is_registered(type(owner)):
            history.remember_first(owner)

    def put_away(self) -> None:
        """Store what was written, as it is now; and the history, if anybody wrote it."""
        by_model: dict[type[models.Model], list[int]] = {}
        for model, key in self.rows:
            by_model.setdefault(model, []).append(key)
        owners: dict[models.Model, None] = {}
        for model, keys in by_model.items():
            kind = ContentType.objects.get_for_model(model)
            found = model._default_manager.in_bulk(keys)
            Written.objects.bulk_create(
                Written(
                    merger=self.merger,
                    content_type=kind,
                    object_id=key,
                    before=self.rows[model, key],
                    edition=edition_of(found[key]),
                )
                for key in keys
            )
            for row in found.values():
                owner = _owner(row)
                # What is new and has no page has no history before somebody changes it.
                if isinstance(owner, Addressed) or self.rows[model, row.pk] is not None:
                    owners[owner] = None
        if self.by:
            remember_all(list(owners), self.by, f"Planned: {self.merger.title}")
        Revision.bump()  # what is stored in bulk tells nobody


def remember_all(rows: list[models.Model], by: Any, why: str) -> None:
    """Keep rows in their histories, each by itself, so that each can be restored by itself."""
    others: dict[type[models.Model], list[int]] = {}
    for row in rows:
        if isinstance(row, Addressed):
            history.remember(row, by, why)
        elif reversion.is_registered(type(row)):
            others.setdefault(type(row), []).append(row.pk)
    for model, keys in others.items():
        history.remember_many(model._default_manager.filter(pk__in=keys), by, why)


def value_of(row: models.Model, name: str) -> str | None:
    """A date or moment as JSON can keep it, a moment as the database has it."""
    value = getattr(row, name)
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value and value.isoformat()


def _owner(row: Any) -> models.Model:
    """The row in whose history a change of this one is told."""
    if isinstance(row, AreaPeriod):
        return row.area
    return row.system if isinstance(row, SystemName | SystemCode) else row
