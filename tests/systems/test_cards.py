"""The card for other sites: what it says, that any site may frame it, and how it is found."""

import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders

from icsinfo.routes import routes
from systems.models import Area, System
from systems.views.cards import HEIGHT, WIDTH
from tests.codes import read_drawn_code
from tests.pages import page, read

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
# Something that fits the variable of each route, so that real pages are asked for.
SAMPLES = {
    "ics": "devon",
    "areas": "devon",
    "schemes": "devon-mental-health-alliance",
    "organisations": "RRU",
    "timeline": "final-thirteen-april-2021",
    "code": "QRV",
    "api": "devon",
    "data": "systems",
    "match": "0",
}


def test_it_says_what_the_system_is_how_to_reach_it_and_what_is_on(client) -> None:
    soup = read(client, "/ics/devon/card/")
    assert soup.h1.a["href"] == f"{SITE}/ics/devon/"
    assert [heading.get_text() for heading in soup.find_all("h2")] == [
        "How to contact its board",
        "Local schemes",
        "Latest news",
    ]
    hrefs = [link["href"] for link in soup.select("li a")]
    assert "https://onedevon.org.uk/" in hrefs
    assert "/schemes/devon-mental-health-alliance/" in hrefs
    assert sum(href.startswith("/timeline/") for href in hrefs) == 3
    assert "is independent" in soup.small.get_text()


def test_its_form_asks_this_site_and_opens_the_answer_in_the_whole_window(client) -> None:
    form = read(client, "/ics/devon/card/").form
    assert (form["action"], form["method"], form["target"]) == ("/find/", "post", "_top")
    assert [field["name"] for field in form.find_all("input")] == ["q"]


def test_that_of_a_closed_system_names_everything_that_followed_it(client) -> None:
    soup = read(client, "/ics/frimley/card/")
    assert "until 31 March 2026" in soup.main.get_text()
    assert [link["href"] for link in soup.select("li a")] == [
        "/ics/thames-valley/",
        "/ics/hampshire-and-isle-of-wight/",
        "/ics/surrey-and-sussex/",
    ]
    assert not soup.find("h2")


def test_it_can_be_asked_for_as_at_a_date(client) -> None:
    soup = read(client, "/ics/frimley/card/?on=2026-03-31")
    assert "As at 31 March 2026" in soup.main.get_text()
    assert "Which ICS covers you now" not in soup.main.get_text()
    assert client.get("/ics/frimley/card/?on=soon").status_code == 400
    assert (
        "is not an integrated care system (ICS) yet"
        in read(client, "/ics/west-and-north-london/card/?on=2020-01-01").main.get_text()
    )


def test_it_is_light_and_has_no_script_and_no_cookie(client) -> None:
    style = Path(finders.find("css/card.css")).read_bytes()
    icon = Path(finders.find("img/favicon.svg")).read_bytes()
    assert len(style) < 1536
    for system in System.objects.all():
        response = client.get(f"/ics/{system.slug}/card/")
        assert len(response.content) + len(style) + len(icon) < 15_000
        assert b"<script" not in response.content
        assert b"style=" not in response.content
        assert not response.cookies
        soup = page(response)
        files = [tag["href"] for tag in soup.select('link:not([rel="canonical"])')]
        assert all(href.startswith(f"/{settings.STATIC_URL.strip('/')}/") for href in files)


def sample(route: str) -> str:
    """An address of a route."""
    return "/" + VARIABLE.sub(
        lambda found: "pages" if found[1] == "section" else SAMPLES[route.partition("/")[0]], route
    )


@pytest.mark.slow
def test_any_site_may_frame_a_card_and_no_site_any_other_page(client, admin_client) -> None:
    seen = 0
    for name, route in routes():
        if route.startswith("admin/") and route != "admin/":
            continue  # one page of the admin will do
        path = "/api/v1/nothing" if route.startswith("^") else "/" + route
        if "<" in path or "{" in path:
            path = re.sub(r"\{\w+\}", "devon", path) if "{" in path else sample(route)
        response = admin_client.get(path)
        seen += 1
        policy = response.get("Content-Security-Policy", "")
        if name == "systems:card":
            assert response.status_code == 200
            assert "frame-ancestors" not in policy
            assert "X-Frame-Options" not in response
        else:
            assert "frame-ancestors 'none'" in policy, path
            assert response["X-Frame-Options"] == "DENY", path
    assert seen > 35
    card_policy = client.get("/ics/devon/card/")["Content-Security-Policy"]
    assert "default-src 'none'" in card_policy
    assert "form-action 'self'" in card_policy


# --- oEmbed (oembed.com) -------------------------------------------------------------------------


def oembed(client, **asked):
    return client.get("/oembed/", asked)


def test_the_page_of_a_system_says_where_its_card_is_described(client) -> None:
    head = BeautifulSoup(client.get("/ics/devon/?on=2026-03-31").content, "html.parser").head
    links = {link["type"]: link["href"] for link in head.select('link[type$="+oembed"]')}
    described = {}
    for kind, href in links.items():
        assert href.startswith(SITE)
        described[kind] = client.get(href.removeprefix(SITE))
    as_json = described["application/json+oembed"].json()
    root = ElementTree.fromstring(described["text/xml+oembed"].content)  # noqa: S314 - our own
    assert {child.tag: child.text for child in root} == {k: str(v) for k, v in as_json.items()}
    assert (as_json["version"], as_json["type"], as_json["title"]) == ("1.0", "rich", "Devon ICS")


def test_what_is_embedded_is_the_card_and_a_link(client) -> None:
    described = oembed(client, url=f"{SITE}/ics/devon/").json()
    soup = BeautifulSoup(described["html"], "html.parser")
    assert soup.iframe["src"] == f"{SITE}/ics/devon/card/"
    assert soup.iframe["title"] == "Devon ICS"
    assert soup.a["href"] == f"{SITE}/ics/devon/"
    assert (described["width"], described["height"]) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("service", ["/oembed/", "/oembed"])
@pytest.mark.parametrize("page", ["/ics/devon/", "/ics/devon"])
def test_neither_address_needs_its_final_slash(client, service, page) -> None:
    assert client.get(service, {"url": f"{SITE}{page}"}).json()["title"] == "Devon ICS"


def test_it_is_never_larger_than_asked_for(client) -> None:
    described = oembed(client, url=f"{SITE}/ics/devon/", maxwidth=300, maxheight=200).json()
    assert (described["width"], described["height"]) == (300, 200)
    assert 'width="300" height="200"' in described["html"]
    assert oembed(client, url=f"{SITE}/ics/devon/", maxwidth=9**30).json()["width"] == WIDTH


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5", "²", "\x00"])
def test_a_size_that_is_none_is_refused(client, size) -> None:
    assert oembed(client, url=f"{SITE}/ics/devon/", maxwidth=size).status_code == 400


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "/ics/devon/", f"{SITE}/ics/nothing/", f"{SITE}/areas/devon/", f"{SITE}/ics/"),
        *(
            "https://elsewhere.example/ics/devon/",
            "http://[",
            "javascript:alert(1)",
            f"{SITE}/\x00",
        ),
        *(f"{SITE}/ics/devon/card/", "ftp://testserver/ics/devon/"),
    ],
)
def test_what_has_no_card_is_not_found(client, url) -> None:
    assert oembed(client, url=url).status_code == 404


def test_a_format_that_we_do_not_speak_is_not_implemented(client) -> None:
    assert oembed(client, url=f"{SITE}/ics/devon/", format="yaml").status_code == 501
    assert client.post("/oembed/").status_code == 405


# --- Link to this page ---------------------------------------------------------------------------

LINKED = [
    ("/ics/devon/", "Devon ICS"),
    ("/areas/stockport/", "Stockport"),
    ("/schemes/devon-mental-health-alliance/", "Devon Mental Health Alliance, Devon"),
    ("/timeline/final-thirteen-april-2021/", ""),
]


@pytest.mark.parametrize(("path", "title"), LINKED)
def test_a_page_can_be_linked_to_in_every_way_without_a_script(client, path, title) -> None:
    soup = read(client, path)
    box = soup.select_one("details.link-here")
    texts = {}
    for label in box.find_all("label"):
        field = box.find(id=label["for"])
        assert field.has_attr("readonly")
        texts[label.get_text()] = field.get("value") or field.get_text()
    title = title or soup.h1.get_text()
    address = SITE + path
    assert texts["Address"] == address
    link = BeautifulSoup(texts["HTML"], "html.parser").a
    assert (link["href"], link.get_text()) == (address, title)
    assert texts["Markdown"] == f"[{title}]({address})"
    assert texts["Citation"] == f"ICS Info, “{title}”, {address} (seen on 21 November 2026)."
    assert read_drawn_code(box.select_one("svg.qr")) == address


def test_the_page_of_a_date_is_linked_to_with_its_date(client) -> None:
    box = read(client, "/ics/frimley/?on=2026-03-31").select_one("details.link-here")
    assert box.select_one("#link-address")["value"] == f"{SITE}/ics/frimley/?on=2026-03-31"


def test_a_system_offers_its_card_and_the_same_without_a_frame(client) -> None:
    box = read(client, "/ics/devon/").select_one("details.link-here")
    framed = BeautifulSoup(box.select_one("#link-card").get_text(), "html.parser").iframe
    assert urlsplit(framed["src"]).path == "/ics/devon/card/"
    plain = BeautifulSoup(box.select_one("#link-plain").get_text(), "html.parser")
    assert plain.form["action"] == f"{SITE}/find/"
    assert plain.a["href"] == f"{SITE}/ics/devon/"


def test_a_title_is_text_wherever_it_is_pasted(client) -> None:
    area = Area.objects.get(slug="stockport")
    area.name = 'A & <b>"B"</b>'
    area.save()
    box = read(client, "/areas/stockport/").select_one("details.link-here")
    pasted = BeautifulSoup(box.select_one("#link-html")["value"], "html.parser")
    assert pasted.a.get_text() == area.name
    assert not pasted.b
