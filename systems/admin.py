"""Editing in the Django admin. Who may do what to which system comes with the editors' issue."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from systems import models
from systems.models import Report, System
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


class MembershipInline(admin.TabularInline):
    model = models.Membership
    extra = 0


class CouncilAreaInline(admin.TabularInline):
    model = models.CouncilArea
    extra = 0


class OrganisationAliasInline(admin.TabularInline):
    model = models.OrganisationAlias
    extra = 0


class OrganisationSuccessionInline(admin.TabularInline):
    model = models.OrganisationSuccession
    fk_name = "predecessor"
    autocomplete_fields = ["successor"]
    extra = 0


@admin.register(models.Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "kind", "place", "closed_on"]
    list_filter = ["kind"]
    search_fields = ["name", "code", "place", "postcode"]
    autocomplete_fields = ["area", "part_of", "source"]
    inlines = [
        MembershipInline,
        CouncilAreaInline,
        OrganisationAliasInline,
        OrganisationSuccessionInline,
    ]


@admin.register(models.Scheme)
class SchemeAdmin(admin.ModelAdmin):
    list_display = ["name", "place", "status", "known_as_of", "check_by"]
    list_filter = ["status", "topics"]
    search_fields = ["name", "place", "what"]
    autocomplete_fields = ["areas", "source"]
    prepopulated_fields = {"slug": ["name", "place"]}


@admin.register(models.Topic, models.Audience, models.Way)
class LabelAdmin(admin.ModelAdmin):
    list_display = ["name", "position"]


@admin.register(models.Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ["name", "short"]
    search_fields = ["name", "short", "meaning"]
    autocomplete_fields = ["source"]


@admin.register(models.Succession)
class SuccessionAdmin(admin.ModelAdmin):
    list_display = ["predecessor", "kind", "successor", "date"]
    list_select_related = ["predecessor", "successor"]
    list_filter = ["kind", "date"]


@admin.register(models.Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["publisher", "title", "published", "checked_on"]
    search_fields = ["publisher", "title", "key"]


@admin.register(models.Report)
class ReportAdmin(admin.ModelAdmin):
    """What readers wrote is read, settled and perhaps deleted, never changed."""

    list_display = ["page", "system", "created_at", "settled_at"]
    list_select_related = ["system"]
    list_filter = [
        ("settled_at", admin.EmptyFieldListFilter),
        ("system", admin.RelatedOnlyFieldListFilter),
    ]
    fields = ["page", "system", "text", "email", "created_at", "settled_at"]
    readonly_fields = ["page", "system", "text", "email", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Without those that are only there until the next report clears them away."""
        expired = Report.objects.expired(timezone.now())
        return super().get_queryset(request).exclude(pk__in=expired)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(models.Dataset)
class DatasetAdmin(admin.ModelAdmin):
    list_display = ["name", "vintage", "kind", "rows", "loaded_by", "loaded_at", "in_use"]
    list_filter = ["kind", "in_use"]
