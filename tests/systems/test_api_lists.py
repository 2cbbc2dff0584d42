"""The addresses of the API beside the lookup, held to the contract."""

import json
from datetime import date
from itertools import cycle
from urllib.parse import quote_from_bytes

import pytest

from systems.api.parameters import MAX_LIMIT
from systems.models import Organisation, Scheme, System, SystemName
from systems.views.api_examples import EXAMPLES
from tests.contract import AREA, LISTS, SYSTEM, assert_error
from tests.texts import ODD, texts
from timeline.models import Entry

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"
SINGLE = ["/systems/devon", "/areas/devon", "/organisations/RH8", "/count"]
SOURCE = {"for", "publisher", "title", "published", "dating", "url", "checked_on"}


def get(client, path: str) -> dict:
    response = client.get(ROOT + path)
    assert response.status_code == 200, response.content
    return response.json()


def every(value: object):
    """All objects in an answer, however deep."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            yield from every(inner)


# --- Lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_a_count_and_results_and_gives_them_in_parts(client, path) -> None:
    whole = get(client, f"{path}?limit=1000")
    assert set(whole) == {"count", "results"}
    assert len(whole["results"]) == whole["count"] > 0
    parts = [get(client, f"{path}?limit=1&offset={n}") for n in range(min(whole["count"], 5))]
    assert [part["count"] for part in parts] == [whole["count"]] * len(parts)
    assert [part["results"][0] for part in parts] == whole["results"][: len(parts)]
    assert get(client, f"{path}?offset=5000")["results"] == []


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
@pytest.mark.parametrize("on", ["2017-06-15", "2019-04-01", "2026-03-31", "2027-04-01"])
def test_every_address_can_be_asked_about_any_date(client, path, on) -> None:
    assert client.get(f"{ROOT}{path}?on={on}").status_code == 200


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=0", "limit: Send a whole number from 1 to 1,000."),
        (f"limit={MAX_LIMIT + 1}", "limit: Send a whole number from 1 to 1,000."),
        ("limit=x", "limit: Send a whole number from 1 to 1,000."),
        ("limit=1.0", "limit: Send a whole number from 1 to 1,000."),
        ("limit=", "limit: Send a whole number from 1 to 1,000."),
        ("limit=%D9%A3", "limit: Send a whole number from 1 to 1,000."),
        ("offset=-1", "offset: Send a whole number from 0 to 100,000."),
        ("offset=99999999999999999999", "offset: Send a whole number from 0 to 100,000."),
        ("limit=1&limit=2", "limit: Send it once."),
    ],
)
@pytest.mark.parametrize("path", LISTS)
def test_what_a_list_does_not_take_is_422_and_says_so(client, path, query, detail) -> None:
    error = assert_error(client.get(f"{ROOT}{path}?{query}"), 422)
    assert error["code"] == "wrong_query"
    assert detail in error["detail"]


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
def test_a_date_that_cannot_be_used_is_422_and_says_why(client, path) -> None:
    error = assert_error(client.get(f"{ROOT}{path}?on=31/03/2026"), 422)
    assert (error["code"], "year-month-day" in error["message"]) == ("bad_date", True)
    error = assert_error(client.get(f"{ROOT}{path}?on=2017-06-14"), 422)
    assert (error["code"], "15 June 2017" in error["message"]) == ("out_of_range", True)


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
def test_a_parameter_that_is_not_there_is_named_by_what_is(client, path) -> None:
    response = client.get(f"{ROOT}{path}?SECRET=1AA")
    error = assert_error(response, 422)
    assert error["detail"][0].startswith("This address only takes: on")
    assert b"SECRET" not in response.content


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/systems", "region=SECRET"),
        ("/systems", "sort=SECRET"),
        ("/systems", "name=SECRET%00"),
        ("/schemes", "system=SECRET"),
        ("/schemes", "topic=SECRET"),
        ("/timeline", "kind=SECRET"),
        ("/timeline", "words=" + "SECRET" * 20),
        ("/systems/devon/members", "kind=SECRET"),
    ],
)
def test_a_filter_with_a_value_that_it_does_not_take_is_422(client, path, query) -> None:
    response = client.get(f"{ROOT}{path}?{query}")
    [detail] = assert_error(response, 422)["detail"]
    assert detail.startswith(f"{query.partition('=')[0]}: ")
    assert b"SECRET" not in response.content


def test_filters_are_those_of_the_pages(client) -> None:
    london = get(client, "/systems?region=london&sort=-residents")["results"]
    assert len(london) > 2
    assert {system["region"] for system in london} == {"london"}
    sizes = [system["residents"] for system in london]
    assert sizes == sorted(sizes, reverse=True)
    trusts = get(client, "/systems/devon/members?kind=trust")["results"]
    assert {member["organisation"]["kind"] for member in trusts} == {"trust"}
    heart = get(client, "/schemes?topic=blood-pressure-and-heart")
    assert 0 < heart["count"] < Scheme.objects.count()
    laws = get(client, "/timeline?kind=law")["results"]
    assert {entry["kind"] for entry in laws} == {"law"}


def test_a_filter_by_system_is_about_the_date_that_is_asked(client) -> None:
    here = get(client, "/systems/frimley/schemes?on=2026-03-31")["count"]
    assert get(client, "/schemes?system=frimley&on=2026-03-31")["count"] == here > 0
    assert get(client, "/schemes?system=frimley")["count"] == 0


@pytest.mark.parametrize("path", [*LISTS, "/systems/devon", "/count"])
def test_an_odd_question_is_answered_or_refused_in_the_one_shape(client, path) -> None:
    document = client.get(f"{ROOT}/openapi.json").json()["paths"]
    described = document[f"{ROOT}{path.replace('devon', '{key}')}"]["get"]["parameters"]
    names = [one["name"] for one in described if one["in"] == "query"]
    values = [*texts(8, seed=7), *ODD[::24], "2026-03-31", "1", "", "x" * 5000]
    for value, name in zip(values * 2, cycle(names), strict=False):
        encoded = quote_from_bytes(value.encode("utf-8", "surrogatepass"))
        response = client.get(f"{ROOT}{path}?{name}={encoded}")
        assert response.status_code in {200, 422}, (name, ascii(value))
        assert response["Content-Type"] == "application/json"
    for query in ("on", "on=&on=x", "&&&", "%", "=%FF", "on[]=1", "%00=%00", "on=%ED%A0%80"):
        assert client.get(f"{ROOT}{path}?{query}").status_code in {200, 422}, query


# --- What is in them -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "count"),
    [("2017-06-15", 10), ("2021-04-01", 42), ("2026-03-31", 42), ("2026-04-01", 36)],
)
def test_systems_count_and_ledger_say_the_same_number(client, on, count) -> None:
    assert get(client, f"/systems?on={on}")["count"] == count
    answer = get(client, f"/count?on={on}")
    assert (answer["on"], answer["count"], answer["steps"][-1]["count"]) == (on, count, count)


@pytest.mark.parametrize("on", ["2019-04-01", "2026-03-31", "2026-11-21"])
def test_the_areas_of_all_systems_are_the_areas_that_are_in_one(client, on) -> None:
    areas = {
        area["slug"]: area["system"]["slug"]
        for area in get(client, f"/areas?limit=1000&on={on}")["results"]
        if area["system"]
    }
    found = {}
    for system in get(client, f"/systems?limit=1000&on={on}")["results"]:
        listed = get(client, f"/systems/{system['slug']}/areas?on={on}")
        assert listed["count"] == system["area_count"]
        assert sum(area["residents"] for area in listed["results"]) == system["residents"]
        found |= {area["slug"]: system["slug"] for area in listed["results"]}
    assert found == areas


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
def test_every_fact_has_a_source_and_every_address_is_whole(client, path) -> None:
    body = get(client, f"{path}?on=2026-03-31")
    found = list(every(body))
    cited = [source for item in found for source in item.get("sources", [])]
    assert cited or path == "/datasets"
    for source in cited:
        assert set(source) == SOURCE
        assert source["for"]
        assert source["publisher"]
        assert source["title"]
    for item in found:
        if set(item) == SYSTEM or set(item) == AREA:
            assert item["url"].startswith("http://testserver/")
    for item in body.get("results", [body]):
        named = {key for source in item.get("sources", []) for key in source["for"]}
        assert named <= {"all", "moved", *item}
        facts = {"name", "ods_code", "ons_code", "opened_on", "residents", "area_count"}
        if "opened_on" in item and "area_count" in item:
            assert named >= {key for key in facts if item[key] is not None}, item["slug"]


def test_a_closed_system_is_answered_by_slug_and_code_with_its_successors(client) -> None:
    by_slug = get(client, "/systems/frimley")
    assert by_slug["closed_on"] == "2026-04-01"
    assert [part["system"]["slug"] for part in by_slug["successors"]] == [
        "thames-valley",
        "hampshire-and-isle-of-wight",
        "surrey-and-sussex",
    ]
    assert sum(part["share"] for part in by_slug["successors"]) == pytest.approx(100, abs=0.2)
    for key in ("QNQ", "qnq", "E54000034"):
        assert get(client, f"/systems/{key}") == by_slug
    before = get(client, "/systems/frimley?on=2026-03-31")
    assert before["successors"] == by_slug["successors"]
    assert before["area_count"] == 3
    assert get(client, "/systems/devon")["successors"] == []


def test_a_successor_knows_its_predecessors(client) -> None:
    rows = get(client, "/systems/thames-valley")["predecessors"]
    assert "frimley" in {row["system"]["slug"] for row in rows}


def test_names_and_codes_end_where_the_next_begin_and_with_the_system(client) -> None:
    names = get(client, "/systems/frimley")["names"]
    assert [name["name"] for name in names] == ["Frimley Health", "Frimley"]
    assert names[0]["to"] == names[1]["from"]
    assert names[1]["to"] == "2026-04-01"
    assert get(client, "/systems/devon")["names"][-1]["to"] is None


@pytest.mark.parametrize("path", ["/systems/nowhere", "/areas/nowhere", "/organisations/NOWHERE"])
def test_what_nobody_knows_is_404(client, path) -> None:
    assert assert_error(client.get(ROOT + path), 404)["code"] == "not_found"


@pytest.mark.parametrize("key", ["%00", "%FF", "x" * 3000, "%0A", "..%2F", "é", "'"])
@pytest.mark.parametrize("part", ["systems", "areas", "organisations"])
def test_an_odd_key_is_404(client, part, key) -> None:
    assert_error(client.get(f"{ROOT}/{part}/{key}"), 404)


def test_a_code_of_several_areas_leads_to_each_of_them(client) -> None:
    for part in ("areas", "systems"):
        error = assert_error(client.get(f"{ROOT}/{part}/E38000182"), 404)
        assert error["code"] == "several"
        slugs = {client.get(address).json()["slug"] for address in error["detail"]}
        assert slugs == {"glossop", "tameside"}


def test_the_code_of_something_else_leads_there(client) -> None:
    error = assert_error(client.get(f"{ROOT}/systems/15N"), 404)
    assert error["code"] == "something_else"
    assert client.get(error["detail"][0]).json()["slug"] == "devon"
    assert get(client, "/areas/15N")["slug"] == "devon"
    error = assert_error(client.get(f"{ROOT}/areas/QNQ"), 404)
    assert client.get(error["detail"][0]).json()["slug"] == "frimley"


def test_an_organisation_is_found_by_a_code_that_it_had_before(client) -> None:
    one = Organisation.objects.exclude(former_codes="").first()
    assert get(client, f"/organisations/{one.former_codes.split()[0]}")["code"] == one.code


def test_a_council_has_its_systems_with_the_share_of_its_residents(client) -> None:
    shares = get(client, "/organisations/E10000025")["council_systems"]
    assert sum(part["share"] for part in shares) == pytest.approx(100, abs=0.5)
    assert all(part["sources"] for part in shares)


def test_members_are_those_of_the_download_of_the_page(client) -> None:
    listed = get(client, "/systems/devon/members?limit=1000&on=2026-03-31")["results"]
    rows = client.get("/ics/devon/members.json?on=2026-03-31").json()["results"]
    assert {(m["organisation"]["code"], m["role"], m["from"], m["to"]) for m in listed} == {
        (row["code"], row["role"], row["from"], row["to"]) for row in rows
    }


def test_the_timeline_is_that_of_the_page(client) -> None:
    listed = get(client, "/timeline?limit=1000&on=2022-07-01")
    known = Entry.objects.known_on(date(2022, 7, 1))
    assert {entry["slug"] for entry in listed["results"]} == {entry.slug for entry in known}
    dates = [entry["date"] for entry in listed["results"]]
    assert dates == sorted(dates, reverse=True)
    assert any(entry["statements"] for entry in listed["results"])


def test_what_is_about_predecessors_says_so(client) -> None:
    listed = get(client, "/systems/thames-valley/announcements?limit=1000")["results"]
    assert any("Frimley" in " ".join(entry["predecessors"]) for entry in listed)
    assert any(not entry["predecessors"] for entry in listed)


# --- Keeping answers -------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*LISTS, *SINGLE, "/openapi.json"])
def test_an_answer_that_still_holds_is_304(client, path) -> None:
    first = client.get(ROOT + path)
    assert first["Cache-Control"].startswith("public, max-age=60, ")
    again = client.get(ROOT + path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in again["Access-Control-Expose-Headers"]
    assert "Vary" not in again or "cookie" not in again["Vary"].lower()


def test_a_tag_changes_at_midnight_when_the_answer_does(client, monkeypatch) -> None:
    def tag(day: date) -> str:
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: day)
        return client.get(f"{ROOT}/systems")["ETag"]

    eve, day, next_day = date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)
    assert tag(eve) != tag(day) == tag(next_day)


def test_a_tag_changes_when_a_fact_does(client) -> None:
    before = client.get(f"{ROOT}/systems/devon")["ETag"]
    name = SystemName.objects.filter(system__slug="devon").last()
    SystemName.objects.create(
        system=name.system, name="Greater Devon", date_from=date(2026, 11, 1), source=name.source
    )
    after = client.get(f"{ROOT}/systems/devon", headers={"if-none-match": before})
    assert (after.status_code, after.json()["name"]) == (200, "Greater Devon")


def test_a_tag_changes_when_a_text_appears(client, monkeypatch) -> None:
    first = client.get(f"{ROOT}/timeline")
    entry = Entry.objects.filter(event=None).first()
    entry.pk = None
    entry.slug, entry.date, entry.precision = "later", date(2026, 11, 22), "day"
    entry.save()
    assert client.get(f"{ROOT}/timeline")["ETag"] == first["ETag"]
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: date(2026, 11, 22))
    after = client.get(f"{ROOT}/timeline", headers={"if-none-match": first["ETag"]})
    assert after.status_code == 200
    assert after.json()["count"] == first.json()["count"] + 1


# --- Methods ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
def test_head_is_get_without_the_body(client, path) -> None:
    whole, head = client.get(ROOT + path), client.head(ROOT + path)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(whole.content))
    assert head["ETag"] == whole["ETag"]
    nothing = client.head(f"{ROOT}/systems/nowhere")
    assert (nothing.status_code, nothing.content) == (404, b"")


@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
def test_options_say_what_an_address_takes(client, path) -> None:
    response = client.options(ROOT + path)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in response["Access-Control-Allow-Headers"]


def test_options_of_an_address_that_is_not_there_are_404(client) -> None:
    assert_error(client.options(f"{ROOT}/nothing"), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", [*LISTS, *SINGLE])
def test_nothing_can_be_written(client, path, method) -> None:
    response = client.generic(method, ROOT + path)
    assert_error(response, 405)
    assert response["Allow"] == "GET, HEAD, OPTIONS"


OF_THE_ATLAS = ["/systems", "/areas", "/systems/devon/areas"]  # they ask the database nothing


@pytest.mark.parametrize("path", OF_THE_ATLAS)
def test_what_is_in_memory_is_answered_while_the_database_is_away(client, request, path) -> None:
    before = client.get(ROOT + path)
    request.getfixturevalue("database_away")
    response = client.get(ROOT + path)
    assert (response.status_code, response.content) == (200, before.content)


@pytest.mark.parametrize("path", sorted({*LISTS, *SINGLE}.difference(OF_THE_ATLAS)))
def test_while_the_database_is_away_every_other_address_says_so(client, request, path) -> None:
    client.get(f"{ROOT}/count")  # so that the gazetteer is held
    request.getfixturevalue("database_away")
    response = client.get(ROOT + path)
    assert_error(response, 503)
    assert int(response["Retry-After"]) > 0
    assert "ETag" not in response


# --- Description and page --------------------------------------------------------------------


def test_the_description_has_every_address_with_its_faults(client) -> None:
    paths = client.get(f"{ROOT}/openapi.json").json()["paths"]
    described = {path.replace("{key}", "devon").replace("{code}", "RH8") for path in paths}
    assert described == {f"{ROOT}{path}" for path in [*LISTS, *SINGLE, "/lookup"]}
    for path, methods in paths.items():
        for method, details in methods.items():
            statuses = set(details["responses"])
            assert {"200", "422", "429", "503"} <= statuses
            assert ("404" in statuses) == ("{" in path)
            assert ("304" in statuses) == (method == "get")
            names = [parameter["name"] for parameter in details["parameters"]]
            assert len(names) == len(set(names))
            assert ("on" in names) == (method == "get")


def test_the_description_lists_what_a_filter_takes_as_it_is_now(client) -> None:
    System.objects.first().save()
    paths = client.get(f"{ROOT}/openapi.json").json()["paths"]
    takes = {one["name"]: one["schema"] for one in paths[f"{ROOT}/schemes"]["get"]["parameters"]}
    assert {"frimley", "devon"} <= set(takes["system"]["enum"])
    assert takes["limit"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}


def part_of(shown: object, real: object) -> bool:
    """Whether what is shown is in an answer: keys may be missing, and the end of lists."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return all(key in real and part_of(shown[key], real[key]) for key in shown)
    if isinstance(shown, list) and isinstance(real, list):
        pairs = zip(shown, real, strict=False)
        return len(shown) <= len(real) and all(part_of(*pair) for pair in pairs)
    return shown == real


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_an_example_on_the_page_answers_what_the_page_shows(client, example) -> None:
    if example.body is None:
        response = client.get(example.path)
    else:
        response = client.post(example.path, example.body, content_type="application/json")
    assert response.status_code == example.status
    shown = json.loads(example.answer("http://testserver"))
    assert part_of(shown, response.json()), response.json()
    page = client.get("/developers/").content.decode()
    assert f'id="{example.slug}"' in page
    assert example.path.replace("&", "&amp;") in page


def test_the_comparison_of_examples_can_fail() -> None:
    assert not part_of({"a": 1}, {"a": 2})
    assert not part_of({"a": [1, 2]}, {"a": [1]})
    assert not part_of({"a": {"b": 1}}, {"a": {}})


def test_the_page_names_every_address_of_the_api(client) -> None:
    page = client.get("/developers/").content.decode()
    for path in LISTS + SINGLE:
        last = path.rpartition("/")[2]
        assert f"/{last}" in page, path
