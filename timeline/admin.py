"""Editing in the Django admin."""

from django.contrib import admin

from timeline.models import Announcement, Event, Statement


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    list_display = ["date", "title", "kind", "official_total"]
    list_filter = ["kind", "unit"]
    search_fields = ["title", "note"]
    filter_horizontal = ["systems"]


class StatementInline(admin.StackedInline):
    model = Statement
    extra = 0


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    list_display = ["date", "title", "kind"]
    list_filter = ["kind"]
    search_fields = ["title", "summary", "note"]
    filter_horizontal = ["systems"]
    inlines = [StatementInline]
