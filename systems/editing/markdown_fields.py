"""Fields of the admin that are written in Markdown, with a preview."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Media, Script
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from icsinfo.markdown import MAX_LENGTH, as_html
from systems.editing.object_permissions import ExtraPage, ObjectPermissionAdmin
from systems.editing.rights import Verb, rights_of


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
            "*<em>italic</em>* · [link](https://…) · - list · 1. numbers · ## heading · "
            "&gt; quotation · a blank line starts a new paragraph</p></div>",
            super().render(name, value, attrs, renderer),
        )


class MarkdownMixin(ObjectPermissionAdmin):
    """Rows of which `markdown_fields` are written in Markdown."""

    markdown_fields: Sequence[str] = ()
    extra_pages: Sequence[ExtraPage] = (ExtraPage("markdown/", "markdown", "markdown_view"),)

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.markdown_fields:
            kwargs["widget"] = MarkdownWidget(self.url_of("markdown"))
            kwargs["max_length"] = MAX_LENGTH
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @method_decorator(require_POST)
    def markdown_view(self, request: HttpRequest) -> HttpResponse:
        """A text as it will look, while it is being written."""
        rights = rights_of(request)
        if not (rights.may(Verb.ADD, self.model) or rights.may(Verb.CHANGE, self.model)):
            raise PermissionDenied
        return HttpResponse(as_html(request.POST.get("text", "")))
