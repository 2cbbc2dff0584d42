"""Who chairs a board and who is its chief executive: on its page, in the API, to download."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from systems.models import Leader, Source, System
from tests.editing import change, values
from tests.pages import page, read, words

pytestmark = pytest.mark.django_db

UNKNOWN = "We do not know who its chair or chief executive is: check its website."


@pytest.fixture
def lead() -> Any:
    """Makes a leader of Greater Manchester, of whom the fixtures know none."""
    system = System.objects.get(slug="greater-manchester")
    source = Source.objects.create(
        key="p", publisher="A paper", title="Who leads", published="2026-09-03"
    )

    def make(name: str, date_from: str, role: str = "chair", **more: Any) -> Leader:
        given = {"system": system, "role": role, "source": source} | more
        return Leader.objects.create(name=name, date_from=date_from, **given)

    return make


def block(client, path: str = "/ics/greater-manchester/") -> str:
    """What a page says between its heading on leaders and the next one."""
    heading = read(client, path).find("h2", string="Who leads it")
    parts = []
    for part in heading.find_next_siblings() if heading else ():
        if part.name == "h2":
            break
        parts.append(words(part))
    return " ".join(parts)


def names(client, on: str) -> list[tuple[str, str]]:
    body = client.get(f"/api/v1/systems/greater-manchester?on={on}").json()
    return [(leader["role"], leader["name"]) for leader in body["leaders"]]


def test_essex_typed_on_the_first_page_leads_to_who_chairs_its_board(client) -> None:
    soup = page(client.post("/find/", {"q": "Essex"}, follow=True))
    heading = soup.find("h2", string="Who leads it")
    said = words(heading.find_next("dl"))
    assert said.startswith("Chair Michael Thorne CBE Source")
    assert "Last reported: undated copy; between September 2025 and March 2026." in said


def test_a_page_says_who_leads_the_board_and_when_that_was_last_reported(client, lead) -> None:
    lead("A B", "2026-09", note="Until the summer.")
    soup = read(client, "/ics/greater-manchester/")
    said = words(soup.find("h2", string="Who leads it").find_next("dl"))
    assert said.startswith("Chair A B Source")
    assert said.endswith("Last reported: 3 September 2026. Until the summer.")
    assert "A paper" in words(soup.find(class_="sources"))
    assert "We do not know who its chief executive is: check its website." in block(client)


def test_what_an_editor_saw_again_has_the_day_of_that(client, lead) -> None:
    lead("A B", "2026-09", seen_on=date(2026, 11, 20))
    assert "Last reported: 20 November 2026." in block(client)


def test_a_source_without_a_date_is_said_to_have_none(client, lead) -> None:
    Source.objects.filter(key="p").update(published="")
    lead("A B", "2026-09")
    assert "Last reported: date not known." in block(client)


def test_a_board_of_which_nobody_is_known_says_so_in_one_line(client) -> None:
    assert block(client) == UNKNOWN
    assert block(client, "/ics/greater-manchester/?on=2024-05-01") == (
        "We do not know who its chair or chief executive was on 1 May 2024."
    )


def test_where_both_are_known_the_reader_is_told_that_it_may_have_changed(client, lead) -> None:
    lead("C D", "2026-09", "chief_executive")
    lead("A B", "2026-09")
    said = block(client)
    assert said.index("Chair A B") < said.index("Chief executive C D")
    assert said.endswith("This may have changed: check its website.")
    assert "We do not know" not in said


@pytest.mark.parametrize("path", ["/ics/frimley/", "/ics/greater-manchester/?on=2021-05-01"])
def test_where_there_is_no_board_on_the_day_nothing_is_said_of_leaders(client, path) -> None:
    assert read(client, path).find("h2", string="Who leads it") is None


@pytest.mark.parametrize(
    ("date_from", "before", "first"),
    [
        ("2026-09-03", "2026-09-02", "2026-09-03"),
        ("2026-09", "2026-09-29", "2026-09-30"),
        ("2025", "2025-12-30", "2025-12-31"),
    ],
)
def test_a_date_that_is_not_exact_counts_from_its_end(
    client, lead, date_from, before, first
) -> None:
    lead("A B", date_from)
    assert [names(client, day) for day in (before, first)] == [[], [("chair", "A B")]]


def test_the_next_in_a_role_takes_the_place_of_the_one_before(client, lead) -> None:
    lead("A B", "2025")
    lead("C D", "2026-09-03")
    lead("E F", "2025", "chief_executive")
    assert names(client, "2026-09-02") == [("chair", "A B"), ("chief_executive", "E F")]
    assert names(client, "2026-09-03") == [("chair", "C D"), ("chief_executive", "E F")]


def test_when_the_last_has_left_nobody_is_known_and_not_the_one_before(client, lead) -> None:
    lead("A B", "2025")
    lead("C D", "2026-09-03", date_to=date(2026, 11, 1))
    assert names(client, "2026-10-31") == [("chair", "C D")]
    assert names(client, "2026-11-01") == []
    assert block(client) == UNKNOWN


def test_with_its_system_a_board_loses_its_leaders(client, lead) -> None:
    frimley = System.objects.get(slug="frimley")
    lead("A B", "2025", system=frimley)
    path = "/api/v1/systems/frimley?on="
    answers = [client.get(path + day).json() for day in ("2026-03-31", "2026-04-01")]
    assert [[one["name"] for one in answer["leaders"]] for answer in answers] == [["A B"], []]
    assert answers[0]["leaders"][0]["to"] == "2026-04-01"
    assert "Chair A B" in block(client, "/ics/frimley/?on=2026-03-31")


def test_the_api_has_the_source_and_when_they_were_seen(client, lead) -> None:
    lead("A B", "2026-09", seen_on=date(2026, 11, 20))
    [leader] = client.get("/api/v1/systems/greater-manchester").json()["leaders"]
    [source] = leader.pop("sources")
    assert leader == {
        "role": "chair",
        "name": "A B",
        "note": "",
        "from": "2026-09",
        "to": None,
        "seen_on": "2026-11-20",
    }
    assert (source["title"], source["published"]) == ("Who leads", "2026-09-03")


def test_the_download_has_everybody_as_their_source_writes_them(client) -> None:
    text = client.get("/data/leaders.csv").content.decode("utf-8-sig")
    found = {(row["system"], row["role"]): row["name"] for row in csv.DictReader(io.StringIO(text))}
    assert len(found) == Leader.objects.count() == 28
    assert found["north-east-london", "chair"] == "Marie Gabriel (Dame)"
    assert found["essex", "chair"] == "Michael Thorne CBE"


def test_an_end_is_after_its_beginning() -> None:
    for date_to, is_right in ((date(2026, 9, 30), True), (date(2026, 8, 31), False)):
        leader = Leader(role="chair", name="A B", date_from="2026-09", date_to=date_to)
        if is_right:
            leader.clean()
        else:
            with pytest.raises(ValidationError, match="must be later"):
                leader.clean()


def test_the_editor_of_an_ics_corrects_who_leads_its_board_and_no_other(world, client) -> None:
    editor = world.clients["system"]
    chair = world.own.leaders.get()
    typed = {"leaders-0-seen_on": "2026-11-20", "leaders-0-note": "Seen on its website."}
    assert change(editor, "systems.system", world.own, **typed).status_code == 302
    assert values(chair)["seen_on"] == date(2026, 11, 20)
    assert "Last reported: 20 November 2026." in block(client, "/ics/devon/")
    theirs = world.other.leaders.first()
    before = values(theirs)
    change(editor, "systems.system", world.own, **{"leaders-0-id": theirs.pk} | typed)
    assert values(theirs) == before
