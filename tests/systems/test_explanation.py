"""What a look-up says besides its answer: how it came about, the organisation, what is planned."""

import json

import pytest
from bs4 import BeautifulSoup
from django.conf import settings

from systems.lookup.explanation import _RULES
from systems.lookup.outcomes import Outcome
from systems.models import Succession, System, SystemName
from systems.reference.guides import load_guides
from tests.builders import TODAY

pytestmark = pytest.mark.django_db


def ask(client, text: str, **more) -> dict:
    body = json.dumps({"q": text, **more})
    return client.post("/api/v1/lookup", body, content_type="application/json").json()


def test_every_outcome_has_a_rule_in_words() -> None:
    assert set(_RULES) == set(Outcome)


def test_only_who_asks_for_it_is_told_how_an_answer_came_about(client) -> None:
    assert "explain" not in ask(client, "SW1A 1AA")
    assert "explain" not in ask(client, "SW1A 1AA", explain=False)


def test_a_postcode_is_explained_with_its_area_source_data_and_date(client) -> None:
    told = ask(client, "sw1a1aa", on="2026-11-21", explain=True)["explain"]
    assert told[:3] == [
        "We read what you entered as SW1A 1AA, a postcode.",
        "Everything it could mean leads to the same answer.",
        "It is in the area North West London, which is in West and North London ICS from "
        "1 April 2026.",
    ]
    assert told[3].startswith("Source: ")
    assert told[-2:] == [
        "Our postcodes come from OS Code-Point Open, October 2025.",
        "The answer is for 21 November 2026.",
    ]


def test_repairs_are_told_and_what_was_typed_is_not_repeated_otherwise(client) -> None:
    told = ask(client, "SW1A OAA", explain=True)
    assert told["explain"][1] == told["query"]["repairs"][0]
    assert "zzqx" not in " ".join(ask(client, "zzqx 1", explain=True)["explain"])


def test_the_page_says_it_too_folded(client) -> None:
    page = client.post("/find/", {"q": "SW1A OAA"}).content.decode()
    folded = page[page.index("<summary>How we found this</summary>") :]
    assert "We read what you entered as SW1A 0AA, a postcode." in folded
    assert "Our postcodes come from OS Code-Point Open, October 2025." in folded


def test_an_organisation_has_a_key_of_its_own(client) -> None:
    answer = ask(client, "RBV")
    assert answer["organisation"] == {
        "code": "RBV",
        "name": "The Christie NHS Foundation Trust",
        "kind": "trust",
        "place": "Manchester",
        "url": "http://testserver/organisations/RBV/",
    }
    assert ask(client, "SW1A 1AA")["organisation"] is None


def test_what_was_to_come_on_the_day_is_told_soonest_first(client) -> None:
    planned = ask(client, "SW1A 1AA", on="2026-03-31")["planned"]
    assert planned == [
        {
            "on": "2026-04-01",
            "title": "North West London joined West and North London",
            "url": "http://testserver/areas/north-west-london/",
        }
    ]
    assert ask(client, "Frimley", on="2026-03-31")["planned"][0] == {
        "on": "2026-04-01",
        "title": "Frimley closed",
        "url": "http://testserver/ics/frimley/",
    }


def test_a_new_name_that_is_to_come_is_planned(client) -> None:
    devon = System.objects.get(slug="devon")
    source = Succession.objects.first().source
    day = TODAY.replace(year=TODAY.year + 1)
    SystemName.objects.create(system=devon, name="Greater Devon", date_from=day, source=source)
    [change] = ask(client, "Devon ICB")["planned"]
    assert change["title"] == "Devon is planned to be called Greater Devon"
    assert change["on"] == day.isoformat()


def test_an_address_with_a_slash_too_many_is_told_the_right_one(client) -> None:
    response = client.post("/api/v1/lookup/", "{}", content_type="application/json")
    assert response.status_code == 404
    assert response.json()["error"]["detail"] == ["http://testserver/api/v1/lookup"]
    assert client.get("/api/v1/nothing/").json()["error"]["detail"] == []


@pytest.mark.parametrize(
    ("text", "title", "url"),
    [
        ("CF10 1AA", "NHS 111 Wales", "https://111.wales.nhs.uk/"),
        ("Powys", "NHS 111 Wales", "https://111.wales.nhs.uk/"),
        ("Edinburgh", "NHS inform, for Scotland", "https://www.nhsinform.scot/"),
        (
            "BT1 1AA",
            "nidirect: GP out of hours services in Northern Ireland",
            "https://www.nidirect.gov.uk/articles/gp-out-hours-service",
        ),
    ],
)
def test_another_nation_is_told_where_to_go_there(client, text, title, url) -> None:
    answer = ask(client, text)
    assert answer["outcome"] == "nation"
    assert answer["guide"] == {"title": title, "url": url}
    first = answer["guides"][0]
    assert (first["title"], first["url"]) == (title, url)


def test_a_place_in_england_has_no_other_guide(client) -> None:
    answer = ask(client, "Stockport")
    assert (answer["guide"], answer["guides"]) == (None, [])


@pytest.mark.parametrize(
    ("text", "nation", "phrases"),
    [
        ("CF10 1AA", "Wales", ["Call 111", "press 2", "Seven local health boards", "Llais"]),
        ("Edinburgh", "Scotland", ["NHS 24 on 111", "14 regional NHS boards", "Ombudsman"]),
        (
            "BT1 1AA",
            "Northern Ireland",
            ["no general 111 service", "0808 808 8000", "Five health and social care trusts"],
        ),
    ],
)
def test_the_page_says_whom_to_call_who_runs_care_and_how_to_complain_there(
    client, text: str, nation: str, phrases: list[str]
) -> None:
    page = BeautifulSoup(client.post("/find/", {"q": text}).content, "html.parser")
    assert page.find("h2", string=f"Health care in {nation}")
    listed = page.select_one("main dl.summary")
    shown = " ".join(listed.get_text(" ").split())
    assert [phrase for phrase in phrases if phrase not in shown] == []
    assert "Complain to your" in shown
    guides = ask(client, text)["guides"]
    assert [link["href"] for link in listed.select("dd > a")] == [one["url"] for one in guides]
    # Each sentence has its source at the foot.
    numbers = [ref["href"] for ref in listed.select("sup.ref a")]
    assert numbers == [f"#source-{number}" for number in range(1, len(guides) + 1)]
    assert len(page.select("section.sources li")) == len(guides)


def test_a_crown_dependency_has_no_guides_of_a_nation(client) -> None:
    answer = ask(client, "IM1 1AA")
    assert (answer["outcome"], answer["guides"]) == ("crown_dependency", [])


def test_no_guide_is_without_its_source() -> None:
    for guides in load_guides(settings.NATION_GUIDES_FILE).values():
        for guide in guides:
            source = guide.source
            assert all([guide.topic, guide.text, guide.title, source.publisher, source.title])
            assert guide.url.startswith("https://"), guide
            assert source.url.startswith("https://"), guide
            assert source.dating, guide
