"""Addresses of the timeline, and of what it adds under others' pages. They are a contract."""

from django.urls import path

from timeline import feeds, views

app_name = "timeline"

urlpatterns = [
    path("timeline/", views.timeline, name="timeline"),
    path("timeline/feed.atom", feeds.atom, name="feed"),
    path("timeline/calendar.ics", feeds.calendar, name="calendar"),
    path("timeline/<slug:slug>/", views.entry, name="entry"),
    path("count/", views.count, name="count"),
    path("ics/<slug:slug>/announcements/", views.system_entries, name="system"),
    path("ics/<slug:slug>/feed.atom", feeds.system_atom, name="system-feed"),
    path("ics/<slug:slug>/calendar.ics", feeds.system_calendar, name="system-calendar"),
    path("areas/<slug:slug>/feed.atom", feeds.area_atom, name="area-feed"),
    path("organisations/<slug:code>/feed.atom", feeds.council_atom, name="council-feed"),
]
