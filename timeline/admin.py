"""Editing in the Django admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.forms import ModelForm
from django.http import HttpRequest

from systems.editing.guarded import GuardedStackedInline
from systems.editing.writing import PublishingAdmin
from timeline.mergers.desk import MergerAdmin
from timeline.models import ANNOUNCED, Announcement, Event, Kind, Merger, Statement

ENTRY_FIRST = [
    *("title", "slug", "date", "precision", "kind", "systems", "summary", "text", "note", "source"),
]

admin.site.register(Merger, MergerAdmin)


@admin.register(Event)
class EventAdmin(PublishingAdmin):
    markdown_fields = ["text"]
    first = ENTRY_FIRST
    ordering = ["-date", "slug"]
    list_display = ["date", "title", "stage", "kind", "official_total"]
    list_filter = ["kind", "unit"]
    search_fields = ["title", "note"]
    autocomplete_fields = ["systems", "source"]
    prepopulated_fields = {"slug": ["title"]}


class StatementInline(GuardedStackedInline):
    model = Statement
    autocomplete_fields = ["source"]
    central_only = ["number", "position"]


@admin.register(Announcement)
class AnnouncementAdmin(PublishingAdmin):
    markdown_fields = ["text"]
    first = ENTRY_FIRST
    ordering = ["-date", "slug"]
    list_display = ["date", "title", "stage", "kind"]
    list_filter = ["kind"]
    search_fields = ["title", "summary", "note"]
    autocomplete_fields = ["systems", "source"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [StatementInline]
    central_only = ["kind"]

    def save_model(
        self, request: HttpRequest, obj: Announcement, form: ModelForm, change: bool
    ) -> None:
        obj.kind = obj.kind or Kind.LOCAL  # the editor of one ICS has no other to choose from
        super().save_model(request, obj, form, change)

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [(kind.value, kind.label) for kind in ANNOUNCED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)
