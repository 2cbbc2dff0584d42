"""The admin of what editors write: optimistic lock, versions, restoring, bin and export."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from systems.editing import history, recycle_bin, revisions
from systems.editing.choices import is_key
from systems.editing.csv_export import csv_response
from systems.editing.csv_import import ModelCsv
from systems.editing.object_permissions import ExtraPage, ObjectPermissionAdmin
from systems.editing.optimistic_lock import OptimisticLockMixin, lock_rows
from systems.editing.restoring import Editable, Restoration, restore, restore_dry_run
from systems.editing.rights import Verb, rights_of
from systems.models import Deletion
from systems.models.base import Published


class EditorAdmin(OptimisticLockMixin, ObjectPermissionAdmin):
    """Rows that editors write: saved by one person at a time, with versions, a bin and an export.

    `also_kept` are relations that are kept and restored with a row, besides those of its inlines.
    """

    also_kept: Sequence[str] = ()
    can_upload = False
    object_history_template = "admin/history.html"
    change_list_template = "admin/editor_list.html"
    extra_pages: Sequence[ExtraPage] = (
        ExtraPage("export/", "export", "export_view"),
        ExtraPage("deleted/", "deleted", "deleted_view"),
        ExtraPage("deleted/<int:deletion_id>/", "undelete", "undelete_view"),
        ExtraPage("<path:object_id>/history/<int:version_id>/", "restore", "restore_view"),
    )

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        parents = [link.name for link in model._meta.parents.values() if link]
        for parent in model._meta.parents:
            revisions.register(parent)
        self._links = [self._link(inline) for inline in self.inlines]
        accessors = [link.remote_field.get_accessor_name() for link in self._links]
        self._related = [*accessors, *self.also_kept]
        for inline in self.inlines:
            revisions.register(cast("type[models.Model]", inline.model))
        for name in self.also_kept:
            related = model._meta.get_field(name).related_model
            revisions.register(cast("type[models.Model]", related))
        revisions.register(model, [*parents, *self._related])

    def _link(self, inline: Any) -> Any:
        """The field by which the rows of an inline refer to the row that they belong to."""
        owners = {self.model, *self.model._meta.parents}
        [link] = [
            field
            for field in inline.model._meta.concrete_fields
            if field.related_model in owners and field.name == (inline.fk_name or field.name)
        ]
        return link

    # --- Saving ---

    @contextmanager
    def locked(self, object_id: str) -> Iterator[None]:
        """Lock what belongs to the row too: a membership has a page of its own besides."""
        with super().locked(object_id):
            key = unquote(object_id)
            row = self.model._base_manager.filter(pk__in=[key] if is_key(key) else []).first()
            for name in self._related if row else ():
                rows = getattr(row, name).all()
                lock_rows(rows.model, rows.values("pk"))
            yield

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change and self.version_comment(form, change):
            revisions.save_first_version(obj)
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if comment := self.version_comment(form, change):
            revisions.save_version(form.instance, request.user, comment)

    def version_comment(self, form: ModelForm, change: bool) -> str:
        """What a version says of how it came about. A hook: where it is empty none is kept."""
        return "Changed" if change else "Added"

    # --- Export ---

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The list as it is filtered and searched, all pages of it. To download is to look."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self.url_of('changelist')}?e=1")
        name = str(self.opts.verbose_name_plural)
        return csv_response(name, ModelCsv(self, request).written(rows))

    # --- History ---

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Every version, field by field."""
        row = self.get_object(request, unquote(object_id))
        context: dict[str, Any] = {}
        if row is not None:
            context = {
                "steps": history.steps(row, rights_of(request)),
                "may_restore": self.has_change_permission(request, row),
            }
        return super().history_view(request, object_id, context | (extra_context or {}))

    def restore_view(self, request: HttpRequest, object_id: str, version_id: int) -> HttpResponse:
        """What restoring an older version would write and what would stay; and the yes to it.

        Nothing happens if the latest version is by now another than the page showed.
        """
        with self.locked(object_id):
            row = self.get_object(request, unquote(object_id))
            if row is None:
                raise Http404
            if not self.has_change_permission(request, row):
                raise PermissionDenied
            known = revisions.versions_of(self.model, row.pk)
            version = get_object_or_404(known, pk__in=[version_id] if is_key(version_id) else [])
            latest = known[0]
            if request.method != "POST":
                done = self._restored(request, version.revision, row.pk, dry_run=True)
                if done:
                    return self.render_page(
                        request,
                        "admin/restore.html",
                        title=f"Restore {row}",
                        original=row,
                        version=version,
                        latest=latest,
                        done=done,
                    )
            elif str(latest.pk) == request.POST.get("latest"):
                self._restored(request, version.revision, row.pk)
            elif not history.are_alike(version, latest):  # else a button was pressed twice
                said = "Nothing was restored: it has changed since you opened this page."
                self.message_user(request, said, messages.ERROR)
            return HttpResponseRedirect(self.url_of("history", row.pk))

    def editable(self, request: HttpRequest, row: Any = None, **more: Any) -> Editable:
        """What a person may write by hand of a row, or of a new one, and of its inlines."""
        forms: dict[Any, Any] = {self.model: self.get_form(request, row, change=row is not None)}
        for inline in self.get_inline_instances(request, row):
            forms[inline.model] = inline.get_formset(request, row).form
        rights = rights_of(request)
        return Editable(rights, self.model, forms, self._links, self._related, **more)

    def _restored(
        self, request: HttpRequest, revision: Any, key: Any, dry_run: bool = False
    ) -> Restoration | None:
        """Restore a row, or say why not. Raises PermissionDenied if it would not be one's own."""
        editable = self.editable(request, self.model._default_manager.filter(pk=key).first())
        try:
            if dry_run:
                return restore_dry_run(revision, key, editable)
            with transaction.atomic():
                done = restore(revision, key, editable)
                when = f"{revision.date_created:%d/%m/%Y}"
                revisions.save_version(done.row, request.user, f"Restored: {when}")
        except ValidationError as error:
            self.message_user(
                request, f"It could not be restored. {' '.join(error.messages)}", messages.ERROR
            )
        except (revisions.UnreadableVersionError, IntegrityError):
            said = (
                "It could not be restored: something it refers to no longer exists, or "
                "its place is taken."
            )
            self.message_user(request, said, messages.ERROR)
        else:
            self.message_user(request, _restored_in_words(done), messages.SUCCESS)
            return done
        return None

    # --- Bin ---

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        revisions.save_first_version(obj)
        recycle_bin.move_to_bin(obj, rights_of(request), request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """What was deleted in the last 30 days and can be taken back."""
        if not rights_of(request).may(Verb.ADD, self.model):
            raise PermissionDenied
        deletions = recycle_bin.deleted_rows(self.model, rights_of(request))
        return self.render_page(
            request,
            "admin/deleted.html",
            title=f"Deleted {self.opts.verbose_name_plural}",
            deletions=[(one, recycle_bin.stage_of(one, self.model)) for one in deletions],
        )

    def undelete_view(self, request: HttpRequest, deletion_id: int) -> HttpResponse:
        """What taking a deleted row back would bring, and what not; and the yes to it."""
        if not rights_of(request).may(Verb.ADD, self.model):
            raise PermissionDenied
        with transaction.atomic():
            keys = [deletion_id] if is_key(deletion_id) else []
            lock_rows(Deletion, keys)
            mine = recycle_bin.deleted_rows(self.model, rights_of(request))
            deletion = mine.filter(pk__in=keys).first()
            if deletion is None:
                said = "It cannot be restored: someone may have already restored it."
                self.message_user(request, said, messages.WARNING)
            elif request.method == "POST":
                if self._restored(request, deletion.revision, deletion.object_id):
                    deletion.delete()
            elif done := self._restored(
                request, deletion.revision, deletion.object_id, dry_run=True
            ):
                return self.render_page(
                    request,
                    "admin/undelete.html",
                    title=f"Restore {deletion.name}",
                    deletion=deletion,
                    stage=recycle_bin.stage_of(deletion, self.model),
                    done=done,
                )
        return HttpResponseRedirect(self.url_of("changelist"))


def _restored_in_words(done: Restoration) -> str:
    """What was restored, whether readers see it, and that something was left as it is."""
    row = done.row
    stage = f" It is {row.stage.lower()}." if isinstance(row, Published) else ""
    left = " Some of it was left unchanged." if done.left else ""
    return f"Restored: {row}.{stage}{left}"
