"""Which entries of the timeline are about a system: its own, and those of what it came from."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from systems.atlas import Atlas, SystemFacts
from timeline.models import ANNOUNCED, AlsoListed, Entry, Unit


@dataclass(frozen=True)
class Related:
    """An entry, with the names of the systems it is about where that is not the one asked for."""

    entry: Entry
    theirs: str = ""


def concerning(atlas: Atlas, systems: list[SystemFacts]) -> Q:
    """What names one of `systems`, or is an event on a day on which something came of one."""
    days = {day for system in systems for day in atlas.days_of_change(system)}
    return Q(systems__slug__in=[system.slug for system in systems]) | Q(
        event__unit=Unit.ICS, date__in=days
    )


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
    successors of a closed system from its closing on, as its feed carries them. `passed` says
    which count as its own since it followed a system that they name, and `names_` with the key of
    a system which name it or a predecessor. `at` is as in `published`.
    """
    passed = AlsoListed.objects.filter(system__slug=system.slug, date_from__lte=known_on)
    wanted = concerning(atlas, [system]) | Q(pk__in=passed.values("entry"))
    if before := atlas.predecessors(system):
        wanted |= Q(date__lt=system.opened_on) & concerning(atlas, before)
    if follow and (after := atlas.followers(system)):
        wanted |= Q(date__gte=system.closed_on) & concerning(atlas, after)
    ids = Entry.objects.known_on(known_on, at).filter(wanted).values("pk")
    entries = Entry.objects.published(at).filter(pk__in=ids).order_by("-date", "slug")
    named = Entry.systems.through.objects.filter(entry=OuterRef("pk"))
    return entries.annotate(
        passed=Exists(passed.filter(entry=OuterRef("pk"))),
        **{f"names_{one.pk}": Exists(named.filter(system=one.pk)) for one in [system, *before]},
    )


def marked(atlas: Atlas, system: SystemFacts, entries: list[Entry]) -> list[Related]:
    """`entries` as `entries_about` reads them, each marked where only predecessors are in it."""
    own = atlas.days_of_change(system)
    before = {other: atlas.days_of_change(other) for other in atlas.predecessors(system)}
    related = []
    for entry in entries:
        is_event = entry.kind not in ANNOUNCED
        named = {one for one in (system, *before) if getattr(entry, f"names_{one.pk}")}
        passed = entry.passed  # type: ignore[attr-defined]
        is_own = passed or system in named or (is_event and entry.date in own)
        theirs = [
            other.name_on(entry.date)
            for other, days in before.items()
            if other in named or (is_event and entry.date in days)
        ]
        related.append(Related(entry, "" if is_own else ", ".join(theirs)))
    return related
