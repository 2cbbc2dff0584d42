"""Small maps on other pages. Each leads to the map of the same day."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from systems.atlas import AreaFacts, SystemFacts
from systems.days.as_at import AsAtDate
from systems.facts.comparison_request import MAX_SYSTEMS, comparison_query
from systems.gazetteer import gazetteer_of

register = template.Library()


@register.inclusion_tag("components/small_map.html", takes_context=True)
def map_today(context: Context) -> dict[str, Any]:
    """England by system, today."""
    maps = gazetteer_of(context).maps
    drawing = maps.drawing(timezone.localdate(), small=True)
    text = f"Map of all {len(drawing.shapes)} ICSs today, and of every day since 2017"
    return {"sheet": maps.sheet, "drawing": drawing, "text": text}


@register.simple_tag(takes_context=True)
def neighbours_compared(context: Context, system: SystemFacts, as_at: AsAtDate) -> str:
    """The query that compares `system` with those that touch it on the day, or nothing."""
    gazetteer = gazetteer_of(context)
    others = gazetteer.maps.neighbours(system, as_at.day)[: MAX_SYSTEMS - 1]
    return comparison_query([system.slug, *(s.slug for s in others)], as_at) if others else ""


@register.inclusion_tag("components/locator.html", takes_context=True)
def system_locator(
    context: Context, system: SystemFacts, name: str, as_at: AsAtDate
) -> dict[str, Any]:
    """Where `system` is, or was when it closed; nothing where it has no area."""
    gazetteer = gazetteer_of(context)
    locator = gazetteer.maps.locator(gazetteer.atlas.nearest_areas(system, as_at.day))
    return {"locator": locator, "name": name, "as_at": as_at}


@register.inclusion_tag("components/locator.html", takes_context=True)
def area_locator(context: Context, area: AreaFacts, as_at: AsAtDate) -> dict[str, Any]:
    """Where `area` is, and around it the system that it is in on the day."""
    gazetteer = gazetteer_of(context)
    system = area.system_on(as_at.day)
    around = gazetteer.atlas.areas_on(system, as_at.day) if system else []
    name = system.name_on(as_at.day) if system else ""
    locator = gazetteer.maps.locator([area], around)
    return {"locator": locator, "name": area.name, "around": name, "as_at": as_at}
