"""What the head of a page tells machines, and the list of all pages."""

import csv
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import RequestFactory
from PIL import Image
from pydantic import ValidationError

from icsinfo.head import PICTURE, json_ld
from systems.models import Area, AreaPeriod, Organisation, Scheme, Source, System, SystemName
from systems.published_urls import plain_pages
from tests.builders import TODAY
from tests.schema_org import check, things_of
from timeline.models import Announcement, Entry, Event

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PAGES = [
    *("/", "/ics/", "/ics/devon/", "/ics/devon/members/", "/ics/devon/poster/", "/areas/devon/"),
    *("/organisations/RRU/", "/schemes/devon-mental-health-alliance/", "/timeline/", "/count/"),
    *("/map/", "/data/", "/help/", "/about/", "/privacy/"),
]


def head_of(client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "html.parser").head


def meta(head: BeautifulSoup, name: str) -> str:
    [found] = head.select(f'meta[property="{name}"], meta[name="{name}"]')
    return found["content"]


def canonical(client, path: str) -> str:
    [link] = head_of(client, path).select('link[rel="canonical"]')
    return link["href"]


# --- One address, one title, one picture ---------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_its_address_title_and_description_to_those_who_share_it(client, path) -> None:
    head = head_of(client, path)
    assert meta(head, "og:title") == head.title.get_text()
    assert meta(head, "og:description") == meta(head, "description")
    assert meta(head, "og:url") == canonical(client, path) == SITE + path
    assert len(meta(head, "description")) > 40


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ics/devon/?on=2026-03-31", "/ics/devon/"),
        ("/ics/?region=london&sort=-residents", "/ics/"),
        ("/organisations/?page=2", "/organisations/?page=2"),
        ("/organisations/?page=1", "/organisations/"),
        ("/organisations/?page=2&kind=trust", "/organisations/"),
        ("/organisations/?page=last", "/organisations/"),
        ("/organisations/?page=²", "/organisations/"),
        ("/report/?page=/ics/devon/", "/report/"),
    ],
)
def test_one_address_stands_for_all_dates_and_filters_of_a_page(client, path, expected) -> None:
    assert canonical(client, path) == SITE + expected


@pytest.mark.parametrize("path", ["/nothing/", "/ics/nothing/", "/ics/%00/"])
def test_what_is_not_there_has_no_address(client, path) -> None:
    assert not head_of(client, path).select('link[rel="canonical"]')


def test_the_picture_is_there_and_has_the_shape_that_social_sites_show(client) -> None:
    address = meta(head_of(client, "/"), "og:image")
    assert address.startswith(f"{SITE}/static/img/social")
    with Image.open(finders.find(PICTURE)) as picture:
        assert 1.85 < picture.width / picture.height < 1.95
        assert picture.width >= 1200


def test_a_quotation_mark_in_a_title_cannot_end_the_tag() -> None:
    source = '{% load head %}{% share %}<title>{{ t }} "x"</title>{% endshare %}'
    html = Template(source).render(Context({"request": RequestFactory().get("/"), "t": '"><b>'}))
    assert meta(BeautifulSoup(html, "html.parser"), "og:title") == '"><b> "x"'


def test_a_title_that_a_template_breaks_into_lines_is_on_one_line() -> None:
    text = "{% load head %}{% share %}<title>\n  Long\n  title\n</title>{% endshare %}"
    head = Template(text).render(Context())
    assert "<title>Long title</title>" in head
    assert 'property="og:title" content="Long title"' in head


def test_no_two_pages_of_the_plain_ones_have_one_title_or_description(client) -> None:
    heads = {path: head_of(client, path) for path in plain_pages()}
    for read in (lambda head: head.title.get_text(), lambda head: meta(head, "description")):
        texts = [read(head) for head in heads.values()]
        assert len(set(texts)) == len(texts), sorted(texts)


# --- schema.org ----------------------------------------------------------------------------------


def things(client, path: str) -> dict[str, dict]:
    return {thing["@type"]: thing for thing in things_of(client.get(path).content)}


@pytest.mark.slow
def test_every_system_is_a_government_organisation(client) -> None:
    for system in System.objects.all():
        found = things(client, system.get_absolute_url())
        for thing in found.values():
            check(dict(thing))
        assert found["GovernmentOrganization"]["@id"] == SITE + system.get_absolute_url()
    frimley = things(client, "/ics/frimley/")["GovernmentOrganization"]
    assert frimley["dissolutionDate"] == "2026-04-01"
    assert frimley["name"] == "Frimley integrated care system (ICS)"


@pytest.mark.slow
def test_every_entry_of_the_timeline_is_an_event_or_an_article(client) -> None:
    kinds = []
    for entry in Entry.objects.known_on(TODAY):
        found = things(client, entry.get_absolute_url())
        for thing in found.values():
            check(dict(thing))
        kinds += found.keys() - {"BreadcrumbList"}
    assert (
        kinds.count("Event")
        == Event.objects.filter(entry_ptr__in=Entry.objects.known_on(TODAY)).count()
    )
    assert kinds.count("NewsArticle") > 50


def test_a_date_of_which_only_the_month_is_known_is_not_made_exact(client) -> None:
    entry = Announcement.objects.filter(precision="month").first()
    article = things(client, entry.get_absolute_url())["NewsArticle"]
    assert article["temporal"] == f"{entry.date:%Y-%m}"
    event = Event.objects.filter(precision="month").first()
    event = event or Event.objects.filter(date__lt=TODAY).first()
    Event.objects.filter(pk=event.pk).update(date=date(2018, 2, 1))
    Entry.objects.filter(pk=event.pk).update(precision="month", date=date(2018, 2, 1))
    found = things(client, event.get_absolute_url())["Event"]
    assert (found["startDate"], found["endDate"]) == ("2018-02-01", "2018-02-28")


def test_our_summary_is_ours_and_cites_what_it_sums_up(client) -> None:
    entry = Announcement.objects.exclude(source__url="").select_related("source").first()
    article = things(client, entry.get_absolute_url())["NewsArticle"]
    check(dict(article))
    assert article["author"]["name"] == article["publisher"]["name"] == "ICS Info"
    assert article["citation"]["publisher"]["name"] == entry.source.publisher
    assert article["citation"]["url"] == article["isBasedOn"] == entry.source.url
    assert article["datePublished"] == entry.published_from.isoformat(timespec="seconds")


@pytest.mark.parametrize("path", ["/areas/devon/", "/schemes/devon-mental-health-alliance/"])
def test_the_way_to_a_page_is_a_list_of_breadcrumbs(client, path) -> None:
    thing = things(client, path)["BreadcrumbList"]
    check(dict(thing))
    shown = BeautifulSoup(client.get(path).content, "html.parser").select(".breadcrumb li")
    assert [item["name"] for item in thing["itemListElement"]] == [
        item.get_text(strip=True) for item in shown
    ]
    assert thing["itemListElement"][-1]["item"]["@id"] == SITE + path


@pytest.mark.parametrize(
    "wrong",
    [
        {"@type": "Event", "name": "x", "startDate": "soon"},
        {"@type": "Event", "nome": "x"},
        {"@type": "Event", "location": {"@type": "Person", "name": "x"}},
        {"@type": "Event", "location": {"@type": "Country", "named": "x"}},
        {"@type": "Evento"},
    ],
)
def test_the_validator_refuses_what_schema_org_does_not_have(wrong) -> None:
    check({"@type": "Event", "location": {"@type": "Country", "name": "x"}})
    with pytest.raises((ValidationError, ValueError, KeyError)):
        check(wrong)


def test_no_text_can_end_the_script_that_holds_the_facts() -> None:
    html = json_ld({"@type": "Thing", "name": "</script><b>&amp;"})
    assert html.count("<") == 2
    assert things_of(html)[0]["name"] == "</script><b>&amp;"


# --- The list of all pages ------------------------------------------------------------------------


def sitemap(client) -> dict[str, str | None]:
    """Every address of the sitemap with its date, by way of the index."""
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 - our own
    found: dict[str, str | None] = {}
    for part in index.iter(f"{NAMESPACE}loc"):
        parts = urlsplit(part.text)
        section = client.get(f"{parts.path}?{parts.query}")
        assert section.status_code == 200
        for url in ElementTree.fromstring(section.content):  # noqa: S314 - our own
            found[url.findtext(f"{NAMESPACE}loc")] = url.findtext(f"{NAMESPACE}lastmod")
    return found


def test_the_sitemap_has_every_page_that_is_about_something(client) -> None:
    listed = {address.removeprefix(SITE) for address in sitemap(client)}
    known = [
        *(model.objects.all() for model in (System, Area, Scheme)),
        Organisation.objects.listed_on(TODAY),
        Entry.objects.known_on(TODAY),
    ]
    assert {one.get_absolute_url() for found in known for one in found} <= listed
    assert {"/", "/help/", "/ics/devon/history/", "/ics/devon/members/"} <= listed
    assert not {
        path for path in listed if path.startswith(("/admin", "/api", "/report", "/find/s"))
    }


@pytest.mark.slow
def test_what_the_sitemap_lists_is_there(client) -> None:
    listed = [a for a in sitemap(client) if "/organisations/" not in a]
    assert [a for a in listed if client.get(a.removeprefix(SITE)).status_code != 200] == []


@pytest.mark.slow
def test_a_page_is_new_since_it_was_written_or_since_something_about_it_holds(
    client, monkeypatch
) -> None:
    long_ago = datetime(2020, 1, 1, 12, tzinfo=UTC)
    System.objects.update(changed_at=long_ago)
    Area.objects.update(changed_at=long_ago)
    Organisation.objects.update(changed_at=long_ago)
    listed = sitemap(client)
    assert listed[f"{SITE}/organisations/RRU/"] == "2020-01-01"
    assert listed[f"{SITE}/ics/frimley/"] == "2026-04-01"  # it closed
    assert listed[f"{SITE}/ics/devon/members/"] is None  # nobody can say
    source = Source.objects.first()
    tomorrow = TODAY + timedelta(days=1)
    devon = System.objects.get(slug="devon")
    SystemName.objects.create(system=devon, name="Dumnonia", date_from=tomorrow, source=source)
    AreaPeriod.objects.create(
        area=Area.objects.get(slug="devon"),
        system=devon,
        date_from=tomorrow,
        source=source,
        certainty="planned",
    )
    assert sitemap(client)[f"{SITE}/ics/devon/"] < tomorrow.isoformat()
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: tomorrow)
    assert sitemap(client)[f"{SITE}/ics/devon/"] == tomorrow.isoformat()


def test_robots_are_told_where_the_list_is_and_what_to_leave_alone(client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {SITE}/sitemap.xml" in text
    assert "Disallow: /admin/" in text
    assert client.post("/robots.txt").status_code == 405


def test_the_files_of_the_timeline_have_titles_that_no_two_share() -> None:
    with (settings.FIXTURES / "announcements.csv").open(encoding="utf-8", newline="") as file:
        titles = [row["title"] for row in csv.DictReader(file)]
    assert len(titles) == len(set(titles))
