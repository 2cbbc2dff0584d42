"""Editing in the Django admin. Who may do what to which system comes with the editors' issue."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from systems import models
from systems.models import System
from systems.models.systems import SystemQuerySet


class NameInline(admin.TabularInline):
    model = models.SystemName
    extra = 0


class CodeInline(admin.TabularInline):
    model = models.SystemCode
    extra = 0


class AliasInline(admin.TabularInline):
    model = models.SystemAlias
    extra = 0


class ContactInline(admin.StackedInline):
    model = models.Contact
    extra = 0


class AreaPeriodInline(admin.TabularInline):
    model = models.AreaPeriod
    extra = 0


class AreaCodeInline(admin.TabularInline):
    model = models.AreaCode
    extra = 0


@admin.register(models.System)
class SystemAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "region"]
    list_filter = ["region"]
    search_fields = ["slug", "names__name", "aliases__name", "codes__code"]
    inlines = [NameInline, CodeInline, AliasInline, ContactInline]

    def get_queryset(self, request: HttpRequest) -> SystemQuerySet:
        return System.objects.named_on(timezone.localdate())

    @admin.display(ordering="name")
    def name(self, system: System) -> str:
        """Its name today; the queryset knows it."""
        return system.name  # type: ignore[attr-defined]


@admin.register(models.Area)
class AreaAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "residents"]
    search_fields = ["name", "code", "codes__code", "aliases__name"]
    inlines = [AreaPeriodInline, AreaCodeInline]


@admin.register(models.Succession)
class SuccessionAdmin(admin.ModelAdmin):
    list_display = ["predecessor", "kind", "successor", "date"]
    list_select_related = ["predecessor", "successor"]
    list_filter = ["kind", "date"]


@admin.register(models.Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["publisher", "title", "published", "checked_on"]
    search_fields = ["publisher", "title", "key"]


@admin.register(models.Dataset)
class DatasetAdmin(admin.ModelAdmin):
    list_display = ["name", "vintage", "kind", "rows", "loaded_by", "loaded_at", "in_use"]
    list_filter = ["kind", "in_use"]
