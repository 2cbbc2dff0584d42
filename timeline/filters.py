"""Filters of the timeline, in plain words."""

import django_filters
from django.db.models import Q, QuerySet

from systems.atlas import SystemFacts
from systems.filters import MOST_WORDS, AtlasFilter, RemovableFilters, anywhere, every_system
from systems.models import Source, System
from systems.models.systems import Region
from timeline.models import Entry, EntryKind, Statement
from timeline.related import concerning


def years() -> list[tuple[str, str]]:
    dates = Entry.objects.published().dates("date", "year", order="DESC")
    return [(str(day.year), str(day.year)) for day in dates]


def publishers() -> list[tuple[str, str]]:
    cited = Source.objects.filter(pk__in=Entry.objects.published().values("source"))
    names = cited.order_by("publisher").values_list("publisher", flat=True).distinct()
    return [(name, name) for name in names]


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


class EntryFilter(RemovableFilters):
    """Entries, events and announcements alike."""

    words = django_filters.CharFilter(label="Words", method="by_words", max_length=100)
    year = django_filters.ChoiceFilter(
        label="Year", field_name="date", lookup_expr="year", choices=years, empty_label="All"
    )
    kind = django_filters.ChoiceFilter(label="Kind", choices=EntryKind.choices, empty_label="All")
    system = AtlasFilter(label="ICS", method="by_system", of_atlas=every_system, empty_label="All")
    region = django_filters.ChoiceFilter(
        label="Region", method="by_region", choices=Region.choices, empty_label="All"
    )
    publisher = django_filters.ChoiceFilter(
        label="Published by", field_name="source__publisher", choices=publishers, empty_label="All"
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    def by_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        """Every word somewhere in an entry or in what was said about it."""
        for word in words.split()[:MOST_WORDS]:
            wanted = Q()
            for text in {word, IN_FULL.get(word.lower(), word)}:
                said = Statement.objects.published().filter(anywhere(SAID, text)).values("entry")
                wanted |= anywhere(WRITTEN, text) | Q(pk__in=said)
            queryset = queryset.filter(wanted)
        return queryset

    def by_system(self, queryset: QuerySet, name: str, slug: str) -> QuerySet:
        return self._concerning(queryset, [self.atlas.systems[slug]])

    def by_region(self, queryset: QuerySet, name: str, region: str) -> QuerySet:
        slugs = System.objects.filter(region=region).values_list("slug", flat=True)
        systems = self.atlas.systems
        return self._concerning(queryset, [systems[slug] for slug in slugs if slug in systems])

    def _concerning(self, queryset: QuerySet, systems: list[SystemFacts]) -> QuerySet:
        wanted = concerning(self.atlas, systems)
        return queryset.filter(pk__in=Entry.objects.published().filter(wanted).values("pk"))
