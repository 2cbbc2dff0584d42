"""What rows of each model are called: in lists, forms and histories, and in spreadsheets.

Beside `rights.py` the only module of editing that knows the models of the site.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db import models
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from systems.models import Area, Organisation, Source, System, SystemCode, SystemName
from systems.models.schemes import Label


def is_system(model: Any) -> bool:
    """Whether rows of `model` are what other rows belong to."""
    return model is System


def noun(model: type[models.Model]) -> str:
    """What one row of `model` is called."""
    return "ICS" if is_system(model) else str(model._meta.verbose_name)


def with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Some rows such that `str` says their names of today without a query for each."""
    return cast("Any", rows).named_on(timezone.localdate()) if is_system(rows.model) else rows


def named_systems(field: str) -> Prefetch:
    """Read the systems that a field refers to in one query, with their names of today."""
    return Prefetch(field, System.objects.named_on(timezone.localdate()))


@dataclass(frozen=True)
class Reference:
    """A row that can be referred to, its name, its code, and what else it is called."""

    row: models.Model
    name: str
    code: str
    others: tuple[str, ...] = ()


def _systems(day: date) -> Iterable[Reference]:
    others: dict[int, list[str]] = defaultdict(list)
    for model, field in ((SystemName, "name"), (SystemCode, "code")):
        for key, text in model._default_manager.values_list("system", field):
            others[key].append(text)
    for row in System.objects.named_on(day):
        yield Reference(row, str(row), row.slug, tuple(others[row.pk]))


def references(model: Any, day: date) -> Iterable[Reference]:
    """The rows of `model`, as spreadsheets refer to them on a day."""
    rows = model._default_manager.all()
    if model is System:
        return _systems(day)
    if model is Source:  # their titles are long, and often the same
        return (Reference(row, row.key, row.key) for row in rows)
    if model is Area:
        return (Reference(row, row.name, row.code, (row.slug,)) for row in rows)
    if model is Organisation:  # there are thousands, and many share their name with another
        rows = rows.only("name", "code")
        return (Reference(row, f"{row.name} ({row.code})", row.code, (row.name,)) for row in rows)
    if issubclass(model, Label):
        return (Reference(row, row.name, row.slug) for row in rows)
    return (Reference(row, f"{row} ({row.pk})", str(row.pk)) for row in rows)
