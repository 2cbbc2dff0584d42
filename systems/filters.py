"""Filters of the lists, in plain words. The same ones serve page, API and download."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cached_property
from string import ascii_lowercase
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, Value
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from icsinfo.content_cache import cached_by_content
from systems.atlas import Atlas, SystemFacts, residents_of
from systems.facts.scheme_queries import schemes_of_area, schemes_of_system
from systems.models import Audience, CouncilArea, Organisation, Scheme, System, Topic, Way
from systems.models.organisations import OrganisationKind
from systems.models.schemes import SchemeQuerySet
from systems.models.systems import Region

LETTERS = [(letter, letter.upper()) for letter in ascii_lowercase]
MAX_WORDS = 10  # each is one more condition in the query


Choices = list[tuple[str, str]]


def system_choices(filters: "DatedFilters") -> Choices:
    """The systems open today, by name."""
    today = timezone.localdate()
    return [(system.slug, system.name_on(today)) for system in filters.atlas.open_on(today)]


def every_system(filters: "DatedFilters") -> Choices:
    """All systems that ever had or will have areas, by the last name of each."""
    systems = [system for system in filters.atlas.systems.values() if system.opened_on]
    named = [(system.slug, system.name_on(date.max)) for system in systems]
    return sorted(named, key=lambda pair: pair[1])


def area_choices(filters: "DatedFilters") -> Choices:
    return [(area.slug, area.name) for area in filters.atlas.areas.values()]


def anywhere(fields: tuple[str, ...], text: str) -> Q:
    """That a text stands somewhere in `fields`."""
    condition = Q()
    for field in fields:
        condition |= Q(**{f"{field}__icontains": text})
    return condition


def all_words(queryset: QuerySet, fields: tuple[str, ...], words: str) -> QuerySet:
    """Rows that have every word somewhere in `fields`."""
    for word in words.split()[:MAX_WORDS]:
        queryset = queryset.filter(anywhere(fields, word))
    return queryset


class PlainSelect(forms.Select):
    """Options without groups, put together here, as each would take a template."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = (
            (key, mark_safe(" selected") if str(key) in chosen else "", label)
            for key, label in self.choices
        )
        return format_html(
            "<select{}>{}\n</select>",
            flatatt(self.build_attrs({"name": name, **self.attrs}, attrs)),
            format_html_join("", '\n  <option value="{}"{}>{}</option>', options),
        )


class DynamicChoiceFilter(django_filters.ChoiceFilter):
    """A choice whose values each filter set works out, by `choices_of`."""

    parent: "DatedFilters"  # set by django-filter

    def __init__(self, *args: Any, choices_of: Callable[[Any], Choices], **kwargs: Any) -> None:
        super().__init__(*args, widget=PlainSelect, **kwargs)
        self.choices_of = choices_of

    @property
    def field(self) -> Any:
        # A function, as a form copies all else that a field holds, the filter set with it.
        self.extra["choices"] = lambda: self.choices_of(self.parent)
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
        if day and isinstance(system, DynamicChoiceFilter):
            system.choices_of = every_system


class RemovableFilters(DatedFilters):
    """A list whose choices stay in the address, each of them removable."""

    def active(self, path: str) -> list[tuple[str, str, str]]:
        """The filters that are set: label, chosen value in words, and the address without it."""
        active: list[tuple[str, str, str]] = []
        shown = {
            name: (str(field.label), dict(getattr(field, "choices", [])))
            for name, field in self.form.fields.items()
            if name not in self.form.errors
        } | {"on": ("As at", {})}
        given = {key: str(value) for key, value in (self.data or {}).items() if value}
        for name, (label, choices) in shown.items():
            if value := given.get(name):
                rest = {key: text for key, text in given.items() if key not in {name, "page"}}
                address = f"{path}?{urlencode(rest)}" if rest else path
                active.append((label, str(choices.get(value, value)), address))
        return active


class SystemFilter(RemovableFilters):
    """The systems open on a day: what is asked for is `systems`, of the atlas, and no queryset."""

    name = django_filters.CharFilter(
        label="Name contains",
        max_length=100,
        help_text="Any name it has had.",
    )
    region = django_filters.ChoiceFilter(label="Region", choices=Region.choices, widget=PlainSelect)
    sort = django_filters.OrderingFilter(
        label="Sort by",
        fields=[
            *(("name", "name"), ("residents", "residents")),
            *(("area_count", "areas"), ("since", "since")),
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

    @property
    def systems(self) -> list[SystemFacts]:
        """The systems open on the day that the filters let through, in the order asked for.

        What cannot be read filters nothing.
        """
        self.form.is_valid()  # reads what can be read
        given = getattr(self.form, "cleaned_data", {})
        words = str(given.get("name") or "").lower().split()[:MAX_WORDS]
        region = given.get("region")
        systems = [
            system
            for system in self.atlas.open_on(self.day)
            if region in {None, "", system.region}
            and all(any(word in fact.value.lower() for fact in system.names) for word in words)
        ]
        systems.sort(key=lambda system: system.slug)  # where all else is equal
        for order in reversed(given.get("sort") or ["name"]):
            key = self._orders()[order.removeprefix("-")]
            systems.sort(key=key, reverse=order.startswith("-"))
        return systems

    def _orders(self) -> dict[str, Callable[[SystemFacts], Any]]:
        """What each order of the list goes by."""
        areas = {one: self.atlas.areas_on(one, self.day) for one in self.atlas.systems.values()}
        return {
            "name": lambda system: system.name_on(self.day),
            "residents": lambda system: residents_of(areas[system]),
            "areas": lambda system: len(areas[system]),
            "since": lambda system: system.opened_on,
        }


class MemberFilter(RemovableFilters):
    """The organisations of one system."""

    words = django_filters.CharFilter(label="Name, town or code", method="by_words", max_length=100)
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=OrganisationKind.choices, widget=PlainSelect
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    def by_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        return all_words(queryset, ("name", "place", "code"), words)


class OrganisationFilter(MemberFilter):
    """The organisations of the directory."""

    system = DynamicChoiceFilter(label="ICS", method="by_system", choices_of=system_choices)

    area = DynamicChoiceFilter(
        label="Area of its address", method="by_area", choices_of=area_choices
    )

    def by_system(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        system = self.atlas.systems[slug]
        members = Organisation.objects.members_on(system.pk, self.day)
        return queryset.filter(pk__in=members.values("pk"))

    def by_area(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        councils = CouncilArea.objects.filter(area__slug=slug).values("council")
        return queryset.filter(Q(area__slug=slug) | Q(pk__in=councils))


class DirectoryFilter(OrganisationFilter):
    """Those of the page, which has links for kinds and letters."""

    letter = django_filters.ChoiceFilter(
        label="Letter",
        method="by_letter",
        choices=LETTERS,
        widget=forms.HiddenInput,
    )

    def by_letter(self, queryset: QuerySet, name: str, letter: str) -> QuerySet:
        following = chr(ord(letter) + 1)
        return queryset.filter(sort_name__gte=letter, sort_name__lt=following)


@cached_by_content(maxsize=1)
def _labels() -> dict[str, Choices]:
    """All topics, audiences and ways by the name of their model, in order, in one query."""
    topics, *others = (
        model._default_manager.order_by()
        .annotate(kind=Value(model.__name__))
        .values_list("kind", "position", "name", "slug")
        for model in (Topic, Audience, Way)
    )
    labels: dict[str, Choices] = defaultdict(list)
    for kind, _, name, slug in sorted(topics.union(*others, all=True)):
        labels[kind].append((slug, name))
    return labels


class SchemeFilter(RemovableFilters):
    """Schemes, by where they are today and by their labels."""

    words = django_filters.CharFilter(label="Search for", method="by_words", max_length=100)
    system = DynamicChoiceFilter(label="ICS", method="by_system", choices_of=system_choices)
    area = DynamicChoiceFilter(label="Area", method="by_area", choices_of=area_choices)
    topic = DynamicChoiceFilter(
        label="About", field_name="topics__slug", choices_of=lambda filters: filters.labels["Topic"]
    )
    audience = DynamicChoiceFilter(
        label="Who it is for",
        field_name="audiences__slug",
        choices_of=lambda filters: filters.labels["Audience"],
    )
    way = DynamicChoiceFilter(
        label="How to get it",
        field_name="ways__slug",
        choices_of=lambda filters: filters.labels["Way"],
    )

    class Meta:
        model = Scheme
        fields: list[str] = []

    @cached_property
    def labels(self) -> dict[str, Choices]:
        return _labels()

    def by_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        return all_words(queryset, ("name", "place", "what", "for_whom", "how_to_get"), words)

    def by_system(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        schemes = schemes_of_system(self.atlas, self.atlas.systems[slug], self.day)
        return queryset.filter(pk__in=schemes.values("pk"))

    def by_area(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        schemes = schemes_of_area(self.atlas, self.atlas.areas_by_slug[slug], self.day)
        return queryset.filter(pk__in=schemes.values("pk"))


class ListedSchemeFilter(SchemeFilter):
    """Those that the page lists, or those that it no longer lists."""

    show = django_filters.ChoiceFilter(
        label="Show",
        method="by_show",
        choices=[("past", "Past schemes, no longer listed")],
        empty_label="Current and recent schemes",
        widget=PlainSelect,
    )

    qs: SchemeQuerySet

    def by_show(self, queryset: SchemeQuerySet, name: str, show: str) -> SchemeQuerySet:
        return queryset.withdrawn_by(self.day)

    def filter_queryset(self, queryset: Any) -> Any:
        found: Any = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("show") else found.listed_on(self.day)
