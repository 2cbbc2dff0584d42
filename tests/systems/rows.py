"""A slow, obvious second reading of the dated rows, to hold the atlas against.

It shares no code with `systems.atlas`: every question is answered by going through all rows.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from systems.models import Area, AreaPeriod, Succession, System, SystemCode, SystemName

ONE_DAY = timedelta(days=1)


def latest(rows: Iterable[Any], day: date) -> Any:
    """The row that began last of those that had begun by `day`; None where none had."""
    return max(
        (row for row in rows if row.date_from <= day), key=lambda r: r.date_from, default=None
    )


class Rows:
    """All rows, and what they say of a system or an area on a day. Systems go by their slugs."""

    def __init__(self) -> None:
        self.areas = list(Area.objects.order_by("name"))
        self.systems = list(System.objects.values_list("slug", flat=True))
        self.periods: dict[str, list[AreaPeriod]] = {area.code: [] for area in self.areas}
        for period in AreaPeriod.objects.select_related("area", "system", "source"):
            self.periods[period.area.code].append(period)
        self.names = list(SystemName.objects.select_related("system", "source"))
        self.codes = list(SystemCode.objects.select_related("system", "source"))
        self.successions = list(Succession.objects.select_related("predecessor", "successor"))
        self.days = sorted(
            {row.date_from for rows in self.periods.values() for row in rows}
            | {row.date_from for row in (*self.names, *self.codes)}
        )
        self._systems: dict[tuple[str, date], str | None] = {}

    @property
    def telling_days(self) -> list[date]:
        """Every day on which anything changed, and the day before."""
        return sorted({*self.days, *(day - ONE_DAY for day in self.days)})

    def period(self, area: Area, day: date) -> AreaPeriod | None:
        return latest(self.periods[area.code], day)

    def system(self, area: Area, day: date) -> str | None:
        if (area.code, day) not in self._systems:
            period = self.period(area, day)
            slug = period.system.slug if period and period.system else None
            self._systems[area.code, day] = slug
        return self._systems[area.code, day]

    def areas_in(self, slug: str, day: date) -> list[Area]:
        return [area for area in self.areas if self.system(area, day) == slug]

    def opened_on(self, slug: str) -> date | None:
        return next((day for day in self.days if self.areas_in(slug, day)), None)

    def closed_on(self, slug: str) -> date | None:
        """The first day from which on it has no area any more."""
        with_areas = [day for day in self.days if self.areas_in(slug, day)]
        later = [day for day in self.days if with_areas and day > with_areas[-1]]
        return later[0] if later else None

    def name(self, slug: str, day: date) -> str | None:
        row = latest((row for row in self.names if row.system.slug == slug), day)
        return row.name if row else None

    def code(self, slug: str, scheme: str, day: date) -> str | None:
        mine = (row for row in self.codes if row.system.slug == slug and row.scheme == scheme)
        row = latest(mine, day)
        return row.code if row else None

    def successors(self, slug: str, day: date) -> dict[str | None, tuple[list[str], int]]:
        """Where the areas of its last day are: codes and residents by system."""
        closed = self.closed_on(slug)
        if closed is None or closed > day:
            return {}
        found: dict[str | None, tuple[list[str], int]] = {}
        for area in self.areas_in(slug, closed - ONE_DAY):
            codes, residents = found.get(self.system(area, day), ([], 0))
            found[self.system(area, day)] = ([*codes, area.code], residents + area.residents)
        return found

    def predecessors(self, slug: str) -> set[str]:
        """Those that were there for the last time on the day before it was for the first."""
        opened = self.opened_on(slug)
        if opened is None:
            return set()
        before = {self.system(area, opened - ONE_DAY) for area in self.areas_in(slug, opened)}
        return {other for other in before if other and self.closed_on(other) == opened}

    def changes(self, slug: str) -> dict[date, tuple[str, set[tuple[str, str | None, str]]]]:
        """What happened to it by day: its new name, and the areas that came or went, with whence
        or whither."""
        found = {}
        for day in self.days:
            moves = set()
            for area in self.areas:
                old, new = self.system(area, day - ONE_DAY), self.system(area, day)
                if old != new and new == slug:
                    moves.add(("came", old, area.code))
                if old != new and old == slug:
                    moves.add(("went", new, area.code))
            named = [r.name for r in self.names if r.system.slug == slug and r.date_from == day]
            coded = [r for r in self.codes if r.system.slug == slug and r.date_from == day]
            if moves or named or coded:
                found[day] = ("".join(named), moves)
        return found
