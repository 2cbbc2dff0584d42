"""Atom feeds (RFC 4287) and iCalendar files (RFC 5545, RFC 7986) of items that an app collects.

Ids are UUIDs made from keys and paths alone, so that they stay if the host changes. No file depends
on when it was requested, so conditional requests get 304 until an item changes.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from icalendar import Calendar, Event

from icsinfo.text import UNPRINTABLE

# Never change it: subscribers would get every entry again under a new id.
NAMESPACE = uuid.UUID("6d8a4f0e-6a86-5d0e-9a58-6f3f3a1c2b77")
MAX_FEED_ITEMS = 100
MAX_CALENDAR_ITEMS = 2000
_REFRESH = timedelta(days=1)  # how often calendar programs are asked to look again
_NO_NEWS = datetime(2017, 6, 15, tzinfo=UTC)  # when a feed without items was last changed


@dataclass(frozen=True)
class FeedItem:
    """An item of a feed or calendar. `key` is what its id is made from."""

    key: str
    title: str
    text: str
    path: str
    published: datetime
    changed: datetime
    via: tuple[str, str] | None = None  # address and title of what it sums up
    # First day and the day after the last, for a calendar; None where that would be a guess.
    days: tuple[date, date] | None = None
    is_plan: bool = False

    @property
    def urn(self) -> str:
        return uuid.uuid5(NAMESPACE, self.key).urn


class SourcedFeed(Atom1Feed):
    """Each item leads to what it sums up (`via`); the words, and so the author, are ours."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["via"]:
            address, title = item["via"]
            via = {"rel": "via", "href": address, "title": _as_xml(title)}
            handler.addQuickElement("link", "", via)

    def latest_post_date(self) -> datetime:
        """Django takes the time of the request where there is no item."""
        return super().latest_post_date() if self.items else _NO_NEWS


def atom_feed(
    request: HttpRequest, title: str, path: str, items: Iterable[FeedItem]
) -> HttpResponse:
    """A feed with `path` as the page that it belongs to."""
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
            pubdate=item.published,
            updateddate=item.changed,
            via=item.via,
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _as_xml(text: str) -> str:
    """Without the characters that no XML can hold: one of them would take the whole feed away."""
    return UNPRINTABLE.sub("", text)


def calendar_file(
    request: HttpRequest, title: str, file: str, items: Iterable[FeedItem]
) -> HttpResponse:
    """A calendar of the items that have days, to be saved as `file`."""
    made = Calendar()
    made.add("prodid", "-//ICS Info//Timeline//EN")
    made.add("version", "2.0")
    made.add("name", title)
    made.add("x-wr-calname", title)  # as programs that came before RFC 7986 call it
    made.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "P1D")
    for item in items:
        if item.days:
            made.add_component(_event(request, item, *item.days))
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{file}"'
    return response


def _event(request: HttpRequest, item: FeedItem, start: date, end: date) -> Event:
    event = Event()
    event.add("uid", item.urn.removeprefix("urn:uuid:"))
    event.add("dtstamp", item.changed)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("status", "TENTATIVE" if item.is_plan else "CONFIRMED")
    event.add("summary", item.title)
    event.add("description", item.text)
    event.add("url", request.build_absolute_uri(item.path))
    event.add("transp", "TRANSPARENT")
    return event
