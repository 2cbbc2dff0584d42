"""Hospitals with their trust and area: on the page of the area, in the API, and to download."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from systems.models import Area, AreaPeriod, Organisation, OrganisationAlias, Source, System
from tests.contract import assert_error
from tests.pages import read, words

pytestmark = pytest.mark.django_db

API = "/api/v1/hospital-sites"


@pytest.fixture
def site() -> OrganisationAlias:
    """A hospital in Tameside, of a trust that is to close on 1 April 2027."""
    source = Source.objects.create(key="list", publisher="A publisher", title="A list")
    trust = Organisation.objects.create(
        code="RZZ",
        kind="trust",
        name="Hill Trust",
        form="NHS trust",
        closed_on=date(2027, 4, 1),
        source=source,
    )
    return OrganisationAlias.objects.create(
        organisation=trust,
        name="Hill Infirmary",
        place="Hyde",
        area=Area.objects.get(slug="tameside"),
        source=source,
    )


def main_text(client, path: str) -> str:
    return words(read(client, path).main)


def results(client, query: str = "") -> list[dict]:
    body = client.get(f"{API}?limit=1000{query}").json()
    assert body["count"] == len(body["results"])
    return body["results"]


def test_a_hospital_is_listed_with_its_trust_area_system_and_source(client, site) -> None:
    [found] = [row for row in results(client) if row["name"] == "Hill Infirmary"]
    sources = found.pop("sources")
    assert found == {
        "name": "Hill Infirmary",
        "town": "Hyde",
        "area": "tameside",
        "area_name": "Tameside",
        "system": "greater-manchester",
        "system_name": "Greater Manchester",
        "trust": "RZZ",
        "trust_name": "Hill Trust",
        "url": "http://testserver/organisations/RZZ/",
    }
    assert [(each["publisher"], each["title"]) for each in sources] == [("A publisher", "A list")]


def test_the_download_has_the_same_rows_as_the_list(client, site) -> None:
    text = client.get("/data/hospital-sites.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    listed = results(client)
    assert [(row["trust"], row["name"], row["area"]) for row in rows] == [
        (row["trust"], row["name"], row["area"] or "") for row in listed
    ]
    [mine] = [row for row in rows if row["name"] == "Hill Infirmary"]
    assert mine["source"] == str(site.source)


def test_the_list_can_be_asked_for_one_system_on_a_day(client, site) -> None:
    """It is the system where the hospital stands on the day, whoever runs it."""
    here = results(client, "&system=greater-manchester")
    assert "Hill Infirmary" in [row["name"] for row in here]
    assert {row["system"] for row in here} == {"greater-manchester"}
    elsewhere = System.objects.get(slug="devon")
    AreaPeriod.objects.create(
        area=site.area,
        system=elsewhere,
        date_from=date(2026, 12, 1),
        certainty="planned",
        source=site.source,
    )
    later = results(client, "&system=devon&on=2026-12-01")
    assert "Hill Infirmary" in [row["name"] for row in later]


def test_a_hospital_goes_from_the_list_with_its_trust(client, site) -> None:
    names = [
        {row["name"] for row in results(client, f"&on={day}")}
        for day in ("2027-03-31", "2027-04-01")
    ]
    assert [("Hill Infirmary" in each) for each in names] == [True, False]


def test_what_only_our_own_knowledge_says_is_not_listed_as_a_fact(client, site) -> None:
    site.source.publisher = "ICS Info"
    site.source.save()
    assert "Hill Infirmary" not in [row["name"] for row in results(client)]
    assert "Hill Infirmary" not in main_text(client, "/areas/tameside/")
    page = main_text(client, "/organisations/RZZ/")
    assert "Hill Infirmary, Hyde Not confirmed" in page


def test_the_page_of_an_area_names_its_hospitals_and_who_runs_them(client, site) -> None:
    page = main_text(client, "/areas/tameside/")
    assert "Hill Infirmary, Hyde" in page
    assert "Run by Hill Trust" in page
    assert "Hill Infirmary" not in main_text(client, "/areas/trafford/")


def test_an_area_without_hospitals_says_nothing_of_them(client) -> None:
    OrganisationAlias.objects.all().delete()
    assert "hospitals" not in main_text(client, "/areas/tameside/")
    assert results(client) == []


def test_an_empty_choice_of_a_system_is_no_choice(client) -> None:
    assert results(client, "&system=") == results(client)


@pytest.mark.parametrize("slug", ["atlantis", "devon%00", "%20"])
def test_a_system_that_never_was_is_422_and_says_so(client, slug) -> None:
    error = assert_error(client.get(f"{API}?system={slug}"), 422)
    assert error["detail"] == ["system: There is no system with this slug."]


def test_a_hospital_whose_area_is_not_known_is_listed_without_one(client, site) -> None:
    OrganisationAlias.objects.update(area=None)
    [found] = [row for row in results(client) if row["name"] == "Hill Infirmary"]
    assert (found["area"], found["system"]) == (None, None)


def test_the_page_and_the_list_cost_as_many_queries_however_many_hospitals(client, site) -> None:
    def costs() -> list[int]:
        found = []
        for path in ("/areas/tameside/", API):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    before = costs()
    for number in range(50):
        OrganisationAlias.objects.create(
            organisation=site.organisation,
            name=f"Hospital {number}",
            area=site.area,
            source=site.source,
        )
    assert costs() == before
    assert before[1] <= 2
