"""Addresses of systems and areas. They are a contract: other people's links depend on them."""

from django.urls import path

from systems.views import areas, reference, systems

app_name = "systems"

urlpatterns = [
    path("ics/", systems.systems, name="systems"),
    path("ics/<slug:slug>/", systems.system, name="system"),
    path("ics/<slug:slug>/history/", systems.history, name="history"),
    path("areas/", areas.areas, name="areas"),
    path("areas/<slug:slug>/", areas.area, name="area"),
    path("code/<str:code>/", reference.code, name="code"),
    path("data/", reference.data, name="data"),
]
