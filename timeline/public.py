"""The entries that API and downloads give out: the one place that decides what is public."""

from datetime import date

from django.db.models import Prefetch, QuerySet

from timeline.models import Entry, Event, LegalInstrument, Statement

LEGAL_BASIS = Prefetch(
    "event__legal_basis", LegalInstrument.objects.select_related("source").order_by("made", "slug")
)


def public_entries(entries: QuerySet[Entry], day: date) -> QuerySet[Entry]:
    """Those of `entries` that are public as at `day`, latest first, with their statements."""
    statements = Statement.objects.select_related("source")
    return (
        entries.filter(pk__in=Entry.objects.known_on(day).values("pk"))
        .select_related("source", "event")
        .prefetch_related("systems", Prefetch("statements", statements))
        .order_by("-date", "-slug")
    )


def public_events(day: date) -> QuerySet[Event]:
    """The public events as at `day`."""
    known = public_entries(Entry.objects.published(), day).order_by().values("pk")
    return Event.objects.published().filter(pk__in=known).select_related("source")
