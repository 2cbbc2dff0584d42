"""Filters of the lists, in plain words. The same ones serve page, API and download."""

import django_filters
from django.db.models import QuerySet

from systems.models import System
from systems.models.systems import Region

MOST_WORDS = 10  # each is one more table in the query


class SystemFilter(django_filters.FilterSet):
    """Systems annotated with `name`, `since`, `residents` and `area_count`."""

    name = django_filters.CharFilter(
        label="Name contains", method="by_name", help_text="Any name it has had."
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
        for word in words.split()[:MOST_WORDS]:
            queryset = queryset.filter(names__name__icontains=word)
        return queryset.distinct()
