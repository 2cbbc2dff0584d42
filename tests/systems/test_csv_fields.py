"""Dates and kinds in the forms and lists of the admin, as people write and look for them."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.utils import timezone

from systems.editing.csv_fields import LocalDateTimeCell
from systems.models import Scheme, System
from tests.editing import address, form_of

pytestmark = pytest.mark.django_db
SCHEME = "systems.scheme"


def test_a_date_that_lacks_its_day_is_shown_and_typed_as_people_write_it(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    page = address(SCHEME, "change", row)
    for typed, stored, shown in [
        ("February 2018", "2018-02", "February 2018"),
        ("22/2/2018", "2018-02-22", "22 February 2018"),
        ("2018-02", "2018-02", "February 2018"),
        ("2018", "2018", "2018"),
        ("", "", ""),
    ]:
        data = form_of(editor.get(page)) | {"known_as_of": typed}
        assert editor.post(page, data).status_code == 302
        assert Scheme.objects.get(pk=row.pk).known_as_of == stored
        assert form_of(editor.get(page))["known_as_of"] == shown
    data = form_of(editor.get(page)) | {"known_as_of": "lately"}
    text = editor.post(page, data).content.decode()
    assert "as exact as you know: 2018, February 2018 or 22 February 2018." in text
    assert 'value="lately"' in text


@pytest.mark.parametrize(
    ("moment", "cell"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 October 2026, 01:30 BST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 October 2026, 01:30 GMT"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "25 October 2026, 02:30"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "1 July 2026, 09:00"),
    ],
)
def test_a_cell_says_a_moment_so_that_it_is_read_as_the_same(moment, cell) -> None:
    assert LocalDateTimeCell().say(moment) == cell
    assert LocalDateTimeCell().clean(cell) == moment


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("25/10/2026 01:30", "01:30 happens twice"),
        ("28/03/2027 01:30", "there is no 01:30"),
        ("soon", "Enter a date and time like 1 April 2026, 09:30."),
    ],
)
def test_a_cell_says_what_is_wrong_with_a_moment(cell, sentence) -> None:
    with pytest.raises(ValidationError, match=sentence):
        LocalDateTimeCell().clean(cell)


def test_a_new_announcement_is_of_today_and_of_ones_own_ics(world) -> None:
    page = address("timeline.announcement", "add")
    mine, theirs = (form_of(world.clients[role].get(page)) for role in ("system", "central"))
    assert (mine["date"], mine["precision"]) == (f"{timezone.localdate():%d/%m/%Y}", "day")
    assert (mine["systems"], theirs["systems"]) == ([str(world.own.pk)], [])
    assert (
        form_of(world.clients["system"].get(address(SCHEME, "add")))["system"] == mine["systems"][0]
    )


@pytest.mark.parametrize("label", [SCHEME, "systems.membership", "systems.report"])
def test_lists_and_their_filters_call_an_ics_by_its_name(world, label) -> None:
    shown = BeautifulSoup(
        world.clients["central"].get(address(label, "changelist")).content, "html.parser"
    )
    names = {str(system) for system in System.objects.named_on(timezone.localdate())}
    offered = {link.text for link in shown.select('details[data-filter-title="ICS"] a')}
    assert {"All", "Devon"} < offered <= names | {"All", "None"}
    assert {cell.text for cell in shown.select(".field-system")} <= names | {"-"}


def test_a_list_says_dates_as_people_write_them(world) -> None:
    Scheme.objects.filter(pk=world.rows[SCHEME]["own"].pk).update(known_as_of="2018-02")
    page = world.clients["system"].get(address(SCHEME, "changelist"))
    cells = BeautifulSoup(page.content, "html.parser").select(".field-known_as_of")
    assert "February 2018" in {cell.text for cell in cells}


def test_announcements_are_filtered_by_their_own_kinds(world) -> None:
    page = address("timeline.announcement", "changelist")
    shown = BeautifulSoup(world.clients["central"].get(page).content, "html.parser")
    kinds = shown.select_one('details[data-filter-title="kind"]').find_all("a")
    assert [link.get_text(strip=True) for link in kinds] == [
        *("All", "National announcement", "Local announcement", "Criticism and scrutiny"),
    ]
    local = world.clients["central"].get(page, {"kind__exact": "local"}).context["cl"].queryset
    assert {entry.kind for entry in local} == {"local"}
