"""What tests are about: the day they are told to be on, and rows that many of them need."""

from datetime import date
from typing import Any

from systems.models import Area, Scheme, Source, System

# After the mergers of April 2026 and before anything that is planned for 2027.
TODAY = date(2026, 11, 21)


def make_scheme(
    slug: str, system: System | None, source: Source, *areas: Area, **values: Any
) -> Scheme:
    """A public scheme for some areas, or for all of `system`; `values` are further fields."""
    said = {"place": "Here", "what": "It", "for_whom": "All", "how_to_get": "Ask"}
    given = {"name": slug, "check_by": date(2027, 1, 1), **said} | values
    made = Scheme.objects.create(slug=slug, system=system, source=source, **given)
    made.areas.set(areas)
    return made
