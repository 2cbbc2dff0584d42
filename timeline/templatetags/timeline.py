"""Template tags by which pages of systems include parts of the timeline. {% load timeline %}"""

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from icsinfo.content_cache import cached_by_content
from icsinfo.dates import say
from systems.atlas import AreaFacts, SystemFacts
from systems.days.as_at import AsAtDate
from systems.gazetteer import gazetteer_of
from timeline.models import ANNOUNCED, Entry, EntryKind, Precision, Statement
from timeline.related import entries_about, with_predecessors

register = template.Library()

LATEST_ENTRIES = 4
CARD_ENTRIES = 3


@register.filter
def as_exact_as(day: date, precision: str) -> str:
    """A date for people, no more exact than it is known: "by April 2021"."""
    whole, month = say(day), f"{day:%B %Y}"
    return {
        Precision.MONTH: month,
        Precision.BY: f"by {month}",
        Precision.YEAR: f"{day:%Y}",
        Precision.PLANNED: f"planned for {whole}",
    }.get(Precision(precision), whole)


@register.inclusion_tag("timeline/planned.html", takes_context=True)
def planned_changes(
    context: Context,
    system: SystemFacts,
    as_at: AsAtDate,
    area: AreaFacts | None = None,
    if_none: str = "",
) -> dict[str, Any]:
    """Changes to `system`, or to `area` of it, planned on the day asked about; else `if_none`.

    Those for all of England are listed after them.

    A plan is one until an event says that it happened, however late the day asked about. `shown`
    are days of change in the atlas: a page about a later day shows the plan carried out.
    """
    known = Entry.objects.known_on(min(as_at.day, as_at.today))
    plans = list(known.planned_for(system.pk, area.pk if area else None).select_related("source"))
    national = [plan for plan in plans if plan.is_national]  # type: ignore[attr-defined]
    events = [plan for plan in plans if plan not in national]
    shown: set[date] = set()
    if any(event.date <= as_at.day for event in events):
        shown = gazetteer_of(context).atlas.days_of_change(system)
    is_closed = system.closed_by(as_at.day)
    return {
        "events": events,
        "national": [] if is_closed else national,
        "as_at": as_at,
        "shown": shown,
        "if_none": if_none,
    }


@register.inclusion_tag("timeline/news.html")
def latest_announcements() -> dict[str, Any]:
    """The latest announcements, for the home page."""
    known = Entry.objects.known_on(timezone.localdate()).filter(kind__in=ANNOUNCED)
    return {"entries": known.select_related("source").order_by("-date", "slug")[:LATEST_ENTRIES]}


@register.inclusion_tag("timeline/last_and_next.html")
def last_and_next() -> dict[str, Any]:
    """The latest change to the systems, and the next planned for some, for the home page."""
    today = timezone.localdate()
    known = Entry.objects.known_on(today).order_by("date", "slug")
    planned = known.filter(kind=EntryKind.PLANNED)
    return {
        "last": known.filter(event__isnull=False).exclude(kind=EntryKind.PLANNED).last(),
        "next": planned.filter(date__gt=today).exclude(systems=None).first(),
    }


@register.inclusion_tag("timeline/card.html", takes_context=True)
def card_entries(context: Context, system: SystemFacts, as_at: AsAtDate) -> dict[str, Any]:
    """The few latest announcements and events about `system`, for its card."""
    atlas = gazetteer_of(context).atlas
    known = entries_about(atlas, system, as_at.day)
    return {"entries": known.exclude(kind=EntryKind.PLANNED)[:CARD_ENTRIES]}


@register.inclusion_tag("timeline/latest.html", takes_context=True)
def latest_entries(
    context: Context,
    system: SystemFacts,
    name: str,
    as_at: AsAtDate,
    area: AreaFacts | None = None,
) -> dict[str, Any]:
    """The latest announcements and events about `system` that were known on the day asked.

    With `area` for its page, which has a feed of its own.
    """
    atlas = gazetteer_of(context).atlas
    entries = entries_about(atlas, system, as_at.day).exclude(kind=EntryKind.PLANNED)
    listed = entries.select_related("source")[:LATEST_ENTRIES]
    return {
        "system": system,
        "area": area,
        "name": name,
        "query": as_at.query,
        "related": with_predecessors(atlas, system, list(listed)),
    }


@register.inclusion_tag("timeline/quotation.html")
def quotation(slug: str, as_at: AsAtDate) -> dict[str, Any]:
    """The first quotation about an entry, if the entry was known on the day asked about."""
    return {"statement": _quoted(slug, as_at.day)}


@cached_by_content(maxsize=32)
def _quoted(slug: str, day: date) -> Statement | None:
    known = Entry.objects.known_on(day).filter(slug=slug).values("pk")
    said = Statement.objects.published().filter(entry__in=known).exclude(quote="")
    return said.select_related("entry", "source").first()
