"""Tables to download: the same in CSV and JSON, as they are described, as at any date."""

import csv
import io
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup

from icsinfo.downloads import csv_download, package, safe_cell
from systems.models import Scheme, System
from tests.contract import COLUMNS, DATES, TABLES, assert_error
from tests.pages import read

pytestmark = pytest.mark.django_db

# The table of members has 8,000 rows on every date, so by default one date is enough for it.
CASES = [
    pytest.param(
        name,
        on,
        marks=[pytest.mark.slow] if name == "members" and on != "2026-03-31" else [],
    )
    for name in TABLES
    for on in DATES
]
TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "date": str,
}


def as_csv(client, name: str, on: str) -> list[dict[str, str]]:
    response = client.get(f"/data/{name}.csv?on={on}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def as_json(client, name: str, on: str) -> list[dict]:
    body = client.get(f"/data/{name}.json?on={on}").json()
    assert (body["on"], body["count"]) == (on, len(body["results"]))
    return body["results"]


@pytest.mark.parametrize(("name", "on"), CASES)
def test_csv_json_and_description_agree(client, name, on) -> None:
    rows, same = as_csv(client, name, on), as_json(client, name, on)
    assert [{key: safe_cell(value) for key, value in row.items()} for row in same] == rows
    resources = client.get(f"/data/datapackage.json?on={on}").json()["resources"]
    [resource] = [one for one in resources if one["name"] == name]
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields] == COLUMNS[name].split()
    assert {tuple(row) for row in rows} <= {tuple(COLUMNS[name].split())}
    # There were none in the first years.
    assert rows or name in {"successions", "leaders", "clusters"}
    for row in same:
        for field in fields:
            value = row[field["name"]]
            if value is None:
                assert "constraints" not in field, field
                continue
            assert isinstance(value, TYPES[field["type"]]), (field, value)
            assert value != "", field
            if field["type"] == "date":
                date.fromisoformat(value)
    keys = [tuple(row[key] for key in resource["schema"]["primaryKey"]) for row in same]
    assert len(keys) == len(set(keys))
    assert {row["as_at"] for row in same} <= {on}


def test_the_contract_names_every_table() -> None:
    assert list(package.tables) == TABLES == list(COLUMNS)


@pytest.mark.parametrize(
    ("on", "count"), [("2017-06-15", 10), ("2026-03-31", 42), ("2026-04-01", 36)]
)
def test_systems_are_those_open_on_the_date(client, on, count) -> None:
    rows = as_json(client, "systems", on)
    assert len(rows) == count
    listed = client.get(f"/api/v1/systems?limit=1000&on={on}").json()["results"]
    same = ("slug", "name", "ods_code", "ons_code", "region", "opened_on", "closed_on", "url")
    for row, system in zip(rows, sorted(listed, key=lambda one: one["slug"]), strict=True):
        assert {key: row[key] for key in same} == {key: system[key] for key in same}
        assert row["residents"] == system["residents"]
        assert {source["title"] for source in system["sources"]} >= {
            part.partition(": ")[2] for part in row["source"].split(" | ")
        }


def test_every_row_has_a_source(client) -> None:
    for name in TABLES:
        assert all(row["source"] for row in as_json(client, name, "2026-03-31")), name


def test_members_of_all_systems_are_the_members_of_each(client) -> None:
    everywhere = as_json(client, "members", "2026-03-31")
    for slug in ("devon", "frimley", "north-east-and-north-cumbria"):
        own = client.get(f"/ics/{slug}/members.json?on=2026-03-31").json()["results"]
        here = [row for row in everywhere if row["system"] == slug]
        # The older download has an empty text where this one has nothing.
        same = [{key: row[key] or "" for key in own[0]} for row in here]
        assert sorted(same, key=str) == sorted(
            ({key: value or "" for key, value in row.items()} for row in own), key=str
        )
    known = {system.slug for system in System.objects.open_on(date(2026, 3, 31))}
    assert {row["system"] for row in everywhere} == known


def test_successions_are_those_that_have_happened(client) -> None:
    before, after = (as_json(client, "successions", on) for on in ("2026-03-31", "2026-04-01"))
    new = [row for row in after if row not in [{**old, "as_at": "2026-04-01"} for old in before]]
    assert {row["date"] for row in new} == {"2026-04-01"}
    assert {"frimley"} <= {row["predecessor"] for row in new}
    assert {row["predecessor_name"] for row in new if row["predecessor"] == "frimley"} == {
        "Frimley"
    }


def test_what_a_spreadsheet_would_calculate_is_guarded_in_csv_and_plain_in_json(client) -> None:
    Scheme.objects.filter(slug="barbers-who-listen-swindon").update(ask="=HYPERLINK(1)", note="-1")
    [row] = [
        row
        for row in as_csv(client, "schemes", "2026-11-21")
        if row["slug"] == "barbers-who-listen-swindon"
    ]
    assert (row["ask"], row["note"]) == ("'=HYPERLINK(1)", "'-1")
    [row] = [
        row
        for row in as_json(client, "schemes", "2026-11-21")
        if row["slug"] == "barbers-who-listen-swindon"
    ]
    assert (row["ask"], row["note"]) == ("=HYPERLINK(1)", "-1")


def test_a_number_below_zero_is_a_number_still() -> None:
    response = csv_download("x.csv", ["a"], [[-1], [0.5]])
    assert response.content.decode("utf-8-sig").split() == ["a", "-1", "0.5"]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_offered_to_keep_and_to_other_sites(client, name) -> None:
    for ending in ("csv", "json"):
        path = f"/data/{name}.{ending}?on=2019-04-01"
        first = client.get(path)
        assert first["Access-Control-Allow-Origin"] == "*"
        assert first["Cache-Control"].startswith("public, max-age=60, ")
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405
    name_of_file = f'filename="{name}-2019-04-01.csv"'
    assert name_of_file in client.get(f"/data/{name}.csv?on=2019-04-01")["Content-Disposition"]


def test_a_tag_changes_at_midnight(client, monkeypatch) -> None:
    tags = set()
    for day in (date(2026, 3, 31), date(2026, 4, 1)):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, day=day: day)
        tags.add(client.get("/data/systems.csv")["ETag"])
    assert len(tags) == 2


@pytest.mark.parametrize("on", ["31/03/2026", "2017-06-14", "x", "2030-01-01"])
def test_a_date_that_cannot_be_used_gives_no_file(client, on) -> None:
    for name in TABLES:
        assert client.get(f"/data/{name}.csv?on={on}").status_code == 400
        assert_json_error(client.get(f"/data/{name}.json?on={on}"))
    assert_json_error(client.get(f"/data/datapackage.json?on={on}"))
    page = client.get(f"/data/?on={on}")
    assert page.status_code == 400
    assert BeautifulSoup(page.content, "html.parser").select_one("#on-error")


def assert_json_error(response) -> None:
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_date"


def test_a_table_that_is_not_there_is_not_found(client) -> None:
    for path in ("/data/nothing.csv", "/data/nothing.json", "/data/systems.xml"):
        assert client.get(path).status_code == 404
    assert_error(client.get("/api/v1/data"), 404)


def test_the_page_leads_to_every_table_as_at_its_date_and_explains_every_column(client) -> None:
    soup = read(client, "/data/?on=2026-03-31")
    links = {link["href"] for link in soup.main.find_all("a")}
    for name in TABLES:
        for ending in ("csv", "json"):
            assert f"/data/{name}.{ending}?on=2026-03-31" in links
        rows = soup.select(f"#columns-{name} tbody tr")
        assert [row.th.get_text() for row in rows] == COLUMNS[name].split()
        assert all(len(row.find_all("td")[1].get_text()) > 5 for row in rows)
    assert "/data/datapackage.json?on=2026-03-31" in links


def test_the_description_says_licence_sources_and_whom_to_name(client) -> None:
    body = client.get("/data/datapackage.json").json()
    assert body["licenses"][0]["name"] == "OGL-UK-3.0"
    assert "Contains OS data © Crown copyright" in body["description"]
    assert len(body["sources"]) > 10
    for resource in body["resources"]:
        assert client.get(resource["path"]).status_code == 200
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_a_draft_of_tomorrow_is_in_no_file_of_today(client) -> None:
    one = Scheme.objects.first()
    tomorrow = date(2026, 11, 21) + timedelta(days=1)
    Scheme.objects.filter(pk=one.pk).update(known_as_of=tomorrow.isoformat())
    assert one.slug not in {row["slug"] for row in as_json(client, "schemes", "2026-11-21")}
    assert one.slug in {row["slug"] for row in as_json(client, "schemes", tomorrow.isoformat())}
