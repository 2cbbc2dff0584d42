"""Filters of the timeline, in plain words."""

from functools import cached_property

import django_filters
from django.db.models import Q, QuerySet

from icsinfo.content_cache import cached_by_content
from systems.atlas import SystemFacts
from systems.filters import (
    MAX_WORDS,
    Choices,
    DynamicChoiceFilter,
    PlainSelect,
    RemovableFilters,
    anywhere,
    every_system,
)
from systems.models.systems import Region
from timeline.models import Entry, EntryKind, Statement
from timeline.related import about_systems

WRITTEN = ("title", "summary", "note", "source__publisher")
SAID = ("text", "quote", "reading", "speaker", "organisation")
# People type the short form, and most texts have the long one.
IN_FULL = {
    "ics": "integrated care system",
    "icss": "integrated care system",
    "icb": "integrated care board",
    "icbs": "integrated care board",
    "ccg": "clinical commissioning group",
    "ccgs": "clinical commissioning group",
    "stp": "planning area",
}


@cached_by_content(maxsize=1)
def _years_and_publishers() -> list[tuple[int, str]]:
    """Those of all entries that are public, in one query."""
    rows = Entry.objects.published().order_by()
    return list(rows.values_list("date__year", "source__publisher").distinct())


class EntryFilter(RemovableFilters):
    """Entries, events and announcements alike."""

    words = django_filters.CharFilter(label="Words", method="by_words", max_length=100)
    year = DynamicChoiceFilter(
        label="Year",
        field_name="date",
        lookup_expr="year",
        choices_of=lambda filters: filters.years,
    )
    kind = django_filters.ChoiceFilter(label="Kind", choices=EntryKind.choices, widget=PlainSelect)
    system = DynamicChoiceFilter(label="ICS", method="by_system", choices_of=every_system)
    region = django_filters.ChoiceFilter(
        label="Region", method="by_region", choices=Region.choices, widget=PlainSelect
    )
    publisher = DynamicChoiceFilter(
        label="Published by",
        field_name="source__publisher",
        choices_of=lambda filters: filters.publishers,
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    @cached_property
    def _published(self) -> list[tuple[int, str]]:
        return _years_and_publishers()

    @property
    def years(self) -> Choices:
        years = sorted({year for year, _ in self._published}, reverse=True)
        return [(str(year), str(year)) for year in years]

    @property
    def publishers(self) -> Choices:
        return [(name, name) for name in sorted({name for _, name in self._published})]

    def by_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        """Every word somewhere in an entry or in what was said about it."""
        for word in words.split()[:MAX_WORDS]:
            wanted = Q()
            for text in {word, IN_FULL.get(word.lower(), word)}:
                said = Statement.objects.published().filter(anywhere(SAID, text)).values("entry")
                wanted |= anywhere(WRITTEN, text) | Q(pk__in=said)
            queryset = queryset.filter(wanted)
        return queryset

    def by_system(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        return self._about(queryset, [self.atlas.systems[slug]])

    def by_region(self, queryset: QuerySet, name: str, region: str) -> QuerySet:
        systems = self.atlas.systems.values()
        return self._about(queryset, [one for one in systems if one.region == region])

    def _about(self, queryset: QuerySet, systems: list[SystemFacts]) -> QuerySet:
        wanted = about_systems(self.atlas, systems)
        return queryset.filter(pk__in=Entry.objects.published().filter(wanted).values("pk"))
