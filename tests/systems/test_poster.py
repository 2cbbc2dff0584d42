"""The poster for a waiting room: what it says, and where its code leads."""

import pytest

from systems.models import System
from tests.builders import TODAY
from tests.codes import read_drawn_code
from tests.pages import read

pytestmark = pytest.mark.django_db


def test_it_says_in_big_letters_what_for_and_in_small_ones_who_made_it_and_when(client) -> None:
    poster = read(client, "/ics/devon/poster/").select_one(".poster")
    assert poster.h2.get_text(" ", strip=True) == "Health and care near you in Devon"
    text = poster.get_text(" ", strip=True)
    assert "testserver/ics/devon/" in text
    assert "Devon is an integrated care system (ICS): the NHS, councils and others" in text
    assert "As at 21 November 2026. ICS Info is independent." in text


def test_the_code_leads_to_the_system(client) -> None:
    for system in System.objects.open_on(TODAY):
        soup = read(client, f"/ics/{system.slug}/poster/")
        assert read_drawn_code(soup.select_one("svg.qr")) == f"http://testserver/ics/{system.slug}/"


def test_a_closed_system_has_none_and_leads_to_those_of_all_its_successors(client) -> None:
    soup = read(client, "/ics/frimley/poster/")
    assert soup.h1.get_text() == "There is no poster for Frimley"
    assert not soup.select(".poster, svg.qr")
    assert [link["href"] for link in soup.main.select("li a")] == [
        "/ics/thames-valley/poster/",
        "/ics/hampshire-and-isle-of-wight/poster/",
        "/ics/surrey-and-sussex/poster/",
    ]


@pytest.mark.parametrize("day", ["2024-01-01", "2027-06-01"])
def test_there_is_none_for_another_day_as_it_would_mislead(client, day) -> None:
    soup = read(client, f"/ics/devon/poster/?on={day}")
    assert not soup.select(".poster, svg.qr")
    assert soup.main.find("a", string="See today’s poster")["href"] == "/ics/devon/poster/"


def test_a_date_that_is_none_is_named_and_an_unknown_system_is_not_found(client) -> None:
    assert client.get("/ics/devon/poster/?on=soon").status_code == 400
    assert client.get("/ics/nothing/poster/").status_code == 404


def test_a_system_that_nothing_belongs_to_yet_has_none(client) -> None:
    System.objects.create(slug="to-come")
    soup = read(client, "/ics/to-come/poster/")
    assert soup.h1.get_text() == "There is no poster for to come yet"


def test_the_page_of_a_system_leads_to_it(client) -> None:
    assert read(client, "/ics/devon/").find("a", href="/ics/devon/poster/")
