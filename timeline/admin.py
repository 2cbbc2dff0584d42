"""Editing in the Django admin."""

from copy import copy
from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from systems.editing.csv_admin import CsvImportMixin
from systems.editing.editor_admin import EditorAdmin
from systems.editing.inlines import ObjectPermissionStackedInline
from systems.editing.markdown_fields import MarkdownMixin
from systems.editing.publishing import PublishingMixin
from systems.editing.worklist import Task
from timeline.mergers.admin import MergerAdmin
from timeline.models import (
    ANNOUNCED,
    Announcement,
    EntryKind,
    Event,
    LegalInstrument,
    Merger,
    Precision,
    Statement,
)

ENTRY_FIRST = [
    *(
        "title",
        "slug",
        "date",
        "precision",
        "kind",
        "systems",
        "areas",
        "summary",
        "text",
        "note",
        "source",
    ),
]

admin.site.register(Merger, MergerAdmin)


@admin.register(Event)
class EventAdmin(PublishingMixin, MarkdownMixin):
    markdown_fields = ["text"]
    first = ENTRY_FIRST
    ordering = ["-date", "slug"]
    list_display = ["date", "title", "stage", "kind", "official_total"]
    list_filter = ["kind", "unit"]
    search_fields = ["title", "note"]
    autocomplete_fields = ["systems", "areas", "source", "legal_basis"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(LegalInstrument)
class LegalInstrumentAdmin(EditorAdmin):
    list_display = ["title", "number", "made_by", "made_in_words"]
    search_fields = ["title", "number"]
    autocomplete_fields = ["source"]
    prepopulated_fields = {"slug": ["title"]}


class StatementInline(ObjectPermissionStackedInline):
    model = Statement
    autocomplete_fields = ["source"]
    central_only = ["number", "position"]


class AnnouncedFilter(admin.ChoicesFieldListFilter):
    """The kinds of announcements, without those of events."""

    def __init__(self, field: Field, *args: Any, **kwargs: Any) -> None:
        field = copy(field)
        field.choices = [(kind.value, kind.label) for kind in ANNOUNCED]
        super().__init__(field, *args, **kwargs)


@admin.register(Announcement)
class AnnouncementAdmin(CsvImportMixin, PublishingMixin, MarkdownMixin):
    tasks = [
        Task(
            2,
            "draft",
            "Announcements waiting to be published",
            lambda rows, day: rows.filter(published_from=None),
        )
    ]
    markdown_fields = ["text"]
    first = ENTRY_FIRST
    ordering = ["-date", "slug"]
    list_display = ["date", "title", "stage", "kind"]
    list_filter = [("kind", AnnouncedFilter)]
    search_fields = ["title", "summary", "note"]
    autocomplete_fields = ["systems", "areas", "source"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [StatementInline]
    also_kept = ["also_listed"]
    central_only = ["kind"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are of today."""
        today = {"date": timezone.localdate(), "precision": Precision.DAY}
        return today | super().get_changeform_initial_data(request)

    def save_model(
        self, request: HttpRequest, obj: Announcement, form: ModelForm, change: bool
    ) -> None:
        obj.kind = obj.kind or EntryKind.LOCAL  # the editor of one ICS has no other to choose from
        super().save_model(request, obj, form, change)

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [(kind.value, kind.label) for kind in ANNOUNCED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)
