"""What several views begin with: load what the address names, or answer that it is not found."""

from django.http import Http404

from systems.atlas import AreaFacts, Atlas, SystemFacts


def get_system_or_404(atlas: Atlas, slug: str) -> SystemFacts:
    """The system whose page has this slug. Raises Http404."""
    if slug not in atlas.systems:
        raise Http404("There is no such ICS.")
    return atlas.systems[slug]


def get_area_or_404(atlas: Atlas, slug: str) -> AreaFacts:
    """The area whose page has this slug. Raises Http404."""
    if slug not in atlas.areas_by_slug:
        raise Http404("There is no such area.")
    return atlas.areas_by_slug[slug]
