"""A GP surgery beside the area where somebody lives."""

import pytest
from bs4 import BeautifulSoup

from tests.pages import read, words

pytestmark = pytest.mark.django_db

HOME = "surrey-heath-and-farnham"


def asked(client, text: str, home: str = HOME) -> BeautifulSoup:
    response = client.post("/find/", {"q": text, "home": home})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return BeautifulSoup(response.content, "html.parser")


def test_an_area_asks_for_the_surgery_in_a_form_that_knows_the_area(client) -> None:
    form = read(client, f"/areas/{HOME}/").find("h2", id="surgery").find_next("form")
    assert (form["action"], form["method"]) == ("/find/", "post")
    assert form.find("input", {"name": "home"})["value"] == HOME
    assert words(form.label) == "Name or postcode of your GP surgery"
    assert read(client, f"/areas/{HOME}/?on=2026-03-31").find(id="surgery") is None


def test_a_surgery_that_another_board_funds_is_shown_beside_home(client) -> None:
    soup = asked(client, "H81047")
    said = words(soup.select_one(".answer"))
    assert said == (
        "Surrey Heath and Farnham is in Surrey and Sussex ICS. "
        "Runnymede Medical Practice is funded by NHS Thames Valley ICB."
    )
    rows = [[words(cell) for cell in row.find_all(["th", "td"])] for row in soup.select("tbody tr")]
    assert rows == [
        ["Where", "Surrey Heath and Farnham", "Runnymede Medical Practice"],
        ["ICS", "Surrey and Sussex", "Thames Valley"],
    ]
    links = {link["href"] for link in soup.select("tbody a")}
    assert f"/areas/{HOME}/" in links
    assert {"/organisations/H81047/", "/ics/thames-valley/"} <= links
    assert "or the body that pays for it: NHS Thames Valley ICB." in words(soup.main)
    assert len(soup.select(".sources li")) == 4


def test_one_in_the_same_ics_says_so_and_a_postcode_tells_only_where_it_is(client) -> None:
    soup = asked(client, "GU9 0NZ")
    assert words(soup.select_one(".answer")) == (
        "Both are covered by the same ICS: Surrey and Sussex."
    )
    assert "It can be funded by another ICB" in words(soup.main)
    assert "NHS Surrey and Sussex ICB" not in words(soup.find("dl"))


def test_a_name_of_several_surgeries_is_chosen_and_home_is_kept(client) -> None:
    soup = asked(client, "runnymede medical practice")
    form = soup.find("button", string="Runnymede Medical Practice, Egham").parent
    sent = {field["name"]: field["value"] for field in form.find_all("input")}
    assert sent == {"q": "H81047", "home": HOME}
    assert "Thames Valley" in words(asked(client, text=sent["q"]).select_one(".answer"))


@pytest.mark.parametrize("text", ["", "xyzzy", "HJ6 7KL"])
def test_a_mistake_keeps_home(client, text) -> None:
    soup = asked(client, text)
    assert soup.main.find("input", {"name": "home"})["value"] == HOME


@pytest.mark.parametrize("home", ["", "nowhere", "\x00", "x" * 5000])
def test_without_a_home_that_we_know_it_is_a_search_like_any_other(client, home) -> None:
    response = client.post("/find/", {"q": "SW1A 1AA", "home": home})
    assert response.status_code in {303, 400}
