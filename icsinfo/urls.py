"""Every address of the site. The only place that names both apps."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import TemplateView

from icsinfo.api import nothing_here
from icsinfo.downloads import package
from systems import health
from systems.api import api
from systems.downloads import TABLES as SYSTEMS_TABLES
from systems.views import find
from systems.views.gallery import gallery
from systems.views.help import help_page
from systems.views.statements import accessibility
from systems.views.suggestions import suggestions
from timeline.api import router as timeline_api
from timeline.downloads import TABLES as TIMELINE_TABLES

api.add_router("", timeline_api)
package.add(*SYSTEMS_TABLES, *TIMELINE_TABLES)

urlpatterns = [
    path("", find.home, name="home"),
    path("find/", find.find, name="find"),
    path("find/suggestions/", suggestions, name="suggestions"),
    path("", include("systems.urls")),
    path("", include("timeline.urls")),
    path("about/", TemplateView.as_view(template_name="pages/about.html"), name="about"),
    path("accessibility/", accessibility, name="accessibility"),
    path("help/", help_page, name="help"),
    path("privacy/", TemplateView.as_view(template_name="pages/privacy.html"), name="privacy"),
    path("gallery/", gallery, name="gallery"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", api.urls),
    re_path(r"^api/", nothing_here),
    path("admin/", admin.site.urls),
]

handler400 = "icsinfo.errors.bad_request"
handler404 = "systems.views.missing.not_found"
handler500 = "icsinfo.errors.server_error"
