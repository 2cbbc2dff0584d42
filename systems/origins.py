"""Where it is written which area was in which system, and from when."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Self

from systems.atlas import SystemFacts
from systems.days.spans import ONE_DAY, row_on
from systems.models import AreaPeriod, Source


class Origins:
    """All periods of all areas with the sources of both."""

    def __init__(self, periods: Iterable[AreaPeriod]) -> None:
        self._by_area: dict[int, list[AreaPeriod]] = defaultdict(list)
        for period in periods:
            self._by_area[period.area_id].append(period)

    @classmethod
    def read(cls) -> Self:
        """Read them in one query, whatever their number."""
        rows = AreaPeriod.objects.select_related("system", "source", "area__source")
        return cls(rows.order_by("area__name", "date_from"))

    def areas_in(self, slug: str, day: date) -> list[AreaPeriod]:
        """The periods by which areas are in a system on a day, by the names of the areas."""
        held = (row_on(rows, day) for rows in self._by_area.values())
        return [row for row in held if row and row.system and row.system.slug == slug]

    def of_opening(self, facts: SystemFacts) -> list[Source]:
        """The sources of its first areas; none while it has none."""
        if facts.opened_on is None:
            return []
        return [row.source for row in self.areas_in(facts.slug, facts.opened_on)]

    def of_closing(self, facts: SystemFacts) -> list[Source]:
        """The sources of what came after it; none while it is open."""
        if facts.closed_on is None:
            return []
        last = {row.area_id for row in self.areas_in(facts.slug, facts.closed_on - ONE_DAY)}
        after = (row_on(self._by_area[area], facts.closed_on) for area in last)
        return [row.source for row in after if row]
