"""Finding an ICS by the words that people know: places, councils, hospitals, practices, codes."""

from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from systems.atlas import SystemFacts
from systems.lookup.outcomes import Outcome
from tests.pages import page, words

pytestmark = pytest.mark.django_db


def find(client: Client, q: str, on: str = ""):
    return client.post("/find/", {"q": q, "on": on})


def main(response) -> BeautifulSoup:
    return page(response).main


def choices(client: Client, q: str, on: str = "") -> list[str]:
    return [words(item) for item in main(find(client, q, on)).select("ul.list > li")]


@pytest.mark.parametrize(
    ("q", "address"),
    [
        ("QRV", "/ics/north-west-london/"),
        ("E54000042", "/ics/hampshire-and-isle-of-wight/"),
        ("NHS Bassetlaw CCG", "/areas/bassetlaw/"),
        ("Humber, Coast and Vale", "/ics/humber-and-north-yorkshire/"),
        ("Stockport", "/areas/stockport/"),
        ("Stockport Council", "/areas/stockport/"),
        ("P81051", "/organisations/P81051/"),
        ("Addenbrooke's", "/organisations/RGT/"),
        ("Densham Surgery", "/organisations/A81001/"),
        ("Stockton PCN", "/organisations/U89141/"),
        ("Birmingham", "/ics/birmingham-and-solihull/"),
    ],
)
def test_a_plain_name_or_code_lands_on_its_page(client, q: str, address: str) -> None:
    response = find(client, q)
    if q == "QRV":  # closed: its page is linked, beside what replaced it
        assert main(response)["data-outcome"] == "closed"
        assert main(response).select_one(f'a[href="{address}"]')
    else:
        assert (response.status_code, response["Location"]) == (303, address)


def test_qnq_leads_to_frimley_and_all_that_followed_it(client) -> None:
    said = main(find(client, "QNQ"))
    assert said["data-outcome"] == "closed"
    assert said.select_one('a[href="/ics/frimley/"]')
    for name in ("Thames Valley", "Hampshire and Isle of Wight", "Surrey and Sussex"):
        assert name in words(said)


def test_stockport_leads_to_the_betting_shop_of_2022_with_source_and_date(client) -> None:
    """By its past schemes: nobody has confirmed it for years."""
    shown, path = main(client.get(find(client, "Stockport")["Location"])), ""
    for words_of_link in (
        "All schemes in Stockport",
        "See past schemes",
        "checks in betting shops",
    ):
        link = next(a for a in shown.find_all("a") if words_of_link in a.get_text())
        path = urljoin(path, link["href"])
        shown = main(client.get(path))
    assert "betting shops" in words(shown.h1)
    assert "Date of this information 1 July 2022" in words(shown)
    assert "Not confirmed since 1 July 2022" in words(shown)
    assert "The Guardian" in words(shown.select_one(".sources"))


@pytest.mark.parametrize(
    ("name", "of_each"),
    [
        ("Farnham", ["Surrey In Surrey and Sussex", "Dorset In Dorset", "Essex In Essex"]),
        ("Richmond", ["London In South West London", "Yorkshire In Humber and North Yorkshire"]),
        ("St Ives", ["Cornwall In Cornwall", "Cambridgeshire In Central East"]),
        ("Newport", ["Isle of Wight In Hampshire", "Shropshire In Shropshire", "Newport, Wales"]),
        ("Park Surgery", ["Horsham In Surrey and Sussex", "Heanor In Derby and Derbyshire"]),
    ],
)
def test_a_name_with_several_meanings_is_a_choice_with_county_and_ics(
    client, name: str, of_each: list[str]
) -> None:
    found = choices(client, name)
    assert main(find(client, name))["data-outcome"] == "choose"
    for wanted in of_each:
        assert any(wanted in choice for choice in found), wanted


def test_the_biggest_meaning_is_the_first_choice(client) -> None:
    assert choices(client, "Farnham")[0].startswith("Farnham, Surrey")
    assert choices(client, "Leeds")[0].startswith("Leeds, West Yorkshire")
    assert choices(client, "Mancester")[0].startswith("Manchester")


def test_a_name_that_crosses_systems_asks_for_the_postcode_and_says_why(client) -> None:
    said = words(main(find(client, "Surrey", "2026-03-31")))
    assert "was in more than one ICS on 31 March 2026" in said
    assert "Enter a postcode, or choose an area" in said
    assert [choice.split(":")[0] for choice in choices(client, "Surrey", "2026-03-31")] == [
        "Surrey Heartlands",
        "Frimley",
    ]


def test_the_same_name_leads_straight_on_once_it_is_in_one_system(client) -> None:
    assert find(client, "Surrey")["Location"] == "/ics/surrey-and-sussex/"


def test_a_misspelt_name_is_answered_and_the_correction_stated(client) -> None:
    said = main(find(client, "Stockprot"))
    assert said["data-outcome"] == "repaired"
    assert words(said.select_one(".notice")) == (
        "We could not find anything called “Stockprot”. We assumed you meant Stockport."
    )
    assert words(said.select_one(".answer")) == "Stockport is in Greater Manchester ICS."
    assert said.select_one('a[href="/areas/stockport/"]')


def test_names_as_near_as_each_other_are_a_choice(client) -> None:
    said = main(find(client, "Mancester"))
    assert said["data-outcome"] == "choose"
    assert "We could not find anything called “Mancester”." in words(said)


def test_a_place_in_another_nation_is_told_who_runs_health_care_there(client) -> None:
    said = main(find(client, "Cardiff"))
    assert said["data-outcome"] == "nation"
    assert "Cardiff is in Wales" in words(said)
    assert "seven local health boards" in words(said)


def test_two_practices_of_one_name_in_one_town_are_told_apart_by_their_codes(
    ask, gazetteer
) -> None:
    seen: dict[str, int] = {}
    for found in gazetteer.register.by_code.values():
        seen[found.label] = seen.get(found.label, 0) + 1
    label = next(label for label, times in seen.items() if times > 1)
    candidates = ask(label.split(",")[0]).candidates
    labels = [candidate.label for candidate in candidates]
    assert len(labels) == len(set(labels))


def test_a_list_of_many_says_how_many_there_are_and_shows_the_first(ask) -> None:
    answer = ask("health centre london")
    assert answer.outcome is Outcome.CHOOSE
    assert "organisations match" in answer.message
    assert "These are the first 40" in answer.message
    assert len(answer.candidates) == 40


def test_a_sliver_of_a_council_does_not_ask_for_a_postcode(ask, gazetteer) -> None:
    """Under 2% of the residents: the lines of a council and of an area were drawn apart."""
    checked = 0
    for council in gazetteer.register.by_code.values():
        total = sum(number for _, number in council.residents)
        shares: dict[SystemFacts | None, int] = {}
        for code, number in council.residents:
            system = gazetteer.atlas.areas[code].system_on(ask("").on)
            shares[system] = shares.get(system, 0) + number
        if len(shares) > 1 and max(shares.values()) > 0.98 * total:
            assert ask(council.code).outcome is Outcome.MATCH, council
            checked += 1
    assert checked


def test_a_closed_organisation_says_when_and_one_without_a_system_says_so(ask) -> None:
    assert ask("North Bristol NHS Trust").message == (
        "North Bristol NHS Trust closed at the end of 30 June 2026."
    )
    assert "Our sources do not say which ICS it belongs to" in ask("The Online NHS Trust").message


def test_old_and_new_codes_of_a_council_are_one_council(ask) -> None:
    assert ask("E08000016").read_as == ask("E08000038").read_as
    assert ask("E08000016").outcome is Outcome.MATCH


def test_a_code_leads_to_an_organisation(client) -> None:
    assert client.get("/code/p81051/")["Location"] == "/organisations/P81051/"
    assert client.get("/code/RM1/")["Location"] == "/organisations/RM1/"
    assert client.get("/code/E08000016/")["Location"] == "/organisations/E08000038/"
