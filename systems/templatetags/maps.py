"""Small maps on other pages. Each leads to the map of the same day."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from systems.atlas import AreaFacts, SystemFacts
from systems.days.as_at import AsAtDate
from systems.facts.comparison_request import MAX_SYSTEMS, comparison_query
from systems.gazetteer import held_by

register = template.Library()


@register.inclusion_tag("components/small_map.html", takes_context=True)
def map_today(context: Context) -> dict[str, Any]:
    """England by system, today."""
    maps = held_by(context).maps
    drawing = maps.drawing(timezone.localdate(), small=True)
    text = f"Map of all {len(drawing.shapes)} ICSs today, and of every day since 2017"
    return {"sheet": maps.sheet, "drawing": drawing, "text": text}


@register.simple_tag(takes_context=True)
def neighbours_compared(context: Context, system: SystemFacts, asked: AsAtDate) -> str:
    """The query that compares `system` with those that touch it on the day, or nothing."""
    held = held_by(context)
    others = held.maps.neighbours(system, asked.day)[: MAX_SYSTEMS - 1]
    return comparison_query([system.slug, *(s.slug for s in others)], asked) if others else ""


@register.inclusion_tag("components/locator.html", takes_context=True)
def system_locator(
    context: Context, system: SystemFacts, name: str, asked: AsAtDate
) -> dict[str, Any]:
    """Where `system` is, or was when it closed; nothing where it has no area."""
    held = held_by(context)
    locator = held.maps.locator(held.atlas.areas_of(system, asked.day))
    return {"locator": locator, "name": name, "asked": asked}


@register.inclusion_tag("components/locator.html", takes_context=True)
def area_locator(context: Context, area: AreaFacts, asked: AsAtDate) -> dict[str, Any]:
    """Where `area` is, and around it the system that it is in on the day."""
    held = held_by(context)
    system = area.system_on(asked.day)
    around = held.atlas.areas_in(system, asked.day) if system else []
    name = system.name_on(asked.day) if system else ""
    locator = held.maps.locator([area], around)
    return {"locator": locator, "name": area.name, "around": name, "asked": asked}
