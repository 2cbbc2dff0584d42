"""What no form of the admin can take gets a sentence, never a 500."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from icsinfo.text import validate_printable
from tests.editing import change, text_of, values

pytestmark = pytest.mark.django_db

JUNK = ["abc", "9" * 30, "-1", "1.5", "²", "x" * 300]
FIELDS = {
    "timeline/announcement": ["systems", "source"],
    "systems/scheme": ["system", "areas", "source", "topics"],
    "systems/membership": ["organisation", "system", "source"],
    "timeline/merger": ["predecessors", "source"],
}


@pytest.fixture
def superuser(staff_client):
    return staff_client(User.objects.create(username="s", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("junk", JUNK)
def test_a_key_that_cannot_be_one_is_refused_in_the_form(superuser, junk: str) -> None:
    for model, names in FIELDS.items():
        page = f"/admin/{model}/add/"
        assert superuser.get(page, dict.fromkeys(names, junk)).status_code == 200, page
        response = superuser.post(page, dict.fromkeys(names, junk))
        assert response.status_code == 200, page
        errors = response.context["adminform"].form.errors
        assert [name for name in names if name not in errors] == [], page


@pytest.mark.parametrize("junk", JUNK)
def test_an_action_on_what_is_no_key_is_on_nothing(superuser, junk: str) -> None:
    chosen = {"action": "delete_selected", "_selected_action": junk}
    response = superuser.post("/admin/systems/scheme/", chosen, follow=True)
    assert response.status_code == 200
    assert "Items must be selected" in response.content.decode()


# --- What a form takes -------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ["\x01", "\x0b", "\x0c", "\x1f", "\ufffe"])
def test_an_invisible_character_is_refused_and_told_where(odd) -> None:
    with pytest.raises(ValidationError, match="invisible character after “Closure of”"):
        validate_printable(f"Closure of{odd} ward")


@pytest.mark.parametrize(
    ("label", "field"), [("timeline.announcement", "title"), ("systems.scheme", "what")]
)
def test_a_text_with_an_invisible_character_is_refused_in_the_form(world, label, field) -> None:
    row = world.rows[label]["own"]
    before = values(row)
    page = text_of(change(world.clients["system"], label, row, **{field: "Closure of\x0b ward"}))
    assert "Delete the invisible character after “Closure of”" in page
    assert values(row) == before


@pytest.mark.parametrize("text", ["\u200b", "\u2060\u200d \ufeff", "\u00ad", "\u3164", "\u202e"])
def test_a_title_of_invisible_characters_is_refused(world, text) -> None:
    for label, field in (("timeline.announcement", "title"), ("systems.scheme", "what")):
        row = world.rows[label]["own"]
        before = values(row)
        page = text_of(change(world.clients["system"], label, row, **{field: text}))
        assert "Enter text that can be seen: these characters are invisible." in page
        assert values(row) == before


@pytest.mark.parametrize("turn", ["\u202e", "\u202a", "\u2066"])
def test_a_title_that_turns_the_direction_of_its_line_is_refused(world, turn) -> None:
    row = world.rows["timeline.announcement"]["own"]
    before = values(row)
    typed = f"Closure of{turn} ward"
    page = text_of(change(world.clients["system"], "timeline.announcement", row, title=typed))
    assert "Delete the invisible character after “Closure of”" in page
    assert values(row) == before


def test_names_in_other_scripts_and_with_joiners_are_taken(world) -> None:
    row = world.rows["timeline.announcement"]["own"]
    for title in ("خانه\u200cهای سلامت", "ਸਿਹਤ", "Health 👩\u200d⚕️", "e\u0301"):
        change(world.clients["system"], "timeline.announcement", row, title=title)
        row.refresh_from_db()
        assert row.title == title


LABELS = ["systems.topic", "systems.audience", "systems.way", "systems.term"]


@pytest.mark.parametrize("label", ["timeline.announcement", "systems.scheme", *LABELS])
@pytest.mark.parametrize("slug", ["Warm-Rooms", "warm_rooms"])
def test_an_address_has_small_letters_and_hyphens(world, label, slug) -> None:
    whose, role = ("nobody's", "central") if label in LABELS else ("own", "system")
    row = world.rows[label][whose]
    page = text_of(change(world.clients[role], label, row, slug=slug))
    assert "Use only lower-case letters, numbers and hyphens: warm-rooms." in page
    assert values(row)["slug"] == row.slug


def test_an_address_that_has_capitals_stays_until_somebody_changes_it(world) -> None:
    row, editor = world.rows["systems.scheme"]["own"], world.clients["system"]
    type(row).objects.filter(pk=row.pk).update(slug="Warm_Rooms")
    assert change(editor, "systems.scheme", row, what="Written since").status_code == 302
    assert values(row)["slug"] == "Warm_Rooms"
    assert editor.get("/schemes/Warm_Rooms/").status_code == 200


WEB_ADDRESSES = [
    ("systems.organisation", "website"),
    ("systems.source", "url"),
    ("systems.system", "contacts-0-value"),
]


def with_address(world: Any, label: str, field: str, typed: str) -> tuple[str, str]:
    """What the form answers to an address, and the address that is kept."""
    row = world.rows[label].get("own") or world.rows[label]["nobody's"]
    contact = world.own.contacts.first()
    world.own.contacts.filter(kind="website").exclude(pk=contact.pk).delete()
    kind = {"contacts-0-kind": "website"} if "contacts" in field else {}
    answer = change(world.clients["central"], label, row, **{field: typed}, **kind)
    kept = contact if kind else row
    kept.refresh_from_db()
    return text_of(answer), getattr(kept, field.rpartition("-")[2])


@pytest.mark.parametrize(("label", "field"), WEB_ADDRESSES)
@pytest.mark.parametrize("typed", ["https://nhs.uk@b.example/", "https://a:b@b.example"])
def test_a_web_address_that_leads_elsewhere_than_it_seems_is_refused(
    world, label, field, typed
) -> None:
    said, kept = with_address(world, label, field, typed)
    assert "Enter the web address without the part before the @." in said
    assert "b.example" not in kept


@pytest.mark.parametrize(("label", "field"), WEB_ADDRESSES)
def test_a_web_address_in_capitals_is_kept_as_it_works(world, label, field) -> None:
    typed = "HTTPS://b.example/A@b"
    assert with_address(world, label, field, typed) == ("", "https://b.example/A@b")


@pytest.mark.parametrize("day", ["01/01/0001", "31/12/1899", "01/01/2200", "31/12/9999"])
def test_a_date_that_no_page_can_reckon_with_is_refused(world, day) -> None:
    row = world.rows["systems.membership"]["own"]
    before = values(row)
    page = text_of(change(world.clients["system"], "systems.membership", row, date_to=day))
    assert "Choose a date" in page
    assert values(row) == before


def test_a_report_is_settled_at_the_moment_and_not_when_its_reader_says(world) -> None:
    """Settled ones are deleted after a while, which the editor of one ICS may not do."""
    row = world.rows["systems.report"]["own"]
    change(
        world.clients["system"],
        "systems.report",
        row,
        settled_at_0="01/01/2020",
        settled_at_1="10:00",
    )
    row.refresh_from_db()
    assert timezone.now() - row.settled_at < timedelta(minutes=5)
