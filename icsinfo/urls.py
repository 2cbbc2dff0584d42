"""Every address of the site. The only place that names both apps."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import TemplateView

from icsinfo.api import not_found as api_not_found
from icsinfo.downloads import package
from icsinfo.errors import always_404
from icsinfo.robots import robots
from systems import health
from systems.api import api, description
from systems.api.tables import lists_of
from systems.downloads import TABLES as SYSTEMS_TABLES
from systems.sitemaps import SITEMAPS as SYSTEMS_SITEMAPS
from systems.views import cards, find, sitemaps
from systems.views.gallery import gallery
from systems.views.help import easy_read, help_page
from systems.views.statements import accessibility
from systems.views.suggestions import suggestions
from timeline.api import router as timeline_api
from timeline.downloads import TABLES as TIMELINE_TABLES
from timeline.sitemaps import SITEMAPS as TIMELINE_SITEMAPS

package.add(*SYSTEMS_TABLES, *TIMELINE_TABLES)
api.add_router("", timeline_api)
api.add_router("", lists_of(package.tables.values()))
SITEMAPS = {"sitemaps": {**SYSTEMS_SITEMAPS, **TIMELINE_SITEMAPS}}

urlpatterns = [
    path("api/v1/openapi.json", description, name="openapi-json"),
    path("api/v1/", api.urls),
    re_path(r"^api/", api_not_found),
    path("", find.home, name="home"),
    path("find/", find.find, name="find"),
    path("find/suggestions/", suggestions, name="suggestions"),
    path("", include("systems.urls")),
    path("", include("timeline.urls")),
    path("about/", TemplateView.as_view(template_name="pages/about.html"), name="about"),
    path("accessibility/", accessibility, name="accessibility"),
    path("help/", help_page, name="help"),
    path("help/easy-read/", easy_read, name="easy-read"),
    path("privacy/", TemplateView.as_view(template_name="pages/privacy.html"), name="privacy"),
    path("gallery/", gallery, name="gallery"),
    path("oembed", cards.oembed),
    path("oembed/", cards.oembed, name="oembed"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap_index, SITEMAPS, name="sitemap"),
    path(
        "sitemap-<section>.xml",
        sitemaps.sitemap,
        SITEMAPS,
        name="django.contrib.sitemaps.views.sitemap",  # by which the index finds the sections
    ),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    # Django's own way from any row to its page asks for no right to see the row. Nothing uses it.
    re_path(r"^admin/r/", always_404),
    path("admin/", admin.site.urls),
]

handler400 = "icsinfo.errors.bad_request"
handler404 = "systems.views.missing.not_found"
handler500 = "icsinfo.errors.server_error"
