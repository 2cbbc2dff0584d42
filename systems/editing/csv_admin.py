"""Import of CSV files in the admin: upload, preview, confirm, undo."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.text import slugify

from icsinfo.file_lock import file_lock
from systems.editing.csv_import import MAX_CHANGED_ROWS, MAX_ROWS, CsvRowForm, ModelCsv
from systems.editing.editor_admin import EditorAdmin
from systems.editing.object_permissions import ExtraPage
from systems.editing.rights import rights_of
from systems.editing.uploads import UploadRefusedError, confirm, preview, republished, undo
from systems.matching.csv_files import SheetError, decoded
from systems.models import Upload

MAX_UPLOADS_LISTED = 50  # earlier uploads
MAX_ROWS_SHOWN = 500  # rows of one
MEGABYTE = 1024 * 1024
MAX_BYTES = 2 * MEGABYTE


class UploadForm(forms.Form):
    """A CSV file with a header that fits. Its cells are validated by the preview."""

    file = forms.FileField(
        label="CSV file",
        help_text=f"Up to {MAX_ROWS:,} rows, of which {MAX_CHANGED_ROWS:,} can be new or changed, "
        f"and {MAX_BYTES // MEGABYTE} MB.",
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty.",
            "missing": "Choose a file.",
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    def __init__(self, *args: Any, model_csv: ModelCsv, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._model_csv = model_csv

    def clean_file(self) -> tuple[str, str]:
        """The name and the text of the file."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_TOO_LARGE)
        try:
            text = decoded(file.name, file.read())
            self._model_csv.read(text)
        except SheetError as error:
            raise ValidationError(str(error)) from None
        return file.name[:200], text


_TOO_LARGE = (
    f"The file is larger than {MAX_BYTES // MEGABYTE} MB. Upload its rows in smaller files."
)


class CsvImportMixin(EditorAdmin):
    """Rows that can be imported from CSV. Each row needs the right to add or to change it."""

    can_upload = True
    extra_pages: Sequence[ExtraPage] = (
        ExtraPage("upload/", "upload", "upload_view"),
        ExtraPage("upload/<int:upload_id>/", "uploaded", "uploaded_view"),
    )

    def version_comment(self, form: ModelForm, change: bool) -> str:
        return form.why if isinstance(form, CsvRowForm) else super().version_comment(form, change)

    def _may_upload(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) or self.has_change_permission(request)

    def _uploads(self, request: HttpRequest) -> QuerySet[Upload]:
        """Those of this model that a person may look at."""
        if not self._may_upload(request):
            raise PermissionDenied
        kind = ContentType.objects.get_for_model(self.model)
        return rights_of(request).uploads(request.user).filter(content_type=kind)

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """The form for a file, and the list of earlier uploads."""
        uploads = self._uploads(request)
        Upload.objects.forget_unconfirmed(timezone.now())
        model_csv = ModelCsv(self, request)
        form = UploadForm(
            request.POST if request.method == "POST" else None,
            request.FILES if request.method == "POST" else None,
            model_csv=model_csv,
        )
        if request.method == "POST" and _is_too_large(request):
            form.errors["file"] = form.error_class([_TOO_LARGE])
        if form.is_valid():
            name, text = form.cleaned_data["file"]
            made = Upload.objects.create(
                user=cast("Any", request.user),
                content_type=ContentType.objects.get_for_model(self.model),
                name=name,
                text=text,
                made_at=timezone.now(),
            )
            return HttpResponseRedirect(self.url_of("uploaded", made.pk))
        return self.render_page(
            request,
            "admin/upload.html",
            title=f"Upload {self.opts.verbose_name_plural}",
            form=form,
            header=model_csv.header,
            uploads=uploads.select_related("user").defer("text")[:MAX_UPLOADS_LISTED],
        )

    def uploaded_view(self, request: HttpRequest, upload_id: int) -> HttpResponse:
        """The preview of an upload or its result; a POST confirms or undoes it."""
        upload: Upload = get_object_or_404(self._uploads(request), pk=upload_id)
        if request.method == "POST":
            return self._act(request, upload)
        if upload.applied_at:
            return self._result(request, upload)
        try:
            with _one_at_a_time():
                plan, problem = preview(self, request, upload), ""
        except (UploadRefusedError, SheetError) as error:
            plan, problem = None, str(error)
        return self.render_page(
            request,
            "admin/uploaded.html",
            title=f"What {upload.name} would change",
            upload=upload,
            plan=plan,
            problem=problem,
            shown=[*plan.refused, *plan.written][:MAX_ROWS_SHOWN] if plan else [],
        )

    def _result(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        return self.render_page(
            request,
            "admin/applied.html",
            title=f"What {upload.name} changed",
            upload=upload,
            rows=upload.rows.all(),
            republished=republished(upload),
        )

    def _act(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Confirm or undo, and redirect to the page that shows how it stands then.

        Once more if what a row refers to was deleted between the check and the commit, which is
        when a database may look: now the check says that it is gone.
        """
        try:
            with _one_at_a_time():
                try:
                    done = self._done(request, upload)
                except IntegrityError:
                    done = self._done(request, upload)
            if done:
                self.message_user(request, f"All of {upload.name} was {done}.", messages.SUCCESS)
        except (UploadRefusedError, SheetError) as error:
            self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(self.url_of("uploaded", upload.pk))

    def _done(self, request: HttpRequest, upload: Upload) -> str:
        """Confirm or undo, and say which; empty where that was done before."""
        if "undo" in request.POST:
            return "undone" if undo(self, request, upload) else ""
        plan = request.POST.get("plan", "")
        return "saved" if confirm(self, request, upload, plan) else ""


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Work on one file on this machine, and refuse others meanwhile: they would take its threads.

    A file of many rows takes seconds, during which SQLite lets nobody else write; who waits for
    that looks again every tenth of a second.
    """
    database = slugify(connection.settings_dict["NAME"])[-100:]
    with file_lock(f"upload-{database}", UploadRefusedError(BUSY)):
        began = time.monotonic()
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                time.sleep(min(0.2, time.monotonic() - began))


BUSY = "Another file is being read. Open this page again in a few seconds."


def _is_too_large(request: HttpRequest) -> bool:
    """Whether more was sent than is read; then there is no file at all."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
