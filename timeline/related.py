"""Which entries of the timeline are about a system, or about the systems of areas."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from systems.atlas import AreaFacts, Atlas, Stay, SystemFacts
from timeline.models import NAMING, AlsoListed, Entry, Unit


@dataclass(frozen=True)
class Related:
    """An entry, with the names of the predecessors it is about where it is not about the system."""

    entry: Entry
    predecessors: list[str]


def about_systems(atlas: Atlas, systems: list[SystemFacts]) -> Q:
    """Entries that name one of `systems`, or are events of a day on which something came of one."""
    days = {day for system in systems for day in atlas.days_of_change(system)}
    named = Q(systems__slug__in=[system.slug for system in systems])
    return named | _happened_on(days)


def _happened_on(days: set[date]) -> Q:
    """Events of the systems on one of `days`. A plan is about the systems that it names alone."""
    return Q(event__unit=Unit.ICS, date__in=days) & ~Q(kind__in=NAMING)


def entries_about(
    atlas: Atlas,
    system: SystemFacts,
    known_on: date,
    *,
    follow: bool = False,
    at: datetime | None = None,
) -> QuerySet[Entry]:
    """The entries about `system` that were known on a day, latest first.

    Those of its predecessors are among them up to its opening; with `follow`, those of the
    successors of a closed system from its closing on, as its feed carries them. `is_also_listed`
    says which count as its own since it followed a system that they name, and `names_` with the
    key of a system which name it or a predecessor. `at` is as in `published`.
    """
    also_listed = AlsoListed.objects.filter(system__slug=system.slug, date_from__lte=known_on)
    wanted = about_systems(atlas, [system]) | Q(pk__in=also_listed.values("entry"))
    if before := atlas.predecessors(system):
        wanted |= Q(date__lt=system.opened_on) & about_systems(atlas, before)
    if follow and (after := atlas.followers(system)):
        wanted |= Q(date__gte=system.closed_on) & about_systems(atlas, after)
    ids = Entry.objects.known_on(known_on, at).filter(wanted).values("pk")
    entries = Entry.objects.published(at).filter(pk__in=ids).order_by("-date", "slug")
    named = Entry.systems.through.objects.filter(entry=OuterRef("pk"))
    return entries.annotate(
        is_also_listed=Exists(also_listed.filter(entry=OuterRef("pk"))),
        **{f"names_{one.pk}": Exists(named.filter(system=one.pk)) for one in [system, *before]},
    )


@dataclass(frozen=True)
class Window:
    """The days on which what happens to a system, or is said of it, is about an area.

    Both ends count: on the day of a change it is about both systems. None: all days.
    """

    system: SystemFacts
    first: date | None
    last: date | None

    @classmethod
    def of(cls, stay: Stay, system: SystemFacts) -> Self:
        """From the stay's beginning to its end, but to all days where the system's own are those.

        Before a system opens, news about it is for the areas that it is to open with.
        """
        first = None if stay.start == system.opened_on else stay.start
        last = None if stay.end == system.closed_on else stay.end
        return cls(system, first, last)

    def covers(self, day: date) -> bool:
        return (self.first or day) <= day <= (self.last or day)

    def holds(self, field: str) -> Q:
        """That a row is about the system, and the date in `field` of it is one of the days."""
        inside = Q(system__slug=self.system.slug)
        inside &= Q(**{f"{field}__gte": self.first}) if self.first else Q()
        return inside & (Q(**{f"{field}__lte": self.last}) if self.last else Q())


def entries_about_areas(atlas: Atlas, areas: list[AreaFacts], known_on: date) -> QuerySet[Entry]:
    """The entries about the systems of some areas that were known on a day, latest first.

    Each area has its own history: of a system that was split, those of the one it went to.
    """
    stays = [(stay, stay.system) for area in areas for stay in area.stays]
    windows = {Window.of(stay, system) for stay, system in stays if system}
    if not windows:
        return Entry.objects.none()
    days = {day for one in windows for day in filter(one.covers, atlas.days_of_change(one.system))}
    named = Entry.systems.through.objects.filter(_any(one.holds("entry__date") for one in windows))
    also_listed = AlsoListed.objects.filter(date_from__lte=known_on).filter(
        _any(one.holds("date_from") for one in windows)
    )
    about = (
        Q(pk__in=named.values("entry")) | Q(pk__in=also_listed.values("entry")) | _happened_on(days)
    )
    here = Q(areas=None) | Q(areas__in=[area.pk for area in areas])
    known = Entry.objects.known_on(known_on).filter(about)
    return known.filter(pk__in=Entry.objects.filter(here).values("pk")).order_by("-date", "slug")


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def with_predecessors(atlas: Atlas, system: SystemFacts, entries: list[Entry]) -> list[Related]:
    """`entries` as `entries_about` reads them, each marked where only predecessors are in it."""
    own = atlas.days_of_change(system)
    before = {other: atlas.days_of_change(other) for other in atlas.predecessors(system)}
    related = []
    for entry in entries:
        is_event = entry.kind not in NAMING
        named = {one for one in (system, *before) if getattr(entry, f"names_{one.pk}")}
        is_also_listed = entry.is_also_listed  # type: ignore[attr-defined]
        is_own = is_also_listed or system in named or (is_event and entry.date in own)
        predecessors = [
            other.name_on(entry.date)
            for other, days in before.items()
            if other in named or (is_event and entry.date in days)
        ]
        related.append(Related(entry, [] if is_own else predecessors))
    return related
