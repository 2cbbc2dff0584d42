"""Every address of the site. The only place that names both apps."""

from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path, re_path
from django.views.generic import TemplateView

from icsinfo.api import nothing_here
from icsinfo.robots import robots
from systems import health
from systems.api import api
from systems.sitemaps import SITEMAPS as SYSTEMS_SITEMAPS
from systems.views import cards, find
from systems.views.help import help_page
from systems.views.suggestions import suggestions
from timeline.sitemaps import SITEMAPS as TIMELINE_SITEMAPS

SITEMAPS = {"sitemaps": {**SYSTEMS_SITEMAPS, **TIMELINE_SITEMAPS}}

urlpatterns = [
    path("", find.home, name="home"),
    path("find/", find.find, name="find"),
    path("find/suggestions/", suggestions, name="suggestions"),
    path("", include("systems.urls")),
    path("", include("timeline.urls")),
    path("about/", TemplateView.as_view(template_name="pages/about.html"), name="about"),
    path("help/", help_page, name="help"),
    path("privacy/", TemplateView.as_view(template_name="pages/privacy.html"), name="privacy"),
    path("oembed/", cards.oembed, name="oembed"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemaps.index, SITEMAPS, name="sitemap"),
    path(
        "sitemap-<section>.xml",
        sitemaps.sitemap,
        SITEMAPS,
        name="django.contrib.sitemaps.views.sitemap",  # by which the index finds the sections
    ),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", api.urls),
    re_path(r"^api/", nothing_here),
    path("admin/", admin.site.urls),
]

handler400 = "icsinfo.errors.bad_request"
handler500 = "icsinfo.errors.server_error"
