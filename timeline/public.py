"""What API and downloads say of the timeline: the one place that decides what is public."""

from datetime import date

from django.db.models import Prefetch, QuerySet

from timeline.models import Entry, Event, Statement


def public_entries(entries: QuerySet[Entry], day: date) -> QuerySet[Entry]:
    """Those of `entries` that are public as at `day`, latest first, with what was said of them."""
    statements = Statement.objects.select_related("source")
    return (
        entries.filter(pk__in=Entry.objects.known_on(day).values("pk"))
        .select_related("source", "event")
        .prefetch_related("systems", Prefetch("statements", statements))
        .order_by("-date", "-slug")
    )


def public_events(day: date) -> QuerySet[Event]:
    """The events among them."""
    known = public_entries(Entry.objects.published(), day).order_by().values("pk")
    return Event.objects.published().filter(pk__in=known).select_related("source")
