"""Editing in the Django admin."""

from django.contrib import admin

from timeline.models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    list_display = ["date", "title", "kind", "official_total"]
    list_filter = ["kind", "unit"]
    search_fields = ["title", "note"]
    filter_horizontal = ["systems"]
