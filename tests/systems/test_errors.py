"""Pages for when something is wrong: what happened, the box, where to go; nothing given away."""

import logging

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client

from icsinfo import errors
from icsinfo.http import refuse_large_bodies
from systems.lookup.near_misses import nearest_by_name
from systems.models import GazetteerVersion
from tests.pages import page, words

pytestmark = pytest.mark.django_db

BAND = "/static/css/site.css"


def suggested(client: Client, path: str) -> list[str]:
    """The addresses under "Did you mean?" on the page of an address that leads nowhere."""
    response = client.get(path)
    assert response.status_code == 404
    title = page(response).find("h2", string="Did you mean?")
    return [link["href"] for link in title.find_next("ul").select("a")] if title else []


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/ics/devn/", "/ics/devon/"),
        ("/ics/devn/members/", "/ics/devon/"),
        ("/areas/stokport/", "/areas/stockport/"),
        ("/ics/stockport/", "/areas/stockport/"),
        ("/ics/nhs-devon-icb/", "/ics/devon/"),
        ("/ics/frimley-health-and-care/", "/ics/frimley/"),
        ("/kent-medway", "/ics/kent-and-medway/"),
    ],
)
def test_an_address_with_a_slip_leads_to_the_nearest_name(client, path, first) -> None:
    assert suggested(client, path)[0] == first


def test_a_closed_system_is_suggested_as_closed(client) -> None:
    found = page(client.get("/ics/frimly/")).find("h2", string="Did you mean?").find_next("ul")
    assert words(found.li) == "Frimley An integrated care system (ICS) until 31 March 2026"


@pytest.mark.parametrize("path", ["/ics/sw1a-1aa/", "/areas/GU9%200NZ/", "/sw1a/", "/ics/a@devon/"])
def test_what_may_be_a_postcode_is_not_looked_for_shown_or_logged(client, path, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        assert suggested(client, path) == []
        text = client.get(path).content.decode().lower()
    typed = path.strip("/").rpartition("/")[2].replace("%20", " ").lower()
    assert typed not in text.replace("for example sw1a 1aa", "")
    assert typed not in caplog.text.lower()


@pytest.mark.parametrize("path", ["/", "//", "/ics//", "/ics/-/", "/ics/" + "x" * 5000, "/ics/\0/"])
def test_any_address_has_an_answer_without_a_name(gazetteer, path) -> None:
    assert nearest_by_name(path, gazetteer.atlas) == []


def test_a_name_is_looked_for_in_memory_with_one_query_at_most(
    client, django_assert_max_num_queries
) -> None:
    client.get("/ics/devn/")
    with django_assert_max_num_queries(3):  # the system, its former address, and the version
        client.get("/ics/devn/")


def test_the_page_needs_no_database(client, monkeypatch) -> None:
    def away(*args: object, **options: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(GazetteerVersion, "current", away)
    monkeypatch.setattr("systems.gazetteer._cached", None)
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert words(page(response).h1) == "We cannot find that page"


def test_what_is_gone_is_410_and_says_what_it_was(rf) -> None:
    said = "This scheme was taken down on 1 May 2026."
    response = errors.gone(rf.get("/schemes/one/"), said)
    assert response.status_code == 410
    assert words(page(response).h1) == said


def refused(rf):
    return refuse_large_bodies(lambda request: HttpResponse())(
        rf.post("/find/", "q=" + "x" * 300_000, content_type="application/x-www-form-urlencoded")
    )


@pytest.mark.parametrize(
    "answer",
    [
        lambda rf: errors.bad_request(rf.get("/"), SuspiciousOperation()),
        lambda rf: errors.gone(rf.get("/"), "It has been taken away."),
        refused,
        lambda rf: HttpResponse(render_to_string("403.html", request=rf.get("/"))),
        lambda rf: HttpResponse(render_to_string("404.html", {"names": []}, rf.get("/"))),
    ],
)
def test_each_page_has_a_sentence_the_box_and_ways_on(rf, answer) -> None:
    soup = page(answer(rf))
    assert len(soup.find_all("h1")) == 1
    assert soup.find("meta", {"name": "robots"})["content"] == "noindex"
    assert soup.main.find("form", {"action": "/find/"}).find("input", {"name": "q"})
    onward = [link["href"] for link in soup.main.select("ul a")]
    assert {"/ics/", "/map/", "/schemes/", "/help/"} <= set(onward)


@pytest.mark.parametrize("template", ["500.html", "503.html"])
def test_the_pages_for_our_own_faults_need_nothing(
    template, django_assert_num_queries, client
) -> None:
    with django_assert_num_queries(0):
        soup = BeautifulSoup(render_to_string(template), "html.parser")
    assert soup.find("link", rel="stylesheet")["href"] == BAND
    assert soup.find("script") is None
    for link in soup.main.select("ul a"):
        assert client.get(link["href"]).status_code == 200
    assert "999" in words(soup.main)


def test_a_form_without_its_token_gets_the_sites_own_page() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert response.status_code == 403
    assert words(page(response).h1) == "You do not have permission to view that page"
