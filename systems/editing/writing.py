"""Writing in the admin: Markdown with a preview, and from draft to public and off again."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Media, ModelForm, Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, resolve
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from icsinfo.markdown import MAX_LENGTH, as_html
from systems.editing.editions import EditionForm
from systems.editing.guarded import rights_of
from systems.editing.remembered import RememberedAdmin
from systems.editing.rights import Verb


class MarkdownWidget(AdminTextareaWidget):
    """A box for Markdown, with how to write it, how long it is, and how it will look."""

    def __init__(self, preview: str) -> None:
        super().__init__({"maxlength": MAX_LENGTH, "rows": 12, "data-markdown": preview})

    @property
    def media(self) -> Media:
        return Media(
            css={"all": ["editing/editing.css"]},
            js=[Script("editing/markdown.js", type="module")],  # type: ignore[list-item]
        )

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="markdown">{}<p class="help">**<strong>bold</strong>** · '
            "*<em>slanted</em>* · [link](https://…) · - list · 1. numbers · ## heading · "
            "&gt; quotation · a blank line begins a paragraph</p></div>",
            super().render(name, value, attrs, renderer),
        )


class WritingAdmin(RememberedAdmin):
    """Rows with texts. `markdown_fields` are written in Markdown."""

    markdown_fields: Sequence[str] = ()

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.markdown_fields:
            kwargs["widget"] = MarkdownWidget(self.address("markdown"))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = require_POST(self.markdown_view)
        return [self.page("markdown/", "markdown", view), *super().get_urls()]

    def markdown_view(self, request: HttpRequest) -> HttpResponse:
        """A text as it will look, while it is being written."""
        rights = rights_of(request)
        if not (rights.may(Verb.ADD, self.model) or rights.may(Verb.CHANGE, self.model)):
            raise PermissionDenied
        return HttpResponse(as_html(request.POST.get("text", "")))


class PublishingForm(EditionForm):
    """Publishing now what is public by now changes no time: the button may be pressed twice."""

    def kept(self) -> dict[str, Any]:
        is_public = self.instance.pk and self.instance.stage == "Published"
        if not is_public or "_publish" not in self.data:
            return {}
        return {name: self.initial[name] for name in ("published_from", "published_until")}


class PublishingAdmin(WritingAdmin):
    """Rows that are drafts, appear at their time and are taken off again."""

    form = PublishingForm
    change_form_template = "admin/publishing_form.html"

    @admin.display(description="stage")
    def stage(self, row: Any) -> str:
        return row.stage

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What is new is a draft until somebody says otherwise."""
        return super().get_changeform_initial_data(request) | {"published_from": None}

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if "_publish" in request.POST and obj.stage != "Published":
            obj.published_from, obj.published_until = timezone.now(), None
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        route = "<path:object_id>/preview/"
        return [self.page(route, "preview", self.preview_view), *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The real page of a row, shown by the view that will show it when it is public."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        request.path = row.get_absolute_url()  # which the page names in its links to itself
        found = resolve(request.path)
        return found.func(request, *found.args, **found.kwargs, previewing=row.pk)

    def view_on_site(self, row: Any) -> str:
        public = row.stage == "Published"
        return row.get_absolute_url() if public else self.address("preview", row.pk)

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
        return HttpResponseRedirect(self.address("preview", obj.pk))
