"""From draft to public and off again: publishing in the admin, with a preview of the real page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve
from django.utils import timezone

from systems.editing.editor_admin import EditorAdmin
from systems.editing.object_permissions import ExtraPage
from systems.editing.optimistic_lock import OptimisticLockForm


class PublishingForm(OptimisticLockForm):
    """Publishing now what is public by now changes no time: the button may be pressed twice."""

    def kept(self) -> dict[str, Any]:
        is_public = self.instance.pk and self.instance.stage == "Published"
        if not is_public or "_publish" not in self.data:
            return {}
        return {name: self.initial[name] for name in ("published_from", "published_until")}


class PublishingMixin(EditorAdmin):
    """Rows that are drafts, appear at their time and are taken off again."""

    form = PublishingForm
    change_form_template = "admin/publishing_form.html"
    extra_pages: Sequence[ExtraPage] = (
        ExtraPage("<path:object_id>/preview/", "preview", "preview_view"),
    )

    @admin.display(description="stage")
    def stage(self, row: Any) -> str:
        return row.stage

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What is new is a draft until somebody says otherwise."""
        return super().get_changeform_initial_data(request) | {"published_from": None}

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if "_publish" in form.data and obj.stage != "Published":
            obj.published_from, obj.published_until = timezone.now(), None
        super().save_model(request, obj, form, change)

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The real page of a row, shown by the view that will show it when it is public."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        request.path = row.get_absolute_url()  # which the page names in its links to itself
        match = resolve(request.path)
        return match.func(request, *match.args, **match.kwargs, previewing=row.pk)

    def view_on_site(self, row: Any) -> str:
        public = row.stage == "Published"
        return row.get_absolute_url() if public else self.url_of("preview", row.pk)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._preview_or(request, obj) or super().response_change(request, obj)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._preview_or(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def _preview_or(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        if "_preview" not in request.POST:
            return None
        return HttpResponseRedirect(self.url_of("preview", obj.pk))
