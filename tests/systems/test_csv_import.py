"""Spreadsheets in the admin: downloaded, changed, looked at, confirmed, taken back."""

import csv
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Revision, Version

from icsinfo.dates import read_partial
from icsinfo.downloads import plain_cell, safe_cell
from systems.admin import NOT_YOURS_THEN
from systems.editing import csv_admin, uploads
from systems.models import (
    Deletion,
    Editorship,
    Membership,
    Organisation,
    Scheme,
    Source,
    Upload,
    UploadedRow,
)
from tests.database import apart
from tests.editing import address, change, text_of, values
from tests.pages import page
from tests.roles import EACH_ROLE, EXPECTED, TOUCH, World, allowed, each_role, sign_in
from timeline.models import Announcement

SCHEME, ANNOUNCEMENT, MEMBERSHIP = "systems.scheme", "timeline.announcement", "systems.membership"
LABELS = [SCHEME, ANNOUNCEMENT, MEMBERSHIP]
NOT_EXPORTED = {
    "systems.report",
    "systems.dataset",
    "systems.editorship",
    "auth.user",
    "auth.group",
    "timeline.merger",
}
EXPORTED = set(EXPECTED) - NOT_EXPORTED
# What finds the rows of the tests.
FEW = {SCHEME: {"q": "x-"}, ANNOUNCEMENT: {"q": "x-"}, MEMBERSHIP: {"q": "XX"}} | {
    "systems.organisation": {"q": "XX"}
}

Table = list[list[str]]


@pytest.fixture
def editor(world) -> Client:
    """The editor of Devon."""
    return world.clients["system"]


# --- What people do --------------------------------------------------------------------------


def export(client: Client, label: str, **asked: Any) -> Table:
    response = client.get(address(label, "export"), asked)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def as_csv(rows: Table, delimiter: str = ",") -> bytes:
    kept = io.StringIO(newline="")
    csv.writer(kept, delimiter=delimiter).writerows(rows)
    return kept.getvalue().encode("utf-8-sig")


def upload(client: Client, label: str, content: bytes | Table, name: str = "x.csv") -> Any:
    """The page that follows: the preview, or the form again with what is wrong."""
    content = content if isinstance(content, bytes) else as_csv(content)
    sent = {"file": SimpleUploadedFile(name, content)}
    return client.post(address(label, "upload"), sent, follow=True)


def refusal(client: Client, label: str, content: bytes | Table, name: str = "x.csv") -> str:
    """Why a whole file is refused."""
    shown = page(upload(client, label, content, name))
    assert not Upload.objects.exists()
    return shown.select_one("#id_file_error").get_text()


def counts(response: Any) -> dict[str, int]:
    """The numbers of a preview that are not 0."""
    assert "plan" in (response.context or {}), text_of(response)
    return {verb: number for verb, number in response.context["plan"].counts.items() if number}


def problems(response: Any) -> list[tuple[int, str, str]]:
    return [
        (line.number, column, sentence)
        for line in response.context["plan"].refused
        for column, sentence in line.problems
    ]


def confirm(client: Client, response: Any) -> Any:
    """Press the button of a preview."""
    plan = page(response).select_one("input[name=plan]")["value"]
    return client.post(response.redirect_chain[-1][0], {"plan": plan}, follow=True)


def undo(client: Client, response: Any) -> Any:
    return client.post(response.redirect_chain[-1][0], {"undo": "Undo all of it"}, follow=True)


def changed(table: Table, row: Any, **cells: str) -> Table:
    """The headings and one row of a table, with other cells."""
    [line] = [line.copy() for line in table if line[0] == str(row.pk)]
    for heading, cell in cells.items():
        line[table[0].index(heading.replace("_", " "))] = cell
    return [table[0], line]


def only(table: Table, *headings: str) -> Table:
    """Some columns of a table."""
    places = [table[0].index(heading) for heading in headings]
    return [[row[place] for place in places] for row in table]


def new_scheme(**cells: str) -> Table:
    row = {
        "Name": "Warm rooms",
        "Place": "Exeter",
        "ICS": "Devon",
        "What": "A warm room.",
        "For whom": "All",
        "How to get it": "Walk in",
        "Topics": "Blood pressure and heart",
        "Check again by": "1 April 2027",
        "Source": "s",
    } | {heading.replace("_", " "): cell for heading, cell in cells.items()}
    return [list(row), list(row.values())]


# --- There and back --------------------------------------------------------------------------

TEXTS = [
    *("=1+1", "+44 20", "-5", "@SUM(A1)", "\tx", "'=1", "''=1", "'tis", "'", "=", "-"),
    *(
        "  spaces  ",
        "two\nlines",
        "two\r\nlines",
        "\n=1",
        "“Ä” – 漢字 🦉",
        'a "b", c; d',
        "1/4",
        "007",
    ),
]


@pytest.mark.parametrize(("label", "field"), [(SCHEME, "what"), (ANNOUNCEMENT, "summary")])
def test_whatever_is_downloaded_and_uploaded_again_is_left_alone(world, label, field) -> None:
    row = world.rows[label]["own"]
    for number, text in enumerate(TEXTS):
        values = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
        del values["id"]
        values.pop("entry_ptr", None)
        values |= {"slug": f"text-{number}", field: text}
        made = type(row).objects.create(**values)
        for many in row._meta.many_to_many:
            getattr(made, many.name).set(getattr(row, many.name).all())
    for role in ("central", "system"):
        table = export(world.clients[role], label)
        assert not [cell for line in table for cell in line if cell[:1] in tuple("=+-@\t\r\n")]
        response = upload(world.clients[role], label, table)
        assert counts(response) == {"left alone": len(table) - 1}
        assert len(table) > len(TEXTS)


def test_members_are_left_alone_too(editor) -> None:
    table = export(editor, MEMBERSHIP)
    assert counts(upload(editor, MEMBERSHIP, table)) == {"left alone": len(table) - 1}


def test_the_escaping_of_formulas_is_taken_back_letter_by_letter(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    for text in TEXTS:
        assert plain_cell(safe_cell(text)) == text
    table = changed(export(editor, SCHEME), row, What="'=1+1")
    confirm(editor, upload(editor, SCHEME, table))
    row.refresh_from_db()
    assert row.what == "=1+1"
    assert changed(export(editor, SCHEME), row)[1][table[0].index("What")] == "'=1+1"


def test_the_ways_of_spreadsheet_programs_change_nothing(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    Scheme.objects.filter(pk=row.pk).update(
        known_as_of="2018-02", published_from=datetime(2026, 4, 1, 8, 30, 17, 5, tzinfo=UTC)
    )
    table = changed(
        export(editor, SCHEME),
        row,
        Check_again_by="01-Jan-27",
        Known_as_of="Feb-18",
        Published_from="01/04/2026 09:30",
        Status="not known",
        ICS=" devon ",
    )
    for delimiter in ",;\t":
        assert counts(upload(editor, SCHEME, as_csv(table, delimiter))) == {"left alone": 1}
    in_excel = as_csv(table).decode("utf-8-sig").encode("utf-16")
    assert counts(upload(editor, SCHEME, in_excel)) == {"left alone": 1}
    assert Scheme.objects.get(pk=row.pk).published_from.microsecond == 5


def test_the_file_is_named_by_what_it_holds_and_the_day(editor) -> None:
    response = editor.get(address(SCHEME, "export"))
    assert response["Content-Disposition"] == 'attachment; filename="schemes-2026-11-21.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert next(iter(response)).startswith(b"\xef\xbb\xbf")


def test_the_list_is_downloaded_as_it_is_filtered_and_searched_with_all_its_pages(world) -> None:
    client = world.clients["central"]
    response = client.get(address(SCHEME, "changelist"), {"q": "x-", "status__exact": "not-known"})
    link = page(response).find("a", string="Download this list (CSV)")["href"]
    sent = client.get(link.replace("&p=1", "")).streaming_content
    text = b"".join(sent).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    names = [line[2] for line in table[1:]]
    assert names == [row.name for row in response.context["cl"].queryset]
    assert {"x-own", "x-other"} < set(names)
    everything = export(client, SCHEME)
    assert len(names) < len(everything) - 1
    assert len(everything) - 1 == Scheme.objects.count() > 100
    assert client.get(address(SCHEME, "export"), {"status__nonsense": "1"}).status_code == 400
    wrong = client.get(address(SCHEME, "export"), {"system__id__exact": "nonsense"})
    assert wrong["Location"].endswith("?e=1")


def test_dates_and_names_stand_as_people_write_them(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    table = changed(export(editor, SCHEME), row)
    said = dict(zip(*table, strict=True))
    assert said["ICS"] == "Devon"
    assert said["Areas"] == world.areas["own"].name
    assert said["Check again by"] == "1 January 2027"
    assert said["Source"] == "s"
    assert said["Topics"] == row.topics.get().name
    here = timezone.localtime(row.published_from)
    assert said["Published from"] == f"{here.day} {here:%B %Y, %H:%M}"


# --- Looking and confirming ------------------------------------------------------------------


def test_nothing_is_written_before_somebody_says_yes(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    table = changed(export(editor, SCHEME), row, What="Something else")
    response = upload(editor, SCHEME, table)
    assert counts(response) == {"changed": 1}
    assert "What It → Something else" in text_of(response)
    assert values(row)["what"] == "It"
    assert not Version.objects.exists()
    done = confirm(editor, response)
    assert values(row)["what"] == "Something else"
    assert "was saved" in text_of(done)


def test_what_was_shown_as_a_draft_is_not_published_by_the_yes(editor) -> None:
    response = upload(editor, SCHEME, new_scheme())
    plan = page(response).select_one("input[name=plan]")["value"]
    editor.post(response.redirect_chain[-1][0], {"plan": plan, "_publish": "Save and publish now"})
    assert Scheme.objects.get(slug="warm-rooms-exeter").stage == "Draft"


def test_a_new_row_is_a_draft_with_an_address_of_its_own(editor) -> None:
    response = upload(editor, SCHEME, new_scheme())
    assert counts(response) == {"added": 1}, problems(response)
    confirm(editor, response)
    made = Scheme.objects.get(slug="warm-rooms-exeter")
    assert (made.stage, made.system.slug, made.status) == ("Draft", "devon", "not-known")
    assert made.check_by == date(2027, 4, 1)
    assert made.topics.count() == 1


def test_a_day_is_read_however_it_is_written(editor) -> None:
    days = ["1 April 2026", "01/04/2026", "2026-04-01", "1/4/2026", "1 Apr 2026", "01-Apr-26"]
    rows: Table = []
    for number, day in enumerate(days):
        cells = {"Check_again_by": day, "Known_as_of": day, "Published_from": f"{day}, 09:30"}
        heading, line = new_scheme(Slug=f"x-day-{number}", **cells)
        rows = [*(rows or [heading]), line]
    confirm(editor, upload(editor, SCHEME, rows))
    made = Scheme.objects.filter(slug__startswith="x-day-")
    assert len(made) == len(days)
    assert {scheme.check_by for scheme in made} == {date(2026, 4, 1)}
    assert {scheme.known_as_of for scheme in made} == {"2026-04-01"}
    in_summer = datetime(2026, 4, 1, 8, 30, tzinfo=UTC)
    assert {scheme.published_from for scheme in made} == {in_summer}


def test_columns_that_are_absent_stay_as_they_are_to_the_letter(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    Scheme.objects.filter(pk=row.pk).update(note="  kept  ", text="a\r\nb ")
    before = values(row)
    table = changed(export(editor, SCHEME), row, What="Other")
    done = confirm(editor, upload(editor, SCHEME, only(table, "id", "version", "What")))
    assert "was saved" in text_of(done)
    assert values(row) == before | {"what": "Other"}


def test_an_announcement_of_an_editor_is_a_local_one(world, editor) -> None:
    rows = [
        ["Title", "Date", "Precision", "ICSs", "Source"],
        ["New clinic", "1 November 2026", "on the day", "QJK; devon", "s"],
    ]
    response = upload(editor, ANNOUNCEMENT, rows)
    assert counts(response) == {"added": 1}, problems(response)
    confirm(editor, response)
    made = Announcement.objects.get(slug="new-clinic")
    assert (made.kind, made.stage) == ("local", "Draft")
    assert [system.slug for system in made.systems.all()] == ["devon"]


def test_a_member_is_found_by_its_code(world, editor) -> None:
    member = world.rows["systems.organisation"]["own"]
    rows = [
        ["Organisation", "ICS", "Role", "From", "Source"],
        [f"Whatever ({member.code})", "Devon", "paid for by", "1 July 2026", "s"],
    ]
    confirm(editor, upload(editor, MEMBERSHIP, rows))
    made = Membership.objects.get(organisation=member, role="paid")
    assert made.date_from == date(2026, 7, 1)


def test_a_button_pressed_twice_does_it_once(editor) -> None:
    response = upload(editor, SCHEME, new_scheme())
    assert "was saved" in text_of(confirm(editor, response))
    again = confirm(editor, response)
    assert "was saved" not in text_of(again)
    assert "Saved on" in text_of(again)
    assert Scheme.objects.filter(name="Warm rooms").count() == 1
    assert Upload.objects.get().rows.count() == 1


def test_what_changed_since_the_preview_is_seen_before_it_is_written(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    table = changed(export(editor, SCHEME), row, What="Mine")
    table += [
        [cells.get(heading, "") for heading in table[0]]
        for cells in [dict(zip(*new_scheme(), strict=True))]
    ]
    response = upload(editor, SCHEME, table)
    assert counts(response) == {"changed": 1, "added": 1}, problems(response)
    Scheme.objects.filter(pk=row.pk).update(what="Theirs")
    refused = confirm(editor, response)
    assert "Nothing was saved: something has changed since you looked." in text_of(refused)
    assert counts(refused) == {"added": 1, "refused": 1}
    assert values(row)["what"] == "Theirs"
    assert not Scheme.objects.filter(name="Warm rooms").exists()


def test_what_somebody_else_did_meanwhile_is_shown_before_the_rest_is_written(
    world, editor
) -> None:
    row = world.rows[SCHEME]["own"]
    table = changed(export(editor, SCHEME), row, What="Ours")
    added = dict(zip(*new_scheme(), strict=True))
    table.append([added.get(heading, "") for heading in table[0]])
    response = upload(editor, SCHEME, table)
    Scheme.objects.filter(pk=row.pk).update(what="Ours")
    again = confirm(editor, response)
    assert "Nothing was saved" in text_of(again)
    assert counts(again) == {"added": 1, "left alone": 1}
    assert "was saved." in text_of(confirm(editor, again))


def test_an_upload_that_waits_too_long_is_forgotten(editor) -> None:
    upload(editor, SCHEME, new_scheme())
    done = upload(editor, SCHEME, new_scheme(Name="Cold rooms"))
    confirm(editor, done)
    Upload.objects.update(made_at=timezone.now() - timedelta(days=1))
    editor.get(address(SCHEME, "upload"))
    assert [kept.applied_at is not None for kept in Upload.objects.all()] == [True]


# --- What is refused -------------------------------------------------------------------------


def test_one_row_that_is_refused_stops_all(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    table = changed(export(editor, SCHEME), row, What="Other")
    wrong = dict(zip(*new_scheme(Topics="", Check_again_by="soon"), strict=True))
    table.append([wrong.get(heading, "") for heading in table[0]])
    response = upload(editor, SCHEME, table)
    assert counts(response) == {"changed": 1, "refused": 1}
    assert problems(response) == [
        (3, "Topics", "This field is required."),
        (3, "Check again by", "Enter a date like 1 April 2026, 01/04/2026 or 2026-04-01."),
    ]
    assert "all rows are saved, or none" in text_of(response)
    assert page(response).select_one("input[name=plan]") is None
    forced = {"plan": response.context["plan"].digest}
    assert "Nothing was saved" in text_of(
        editor.post(response.redirect_chain[-1][0], forced, follow=True)
    )
    assert values(row)["what"] == "It"


WRONG = [
    ({"ICS": "Devno"}, "ICS", "no ICS “Devno” that you can choose. Did you mean “Devon”?"),
    ({"ICS": "Norfolk and Suffolk"}, "ICS", "no ICS “Norfolk and Suffolk” that you can choose."),
    ({"ICS": ""}, "ICS", "This field is required."),
    ({"Source": "nowhere"}, "Source", "no source “nowhere” that you can choose."),
    ({"Status": "going"}, "Status", "“going” is not one of these: Running; Ended; Not known."),
    ({"Status": "Ended"}, "The row", "scheme_end_has_a_date"),
    ({"Known as of": "lately"}, "Known as of", "2018, February 2018 or 22 February 2018."),
    ({"Slug": "x-own"}, "Slug", "Scheme with this Slug already exists."),
    ({"Slug": "a b"}, "Slug", "Enter a valid “slug”"),
    ({"Name": "n" * 201}, "Name", "at most 200 characters (it has 201)"),
    ({"id": "999999999"}, "id", "There is no scheme with the id “999999999” that you can see."),
    ({"id": "12a"}, "id", "There is no scheme with the id “12a” that you can see."),
]


def test_what_is_wrong_is_said_by_row_and_column(world, editor) -> None:
    headings = list(
        dict.fromkeys([*new_scheme()[0], *(name for cells, _, _ in WRONG for name in cells)])
    )
    table = [headings]
    for number, (cells, _, _) in enumerate(WRONG):
        row = dict(zip(*new_scheme(Slug=f"x-{number}"), strict=True)) | cells
        table.append([row.get(heading, "") for heading in headings])
    response = upload(editor, SCHEME, table)
    assert counts(response) == {"refused": len(WRONG)}
    said = {(number, column): sentence for number, column, sentence in problems(response)}
    for number, (_, column, sentence) in enumerate(WRONG, start=2):
        assert sentence in said[number, column]
    assert len(said) == len(WRONG)


def test_two_rows_of_one_file_cannot_be_the_same(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    heading, line = changed(export(editor, SCHEME), row, What="Other")
    response = upload(editor, SCHEME, [heading, line, line])
    assert problems(response) == [(3, "id", "Row 2 has the same id.")]
    heading, line = new_scheme()
    response = upload(editor, SCHEME, [heading, line, line])
    assert problems(response) == [
        (3, "Slug", "Scheme with this Slug already exists."),
        (3, "Slug", "Row 2 has the same value."),
    ]


def test_a_row_that_somebody_changed_since_is_refused_with_both_texts(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    table = export(editor, SCHEME)
    Scheme.objects.filter(pk=row.pk).update(what="Theirs")
    response = upload(editor, SCHEME, changed(table, row, What="Mine"))
    [(number, column, sentence)] = problems(response)
    assert (number, column) == (2, "The row")
    assert "What: now “Theirs”, in the file “Mine”" in sentence
    same = changed(table, row, What="Theirs")
    assert counts(upload(editor, SCHEME, same)) == {"left alone": 1}
    without = only(changed(export(editor, SCHEME), row, What="Mine"), "id", "What")
    assert counts(upload(editor, SCHEME, without)) == {"refused": 1}


def test_an_unknown_column_is_refused_with_the_nearest(editor) -> None:
    why = refusal(editor, SCHEME, [["Name", "Plaice"], ["x", "y"]])
    assert why == "There is no column “Plaice”. The closest is “Place”."
    why = refusal(editor, SCHEME, [["Name", "Name"], ["x", "y"]])
    assert why == "The column “Name” is there twice."
    assert "first row must be the headings" in refusal(editor, SCHEME, [["id"], ["1"]])
    assert "no rows under the headings" in refusal(editor, SCHEME, [["Name"], [""]])
    assert "under no heading: “y”" in refusal(editor, SCHEME, [["Name", ""], ["x", "y"]])
    assert "more cells than there are headings" in refusal(editor, SCHEME, [["Name"], ["x", "y"]])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"id," * 600_000 + b"\nx", "“id” is there twice"),
        (b"Name" + b"," * 1_900_000 + b"\n" + b"x\n" * 10_001, "more than 10,000 rows"),
    ],
    ids=["the same heading", "no headings"],
)
def test_very_many_columns_take_no_longer_than_their_file(editor, content, sentence) -> None:
    """Looking through all of them for each column, or for each row, held a worker for minutes."""
    began = time.process_time()
    assert sentence in refusal(editor, SCHEME, content)
    assert time.process_time() - began < 15


def test_a_file_that_is_no_list_gets_a_sentence(editor) -> None:
    for content, sentence in [
        (b"PK\x03\x04 and so on", "an Excel or OpenDocument file. Save it as CSV first"),
        (b"%PDF-1.7", "a PDF"),
        (b"", "The file is empty."),
        (b" \n", "x.xlsx is empty."),
        (b"Name\n\x81\x8d\x8f", "not CSV in UTF-8, UTF-16 or Windows-1252"),
        (b"Name\nx\0y\0\0", "contains zero bytes"),
        (
            b'Name\n"never closed',
            "Is there a missing quotation mark, or a cell longer than 131,072",
        ),
        (b"Name\n" + b"x" * 131_073, "Line 2 cannot be read as CSV."),
        (b"Name\n" + b"x\n" * 10_001, "There are more than 10,000 rows."),
        (b"Name\n" + b"x" * (2 << 20), "The file is larger than 2 MB."),
        (b"Name\n" + b"x" * (3 << 20), "The file is larger than 2 MB."),
    ]:
        assert sentence in refusal(editor, SCHEME, content, "x.xlsx")


def test_no_file_gets_a_sentence(editor) -> None:
    assert "Choose a file." in text_of(editor.post(address(SCHEME, "upload")))


def test_more_changes_than_can_be_made_at_once_are_refused(editor, monkeypatch) -> None:
    monkeypatch.setattr("systems.editing.csv_import.MAX_CHANGED_ROWS", 1)
    heading, line = new_scheme()
    other = ["Other", *line[1:]]
    response = upload(editor, SCHEME, [heading, line, other])
    assert "More than 1 rows are new or changed." in text_of(response)
    assert not Scheme.objects.filter(name="Warm rooms").exists()


# --- Taking it back --------------------------------------------------------------------------


def test_an_upload_is_taken_back_as_a_whole(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    before = values(row)
    table = changed(export(editor, SCHEME), row, What="Other", Topics="")
    table[1][table[0].index("Topics")] = "Lungs and breathing"
    wanted = dict(zip(*new_scheme(), strict=True))
    table.append([wanted.get(heading, "") for heading in table[0]])
    done = confirm(editor, upload(editor, SCHEME, table))
    assert values(row) != before
    comments = {v.revision.comment for v in Version.objects.get_for_object(row)}
    assert "Uploaded with x.csv" in comments
    made = Scheme.objects.get(name="Warm rooms")
    back = undo(editor, done)
    assert "was undone" in text_of(back)
    assert values(row) == before
    assert values(made) is None
    assert Deletion.objects.get().name == "Warm rooms, Exeter"
    again = undo(editor, done)
    assert "was undone" not in text_of(again)
    history = text_of(editor.get(address(SCHEME, "history", row)))
    assert "Uploaded with x.csv" in history
    assert "Undone: Uploaded with x.csv" in history


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_was_changed_since_is_not_taken_back(world, editor, by_hand) -> None:
    row, announcement = world.rows[SCHEME]["own"], world.rows[ANNOUNCEMENT]["own"]
    done = confirm(
        editor, upload(editor, SCHEME, changed(export(editor, SCHEME), row, What="Other"))
    )
    if by_hand:
        change(editor, SCHEME, row, note="x")
    else:
        Scheme.objects.filter(pk=row.pk).update(note="x")
    back = undo(editor, done)
    assert "Nothing was undone" in text_of(back)
    assert str(row) in text_of(back)
    assert values(row)["what"] == "Other"
    # To the second, as a form would store it: so nothing but the statement is another one.
    second = announcement.published_from.replace(microsecond=0)
    Announcement.objects.filter(pk=announcement.pk).update(published_from=second)
    table = changed(export(editor, ANNOUNCEMENT), announcement, Summary="Other")
    done = confirm(editor, upload(editor, ANNOUNCEMENT, table))
    change(editor, ANNOUNCEMENT, announcement, **{"statements-0-text": "Another"})
    assert "Nothing was undone" in text_of(undo(editor, done))
    assert announcement.statements.get().text == "Another"


def test_a_file_that_was_taken_back_can_be_mended_and_uploaded_again(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    assert row.published_from.microsecond  # of which a version keeps a part
    table = export(editor, SCHEME)
    undo(editor, confirm(editor, upload(editor, SCHEME, changed(table, row, What="Wrong"))))
    again = upload(editor, SCHEME, changed(table, row, What="Right"))
    assert problems(again) == []
    confirm(editor, again)
    assert values(row)["what"] == "Right"


def test_what_was_deleted_since_is_named(world, editor) -> None:
    done = confirm(editor, upload(editor, SCHEME, new_scheme()))
    made = Scheme.objects.get(name="Warm rooms")
    editor.post(address(SCHEME, "delete", made), {"post": "yes"})
    assert "changed or deleted since: Warm rooms, Exeter" in text_of(undo(editor, done))


def test_one_sees_and_takes_back_ones_own_and_a_central_editor_all(world, staff_client) -> None:
    other = staff_client(second_editor(world))
    done = confirm(other, upload(other, SCHEME, new_scheme()))
    path = done.redirect_chain[-1][0]
    mine = world.clients["system"]
    assert mine.get(path).status_code == 404
    assert mine.post(path, {"undo": "yes"}).status_code == 404
    assert "x.csv" not in text_of(mine.get(address(SCHEME, "upload")))
    central = world.clients["central"]
    assert "x.csv" in text_of(central.get(address(SCHEME, "upload")))
    assert "was undone" in text_of(central.post(path, {"undo": "yes"}, follow=True))
    waiting = upload(central, SCHEME, new_scheme())
    assert world.clients["superuser"].get(waiting.redirect_chain[-1][0]).status_code == 404


def second_editor(world: World) -> User:
    """Another editor of Devon."""
    user = User.objects.create(username="second", is_staff=True)
    Editorship.objects.create(
        user=user, role="system", system=world.own, date_from=date(2026, 1, 1)
    )
    return user


def test_rights_that_ended_since_take_nothing_back(world, editor) -> None:
    done = confirm(editor, upload(editor, SCHEME, new_scheme()))
    Editorship.objects.filter(user__username="system").update(system=world.other)
    assert "Nothing was undone: you do not have permission to change Warm rooms, Exeter" in text_of(
        undo(editor, done)
    )
    assert Scheme.objects.filter(name="Warm rooms").exists()


# --- Rights ----------------------------------------------------------------------------------


def test_a_membership_that_has_ended_does_not_go_on_by_a_file(world, editor) -> None:
    row = world.rows[MEMBERSHIP]["own"]
    Membership.objects.filter(pk=row.pk).update(date_to=date(2025, 9, 1))
    Organisation.objects.filter(pk=row.organisation_id).update(area=None)
    table = export(editor, MEMBERSHIP, **FEW[MEMBERSHIP])
    for until in ("", "1 April 2050"):
        response = upload(editor, MEMBERSHIP, changed(table, row, To=until))
        assert problems(response) == [(2, "To", NOT_YOURS_THEN)]
    earlier = upload(editor, MEMBERSHIP, changed(table, row, To="1 August 2025"))
    assert counts(earlier) == {"changed": 1}


@EACH_ROLE
def test_a_download_holds_what_a_role_may_see(world, role) -> None:
    for label in EXPORTED:
        client = world.clients[role]
        if not allowed(role, label, None):
            assert client.get(address(label, "export")).status_code in {302, 403}
            continue
        keys = {line[0] for line in export(client, label, **FEW.get(label, {}))[1:]}
        for whose, row in world.rows[label].items():
            assert (str(row.pk) in keys) == ("v" in allowed(role, label, whose)), (label, whose)


@each_role(["superuser", "central", "system"])
def test_an_upload_changes_what_a_role_may_change(world, role) -> None:
    client, superuser = world.clients[role], world.clients["superuser"]
    for label in LABELS:
        field, value = TOUCH[label]
        heading = world.rows[label]["own"]._meta.get_field(field).verbose_name.capitalize()
        for whose, row in world.rows[label].items():
            table = only(export(superuser, label, **FEW[label]), "id", "version", heading)
            before = values(row)
            response = upload(client, label, changed(table, row, **{heading: value}))
            may = "c" in allowed(role, label, whose)
            assert (counts(response) == {"changed": 1}) == may, (label, whose, problems(response))
            forced = {"plan": response.context["plan"].digest}
            client.post(response.redirect_chain[-1][0], forced)
            assert (values(row) != before) == may, (role, label, whose)


@pytest.mark.parametrize(
    ("label", "heading"), [(SCHEME, "ICS"), (ANNOUNCEMENT, "ICSs"), (MEMBERSHIP, "ICS")]
)
def test_a_row_is_not_moved_or_added_to_another_system(world, editor, label, heading) -> None:
    row = world.rows[label]["own"]
    exported = export(editor, label, **FEW[label])
    for target in ("Norfolk and Suffolk", "QMM", "devon; norfolk-and-suffolk", ""):
        table = changed(exported, row, **{heading: target})
        assert counts(upload(editor, label, table)) == {"refused": 1}, target
        table[1][:2] = ["", ""]
        assert counts(upload(editor, label, table)) == {"refused": 1}, target


def test_a_scheme_is_not_put_into_an_area_of_another_system(world, editor) -> None:
    row = world.rows[SCHEME]["own"]
    table = changed(export(editor, SCHEME), row, Areas=world.areas["other"].name)
    [(_, column, sentence)] = problems(upload(editor, SCHEME, table))
    assert column == "Areas"
    assert "that you can choose" in sentence


def test_a_column_that_is_not_ones_own_is_unknown(world, editor) -> None:
    assert "Kind" not in export(editor, ANNOUNCEMENT)[0]
    assert "no column “Kind”" in refusal(editor, ANNOUNCEMENT, [["Title", "Kind"], ["x", "Law"]])


# --- Two at once -----------------------------------------------------------------------------


def clear() -> None:
    """Delete what these tests commit."""
    for model in (Upload, Deletion, Version, Revision):
        model.objects.all().delete()
    Scheme.objects.filter(name="Warm rooms").delete()
    Source.objects.filter(key="s").delete()
    User.objects.filter(username="twice").delete()


def test_two_who_say_yes_at_once_write_it_once(committed, rf) -> None:
    model_admin = admin.site._registry[Scheme]

    def request() -> Any:
        asked = rf.post("/admin/")
        asked.user = User.objects.get(username="twice")
        return asked

    def begin() -> str:
        user = User.objects.create(username="twice", is_staff=True, is_superuser=True)
        Source.objects.create(key="s", publisher="P", title="T")
        made = Upload.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(Scheme),
            name="x.csv",
            text=as_csv(new_scheme()).decode("utf-8-sig"),
            made_at=timezone.now(),
        )
        return uploads.preview(model_admin, request(), made).digest

    with ThreadPoolExecutor(4) as pool:
        plan = pool.submit(apart, begin).result()
        try:
            yes = lambda: uploads.confirm(model_admin, request(), Upload.objects.get(), plan)  # noqa: E731
            assert sorted(pool.map(apart, [yes] * 4)) == [False, False, False, True]
            back = lambda: uploads.undo(model_admin, request(), Upload.objects.get())  # noqa: E731
            assert sorted(pool.map(apart, [back] * 4)) == [False, False, False, True]
            there = Scheme.objects.filter(name="Warm rooms")
            assert not pool.submit(apart, there.exists).result()
            assert pool.submit(apart, UploadedRow.objects.count).result() == 1
        finally:
            pool.submit(apart, clear).result()


def test_a_source_that_is_deleted_while_a_file_cites_it_is_told(committed) -> None:
    """PostgreSQL looks at references at the commit, when the form has seen the source."""
    gone = Event()

    def begin() -> tuple[Client, Any]:
        user = User.objects.create(username="twice", is_staff=True, is_superuser=True)
        Source.objects.create(key="s", publisher="P", title="T")
        client = sign_in(user)
        return client, upload(client, SCHEME, new_scheme())

    def delete() -> None:
        with transaction.atomic():
            Source.objects.filter(key="s").delete()
            gone.set()
            time.sleep(1)  # until the other waits for the end of this

    with ThreadPoolExecutor(2) as pool:
        try:
            client, preview = pool.submit(apart, begin).result()
            deleting = pool.submit(apart, delete)
            assert gone.wait(10)
            said = text_of(pool.submit(apart, lambda: confirm(client, preview)).result())
            deleting.result()
            assert "Nothing was saved: something has changed since you looked." in said
            assert "There is no source “s” that you can choose." in said
            there = Scheme.objects.filter(name="Warm rooms")
            assert not pool.submit(apart, there.exists).result()
        finally:
            pool.submit(apart, clear).result()


def test_one_file_is_read_at_a_time_and_the_others_are_not_waited_for(world, editor) -> None:
    """An editor who opens a preview in many windows took all threads of the site."""
    preview = upload(editor, SCHEME, new_scheme())
    with csv_admin._one_at_a_time():
        shown = editor.get(preview.redirect_chain[-1][0])
        assert "Another file is being read." in text_of(shown)
        assert "Another file is being read." in text_of(confirm(editor, preview))
    assert not Scheme.objects.filter(name="Warm rooms").exists()
    confirm(editor, preview)
    assert Scheme.objects.filter(name="Warm rooms").exists()


# --- How much it takes -----------------------------------------------------------------------


def queries(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


def test_rows_that_stay_as_they_are_cost_no_query(world) -> None:
    client = world.clients["central"]
    table = export(client, MEMBERSHIP, role__exact="paid")
    since = table[0].index("From")
    for line in table[1:]:  # as spreadsheet programs write it
        if line[since]:
            line[since] = f"{date.fromisoformat(read_partial(line[since])):%d/%m/%y}"
    few, many = table[:11], table[:400]
    assert counts(upload(client, MEMBERSHIP, many)) == {"left alone": 399}
    assert queries(lambda: export(client, SCHEME, status__exact="running")) == queries(
        lambda: export(client, SCHEME)
    )
    assert queries(lambda: upload(client, MEMBERSHIP, few)) == queries(
        lambda: upload(client, MEMBERSHIP, many)
    )


def test_a_row_that_changes_costs_what_its_form_costs(world, editor) -> None:
    def rows(number: int) -> Table:
        heading, line = new_scheme()
        return [heading, *([f"Warm rooms {n}", *line[1:]] for n in range(number))]

    ten, twenty = (queries(lambda n=n: upload(editor, SCHEME, rows(n))) for n in (10, 20))
    assert (twenty - ten) / 10 <= 45
