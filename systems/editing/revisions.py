"""Versions of rows: the only module that knows how django-reversion keeps them.

Only the admin and the merger desk write them. What is loaded in bulk has its files as its history.
What is promised here is held by tests/systems/test_revisions.py, so that an upgrade of
django-reversion that changes its private `_local_field_dict`, or its tables, is noticed there.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import reversion
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import QuerySet
from django.utils import timezone
from reversion.errors import RevertError
from reversion.models import Revision, Version

__all__ = ["Revision", "UnreadableVersionError", "Version"]

UnreadableVersionError = RevertError
FIRST = "Original version"


# --- Which models have versions ------------------------------------------------------------------


def register(model: type[models.Model], follow: Sequence[str] = ()) -> None:
    """Keep versions of `model`, each with the rows that the relations in `follow` lead to.

    A call with `follow` replaces an earlier one: the model's own admin knows its relations. One
    without leaves an earlier one as it is.
    """
    if reversion.is_registered(model):
        if not follow:
            return
        reversion.unregister(model)
    reversion.register(model, follow=follow)


def is_registered(model: type[models.Model]) -> bool:
    return reversion.is_registered(model)


# --- Writing ------------------------------------------------------------------------------------


def save_version(row: models.Model, user: Any, comment: str) -> Revision | None:
    """Save a version of `row` as it is in the database, with all that belongs to it."""
    with reversion.create_revision(manage_manually=True):
        reversion.set_user(user)
        reversion.set_comment(comment)
        reversion.add_to_revision(type(row)._default_manager.get(pk=row.pk))
    version = versions_of(type(row), row.pk).first()
    return version.revision if version else None


def save_first_version(row: models.Model) -> None:
    """Save a version of what the files said, before the first change in the admin."""
    if not versions_of(type(row), row.pk).exists():
        save_version(row, None, FIRST)


def save_versions(rows: QuerySet[Any], user: Any, comment: str) -> None:
    """Save a version of each row of a model to which nothing belongs, in two queries."""
    joined = [field.name for field in rows.model._meta.fields if field.is_relation]
    stored = list(rows.select_related(*joined) if joined else rows)  # what names are made of
    now = timezone.now()
    kind = ContentType.objects.get_for_model(rows.model)
    revisions = Revision.objects.bulk_create(
        [Revision(date_created=now, user=user, comment=comment) for _ in stored]
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
            for revision, row in zip(revisions, stored, strict=True)
        ]
    )


def save_first_versions(rows: QuerySet[Any]) -> None:
    """`save_first_version` of many rows of a model to which nothing belongs."""
    keys = [str(key) for key in rows.values_list("pk", flat=True)]
    known = Version.objects.get_for_model(rows.model).filter(object_id__in=keys)
    kept = [int(key) for key in known.values_list("object_id", flat=True)]
    save_versions(rows.exclude(pk__in=kept), None, FIRST)


# --- Reading ------------------------------------------------------------------------------------


def versions_of(model: type[models.Model], key: Any) -> QuerySet[Version]:
    """The versions of a row, the latest first, also of one that was deleted."""
    return Version.objects.get_for_object_reference(model, key)


def revisions_of(model: type[models.Model], keys: Iterable[Any]) -> dict[Any, list[int]]:
    """The keys of the revisions of each of some rows, the latest first."""
    revisions: dict[Any, list[int]] = {key: [] for key in keys}
    versions = Version.objects.get_for_model(model).filter(object_id__in=map(str, revisions))
    for key, revision in versions.order_by("-pk").values_list("object_id", "revision"):
        revisions[int(key)].append(revision)
    return revisions


def model_of(version: Version) -> type[models.Model]:
    model: type[models.Model] = version._model
    return model


def values_of(version: Version) -> dict[models.Field, Any]:
    """The values of the row in a version, without its key and what sets itself.

    References are keys, many-to-many fields are lists of keys. Of a model with a parent these are
    its own fields only: the parent's row has a version of its own in the same revision. Raises
    UnreadableVersionError if it cannot be read any more.
    """
    meta, values = model_of(version)._meta, version._local_field_dict
    return {
        field: values[field.attname]
        for field in (*meta.local_fields, *meta.local_many_to_many)
        if field.editable and not field.primary_key and field.attname in values
    }
