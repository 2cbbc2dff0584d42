"""The sitemaps, whose sections are told which gazetteer to read."""

from typing import Any

from django.contrib.sitemaps import views
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from systems.gazetteer import GazetteerRequest
from systems.sitemaps import Pages

Sections = dict[str, type[Pages]]


@require_safe
def sitemap_index(request: GazetteerRequest, sitemaps: Sections) -> HttpResponse:
    return views.index(request, _of(request, sitemaps))


@require_safe
def sitemap(request: GazetteerRequest, sitemaps: Sections, section: str) -> HttpResponse:
    return views.sitemap(request, _of(request, sitemaps), section)


def _of(request: GazetteerRequest, sections: Sections) -> dict[str, Any]:
    return {name: section(request.gazetteer) for name, section in sections.items()}
