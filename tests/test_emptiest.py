"""Every page of every kind of object in its emptiest state, and once a request the gazetteer."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from icsinfo.downloads import package
from icsinfo.routes import routes
from systems.models import (
    Area,
    ContentVersion,
    CouncilArea,
    GazetteerVersion,
    Membership,
    Organisation,
    Scheme,
    Source,
    System,
)
from systems.models.organisations import OrganisationKind
from tests.queries import MAX_QUERIES
from timeline.models import Announcement, Event

pytestmark = pytest.mark.django_db

_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
# Addresses for editors, those that are only posted to, the file that is named by its digest, and
# the feed that only a council with areas has.
LEFT_OUT = re.compile(
    r"\^|admin/|match/facts-|find/suggestions/|api/v1/(?:lookup)?$|oembed/?$|organisations/.*atom"
)
DAYS = ["", "?on=2017-06-15", "?on=2028-11-01"]


# Some that are there, of each kind.
PAGES = {
    "ics": ["devon", "frimley"],
    "systems": ["devon"],
    "areas": ["devon"],
    "organisations": ["RRU", "E10000008"],
    "schemes": ["devon-mental-health-alliance"],
    "code": ["E38000182"],
    "data": ["systems", "members"],
    "sitemap-<section>.xml": ["systems", "areas"],
}


@pytest.fixture
def emptiest(db: None) -> dict[str, list[str]]:
    """An object of each kind with nothing but what the database insists on, by its address."""
    source = Source.objects.create(key="empty", publisher="Nobody", title="Nothing")
    System.objects.create(slug="empty")
    nothing = {"live_postcodes": 0, "residents": 0, "source": source}
    area = Area.objects.create(code="99Z", slug="empty", name="Empty", **nothing)
    kinds = [
        Organisation.objects.create(code=f"X{kind.upper()}", kind=kind, name="E", source=source)
        for kind in OrganisationKind
    ]
    nobody = Organisation.objects.create(code="NOBODY", kind="council", name="N", source=source)
    CouncilArea.objects.create(council=nobody, area=area, residents=0)
    Scheme.objects.create(slug="empty", name="Empty", check_by=date(2027, 1, 1), source=source)
    said = {"date": date(2026, 1, 1), "precision": "day", "title": "Empty", "source": source}
    Announcement.objects.create(slug="empty-local", kind="local", **said)
    Event.objects.create(slug="empty-decision", kind="decision", unit="ics", **said)
    return {
        "ics": ["empty"],
        "systems": ["empty"],
        "areas": ["empty"],
        "organisations": [*(one.code for one in kinds), "NOBODY"],
        "schemes": ["empty"],
        "timeline": ["empty-local", "empty-decision"],
        "code": ["99Z", "NOBODY"],
        "data": [*package.tables],
        "sitemap-<section>.xml": ["pages", "systems", "areas", "organisations", "schemes"],
    }


def addresses(slugs: dict[str, list[str]]) -> Iterator[str]:
    """Every public address, with each of `slugs` where it has a variable."""
    for _, route in routes():
        if LEFT_OUT.match(route):
            continue
        kind = route.removeprefix("api/v1/").partition("/")[0]
        for slug in slugs[kind] if _VARIABLE.search(route) else [""]:
            yield "/" + _VARIABLE.sub(slug, route)


def failing(client: Client, paths: Iterable[str]) -> dict[str, int]:
    client.raise_request_exception = False
    found = {path: client.get(path).status_code for path in paths}
    return {path: status for path, status in found.items() if status not in {200, 302}}


@pytest.mark.parametrize("query", DAYS)
def test_every_page_of_what_has_nothing_answers(client, emptiest, query: str) -> None:
    dated = {path + query for path in addresses(emptiest)}
    assert len(dated) > 70
    undated = {f"/api/v1/{name}{query}" for name in ("openapi.json", "datasets")}
    assert failing(client, dated - undated) == {}


def test_every_page_of_a_system_without_areas_shows_its_members(client, emptiest) -> None:
    empty, source = System.objects.get(slug="empty"), Source.objects.get(key="empty")
    for one in Organisation.objects.filter(code__in=emptiest["organisations"]):
        Membership.objects.create(organisation=one, system=empty, role="listed", source=source)
    paths = {path for path in addresses(emptiest) if "/empty" in path or "/X" in path}
    assert failing(client, paths) == {}
    found = client.get("/ics/empty/members.json").json()
    assert {row["code"] for row in found["results"]} == set(emptiest["organisations"])
    assert b"XTRUST" in client.get("/ics/empty/members.csv").content
    assert client.get("/api/v1/systems/empty").json()["opened_on"] is None


def test_a_request_asks_once_at_most_for_a_version_and_reads_nothing_that_raises_none(
    client,
) -> None:
    asked, hidden = {}, {}
    versions = {model._meta.db_table for model in (ContentVersion, GazetteerVersion)}
    unfollowed = {
        model._meta.db_table
        for app in ("systems", "timeline")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not ContentVersion.follows(model)
    } - versions
    for path in [*addresses({**PAGES, "timeline": []}), *MAX_QUERIES]:
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        tables = [
            table
            for query in captured.captured_queries
            for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])
        ]
        asked[path] = sum(table in versions for table in tables)
        hidden[path] = unfollowed.intersection(tables)
    assert {path: times for path, times in asked.items() if times > 1} == {}
    assert sum(asked.values()) > 50
    assert {path: names for path, names in hidden.items() if names} == {}
