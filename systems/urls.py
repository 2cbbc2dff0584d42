"""Addresses of systems and areas. They are a contract: other people's links depend on them."""

from django.urls import path

from systems import views

app_name = "systems"

urlpatterns = [
    path("ics/", views.systems, name="systems"),
    path("ics/<slug:slug>/", views.system, name="system"),
    path("ics/<slug:slug>/history/", views.history, name="history"),
    path("areas/", views.areas, name="areas"),
    path("areas/<slug:slug>/", views.area, name="area"),
    path("code/<str:code>/", views.code, name="code"),
    path("data/", views.data, name="data"),
]
