"""Where schemes are now: with the areas that they are for, through every merger and split."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet, Value

from systems.atlas import AreaFacts, Atlas, SystemFacts
from systems.models import Area, Scheme, System
from systems.models.schemes import SchemeQuerySet


def schemes_known_on(day: date) -> SchemeQuerySet:
    """All schemes that the public may see, as known on `day`."""
    return Scheme.objects.known_on(day)


def schemes_of_system(
    atlas: Atlas, system: SystemFacts, day: date, at: datetime | None = None
) -> SchemeQuerySet:
    """Schemes that a system has on `day`: its own, and those that its areas brought along.

    Those that are public now, or `at` a moment.
    """
    return _schemes_of(atlas, atlas.areas_on(system, day), day, at)


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
        if any(area.code in codes for area in atlas.nearest_areas(origin, day))
    ]
    return schemes.in_places(
        Area.objects.filter(code__in=codes), System.objects.filter(slug__in=origins)
    )


def public_schemes(schemes: SchemeQuerySet, day: date) -> SchemeQuerySet:
    """What API and downloads say of schemes as at `day`, the freshest first.

    The one place that decides for both which schemes are public.
    """
    return schemes.known_on(day).fresh_first(day).select_related("source", "system")


@dataclass(frozen=True, slots=True)
class LinkedScheme:
    """A scheme with its labels, as pairs of slug and name, and where it is on a day.

    `areas` are those that it is for; without any it is for all of `systems`, and without these
    for all of England.
    """

    scheme: Scheme
    topics: list[tuple[str, str]]
    audiences: list[tuple[str, str]]
    ways: list[tuple[str, str]]
    areas: list[AreaFacts]
    systems: list[SystemFacts]


def linked(atlas: Atlas, schemes: Iterable[Scheme], day: date) -> list[LinkedScheme]:
    """Schemes, read with their systems, with all that they are linked to, in one query."""
    schemes = list(schemes)
    keys = [scheme.pk for scheme in schemes]
    links: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    if keys:
        rows = (_links(field, keys) for field in ("topics", "audiences", "ways", "areas"))
        for field, key, *label in sorted(next(rows).union(*rows, all=True)):
            _, name, slug = label
            links[field, key].append((slug, name))
    linked_schemes = []
    for scheme in schemes:
        labels = {name: links[name, scheme.pk] for name in ("topics", "audiences", "ways")}
        slugs = [slug for slug, _ in links["areas", scheme.pk]]
        areas = [atlas.areas_by_slug[slug] for slug in slugs if slug in atlas.areas_by_slug]
        origin = atlas.systems.get(scheme.system.slug) if scheme.system else None
        linked_schemes.append(
            LinkedScheme(
                scheme, **labels, areas=areas, systems=systems_with(atlas, origin, areas, day)
            )
        )
    return linked_schemes


def _links(field: str, keys: list[int]) -> QuerySet:
    """What some schemes are linked to by one field, in its order: labels have a position."""
    relation = getattr(Scheme, field)
    target = relation.field.m2m_reverse_field_name()
    position = Value(0) if field == "areas" else F(f"{target}__position")
    rows = relation.through._default_manager.filter(scheme__in=keys)
    return rows.annotate(field=Value(field), position=position).values_list(
        "field", "scheme", "position", f"{target}__name", f"{target}__slug"
    )


def systems_with(
    atlas: Atlas, origin: SystemFacts | None, areas: list[AreaFacts], day: date
) -> list[SystemFacts]:
    """The systems that have on `day` a scheme for `areas`, or for all of `origin`; by name."""
    if origin and not areas:
        areas = atlas.nearest_areas(origin, day)
    systems = dict.fromkeys(system for area in areas if (system := area.system_on(day)))
    return sorted(systems, key=lambda system: system.name_on(day))
