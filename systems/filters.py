"""Filters of the lists, in plain words. The same ones serve page, API and download."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.http import urlencode

from systems.atlas import Atlas
from systems.facts.scheme_queries import schemes_of_area, schemes_of_system
from systems.models import Audience, CouncilArea, Organisation, Scheme, System, Topic, Way
from systems.models.organisations import OrganisationKind
from systems.models.schemes import Label
from systems.models.systems import Region

MOST_WORDS = 10  # each is one more condition in the query


Choices = list[tuple[str, str]]


def system_choices(atlas: Atlas) -> Choices:
    """The systems open today, by name."""
    today = timezone.localdate()
    systems = atlas.systems.values()
    named = [(system.slug, system.name_on(today)) for system in systems if system.open_on(today)]
    return sorted(named, key=lambda pair: pair[1])


def every_system(atlas: Atlas) -> Choices:
    """All systems that ever had or will have areas, by the last name of each."""
    systems = [system for system in atlas.systems.values() if system.opened_on]
    named = [(system.slug, system.name_on(date.max)) for system in systems]
    return sorted(named, key=lambda pair: pair[1])


def area_choices(atlas: Atlas) -> Choices:
    areas = atlas.areas.values()
    return sorted(((area.slug, area.name) for area in areas), key=lambda pair: pair[1])


def label_choices(model: type[Label]) -> Choices:
    return list(model._default_manager.values_list("slug", "name"))


def anywhere(fields: tuple[str, ...], text: str) -> Q:
    """That a text stands somewhere in `fields`."""
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": text})
    return found


def all_words(queryset: QuerySet, fields: tuple[str, ...], words: str) -> QuerySet:
    """Rows that have every word somewhere in `fields`."""
    for word in words.split()[:MOST_WORDS]:
        queryset = queryset.filter(anywhere(fields, word))
    return queryset


class AtlasFilter(django_filters.ChoiceFilter):
    """A choice of systems or areas: `of_atlas` says which the atlas of the filter set offers."""

    parent: "DatedFilters"  # set by django-filter

    def __init__(self, *args: Any, of_atlas: Callable[[Atlas], Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_atlas = of_atlas

    @property
    def field(self) -> Any:
        self.extra["choices"] = partial(self.of_atlas, self.parent.atlas)
        return super().field


class DatedFilters(django_filters.FilterSet):
    """Filters that are asked about a day: today on pages, `day` where a program asks.

    A program may ask for any system on any day, and gets nothing where it had not begun. `atlas` is
    that of the request.
    """

    def __init__(self, *args: Any, atlas: Atlas, day: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.atlas = atlas
        self.day = day or timezone.localdate()
        system = self.filters.get("system")
        if day and isinstance(system, AtlasFilter):
            system.of_atlas = every_system


class RemovableFilters(DatedFilters):
    """A list whose choices stay in the address, each of them removable."""

    def active(self, path: str) -> list[tuple[str, str, str]]:
        """The filters that are set: label, chosen value in words, and the address without it."""
        found: list[tuple[str, str, str]] = []
        given = {key: str(value) for key, value in (self.data or {}).items() if value}
        shown = {
            name: (str(field.label), dict(getattr(field, "choices", [])))
            for name, field in self.form.fields.items()
            if name not in self.form.errors
        } | {"on": ("As at", {})}
        for name, (label, choices) in shown.items():
            if value := given.get(name):
                rest = {key: text for key, text in given.items() if key not in {name, "page"}}
                address = f"{path}?{urlencode(rest)}" if rest else path
                found.append((label, str(choices.get(value, value)), address))
        return found


class SystemFilter(RemovableFilters):
    """Systems annotated with `name`, `since`, `residents` and `area_count`."""

    name = django_filters.CharFilter(
        label="Name contains",
        method="by_name",
        max_length=100,
        help_text="Any name it has had.",
    )
    region = django_filters.ChoiceFilter(label="Region", choices=Region.choices, empty_label="All")
    sort = django_filters.OrderingFilter(
        label="Sort by",
        fields=[
            ("name", "name"),
            ("residents", "residents"),
            ("area_count", "areas"),
            ("since", "since"),
        ],
        choices=[
            ("name", "Name"),
            ("-residents", "Residents, most first"),
            ("residents", "Residents, fewest first"),
            ("-areas", "Number of areas, most first"),
            ("since", "Age, oldest first"),
            ("-since", "Age, newest first"),
        ],
        empty_label=None,
    )

    class Meta:
        model = System
        fields: list[str] = []

    def by_name(self, queryset: QuerySet, field: str, words: str) -> QuerySet:
        return all_words(queryset, ("names__name",), words).distinct()


class MemberFilter(RemovableFilters):
    """The organisations of one system."""

    words = django_filters.CharFilter(label="Name, town or code", method="by_words", max_length=100)
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=OrganisationKind.choices, empty_label="All"
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    def by_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        return all_words(queryset, ("name", "place", "code"), words)


class OrganisationFilter(MemberFilter):
    """All organisations, closed ones too."""

    system = AtlasFilter(
        label="ICS", method="by_system", of_atlas=system_choices, empty_label="All"
    )

    area = AtlasFilter(
        label="Area of its address", method="by_area", of_atlas=area_choices, empty_label="All"
    )

    def by_system(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        system = System.objects.get(slug=slug)
        members = Organisation.objects.members_on(system, self.day)
        return queryset.filter(pk__in=members.values("pk"))

    def by_area(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        councils = CouncilArea.objects.filter(area__slug=slug).values("council")
        return queryset.filter(Q(area__slug=slug) | Q(pk__in=councils))


class SchemeFilter(RemovableFilters):
    """Schemes, by where they are today and by their labels."""

    words = django_filters.CharFilter(label="Words", method="by_words", max_length=100)
    system = AtlasFilter(
        label="ICS", method="by_system", of_atlas=system_choices, empty_label="All"
    )
    area = AtlasFilter(label="Area", method="by_area", of_atlas=area_choices, empty_label="All")
    topic = django_filters.ChoiceFilter(
        label="About",
        field_name="topics__slug",
        choices=partial(label_choices, Topic),
        empty_label="All",
    )
    audience = django_filters.ChoiceFilter(
        label="For whom",
        field_name="audiences__slug",
        choices=partial(label_choices, Audience),
        empty_label="All",
    )
    way = django_filters.ChoiceFilter(
        label="How to get it",
        field_name="ways__slug",
        choices=partial(label_choices, Way),
        empty_label="All",
    )

    class Meta:
        model = Scheme
        fields: list[str] = []

    def by_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        return all_words(queryset, ("name", "place", "what", "for_whom", "how_to_get"), words)

    def by_system(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        found = schemes_of_system(self.atlas, slug, self.day)
        return queryset.filter(pk__in=found.values("pk"))

    def by_area(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        area = next(area for area in self.atlas.areas.values() if area.slug == slug)
        found = schemes_of_area(self.atlas, area, self.day)
        return queryset.filter(pk__in=found.values("pk"))
