"""Addresses of this app's pages. They are a contract: other people's links depend on them."""

from django.urls import path

from systems.views import (
    areas,
    cards,
    compare,
    developers,
    downloads,
    maps,
    matching,
    organisations,
    reference,
    reports,
    scheme_feed,
    schemes,
    systems,
)

app_name = "systems"

urlpatterns = [
    path("ics/", systems.systems, name="systems"),
    path("ics/<slug:slug>/", systems.system, name="system"),
    path("ics/<slug:slug>/history/", systems.history, name="history"),
    path("ics/<slug:slug>/members/", organisations.system_members, name="members"),
    path("ics/<slug:slug>/members.csv", organisations.members_csv, name="members-csv"),
    path("ics/<slug:slug>/members.json", organisations.members_json, name="members-json"),
    path("ics/<slug:slug>/card/", cards.card, name="card"),
    path("ics/<slug:slug>/poster/", cards.poster, name="poster"),
    path("ics/<slug:slug>/schemes/", schemes.system_schemes, name="system-schemes"),
    path("areas/", areas.areas, name="areas"),
    path("areas/<slug:slug>/", areas.area, name="area"),
    path("compare/", compare.compare, name="compare"),
    path("compare.csv", compare.compare_csv, name="compare-csv"),
    path("map/", maps.map_page, name="map"),
    path("match/", matching.match_page, name="match"),
    path("match/facts-<slug:digest>.gz", matching.match_facts, name="match-facts"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/<str:code>/", organisations.organisation, name="organisation"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/feed.atom", scheme_feed.schemes_atom, name="schemes-feed"),
    path("schemes/<slug:slug>/", schemes.scheme, name="scheme"),
    path("code/<str:code>/", reference.code, name="code"),
    path("data/", reference.data, name="data"),
    path("data/datapackage.json", downloads.datapackage, name="datapackage"),
    path("data/<slug:name>.csv", downloads.table_csv, name="table-csv"),
    path("data/<slug:name>.json", downloads.table_json, name="table-json"),
    path("developers/", developers.developers, name="developers"),
    path("report/", reports.report, name="report"),
    path("report/thanks/", reports.thanks, name="report-thanks"),
]
