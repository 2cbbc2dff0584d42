"""The search box: every outcome that can be reached, and what a reader sees of it."""

import json

import pytest
from django.test import Client

from systems.lookup.outcomes import Outcome
from tests.inputs import ROWS, Row
from tests.pages import page, words

pytestmark = pytest.mark.django_db

# One text for every outcome that can be reached by now.
EXAMPLES = {
    "empty": "",
    "private": "943 476 5919",
    "repaired": "SWIA 1AA",
    "ask": "SW1A 1AA or EC1A 1BB",
    "retired": "SK1 1AA",
    "unknown": "SW1A 1AD",
    "nation": "CF10 1EP",
    "crown_dependency": "JE2 3AB",
    "forces": "BFPO 57",
    "overseas": "GX11 1AA",
    "non_geographic": "GIR 0AA",
    "nhs_pseudo": "ZZ99 3VZ",
    "partial": "SW1A",
    "incomplete": "SW1A 1A",
    "invalid": "AB!1 2CD",
    "closed": "Frimley ICB",
    "choose": "E38000182",
    "not_found": "zzzzzz",
}
ERRORS = ["empty", "private", "invalid", "not_found"]


def find(client: Client, q: str, on: str | None = None, **headers):
    fields = {"q": q} if on is None else {"q": q, "on": on}
    return client.post("/find/", fields, **headers)


def outcome(response) -> str | None:
    return page(response).main.get("data-outcome")


def box(response) -> str:
    return page(response).main.find("input", {"name": "q", "type": "text"})["value"]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_lookup_gives_what_the_shared_table_says(row: Row, ask) -> None:
    answer = ask(row.q, row.on)
    assert (
        answer.outcome.value,
        answer.read_as,
        answer.system.slug if answer.system else "",
        answer.area.slug if answer.area else "",
    ) == row.expected(answer.read_as)


def test_the_shared_table_has_every_outcome_that_can_be_reached() -> None:
    assert len(ROWS) >= 150
    assert {row.outcome for row in ROWS} == set(Outcome)


def test_the_page_gives_the_outcome_of_the_lookup_for_every_row_of_the_table(client, ask) -> None:
    wrong = []
    for row in ROWS:
        response, answer = find(client, row.q, row.on), ask(row.q, row.on)
        if answer.outcome is Outcome.ORGANISATION:
            got, want = response["Location"], f"/organisations/{answer.organisation.code}/"
            status = 303
        elif answer.outcome is Outcome.MATCH and not (answer.apart_from and answer.candidates):
            found = answer.area or answer.system or answer.about
            parent = "areas" if answer.area else "ics"
            query = f"?on={row.on}" if row.on and row.on != "2026-11-21" else ""
            border = "#near-border" if answer.near else ""
            got, want = response["Location"], f"/{parent}/{found.slug}/{query}{border}"
            status = 303
        else:
            got, want, status = outcome(response), answer.outcome.value, 200
        if (got, response.status_code) != (want, status):
            wrong.append((str(row), want, got, response.status_code))
    assert wrong == []


@pytest.mark.parametrize(("name", "q"), EXAMPLES.items())
def test_an_outcome_is_named_on_main_and_says_what_is_the_matter(client, name, q) -> None:
    response = find(client, q)
    assert response.status_code == 200
    assert outcome(response) == name
    main = page(response).main
    said = main.select_one("p.answer") or main.select_one(".error-summary li")
    assert words(said)[-1] in ".?!"


@pytest.mark.parametrize(("name", "q"), [*EXAMPLES.items(), ("match", "SW1A 1AA")])
def test_no_answer_may_be_stored_or_sets_a_cookie(client, name, q) -> None:
    response = find(client, q)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"private"}))
def test_what_was_typed_is_kept_in_the_box(client, name) -> None:
    assert box(find(client, EXAMPLES[name])) == EXAMPLES[name]


@pytest.mark.parametrize("q", ["943 476 5919", "jane@example.org", "07700 900123"])
def test_private_things_are_nowhere_on_the_page(client, q) -> None:
    response = find(client, q)
    assert outcome(response) == "private"
    assert box(response) == ""
    assert q not in response.content.decode()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_only_mistakes_are_marked_as_errors_with_a_summary_that_leads_to_the_box(
    client, name
) -> None:
    response = find(client, EXAMPLES[name])
    soup = page(response)
    summary = soup.select_one(".error-summary")
    assert (soup.title.string.startswith("Error:"), summary is not None) == (
        (True, True) if name in ERRORS else (False, False)
    )
    if summary:
        target = soup.find(id=summary.a["href"].removeprefix("#"))
        assert target["name"] == "q"
        assert target["aria-invalid"] == "true"
        assert words(soup.find(id="q-error")) == f"Error: {words(summary.a)}"


@pytest.mark.parametrize(
    ("on", "name"),
    [
        ("31/03/2026", "bad_date"),
        ("２０２６-03-31", "bad_date"),
        ("\x00", "bad_date"),
        ("2017-06-14", "out_of_range"),
        ("2028-11-22", "out_of_range"),
    ],
)
def test_a_date_that_cannot_be_used_leads_to_its_field_with_both_texts_kept(
    client, on, name
) -> None:
    response = find(client, "SW1A 1AA", on)
    soup = page(response)
    assert (response.status_code, outcome(response)) == (200, name)
    assert soup.title.string.startswith("Error:")
    field = soup.find(id=soup.select_one(".error-summary a")["href"].removeprefix("#"))
    assert field["name"] == "on"
    assert field["aria-invalid"] == "true"
    assert (box(response), field["value"]) == ("SW1A 1AA", on)


@pytest.mark.parametrize("on", ["", "2026-11-21", None])
def test_a_match_today_leads_to_the_area_without_a_date(client, on) -> None:
    response = find(client, "sw1a1aa", on)
    assert response.status_code == 303
    assert response["Location"] == "/areas/north-west-london/"


@pytest.mark.parametrize("on", ["2017-06-15", "2026-03-31", "2028-11-21"])
def test_a_match_at_another_date_keeps_the_date_in_the_address(client, on) -> None:
    response = find(client, "SW1A 1AA", on)
    assert response.status_code == 303
    assert response["Location"] == f"/areas/north-west-london/?on={on}"


def test_a_system_by_its_name_leads_to_its_page(client) -> None:
    assert find(client, "Devon ICB")["Location"] == "/ics/devon/"


def test_a_system_that_had_not_begun_leads_to_its_page_as_at_the_date(client) -> None:
    response = find(client, "Sussex", "2017-06-15")
    assert (response.status_code, response["Location"]) == (303, "/ics/sussex/?on=2017-06-15")


def test_westminster_is_in_west_and_north_london_and_was_in_north_west_london(client) -> None:
    soup = page(client.post("/find/", {"q": "SW1A 1AA"}, follow=True))
    assert "is West and North London" in words(soup.select_one("p.answer"))
    assert "until 31 March 2026, it was in North West London" in words(soup.main)


def test_farnham_was_in_frimley_on_its_last_day(client) -> None:
    soup = page(client.post("/find/", {"q": "GU9 0NZ", "on": "2026-03-31"}, follow=True))
    assert "was Frimley" in words(soup.select_one("p.answer"))


def test_a_retired_postcode_says_so_and_where_it_likely_was(client) -> None:
    response = find(client, "SK1 1AA")
    assert outcome(response) == "retired"
    said = words(page(response).main)
    assert "lists SK1 1AA as no longer in use" in said
    assert "probably in the area Stockport" in said
    assert "Greater Manchester" in said


@pytest.mark.parametrize(
    ("q", "statement"),
    [
        ("SWIA 1AA", "the letter I as the number 1: SW1A 1AA"),
        ("GU9 ONZ", "the letter O as the number 0: GU9 0NZ"),
        ("1 The Mall, London SW1A 1AA", "used only the postcode SW1A 1AA"),
        ("SW1A-1AA", "SW1A-1AA as SW1A 1AA"),
    ],
)
def test_a_repair_is_stated_with_the_answer_and_the_way_to_the_area(client, q, statement) -> None:
    response = find(client, q)
    main = page(response).main
    assert outcome(response) == "repaired"
    assert statement in words(main.select_one("p.notice"))
    assert main.select_one("p.answer")
    assert main.select_one('a[href^="/areas/"]')


def test_two_readings_are_a_question_whose_answers_lead_on(client) -> None:
    main = page(find(client, "S10 IAE", "2026-03-31")).main
    forms = [form for form in main.find_all("form") if form.button.get_text() != "Find my ICS"]
    assert [form.button.get_text() for form in forms] == ["S10 1AE", "SL0 1AE"]
    sent = [{field["name"]: field["value"] for field in form.find_all("input")} for form in forms]
    plain, doubtful = (client.post("/find/", each) for each in sent)
    assert plain["Location"] == "/areas/sheffield/?on=2026-03-31"
    assert page(doubtful).main.select_one('a[href$="?on=2026-03-31"]')


@pytest.mark.parametrize("q", ["Frimley ICB", "E38000182", "B45", "D4U1Y", "B45 8A", "B45 8BR"])
def test_every_choice_leads_on_and_says_its_share_with_the_biggest_first(client, q) -> None:
    items = page(find(client, q)).main.select("ul.list li")
    assert len(items) > 1
    for item in items:
        assert client.get(item.a["href"]).status_code == 200
        assert "%" in words(item.select_one(".qualifier"))
    shares = [
        0.5 if "under" in text else float(text.split("%")[0].split()[-1])
        for text in (words(item.select_one(".qualifier")) for item in items)
    ]
    assert shares == sorted(shares, reverse=True)


def test_a_closed_system_names_all_its_successors(client) -> None:
    main = page(find(client, "Frimley ICB")).main
    assert "closed at the end of 31 March 2026" in words(main)
    found = [a["href"] for a in main.select("ul.list a")]
    assert len(found) == 3
    for name in ("Thames Valley", "Hampshire and Isle of Wight", "Surrey and Sussex"):
        assert name in words(main)


def test_a_part_in_one_system_says_that_it_is_the_only_one(client) -> None:
    response = find(client, "ME")
    assert outcome(response) == "partial"
    assert "Every ME postcode is in Kent and Medway ICS." in words(page(response).main)


@pytest.mark.parametrize(
    ("q", "nation"),
    [("LL", "Wales"), ("CH", "Wales"), ("NP", "Wales"), ("TD", "Scotland"), ("DG", "Scotland")],
)
def test_a_postcode_area_across_the_border_says_that_part_of_it_is_not_in_england(
    q, nation, ask
) -> None:
    assert f"in {nation}" in ask(q).message


@pytest.mark.parametrize("q", ["TD5", "LL14", "CH4", "SY10 7", "LL"])
def test_a_part_across_the_border_is_never_all_in_one_system(q, ask) -> None:
    assert f"All of {q} is in" not in ask(q).message


@pytest.mark.parametrize("q", ["BN91 9AA", "EN77 1AA"])
def test_a_real_postcode_with_no_known_place_is_not_said_to_be_of_an_unknown_kind(q, ask) -> None:
    message = ask(q).message
    assert "is a real postcode" in message
    assert "We do not know of any postcode" not in message


@pytest.mark.parametrize(
    ("q", "on", "verb"),
    [
        ("Frimley", "2026-03-31", "was"),
        ("QHG", "2026-03-31", "was"),
        ("Devon", "2027-05-01", "will"),
    ],
)
def test_a_system_at_another_date_is_not_spoken_of_as_if_today(q, on, verb, ask) -> None:
    assert f" {verb} " in ask(q, on).message


@pytest.mark.parametrize("q", ["BS12", "SW99"])
def test_a_part_with_no_postcode_in_use_says_that_it_is_no_longer_in_use(q, ask) -> None:
    assert "no longer in use" in ask(q).message


def test_an_unknown_postcode_says_the_date_of_the_data_and_what_its_sector_is(client) -> None:
    said = words(page(find(client, "B45 8BR")).main)
    assert "B45 8BR is not in our October 2025 data" in said
    assert "B45 8 is in Herefordshire and Worcestershire (66%)" in said


def test_the_search_works_from_a_form_on_another_site() -> None:
    elsewhere = Client(enforce_csrf_checks=True)
    headers = {"HTTP_ORIGIN": "https://other.example", "HTTP_REFERER": "https://other.example/x"}
    assert find(elsewhere, "SW1A 1AA", **headers).status_code == 303
    assert outcome(find(elsewhere, "SW1A", **headers)) == "partial"
    assert outcome(find(elsewhere, "SW1A", HTTP_ORIGIN="null")) == "partial"


@pytest.mark.parametrize("query", ["", "?q=SW1A+1AA", "?q=SW1A+1AA&on=2026-03-31"])
def test_getting_the_address_gives_the_box_alone(client, query) -> None:
    response = client.get(f"/find/{query}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert outcome(response) is None
    assert box(response) == ""
    assert b"SW1A 1AA" not in response.content.replace(b"For example SW1A 1AA", b"")
    assert page(response).find("input", {"name": "on"}) is None


def test_a_query_in_the_address_of_a_post_is_ignored(client) -> None:
    response = client.post("/find/?q=EC1A+1BB&on=2026-03-31", {"q": "SW1A 1AA"})
    assert response["Location"] == "/areas/north-west-london/"


def test_other_methods_are_answered_properly(client) -> None:
    head = client.head("/find/")
    assert (head.status_code, head.content) == (200, b"")
    for method in (client.put, client.delete, client.patch):
        response = method("/find/")
        assert response.status_code == 405
        assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_body_that_is_too_large_is_refused_with_a_page(client) -> None:
    response = find(client, "x" * 300_000)
    assert response.status_code == 413
    soup = page(response)
    assert soup.title.string.startswith("Error:")
    assert soup.find("input", {"name": "q"})


def test_what_was_typed_cannot_become_markup(client) -> None:
    response = find(client, '"><script>alert(1)</script>')
    assert box(response) == '"><script>alert(1)</script>'
    assert [script.get("src", "") for script in page(response).find_all("script")] in (
        [],
        ["/static/js/suggest.js"],
    )
    assert "<script>alert" not in response.content.decode()


def test_the_answer_for_another_date_says_so_and_the_box_keeps_it(client) -> None:
    soup = page(find(client, "B45", "2026-03-31"))
    assert "31 March 2026" in words(soup.find("aside", {"aria-label": "Date shown"}))
    assert soup.main.find("input", {"name": "on"})["value"] == "2026-03-31"
    assert "was in Birmingham and Solihull (" in words(soup.main.select_one("p.answer"))


def test_page_and_api_say_the_same_sentence(client) -> None:
    for q in EXAMPLES.values():
        body = json.dumps({"q": q})
        answer = client.post("/api/v1/lookup", body, content_type="application/json").json()
        said = words(page(find(client, q)).main)
        assert all(sentence in said for sentence in answer["message"].split(". "))
