"""The bin: what editors delete can be restored for `RETENTION`."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from systems.editing.restoring import saved_values
from systems.editing.revisions import save_version
from systems.editing.rights import Rights
from systems.models import Deletion
from systems.models.base import Published
from systems.models.permanent_url import DELETED, PermanentUrl


def move_to_bin(row: Any, rights: Rights, user: Any) -> None:
    """Keep a row that is about to be deleted, and say at its address who deleted it."""
    now = timezone.now()
    Deletion.objects.forget_expired(now)
    revision = save_version(row, user, "Deleted")
    if isinstance(row, PermanentUrl):
        row.remember_gone(DELETED)
    made = Deletion.objects.create(
        name=str(row)[:300],
        content_type=ContentType.objects.get_for_model(type(row)),
        object_id=row.pk,
        revision=revision,
        deleted_by=user,
        deleted_at=now,
    )
    made.systems.set(rights.systems_of(row))


def deleted_rows(model: type[models.Model], rights: Rights) -> QuerySet[Deletion]:
    """What was deleted of `model` and a person can restore."""
    kind = ContentType.objects.get_for_model(model)
    deletions = Deletion.objects.restorable(timezone.now()).filter(content_type=kind)
    return rights.deletions(deletions).select_related("deleted_by")


def stage_of(deletion: Deletion, model: type[models.Model]) -> str:
    """Where a deleted row would stand if it were taken back; empty for what is always public."""
    if not issubclass(model, Published) or deletion.revision is None:
        return ""
    values = saved_values(deletion.revision, model).get((model, deletion.object_id), {})
    row = model(**{one.attname: value for one, value in values.items() if not one.many_to_many})
    return row.stage
