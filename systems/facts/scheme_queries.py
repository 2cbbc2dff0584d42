"""Where schemes are now: with the areas that they are for, through every merger and split."""

from datetime import date, datetime

from systems.atlas import AreaFacts, Atlas, SystemFacts
from systems.models import Area, Scheme, System
from systems.models.schemes import SchemeQuerySet


def schemes_known_on(day: date) -> SchemeQuerySet:
    """All schemes that the public may see, as known on `day`."""
    return Scheme.objects.known_on(day)


def schemes_of_system(
    atlas: Atlas, slug: str, day: date, at: datetime | None = None
) -> SchemeQuerySet:
    """Schemes that a system has on `day`: its own, and those that its areas brought along.

    Those that are public now, or `at` a moment.
    """
    here = [area for area in atlas.areas.values() if area.system_on(day) == slug]
    return _schemes_of(atlas, here, day, at)


def schemes_of_area(atlas: Atlas, area: AreaFacts, day: date) -> SchemeQuerySet:
    """Schemes for an area, and those for all of a system that it is in, or was in to its end."""
    return _schemes_of(atlas, [area], day)


def _schemes_of(
    atlas: Atlas, areas: list[AreaFacts], day: date, at: datetime | None = None
) -> SchemeQuerySet:
    return placed_in(Scheme.objects.published(at), atlas, areas, day)


def placed_in(
    schemes: SchemeQuerySet, atlas: Atlas, areas: list[AreaFacts], day: date
) -> SchemeQuerySet:
    """Those of some schemes that are for some of `areas` on `day`.

    A scheme for the whole of a system that has closed goes to all that followed it.
    """
    codes = {area.code for area in areas}
    origins = [
        origin.slug
        for origin in atlas.systems.values()
        if any(area.code in codes for area in atlas.areas_of(origin, day))
    ]
    return schemes.in_places(
        Area.objects.filter(code__in=codes), System.objects.filter(slug__in=origins)
    )


def public_schemes(found: SchemeQuerySet, day: date) -> SchemeQuerySet:
    """What API and downloads say of schemes as at `day`, with all labels, the freshest first.

    The one place that decides for both which schemes are public.
    """
    listed = found.known_on(day).fresh_first(day).with_labels()
    return listed.prefetch_related("topics", "audiences")


def systems_of_scheme(atlas: Atlas, scheme: Scheme, day: date) -> list[SystemFacts]:
    """The systems that have a scheme on `day`, by name; none for one that is for all of England.

    Uses the prefetched areas.
    """
    areas = [atlas.areas[area.code] for area in scheme.areas.all() if area.code in atlas.areas]
    origin = atlas.systems.get(scheme.system.slug) if scheme.system else None
    if origin and not areas:
        areas = atlas.areas_of(origin, day)
    found = {system.slug: system for area in areas if (system := atlas.system_of(area, day))}
    return sorted(found.values(), key=lambda system: system.name_on(day))
