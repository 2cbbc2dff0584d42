"""Editing in the Django admin. Who may do what to which system is in editing/rights.py."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, cast
from uuid import uuid4

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from icsinfo.dates import say_partial, years_after
from systems import models
from systems.editing.csv_admin import CsvImportMixin
from systems.editing.editor_admin import EditorAdmin
from systems.editing.inlines import (
    ObjectPermissionStackedInline,
    ObjectPermissionTabularInline,
)
from systems.editing.list_filters import ReferenceFilter
from systems.editing.markdown_fields import MarkdownMixin
from systems.editing.object_permissions import ObjectPermissionAdmin
from systems.editing.optimistic_lock import OptimisticLockForm, OptimisticLockMixin
from systems.editing.publishing import PublishingMixin
from systems.editing.worklist import Task
from systems.models import Report
from systems.models.organisations import OrganisationQuerySet
from systems.models.schemes import SchemeStatus
from systems.models.systems import SystemQuerySet


class NameInline(ObjectPermissionTabularInline):
    model = models.SystemName
    autocomplete_fields = ["source"]


class CodeInline(ObjectPermissionTabularInline):
    model = models.SystemCode
    autocomplete_fields = ["source"]


class AliasInline(ObjectPermissionTabularInline):
    model = models.SystemAlias
    autocomplete_fields = ["source"]


class ContactInline(ObjectPermissionStackedInline):
    model = models.Contact
    autocomplete_fields = ["source"]


class LeaderInline(ObjectPermissionStackedInline):
    model = models.Leader
    autocomplete_fields = ["source"]


class AreaPeriodInline(ObjectPermissionTabularInline):
    model = models.AreaPeriod
    autocomplete_fields = ["system", "source"]


class AreaCodeInline(ObjectPermissionTabularInline):
    model = models.AreaCode
    autocomplete_fields = ["source"]


class AboutForm(OptimisticLockForm):
    """What is said about a system, with its source."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        said, source = self.cleaned_data.get("about"), self.cleaned_data.get("about_source")
        if said and not source:
            for name in {"about", "about_source"} & set(self.changed_data):
                self.add_error(name, "Choose a source where this can be checked.")
        return cleaned


def _in_words(field: str) -> Callable[[Any], str]:
    """A column for a date that may lack its day or month."""

    @admin.display(description=field.replace("_", " "), ordering=field)
    def said(row: Any) -> str:
        return say_partial(getattr(row, field))

    said.__name__ = field  # by which the list names its cells
    return said


def _with_dead_links(field: str) -> Callable[[QuerySet, date], QuerySet]:
    """Rows of which a field holds the address of a page that is gone."""
    return lambda rows, day: rows.filter(
        **{f"{field}__in": models.LinkCheck.objects.dead().values("url")}
    )


def _with_dead_contacts(systems: QuerySet, day: date) -> QuerySet:
    dead = models.LinkCheck.objects.dead().values("url")
    contacts = models.Contact.objects.filter(value__in=dead)
    return systems.filter(pk__in=contacts.values("system"))


def _without_website(organisations: QuerySet, day: date) -> QuerySet:
    return cast("OrganisationQuerySet", organisations).open_on(day).filter(website="")


def _not_checked_for_a_year(sources: QuerySet, day: date) -> QuerySet:
    return sources.filter(Q(checked_on=None) | Q(checked_on__lt=years_after(day, -1)))


@admin.register(models.System)
class SystemAdmin(MarkdownMixin, EditorAdmin):
    tasks = [
        Task(4, "dead-links", "ICSs with a dead link among their contacts", _with_dead_contacts)
    ]
    form = AboutForm
    markdown_fields = ["about"]
    autocomplete_fields = ["about_source"]
    list_display = ["name", "slug", "region"]
    list_filter = ["region"]
    search_fields = ["slug", "names__name", "aliases__name", "codes__code"]
    inlines = [ContactInline, LeaderInline, NameInline, CodeInline, AliasInline]
    central_only = ["slug", "region"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.System]:
        systems = cast("SystemQuerySet", super().get_queryset(request))
        return systems.named_on(timezone.localdate())

    @admin.display(ordering="name")
    def name(self, system: models.System) -> str:
        """Its name today; the queryset knows it."""
        return system.name  # type: ignore[attr-defined]


@admin.register(models.Area)
class AreaAdmin(EditorAdmin):
    list_display = ["name", "code", "residents"]
    search_fields = ["name", "code", "codes__code", "aliases__name"]
    inlines = [AreaPeriodInline, AreaCodeInline]


class MembershipForm(OptimisticLockForm):
    """A membership. It takes no day to come on which its organisation is another ICS's.

    As a member of both, the organisation would no longer be the other editor's to change.
    """

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        organisation = self.cleaned_data.get("organisation")
        if organisation is None or self.errors:
            return cleaned
        offered = self.offered.get("organisation")  # there is none on the organisation's own page
        may_choose = offered is None or offered.filter(pk=organisation.pk).exists()
        others = models.Membership.objects.filter(organisation=organisation).exclude(
            system__in=self.offered["system"].order_by().values("pk")
        )
        for name, start, end in self._days_added(organisation):
            if not may_choose or others.holding_between(start, end).exists():
                self.add_error(name, NOT_YOURS_THEN)
        return cleaned

    def _days_added(self, organisation: models.Organisation) -> Iterator[tuple[str, date, date]]:
        """The days from today on that the row would have anew, each with the field that adds them.

        Days are a first one and the one after the last.
        """
        row, typed = self.instance, self.cleaned_data
        start, end = _from_today_on(typed.get("date_from"), typed.get("date_to"))
        if row.pk is None or row.organisation_id != organisation.pk:
            parts = [("organisation", start, end)]
        else:
            first, last = _from_today_on(row.date_from, row.date_to)
            parts = [
                ("date_from", start, min(end, first)),
                ("date_to", max(start, last), end),
            ]
        yield from (part for part in parts if part[1] < part[2])


def _from_today_on(start: date | None, end: date | None) -> tuple[date, date]:
    today = timezone.localdate()
    return max(start or today, today), end or date.max


NOT_YOURS_THEN = (
    "On some of these days the organisation belongs to another ICS, or you do not have permission "
    "to choose it. The central editor can add them."
)


class MembershipInline(ObjectPermissionTabularInline):
    model = models.Membership
    form = MembershipForm
    autocomplete_fields = ["system", "source"]


class CouncilAreaInline(ObjectPermissionTabularInline):
    model = models.CouncilArea
    autocomplete_fields = ["area"]


class OrganisationAliasInline(ObjectPermissionTabularInline):
    model = models.OrganisationAlias
    autocomplete_fields = ["source"]


class OrganisationSuccessionInline(ObjectPermissionTabularInline):
    model = models.OrganisationSuccession
    fk_name = "predecessor"
    autocomplete_fields = ["successor", "source"]


@admin.register(models.Organisation)
class OrganisationAdmin(EditorAdmin):
    tasks = [
        Task(
            5,
            "dead-links",
            "Organisations whose website is a dead link",
            _with_dead_links("website"),
        ),
        Task(
            7,
            "no-website",
            "Organisations without a website",
            _without_website,
        ),
    ]
    list_display = ["name", "code", "kind", "place", "closed_on"]
    list_filter = ["kind"]
    search_fields = ["name", "code", "place", "postcode"]
    autocomplete_fields = ["area", "part_of", "source"]
    also_kept = ["predecessor_links"]
    central_only = [
        *("code", "kind", "form", "services", "name", "area", "part_of", "opened_on", "closed_on"),
        *("former_codes", "patients", "patients_on"),
    ]
    inlines = [
        MembershipInline,
        CouncilAreaInline,
        OrganisationAliasInline,
        OrganisationSuccessionInline,
    ]


@admin.register(models.Membership)
class MembershipAdmin(CsvImportMixin):
    form = MembershipForm
    list_display = ["organisation", "role", "system", "date_from", "date_to"]
    list_select_related = ["organisation"]
    named_systems = ["system"]
    list_filter = ["role", ("system", ReferenceFilter)]
    search_fields = ["organisation__name", "organisation__code"]
    autocomplete_fields = ["organisation", "system", "source"]


@admin.register(models.Scheme)
class SchemeAdmin(CsvImportMixin, PublishingMixin, MarkdownMixin):
    tasks = [
        Task(
            1,
            "check",
            "Schemes past their check date",
            lambda rows, day: rows.exclude(status=SchemeStatus.ENDED).filter(check_by__lte=day),
        )
    ]
    markdown_fields = ["text"]
    first = ["name", "place", "slug", "system", "areas", "what", "text"]
    list_display = ["name", "place", "stage", "status", _in_words("known_as_of"), "check_by"]
    list_filter = ["status", ("topics", ReferenceFilter), ("system", ReferenceFilter)]
    search_fields = ["name", "place", "what"]
    autocomplete_fields = ["system", "areas", "source"]
    prepopulated_fields = {"slug": ["name", "place"]}


@admin.register(models.Topic, models.Audience, models.Way)
class LabelAdmin(EditorAdmin):
    list_display = ["name", "position"]


@admin.register(models.Term)
class TermAdmin(EditorAdmin):
    list_display = ["name", "short"]
    search_fields = ["name", "short", "meaning"]
    autocomplete_fields = ["source"]


@admin.register(models.Succession)
class SuccessionAdmin(EditorAdmin):
    list_display = ["predecessor", "kind", "successor", "date", "editors_follow"]
    list_select_related = ()  # or Django joins them, without their names
    named_systems = ["predecessor", "successor"]
    list_filter = ["kind", "date"]
    autocomplete_fields = ["predecessor", "successor", "source"]


@admin.register(models.Cluster)
class ClusterAdmin(EditorAdmin):
    list_display = ["name", _in_words("date_from"), "date_to", "shares", "certainty"]
    list_filter = ["shares", "certainty"]
    search_fields = ["name", "official_name"]
    autocomplete_fields = ["systems", "source"]


@admin.register(models.Source)
class SourceAdmin(EditorAdmin):
    tasks = [
        Task(6, "dead-links", "Sources with a dead link", _with_dead_links("url")),
        Task(8, "year", "Sources not checked for a year", _not_checked_for_a_year),
    ]
    list_display = ["publisher", "title", _in_words("published"), "checked_on"]
    search_fields = ["publisher", "title", "key"]
    exclude = ["key"]  # fixtures cite by it: whoever had the key of one to come would be cited

    def save_model(
        self, request: HttpRequest, obj: models.Source, form: ModelForm, change: bool
    ) -> None:
        if not change:
            obj.key = f"entered-{uuid4()}"
            obj.entered_by = cast("User", request.user)
        super().save_model(request, obj, form, change)


@admin.register(models.Report)
class ReportAdmin(OptimisticLockMixin, ObjectPermissionAdmin):
    """What readers wrote is read, settled and perhaps deleted, never changed or made up."""

    tasks = [
        Task(
            3,
            "open",
            "Reports of mistakes",
            lambda rows, day: rows.filter(settled_at=None),
        )
    ]
    list_display = ["page", "system", "created_at", "settled_at"]
    list_select_related = ()
    named_systems = ["system"]
    list_filter = [
        ("settled_at", admin.EmptyFieldListFilter),
        ("system", ReferenceFilter),
    ]
    fields = ["page", "system", "text", "email", "created_at", "settled_at", "edition"]
    readonly_fields = ["page", "system", "text", "email", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Without those that are only there until the next report clears them away."""
        expired = Report.objects.expired(timezone.now())
        return super().get_queryset(request).exclude(pk__in=expired)

    def save_model(self, request: HttpRequest, obj: Report, form: ModelForm, change: bool) -> None:
        """A report is settled at the moment at which somebody says so: later it is deleted."""
        if obj.settled_at and "settled_at" in form.changed_data:
            obj.settled_at = timezone.now()
        super().save_model(request, obj, form, change)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(models.Dataset)
class DatasetAdmin(ObjectPermissionAdmin):
    list_display = ["name", "vintage", "kind", "rows", "loaded_by", "loaded_at", "in_use"]
    list_filter = ["kind", "in_use"]


@admin.register(models.Editorship)
class EditorshipAdmin(ObjectPermissionAdmin):
    list_display = ["user", "role", "system", "date_from", "date_to"]
    list_select_related = ["user"]
    named_systems = ["system"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    autocomplete_fields = ["user", "system"]


admin.site.unregister([User, Group])


# People and groups are the superuser's, whatever permissions of Django's own somebody was given.


@admin.register(User)
class ObjectPermissionUserAdmin(ObjectPermissionAdmin, UserAdmin):
    pass


@admin.register(Group)
class ObjectPermissionGroupAdmin(ObjectPermissionAdmin, GroupAdmin):  # type: ignore[misc]
    pass
