"""No kind of page is forgotten: whatever answers with HTML to the public is in the table."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.urls import URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

from tests.browser.table import ROWS

# What the public can ask for and is no page, each with an address at which that can be seen.
NO_PAGES = {
    "suggestions": "/find/suggestions/",
    "healthz": "/healthz",
    "readyz": "/readyz",
    "systems:members-csv": "/ics/devon/members.csv",
    "systems:members-json": "/ics/devon/members.json",
    "timeline:feed": "/timeline/feed.atom",
    "systems:compare-csv": "/compare.csv",
    "systems:table-csv": "/data/systems.csv",
    "systems:table-json": "/data/systems.json",
    "systems:datapackage": "/data/datapackage.json",
    "oembed": "/oembed/",
    "robots": "/robots.txt",
    "sitemap": "/sitemap.xml",
    "openapi-json": "/api/v1/openapi.json",
    "django.contrib.sitemaps.views.sitemap": "/sitemap-systems.xml",
    "timeline:calendar": "/timeline/calendar.ics",
    "timeline:system-feed": "/ics/devon/feed.atom",
    "timeline:area-feed": "/areas/devon/feed.atom",
    "timeline:council-feed": "/organisations/E10000008/feed.atom",
    "systems:schemes-feed": "/schemes/feed.atom",
    "timeline:system-calendar": "/ics/devon/calendar.ics",
}

# Its address has a digest in it; the page that asks for it says which.
FACTS = "systems:match-facts"
# For those who build the site. It has each part several times, so its landmarks repeat.
FOR_BUILDERS = "gallery"


def public_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The names of all addresses but those of editors and of the API, which are no pages."""
    for pattern in resolver.url_patterns:
        if not isinstance(pattern, URLResolver):
            if pattern.name:
                yield namespace + pattern.name
        elif isinstance(pattern.pattern, RoutePattern) and str(pattern.pattern) == "":
            yield from public_names(pattern, f"{pattern.namespace}:")
        else:
            assert str(pattern.pattern) in {"admin/", "api/v1/"}, "is that for the public?"


def test_every_page_has_a_row() -> None:
    in_table = {
        resolve(urlsplit(row.path).path).view_name for row in ROWS if row.status in {200, 400}
    }
    assert (
        set(public_names(get_resolver())) - set(NO_PAGES) - {FACTS, FOR_BUILDERS} - in_table
        == set()
    )


@pytest.mark.django_db
def test_what_matching_answers_from_is_no_page(client) -> None:
    page = BeautifulSoup(client.get("/match/").content, "html.parser")
    address = page.select_one("[data-facts]")["data-facts"]
    assert resolve(address).view_name == FACTS
    assert client.get(address).headers["Content-Type"] == "application/gzip"


@pytest.mark.django_db
@pytest.mark.parametrize("name", NO_PAGES)
def test_what_is_called_no_page_is_none(client, name: str) -> None:
    assert resolve(NO_PAGES[name]).view_name == name
    answer = client.get(NO_PAGES[name])
    assert not answer.content or not answer.headers["Content-Type"].startswith("text/html")


def test_every_state_has_a_name_of_its_own() -> None:
    assert len({row.state for row in ROWS}) == len(ROWS)
