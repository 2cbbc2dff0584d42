"""Looking up through the API, held to the contract that other people's programs rely on."""

import json
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from django.test import Client

from systems import gazetteer as gazetteer_module
from systems.lookup.outcomes import Kind, Outcome
from tests.contract import AREA, SYSTEM, assert_error
from tests.inputs import ROWS

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/lookup"
ANSWER = {
    "near_border",
    "outcome",
    "on",
    "query",
    "system",
    "area",
    "history",
    "candidates",
    "message",
    "data",
    "organisation",
    "planned",
    "guide",
    "guides",
}
ORGANISATION = {"code", "name", "kind", "place", "url"}


def send(client: Client, body: object, **headers):
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.generic("POST", ADDRESS, text, content_type="application/json", **headers)


def answer(client: Client, q: str, on: str | None = None) -> dict:
    response = send(client, {"q": q} if on is None else {"q": q, "on": on})
    assert response.status_code == 200
    return response.json()


def test_the_api_gives_what_the_shared_table_says_one_by_one_and_in_bulk(client) -> None:
    wrong = []
    by_date: dict[str, list] = {}
    for row in ROWS:
        by_date.setdefault(row.on, []).append(row)
    for on, rows in by_date.items():
        response = send(client, {"queries": [row.q for row in rows], "on": on})
        for row, got in zip(rows, response.json()["results"], strict=True):
            if got != answer(client, row.q, on):
                wrong.append((str(row), "single and bulk differ"))
            said = (
                got["outcome"],
                got["query"]["read_as"],
                (got["system"] or {}).get("slug", ""),
                (got["area"] or {}).get("slug", ""),
            )
            if said != row.expected(got["query"]["read_as"]):
                wrong.append((str(row), said))
    assert wrong == []


def test_an_answer_has_exactly_the_keys_of_the_contract_whatever_the_outcome(client) -> None:
    for row in ROWS:
        found = answer(client, row.q, row.on)
        assert set(found) == ANSWER, row
        assert found["outcome"] in set(Outcome)
        assert set(found["query"]) == {"kind", "read_as", "repairs"}
        assert found["query"]["kind"] in set(Kind)
        assert found["data"] == {"postcodes": "OS Code-Point Open, October 2025"}
        assert found["message"].strip()
        assert found["message"][-1] in ".?!"
        assert found["system"] is None or set(found["system"]) == SYSTEM
        assert found["area"] is None or set(found["area"]) == AREA
        organisation = found["organisation"]
        assert organisation is None or set(organisation) == ORGANISATION
        assert organisation or found["outcome"] != "organisation"
        for change in found["planned"]:
            assert set(change) == {"on", "title", "url"}
        for stay in found["history"]:
            assert set(stay) == {"system", "from", "to"}
            assert set(stay["system"]) == SYSTEM
        for candidate in found["candidates"]:
            assert set(candidate) == {"system", "area", "label", "share"}


def test_a_postcode_today_has_its_system_area_and_joined_history(client) -> None:
    found = answer(client, "sw1a1aa")
    assert (found["outcome"], found["on"]) == ("match", "2026-11-21")
    assert found["query"] == {"kind": "postcode", "read_as": "SW1A 1AA", "repairs": []}
    assert found["system"] == {
        "slug": "west-and-north-london",
        "name": "West and North London",
        "ods_code": "Z9B2Z",
        "ons_code": "E54000071",
        "url": "http://testserver/ics/west-and-north-london/",
        "closed_on": None,
    }
    assert found["area"] == {
        "slug": "north-west-london",
        "name": "North West London",
        "url": "http://testserver/areas/north-west-london/",
    }
    assert [(s["system"]["slug"], s["from"], s["to"]) for s in found["history"]] == [
        ("north-west-london", "2020-12-01", "2026-04-01"),
        ("west-and-north-london", "2026-04-01", None),
    ]
    assert found["candidates"] == []


def test_a_system_has_the_name_and_codes_of_the_date_and_its_first_closed_day(client) -> None:
    found = answer(client, "GU9 0NZ", "2017-06-15")
    assert found["on"] == "2017-06-15"
    system = found["system"]
    assert (system["slug"], system["name"]) == ("frimley", "Frimley Health")
    assert (system["ods_code"], system["ons_code"]) == (None, "E54000034")
    assert system["closed_on"] == "2026-04-01"
    later = answer(client, "GU9 0NZ", "2026-03-31")["system"]
    assert (later["name"], later["ods_code"]) == ("Frimley", "QNQ")


def test_history_ends_where_the_next_begins_and_never_repeats_a_system(client) -> None:
    for row in ROWS:
        stays = answer(client, row.q, row.on)["history"]
        for before, after in pairwise(stays):
            assert before["to"] <= after["from"], row
            assert before["system"]["slug"] != after["system"]["slug"] or (
                before["to"] < after["from"]
            ), row
        assert all(stay["to"] for stay in stays[:-1]), row


def test_a_place_in_no_system_yet_has_null_for_a_system(client) -> None:
    found = answer(client, "SW1A 1AA", "2018-01-01")
    assert (found["outcome"], found["system"]) == ("match", None)
    assert found["area"]["slug"] == "north-west-london"


def test_a_repair_is_a_sentence(client) -> None:
    found = answer(client, "SWIA 1AA")
    assert found["outcome"] == "repaired"
    assert found["query"]["repairs"] == ["We read the letter I as the number 1: SW1A 1AA."]


def test_candidates_have_shares_that_add_up_with_the_biggest_first(client) -> None:
    for q in ("SW", "RG", "Frimley ICB", "E38000182", "B45 8A"):
        shares = [candidate["share"] for candidate in answer(client, q)["candidates"]]
        assert len(shares) > 1
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(100, abs=0.5)


def test_the_readings_of_a_question_have_their_system_and_no_share(client) -> None:
    found = answer(client, "SW1A 1AA or L1 8JQ")
    assert [
        (c["label"], c["system"]["slug"], c["area"]["slug"], c["share"])
        for c in found["candidates"]
    ] == [
        ("SW1A 1AA", "west-and-north-london", "north-west-london", None),
        ("L1 8JQ", "cheshire-and-merseyside", "liverpool", None),
    ]


def test_every_address_in_an_answer_is_whole_and_leads_to_a_page(client) -> None:
    found = answer(client, "Frimley ICB")
    urls = [found["system"]["url"]]
    for candidate in found["candidates"]:
        urls += [candidate["system"]["url"], candidate["area"]["url"]]
    assert len(urls) == 7
    for url in urls:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("http", "testserver")
        assert client.get(parts.path).status_code == 200


def test_bulk_answers_come_in_the_order_asked_with_one_date(client) -> None:
    queries = ["SW1A 1AA", "", "GU9 0NZ", "SW1A 1AA", "zzzzzz"]
    body = send(client, {"queries": queries, "on": "2026-03-31"}).json()
    assert set(body) == {"on", "results"}
    assert body["on"] == "2026-03-31"
    assert [found["outcome"] for found in body["results"]] == [
        "match",
        "empty",
        "match",
        "match",
        "not_found",
    ]
    assert body["results"][2]["system"]["slug"] == "frimley"


def test_a_thousand_queries_are_answered_and_one_more_is_refused(client) -> None:
    response = send(client, {"queries": ["SW1A 1AA"] * 1000})
    assert [len(response.json()["results"]), response.status_code] == [1000, 200]
    assert_error(send(client, {"queries": ["SW1A 1AA"] * 1001}), 422)


def test_no_queries_at_all_are_answered_with_no_results(client) -> None:
    assert send(client, {"queries": []}).json() == {"on": "2026-11-21", "results": []}


@pytest.mark.parametrize(
    ("on", "outcome", "day"),
    [
        ("31/03/2026", "bad_date", None),
        ("2017-06-14", "out_of_range", "2017-06-14"),
        ("2028-11-22", "out_of_range", "2028-11-22"),
        ("", "match", "2026-11-21"),
        (None, "match", "2026-11-21"),
    ],
)
def test_a_date_that_cannot_be_used_is_an_outcome_and_not_a_fault(client, on, outcome, day) -> None:
    response = send(client, {"q": "SW1A 1AA", "on": on})
    assert response.status_code == 200
    assert (response.json()["outcome"], response.json()["on"]) == (outcome, day)


@pytest.mark.parametrize(
    "body",
    ["SW1A 1AA", "{", "", "{'q': 'SW1A 1AA'}", b"\xff\xfe", "[" * 100_000, '{"q":' + "[" * 100_000],
    ids=lambda body: ascii(body[:12]),
)
def test_what_is_not_json_is_400(client, body) -> None:
    error = assert_error(send(client, body), 400)
    assert "JSON" in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        '"SW1A 1AA"',
        "{}",
        '{"q": null}',
        '{"q": 1}',
        '{"q": NaN}',
        '{"q": ["SW1A 1AA"]}',
        '{"q": "a", "queries": ["a"]}',
        '{"queries": "SW1A 1AA"}',
        '{"queries": ["a", 1]}',
        '{"queries": [null]}',
        '{"q": "a", "on": 20260331}',
        '{"q": "a", "on": true}',
        '{"q": "a", "other": 1}',
    ],
)
def test_json_of_another_form_is_422(client, body) -> None:
    assert_error(send(client, body), 422)


@pytest.mark.parametrize(
    "body",
    [
        "SECRET 1AA",
        '{"q": ["SECRET 1AA"]}',
        '{"SECRET 1AA": "a"}',
        '{"q": "a", "SECRET 1AA": "a"}',
        '{"queries": {"SECRET 1AA": 1}}',
        '{"queries": [["SECRET 1AA"]]}',
        '{"q": "SECRET 1AA", "on": {"SECRET 1AA": 1}}',
        '{"q": "SECRET 1AA", "queries": ["SECRET 1AA"]}',
        '"SECRET 1AA"',
    ],
)
def test_an_error_repeats_nothing_that_was_sent(client, body) -> None:
    response = send(client, body)
    assert response.status_code in {400, 422}
    assert b"SECRET" not in response.content


def test_a_body_over_256_kb_is_413(client) -> None:
    assert_error(send(client, json.dumps({"q": "x" * 262_144})), 413)
    assert_error(send(client, "x" * 3_000_000), 413)


@pytest.mark.parametrize("length", ["x", "-1", "1e3", "9" * 5000], ids=lambda text: text[:4])
def test_a_length_that_is_no_number_is_an_error_in_the_one_shape(client, length) -> None:
    assert_error(send(client, {"q": "SW1A 1AA"}, CONTENT_LENGTH=length), 400)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405_with_what_is_allowed(client, method) -> None:
    response = client.generic(method, ADDRESS)
    assert_error(response, 405)
    assert response["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v1/lookup/", "/api/v1/nothing", "/api/v2/lookup"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_is_not_there_is_404_in_the_one_shape(client, path, method) -> None:
    assert_error(client.generic(method, path), 404)


def test_any_site_may_ask_from_a_browser() -> None:
    browser = Client(enforce_csrf_checks=True)
    headers = {"HTTP_ORIGIN": "https://other.example"}
    asked = browser.options(
        ADDRESS,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="content-type",
        **headers,
    )
    assert asked.status_code in {200, 204}
    assert asked["Access-Control-Allow-Origin"] == "*"
    assert "POST" in asked["Access-Control-Allow-Methods"]
    assert "content-type" in asked["Access-Control-Allow-Headers"].lower()
    response = send(browser, {"q": "SW1A 1AA"}, **headers)
    assert response.json()["outcome"] == "match"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


def test_the_description_is_openapi_3_1_and_describes_the_lookup(client) -> None:
    response = client.get("/api/v1/openapi.json")
    assert response["Access-Control-Allow-Origin"] == "*"
    document = response.json()
    assert document["openapi"].startswith("3.1")
    lookup = document["paths"][ADDRESS]["post"]
    sent = lookup["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schemas = document["components"]["schemas"]
    assert set(schemas[sent.rpartition("/")[2]]["properties"]) == {"q", "queries", "on", "explain"}
    assert {"200", "400", "413", "422", "503"} <= set(lookup["responses"])
    assert set(schemas["AnswerOut"]["properties"]) == ANSWER | {"explain"}
    assert set(schemas["SystemOut"]["properties"]) == SYSTEM
    assert set(schemas["StayOut"]["properties"]) == {"system", "from", "to"}
    assert set(schemas["CandidateOut"]["properties"]) == {"system", "area", "label", "share"}
    assert set(schemas["ErrorOut"]["properties"]) == {"error"}


def test_answers_go_on_while_the_database_is_away(client, database_away_after_a_lookup) -> None:
    assert answer(client, "SW1A 1AA")["system"]["slug"] == "west-and-north-london"
    assert len(send(client, {"queries": ["SW1A", "Frimley"]}).json()["results"]) == 2


@pytest.fixture
def database_away_after_a_lookup(client, request):
    answer(client, "SW1A 1AA")
    request.getfixturevalue("database_away")


def test_with_no_data_read_and_the_database_away_the_api_says_when_to_come_back(
    client, monkeypatch, database_away
) -> None:
    monkeypatch.setattr(gazetteer_module, "_cached", None)
    response = send(client, {"q": "SW1A 1AA"})
    assert_error(response, 503)
    assert int(response["Retry-After"]) > 0
    assert b"SW1A" not in response.content
