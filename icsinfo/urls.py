"""Every address of the site. The only place that names both apps."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import TemplateView

from icsinfo.api import nothing_here
from icsinfo.errors import nothing_for_anybody
from systems import health
from systems.api import api
from systems.views import find
from systems.views.help import help_page
from systems.views.suggestions import suggestions

urlpatterns = [
    path("", find.home, name="home"),
    path("find/", find.find, name="find"),
    path("find/suggestions/", suggestions, name="suggestions"),
    path("", include("systems.urls")),
    path("", include("timeline.urls")),
    path("about/", TemplateView.as_view(template_name="pages/about.html"), name="about"),
    path("help/", help_page, name="help"),
    path("privacy/", TemplateView.as_view(template_name="pages/privacy.html"), name="privacy"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", api.urls),
    re_path(r"^api/", nothing_here),
    # Django's own way from any row to its page asks for no right to see the row. Nothing uses it.
    re_path(r"^admin/r/", nothing_for_anybody),
    path("admin/", admin.site.urls),
]

handler400 = "icsinfo.errors.bad_request"
handler500 = "icsinfo.errors.server_error"
