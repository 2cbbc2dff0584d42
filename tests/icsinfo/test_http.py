"""How requests are read, whatever they claim to be."""

import gzip

import brotli
import pytest
from bs4 import BeautifulSoup
from django.core.handlers.wsgi import get_script_name
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_script_prefix, set_script_prefix

from icsinfo.http import refuse_large_bodies, too_large
from systems.atlas.facts import _page

LIMIT = 256 * 1024
FORM = "application/x-www-form-urlencoded"


def request_of(length: object) -> HttpRequest:
    request = HttpRequest()
    request.META["CONTENT_LENGTH"] = length
    return request


@pytest.mark.parametrize(
    ("length", "refused"),
    [
        (str(LIMIT), False),
        (str(LIMIT + 1), True),
        ("9" * 30, True),
        ("", False),
        (None, False),
        ("0", False),
        ("-1", False),
        ("many", False),
    ],
)
def test_a_body_is_too_large_above_256_kb(length, refused) -> None:
    assert too_large(request_of(length)) is refused


def test_a_body_that_is_too_large_is_not_read_at_all(rf) -> None:
    def read_it(request: HttpRequest) -> HttpResponse:
        raise AssertionError("the view was asked")

    request = rf.post("/find/", "q=" + "x" * LIMIT, content_type=FORM)
    response = refuse_large_bodies(read_it)(request)
    assert response.status_code == 413
    assert b"That was too much text" in response.content


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "utf-16", "utf-7", "idna", "none", "\\x00", "é"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_and_a_form_are_read_as_utf_8_whatever_they_claim(rf, method, charset) -> None:
    kind = f"{FORM}; charset={charset}"
    request = rf.generic(method, "/find/?q=%C3%A9", b"q=S%C3%A9e", content_type=kind)
    assert request.GET["q"] == "é"
    assert request.POST.get("q") == ("Sée" if method == "POST" else None)


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "utf-16", "idna", "punycode", "unicode_escape"]
)
@pytest.mark.django_db
def test_an_odd_charset_still_gets_the_answer(client, charset) -> None:
    kind = f"{FORM}; charset={charset}"
    response = client.generic("POST", "/find/", b"q=SW1A+1AA", content_type=kind)
    assert (response.status_code, response["Location"]) == (303, "/areas/north-west-london/")


@pytest.mark.parametrize(
    "kind", [FORM, "text/plain", "application/json", "", "multipart/form-data"]
)
@pytest.mark.parametrize("path", ["/", "/ics/", "/help/", "/admin/login/", "/nothing/"])
@pytest.mark.django_db
def test_a_post_from_elsewhere_to_any_page_is_refused_and_no_fault_of_ours(kind, path) -> None:
    elsewhere = Client(enforce_csrf_checks=True)
    response = elsewhere.generic(
        "POST", path, b"q=1", content_type=f"{kind}; charset=rot13", HTTP_ORIGIN="https://x.example"
    )
    assert response.status_code in {400, 403, 404, 405}


@pytest.mark.django_db
def test_a_request_that_cannot_be_read_gets_a_page_that_says_so(client) -> None:
    response = client.generic("POST", "/find/", b"x", content_type="multipart/form-data")
    assert response.status_code == 400
    soup = BeautifulSoup(response.content, "html.parser")
    assert soup.h1.get_text() == "We could not read that request"
    assert "is independent" in soup.footer.get_text()


def test_a_name_of_another_host_is_refused_without_repeating_it(client) -> None:
    response = client.get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert b"evil.example" not in response.content


@pytest.mark.django_db
def test_a_page_of_errors_needs_neither_context_nor_styles_built(client, monkeypatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError("something is broken")

    monkeypatch.setattr("systems.views.find.lookup", fail)
    client.raise_request_exception = False
    response = client.post("/find/", {"q": "SW1A 1AA"})
    assert response.status_code == 500
    soup = BeautifulSoup(response.content, "html.parser")
    assert soup.h1.get_text() == "Sorry, there is a problem with the site"
    assert soup.find("form", {"action": "/find/"})
    assert "SW1A 1AA" not in soup.get_text().replace("For example SW1A 1AA", "")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/map/", "/report/", "/ics/devon/members.csv"])
def test_what_is_public_is_compressed(client, path: str) -> None:
    plain = client.get(path).content
    for encoding, decompress in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        answer = client.get(path, headers={"Accept-Encoding": f"deflate, {encoding}"})
        assert answer["Content-Encoding"] == encoding
        assert answer["Vary"] == "Accept-Encoding"
        assert decompress(answer.content)[:1000] == plain[:1000]
        assert int(answer["Content-Length"]) == len(answer.content) < len(plain) / 2


@pytest.mark.django_db
def test_what_fits_into_a_packet_is_sent_as_it_is(client) -> None:
    """A postcode, and two hundred of them."""
    sizes = {}
    for number in (1, 200):
        body = {"queries": ["SW1A 1AA"] * number}
        answer = client.post(
            "/api/v1/lookup", body, "application/json", headers={"Accept-Encoding": "br"}
        )
        sizes[answer.get("Content-Encoding", "")] = len(answer.content)
    assert set(sizes) == {"", "br"}
    assert sizes[""] < 1400


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/admin/"])
def test_what_holds_a_secret_is_not_compressed(admin_client, client, path: str) -> None:
    for visitor in (client, admin_client):
        answer = visitor.get(path, headers={"Accept-Encoding": "gzip"}, follow=True)
        assert len(answer.content) > 1000
        assert "Content-Encoding" not in answer


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["SCRIPT_NAME", "SCRIPT_URL", "REDIRECT_URL"])
def test_no_header_of_one_visitor_changes_the_links_of_another(client, name) -> None:
    """gunicorn takes SCRIPT_NAME from a header, if the proxy lets it through."""
    _page.cache_clear()
    sent = {name: "//evil.example/ics/devon/", "PATH_INFO": "/ics/devon/"}
    try:
        set_script_prefix(get_script_name(sent))  # which WSGIHandler does, and the test client not
        theirs = client.get("/ics/devon/", **sent).content.decode()
    finally:
        clear_script_prefix()
    for answer in (theirs, client.get("/ics/devon/").content.decode()):
        assert "evil.example" not in answer
        assert 'href="/areas/devon/"' in answer
