"""Which entries of the timeline are about a system: its own, and those of what it came from."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from systems.atlas import Atlas, SystemFacts
from systems.days.spans import ONE_DAY
from timeline.models import ANNOUNCED, AlsoListed, Entry, Unit


@dataclass(frozen=True)
class Related:
    """An entry, with the names of the systems it is about where that is not the one asked for."""

    entry: Entry
    theirs: str = ""


def turning_days(atlas: Atlas, system: SystemFacts) -> set[date]:
    """The days on which areas joined or left a system, or its name changed."""
    days = {fact.date_from for fact in system.names}
    for area in atlas.areas.values():
        for span in area.spans:
            if span.value == system.slug:
                days |= {span.start} | ({span.end} if span.end else set())
    return days


def predecessors(atlas: Atlas, system: SystemFacts) -> list[SystemFacts]:
    """The systems that closed on the day this one opened, and whose areas it took."""
    if system.opened_on is None:
        return []
    before = system.opened_on - ONE_DAY
    found = {
        origin.slug: origin
        for area in atlas.areas_of(system, system.opened_on)
        if (origin := atlas.system_of(area, before)) and origin.closed_on == system.opened_on
    }
    return list(found.values())


def successors(atlas: Atlas, system: SystemFacts) -> list[SystemFacts]:
    """The systems to which its areas went when it closed; none while it is open."""
    if system.closed_on is None:
        return []
    found = {
        target.slug: target
        for area in atlas.areas_of(system, system.closed_on)
        if (target := atlas.system_of(area, system.closed_on))
    }
    return list(found.values())


def followers(atlas: Atlas, system: SystemFacts) -> list[SystemFacts]:
    """Its successors, theirs where they closed too, and so on."""
    found: dict[str, SystemFacts] = {}
    waiting = successors(atlas, system)
    while waiting:
        other = waiting.pop()
        if other.slug not in found:
            found[other.slug] = other
            waiting += successors(atlas, other)
    return list(found.values())


def concerning(atlas: Atlas, systems: list[SystemFacts]) -> Q:
    """What names one of `systems`, or is an event on a day on which something came of one."""
    days = {day for system in systems for day in turning_days(atlas, system)}
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
    which count as its own since it followed a system that they name. `at` is as in `published`.
    """
    passed = AlsoListed.objects.filter(system__slug=system.slug, date_from__lte=known_on)
    wanted = concerning(atlas, [system]) | Q(pk__in=passed.values("entry"))
    if before := predecessors(atlas, system):
        wanted |= Q(date__lt=system.opened_on) & concerning(atlas, before)
    if follow and (after := followers(atlas, system)):
        wanted |= Q(date__gte=system.closed_on) & concerning(atlas, after)
    ids = Entry.objects.known_on(known_on, at).filter(wanted).values("pk")
    found = Entry.objects.published(at).filter(pk__in=ids).order_by("-date", "slug")
    return found.annotate(passed=Exists(passed.filter(entry=OuterRef("pk"))))


def marked(atlas: Atlas, system: SystemFacts, entries: list[Entry]) -> list[Related]:
    """`entries`, with their systems prefetched, each marked where only predecessors are in it."""
    own = turning_days(atlas, system)
    before = {other: turning_days(atlas, other) for other in predecessors(atlas, system)}
    found = []
    for entry in entries:
        named = {other.slug for other in entry.systems.all()}
        is_event = entry.kind not in ANNOUNCED
        passed = getattr(entry, "passed", False)  # where entries_about has said so
        is_own = passed or system.slug in named or (is_event and entry.date in own)
        theirs = [
            other.name_on(entry.date)
            for other, days in before.items()
            if other.slug in named or (is_event and entry.date in days)
        ]
        found.append(Related(entry, "" if is_own else ", ".join(theirs)))
    return found
