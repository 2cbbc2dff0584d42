"""The timeline as a table that can be downloaded as at a date. Its columns are a contract."""

from collections.abc import Callable, Iterator
from datetime import date

from icsinfo.downloads import Column, Table
from systems.downloads import SLUG, URL, joined
from systems.gazetteer import Gazetteer
from timeline.models import Entry, Event
from timeline.public import public_entries


def _entries(gazetteer: Gazetteer, day: date, absolute: Callable[[str], str]) -> Iterator[tuple]:
    for entry in public_entries(Entry.objects.published(), day):
        event: Event | None = getattr(entry, "event", None)
        yield (
            *(entry.slug, entry.date, entry.precision, entry.kind, entry.title),
            entry.summary or None,
            entry.note or None,
            joined(system.slug for system in entry.systems.all()) or None,
            event.official_total if event else None,
            event.announced_on if event else None,
            absolute(entry.get_absolute_url()),
            [entry.source],
        )


TIMELINE = Table(
    "timeline",
    "Timeline",
    "Events and announcements known on the date, latest first.",
    ("slug",),
    (
        SLUG,
        Column("date", "When it happened.", "date", always=True),
        Column("precision", "How exact that is: day, month, by, year or planned.", always=True),
        Column("kind", "What it is: merger, law, local and so on.", always=True),
        Column("title", "Its title.", always=True),
        Column("summary", "What happened."),
        Column("note", "Anything uncertain or disputed."),
        Column("systems", "Slugs of the systems it names; empty for all of England."),
        Column("official_total", "The number of systems a source states, if any.", "integer"),
        Column("announced_on", "For a plan: when it was announced.", "date"),
        URL,
    ),
    (),
    _entries,
)

TABLES = (TIMELINE,)
