"""What other pages show of the timeline."""

from datetime import date
from typing import Any

from django import template

from systems.models import System
from timeline.models import Event, EventKind

register = template.Library()


@register.inclusion_tag("timeline/planned.html")
def planned_changes(system: System, day: date) -> dict[str, Any]:
    """Changes to `system` that are planned for after `day` and not certain."""
    events = Event.objects.filter(kind=EventKind.PLANNED, date__gt=day, systems=system)
    return {"events": events.select_related("source")}
