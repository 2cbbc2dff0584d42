"""Feeds and calendars of the timeline: in all, of a system, of an area, of a council."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from icsinfo.dates import say
from icsinfo.feeds import (
    MAX_CALENDAR_ITEMS,
    MAX_FEED_ITEMS,
    FeedItem,
    atom_feed,
    calendar_file,
)
from systems.atlas import AreaFacts, Atlas, Stay, SystemFacts
from systems.days.spans import ONE_DAY
from systems.facts.members import main_areas
from systems.facts.shortcuts import get_area_or_404, get_system_or_404
from systems.gazetteer import GazetteerRequest
from systems.models import Organisation
from systems.models.areas import Certainty
from timeline.models import Entry, EntryKind, Precision
from timeline.related import entries_about, entries_about_areas


@require_safe
@conditional_page
def atom(request: GazetteerRequest) -> HttpResponse:
    entries = _all(timezone.localdate())[:MAX_FEED_ITEMS]
    title, path = "ICS Info: the timeline", reverse("timeline:timeline")
    return atom_feed(request, title, path, _items(entries))


@require_safe
@conditional_page
def calendar(request: GazetteerRequest) -> HttpResponse:
    entries = _all(timezone.localdate())[:MAX_CALENDAR_ITEMS]
    title, file = "ICS Info: the timeline", "ics-info-timeline.ics"
    return calendar_file(request, title, file, _items(entries))


@require_safe
@conditional_page
def system_atom(request: GazetteerRequest, slug: str) -> HttpResponse:
    name, items = _of_system(request.gazetteer.atlas, slug, MAX_FEED_ITEMS)
    path = reverse("systems:system", args=[slug])
    return atom_feed(request, f"ICS Info: {name}", path, items)


@require_safe
@conditional_page
def system_calendar(request: GazetteerRequest, slug: str) -> HttpResponse:
    name, items = _of_system(request.gazetteer.atlas, slug, MAX_CALENDAR_ITEMS)
    return calendar_file(request, f"ICS Info: {name}", f"ics-info-{slug}.ics", items)


@require_safe
@conditional_page
def area_atom(request: GazetteerRequest, slug: str) -> HttpResponse:
    """News about the systems that an area was and is in, and that it is in another now."""
    today, shown = timezone.localdate(), get_area_or_404(request.gazetteer.atlas, slug)
    items = _of_areas(request.gazetteer.atlas, [shown], today)
    items += [
        _move(shown, stay, stay.system)
        for stay in shown.stays
        if stay.system and stay.start <= today and stay.certainty_on(today) == Certainty.EXACT
    ]
    return atom_feed(
        request, f"ICS Info: {shown.name}", shown.get_absolute_url(), _latest_first(items)
    )


@require_safe
@conditional_page
def council_atom(request: GazetteerRequest, code: str) -> HttpResponse:
    """News about the systems that the areas of a council were and are in."""
    today, atlas = timezone.localdate(), request.gazetteer.atlas
    shown = get_object_or_404(Organisation, code=code)
    rows = list(shown.council_areas.select_related("area"))
    if not rows:
        raise Http404("This organisation has no feed. Councils and areas have one.")
    items = _of_areas(atlas, main_areas(atlas, rows, today), today)
    return atom_feed(request, f"ICS Info: {shown.name}", shown.get_absolute_url(), items)


def _all(today: date) -> QuerySet[Entry]:
    return Entry.objects.known_on(today).select_related("source", "event").order_by("-date", "slug")


def _of_system(atlas: Atlas, slug: str, most: int) -> tuple[str, list[FeedItem]]:
    """A system's name and items. A closed one goes on with its successors', after a notice."""
    today = timezone.localdate()
    system = get_system_or_404(atlas, slug)
    entries = entries_about(atlas, system, today, follow=True).select_related("source", "event")
    items = _items(entries[:most])
    if system.closed_by(today):
        items = _latest_first([*items, _closing(atlas, system)])
    return system.name_on(today), items


def _of_areas(atlas: Atlas, areas: list[AreaFacts], today: date) -> list[FeedItem]:
    entries = entries_about_areas(atlas, areas, today).select_related("source", "event")
    return _items(entries[:MAX_FEED_ITEMS])


def _latest_first(items: list[FeedItem]) -> list[FeedItem]:
    """Of one day, in the order given."""
    return sorted(items, key=lambda item: item.published, reverse=True)


def _closing(atlas: Atlas, system: SystemFacts) -> FeedItem:
    closed = system.closed_on or date.max
    names = ", ".join(name for name, _ in atlas.status(system, closed).followed_by)
    name = system.name_on(closed)
    return FeedItem(
        f"closed:{system.slug}",
        f"{name} has closed; this feed now covers what replaced it",
        f"{name} closed on {say(closed)}. Replaced by: {names or 'nothing yet'}. From that day "
        "this feed carries news about those.",
        reverse("systems:system", args=[system.slug]),
        _midnight(closed),
        _midnight(closed),
        days=(closed, closed + ONE_DAY),
    )


def _move(area: AreaFacts, stay: Stay, system: SystemFacts) -> FeedItem:
    """That an area came to a system on a day that a source states."""
    return FeedItem(
        f"moved:{area.slug}:{stay.start}",
        f"{area.name} joins {system.name_on(stay.start)} ICS",
        f"From {say(stay.start)}. This feed carries news about that ICS from that day.",
        area.get_absolute_url(),
        _midnight(stay.start),
        _midnight(stay.start),
        stay.periods[0].source.link,
        (stay.start, stay.start + ONE_DAY),
    )


def _items(entries: Iterable[Entry]) -> list[FeedItem]:
    return [_item(entry, is_plan=entry.kind == EntryKind.PLANNED) for entry in entries]


def _item(entry: Entry, *, is_plan: bool) -> FeedItem:
    """A plan was published when it was announced, not on its day."""
    announced = entry.event.announced_on if is_plan else None
    return FeedItem(
        f"timeline:{entry.slug}",
        entry.title,
        " ".join(filter(None, [entry.summary, entry.note, _how_exact(entry)])),
        entry.get_absolute_url(),
        _midnight(announced or entry.date),
        max(entry.changed_at, entry.published_from or entry.changed_at),
        entry.source.link,
        _days(entry),
        is_plan,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _days(entry: Entry) -> tuple[date, date] | None:
    """From when to when a calendar shows an entry: a day, a month, or not at all."""
    if entry.precision == Precision.YEAR:
        return None
    if entry.precision in {Precision.MONTH, Precision.BY}:
        first = entry.date.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return entry.date, entry.date + ONE_DAY


def _how_exact(entry: Entry) -> str:
    """A sentence on the date of an entry where it is no certain day."""
    when = {
        Precision.MONTH: f"In {entry.date:%B %Y}",
        Precision.BY: f"By the end of {entry.date:%B %Y}",
        Precision.YEAR: f"In {entry.date:%Y}",
    }.get(Precision(entry.precision))
    if when:
        return f"{when}: the exact day is not known."
    return f"Planned for {say(entry.date)}." if entry.precision == Precision.PLANNED else ""
