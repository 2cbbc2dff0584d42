"""Atom feeds (RFC 4287) and iCalendar files (RFC 5545) of the timeline, in all and for each system.

Ids are UUIDs made from slugs alone, so that they stay if the host changes. No file depends on when
it was requested, so conditional requests get 304 until an entry changes.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.views.decorators.http import conditional_page, require_safe
from icalendar import Calendar
from icalendar import Event as CalendarEvent

from icsinfo.dates import say
from icsinfo.text import UNPRINTABLE
from systems.atlas import Atlas, SystemFacts
from systems.facts.shortcuts import get_system_or_404
from systems.gazetteer import GazetteerRequest
from systems.models import Source
from timeline.models import Entry, EntryKind, Precision
from timeline.related import entries_about

# Never change it: subscribers would get every entry again under a new id.
NAMESPACE = uuid.UUID("6d8a4f0e-6a86-5d0e-9a58-6f3f3a1c2b77")
MAX_FEED_ENTRIES = 100
MAX_CALENDAR_ENTRIES = 2000


@dataclass(frozen=True)
class FeedItem:
    """An item of a feed or calendar. `key` is what its id is made from."""

    key: str
    day: date
    title: str
    text: str
    path: str
    changed: datetime
    source: Source | None = None  # what it sums up
    published: date | None = None  # where it was known before its day: a plan

    @property
    def urn(self) -> str:
        return uuid.uuid5(NAMESPACE, self.key).urn


@require_safe
@conditional_page
def atom(request: GazetteerRequest) -> HttpResponse:
    entries = _all(timezone.localdate())[:MAX_FEED_ENTRIES]
    return _atom(request, "ICS Info: the timeline", reverse("timeline:timeline"), _items(entries))


@require_safe
@conditional_page
def calendar(request: GazetteerRequest) -> HttpResponse:
    entries = _all(timezone.localdate())[:MAX_CALENDAR_ENTRIES]
    return _calendar(request, "ICS Info: the timeline", _items(entries))


@require_safe
@conditional_page
def system_atom(request: GazetteerRequest, slug: str) -> HttpResponse:
    name, items = _of_system(request.gazetteer.atlas, slug, MAX_FEED_ENTRIES)
    return _atom(request, f"ICS Info: {name}", reverse("systems:system", args=[slug]), items)


@require_safe
@conditional_page
def system_calendar(request: GazetteerRequest, slug: str) -> HttpResponse:
    name, items = _of_system(request.gazetteer.atlas, slug, MAX_CALENDAR_ENTRIES)
    return _calendar(request, f"ICS Info: {name}", items)


def _all(today: date) -> QuerySet[Entry]:
    return Entry.objects.known_on(today).select_related("source", "event").order_by("-date", "slug")


def _of_system(atlas: Atlas, slug: str, most: int) -> tuple[str, list[FeedItem]]:
    """A system's name and items. A closed one goes on with its successors', after a notice."""
    today = timezone.localdate()
    system = get_system_or_404(atlas, slug)
    entries = entries_about(atlas, system, today, follow=True).select_related("source", "event")
    items = _items(entries[:most])
    if system.closed_by(today):
        items.append(_closing(atlas, system))
        items.sort(key=lambda item: item.day, reverse=True)
    return system.name_on(today), items


def _closing(atlas: Atlas, system: SystemFacts) -> FeedItem:
    closed = system.closed_on or date.max
    names = ", ".join(name for name, _ in atlas.status(system, closed).followed_by)
    name = system.name_on(closed)
    return FeedItem(
        f"closed:{system.slug}",
        closed,
        f"{name} has closed; this feed now covers what replaced it",
        f"{name} closed on {say(closed)}. Replaced by: {names or 'nothing yet'}. From that day "
        "this feed carries news about those.",
        reverse("systems:system", args=[system.slug]),
        datetime.combine(closed, time(), UTC),
    )


def _items(entries: Iterable[Entry]) -> list[FeedItem]:
    return [
        FeedItem(
            f"timeline:{entry.slug}",
            entry.date,
            entry.title,
            _text(entry),
            entry.get_absolute_url(),
            max(entry.changed_at, entry.published_from or entry.changed_at),
            entry.source,
            entry.event.announced_on if entry.kind == EntryKind.PLANNED else None,
        )
        for entry in entries
    ]


def _text(entry: Entry) -> str:
    return " ".join(filter(None, [entry.summary, entry.note, _how_exact(entry)]))


def _how_exact(entry: Entry) -> str:
    """A sentence on the date of an entry where it is no certain day."""
    if entry.precision == Precision.DAY:
        return ""
    if entry.precision == Precision.PLANNED:
        return f"Planned for {say(entry.date)}."
    return "The exact day is not known."


class SourcedFeed(Atom1Feed):
    """Each item leads to what it sums up (`via`); the words, and so the author, are ours."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        source = item["source"]
        if source and source.url:
            via = {"rel": "via", "href": source.url, "title": _as_xml(str(source))}
            handler.addQuickElement("link", "", via)


def _atom(request: GazetteerRequest, title: str, path: str, items: list[FeedItem]) -> HttpResponse:
    feed = SourcedFeed(
        title=_as_xml(title),
        link=request.build_absolute_uri(path),
        description="",
        language="en-GB",
        author_name="ICS Info",
        feed_url=request.build_absolute_uri(request.path),
        feed_guid=uuid.uuid5(NAMESPACE, request.path).urn,
    )
    for item in items:
        feed.add_item(
            title=_as_xml(item.title),
            link=request.build_absolute_uri(item.path),
            description=escape(_as_xml(item.text)),  # Atom1Feed sends it as HTML
            unique_id=item.urn,
            pubdate=datetime.combine(item.published or item.day, time(), UTC),
            updateddate=item.changed,
            source=item.source,
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _as_xml(text: str) -> str:
    """Without the characters that no XML can hold: one of them would take the whole feed away."""
    return UNPRINTABLE.sub("", text)


def _calendar(request: GazetteerRequest, title: str, items: list[FeedItem]) -> HttpResponse:
    made = Calendar()
    made.add("prodid", "-//ICS Info//Timeline//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", title)
    for item in items:
        event = CalendarEvent()
        event.add("uid", item.urn.removeprefix("urn:uuid:"))
        event.add("dtstamp", item.changed)
        event.add("dtstart", item.day)
        event.add("dtend", item.day + timedelta(days=1))
        event.add("summary", item.title)
        event.add("description", item.text)
        event.add("url", request.build_absolute_uri(item.path))
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="ics-info.ics"'
    return response
