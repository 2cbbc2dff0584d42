"""The steps of an import: preview, confirm as previewed, undo as a whole."""

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest
from django.utils import timezone

from icsinfo.dry_run import rolled_back
from systems.editing.csv_import import ADDED, ImportPlan, ModelCsv
from systems.editing.optimistic_lock import lock_rows, lock_uploads, row_version, with_m2m
from systems.editing.restoring import PUBLICATION, restore
from systems.editing.revisions import (
    UnreadableVersionError,
    Version,
    revisions_of,
    save_version,
    values_of,
)
from systems.editing.rights import Verb, rights_of
from systems.models import Upload, UploadedRow

MAX_ROWS_NAMED = 5


class UploadRefusedError(Exception):
    """The import or the undo was rolled back; the message is a sentence for the editor."""


def preview(model_admin: Any, request: HttpRequest, upload: Upload) -> ImportPlan:
    """Import an upload and roll back. Raises SheetError."""
    with rolled_back():
        return ModelCsv(model_admin, request).run_import(upload.text, "")


def confirm(model_admin: Any, request: HttpRequest, upload: Upload, digest: str) -> bool:
    """Import an upload, if it does what the preview with this `digest` showed.

    Idempotent: False if it was done before. Raises SheetError, and UploadRefusedError if anything
    has changed since the preview; then nothing is saved.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if upload.applied_at:
            return False
        plan = ModelCsv(model_admin, request).run_import(upload.text, _why(upload))
        if not plan.may_be_confirmed or plan.digest != digest:
            raise UploadRefusedError(
                "Nothing was saved: something has changed since you looked. "
                "Below is what the file would change now."
            )
        keys = [line.row.pk for line in plan.written]
        versions = revisions_of(model_admin.model, keys)
        rows = _rows(model_admin.model, keys)
        for line in plan.written:
            after, *earlier = versions[line.row.pk]
            added = line.verb == ADDED
            UploadedRow.objects.create(
                upload=upload,
                object_id=line.row.pk,
                name=line.name[:300],
                added=added,
                before_id=None if added else earlier[0],
                after_id=after,
                edition=row_version(rows[line.row.pk]),
            )
        upload.applied_at = timezone.now()
        upload.save()
    return True


def undo(model_admin: Any, request: HttpRequest, upload: Upload) -> bool:
    """Restore what an upload changed, and move to the bin what it added.

    Idempotent: False if it was undone before. Raises UploadRefusedError if any of its rows was
    changed since, or is not this person's to change; then nothing is saved.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if upload.undone_at or not upload.applied_at:
            return False
        lock_uploads(model_admin.model)
        done = list(upload.rows.order_by("-pk"))
        rows = _as_left(model_admin.model, done)
        for one in done:
            _take_back(model_admin, request, one, rows[one.object_id], _why(upload))
        upload.undone_at = timezone.now()
        upload.save()
    return True


def republished(upload: Upload) -> list[str]:
    """The names of the rows whose times of publication taking back an upload would change."""
    rows = list(upload.rows.exclude(before=None))
    times: dict[int | None, dict[str, Any]] = defaultdict(dict)
    revisions = [key for one in rows for key in (one.before_id, one.after_id)]
    for version in Version.objects.filter(revision__in=revisions).select_related("content_type"):
        for field, value in values_of(version).items():
            if field.name in PUBLICATION:
                times[version.revision_id][field.name] = value
    return [one.name for one in rows if times[one.before_id] != times[one.after_id]]


def _as_left(model: type[models.Model], done: list[UploadedRow]) -> dict[Any, models.Model]:
    """The rows of an upload, if all of them are as it left them."""
    keys = [one.object_id for one in done]
    lock_rows(model, keys)
    rows = _rows(model, keys)
    versions = revisions_of(model, keys)
    touched = [
        one.name
        for one in done
        if one.object_id not in rows
        or row_version(rows[one.object_id]) != one.edition
        or versions[one.object_id][:1] != [one.after_id]
        or not (one.added or one.before_id)
    ]
    if touched:
        others = len(touched) - MAX_ROWS_NAMED
        more = f" and {others} more" if others > 0 else ""
        raise UploadRefusedError(
            "Nothing was undone, because these have been changed or deleted since: "
            f"{'; '.join(touched[:MAX_ROWS_NAMED])}{more}."
        )
    return rows


def _take_back(
    model_admin: Any, request: HttpRequest, one: UploadedRow, row: models.Model, why: str
) -> None:
    rights, model = rights_of(request), model_admin.model
    if not rights.may(Verb.DELETE if one.added else Verb.CHANGE, model, row):
        raise UploadRefusedError(
            f"Nothing was undone: you do not have permission to change {one.name}."
        )
    if one.added:
        _, _, forbidden, protected = model_admin.get_deleted_objects([row], request)
        if forbidden or protected:
            raise UploadRefusedError(f"Nothing was undone: something now needs {one.name}.")
        model_admin.delete_model(request, row)
        return
    try:
        done = restore(
            one.before, one.object_id, model_admin.editable(request, row, publication=True)
        )
    except (UnreadableVersionError, IntegrityError, ValidationError):
        raise UploadRefusedError(
            f"Nothing was undone: what {one.name} referred to before no longer exists, "
            "or its place is taken."
        ) from None
    if done.refused:
        labels = ", ".join(dict.fromkeys(change.field for change in done.left))
        raise UploadRefusedError(
            f"Nothing was undone: you do not have permission to change these of {one.name}: "
            f"{labels}. "
            f"{' '.join(done.problems)}".rstrip()
        )
    save_version(done.row, request.user, f"Undone: {why}")


def _rows(model: type[models.Model], keys: list[Any]) -> dict[Any, Any]:
    return with_m2m(model._default_manager.all()).in_bulk(keys)


def _why(upload: Upload) -> str:
    return f"Uploaded with {upload.name}"
