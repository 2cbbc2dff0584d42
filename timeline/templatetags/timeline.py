"""What other pages show of the timeline."""

from datetime import date
from typing import Any

from django import template

from systems import gazetteer
from systems.asked_date import AskedDate
from systems.models import System
from timeline.models import Entry, Kind
from timeline.related import entries_about, marked

register = template.Library()

LATEST = 4


@register.inclusion_tag("timeline/planned.html")
def planned_changes(system: System, day: date) -> dict[str, Any]:
    """Changes to `system` that are planned for after `day` and not certain."""
    planned = Entry.objects.filter(kind=Kind.PLANNED, date__gt=day, systems=system)
    return {"events": planned.select_related("source")}


@register.inclusion_tag("timeline/latest.html")
def latest_entries(system: System, name: str, asked: AskedDate) -> dict[str, Any]:
    """The latest announcements and events about `system` that were known on the day asked."""
    atlas = gazetteer.current().atlas
    facts = atlas.systems.get(system.slug)
    if facts is None:
        return {"related": []}
    entries = entries_about(atlas, facts, asked.day).exclude(kind=Kind.PLANNED)
    listed = entries.select_related("source").prefetch_related("systems")[:LATEST]
    return {
        "system": system,
        "name": name,
        "query": asked.query,
        "related": marked(atlas, facts, list(listed)),
    }
