"""Spreadsheets of postcodes: `match_postcodes`, and what the page /match/ is made of."""

import csv
import gzip
import io
import os
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from systems.lookup import lookup
from systems.lookup.outcomes import Outcome
from systems.matching.browser_bundle import BrowserBundle
from systems.matching.columns import COLUMNS, Matcher
from tests.builders import TODAY
from tests.inputs import ROWS, asks_for_a_postcode

pytestmark = pytest.mark.django_db
# What a whole postcode has more to say about in a search than fits into a cell.
SHORTER = {"partial", "incomplete", "unknown", "empty"}


@pytest.fixture
def match(tmp_path: Path):
    """The rows that the command makes of a file's content."""

    def _match(content: str | bytes, encoding: str = "utf-8", **options: object) -> list[list[str]]:
        there, made = tmp_path / "in.csv", tmp_path / "out.csv"
        there.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        call_command("match_postcodes", there, made, force=True, verbosity=0, **options)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]
        return read(made.read_bytes())

    return _match


def read(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    mark = max(",;\t|", key=text.split("\n")[0].count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))


def refusal(match, content: str | bytes, **options: object) -> str:
    with pytest.raises(CommandError) as refused:
        match(content, **options)
    assert str(refused.value).startswith("Nothing was written. ")
    return str(refused.value).removeprefix("Nothing was written. ")


def test_a_row_gets_the_system_of_its_postcode_on_the_day(match) -> None:
    heading, row = match("name,Postcode\nA,gu90nz\n", on="2026-03-31")
    assert heading == ["name", "Postcode", *COLUMNS]
    assert row[:3] == ["A", "gu90nz", "Frimley"]
    assert row[3:6] == ["QNQ", "E54000034", "Surrey Heath and Farnham"]
    assert row[6:] == ["2026-03-31", "match", ""]


def test_a_row_without_a_system_says_why(match) -> None:
    rows = match("Postcode\nCF10 1EP\nSW1A 1AA\n", on="2018-01-01")[1:]
    assert "CF10 1EP is in Wales." in rows[0][-1]
    assert rows[1][1] == ""
    assert "was in no integrated care system on 1 January 2018; it joined" in rows[1][-1]


def test_the_command_and_the_api_agree_on_every_postcode_of_the_shared_table(match, client) -> None:
    unusable = {row.on for row in ROWS if row.outcome in {"bad_date", "out_of_range"}}
    unusable.add("2026-99-99")
    by_day = defaultdict(list)
    for row in ROWS:
        if row.on not in unusable and "\0" not in row.q:
            by_day[row.on].append(row.q)
    compared = set()
    for on, texts in by_day.items():
        sheet = io.StringIO(newline="")
        csv.writer(sheet, quoting=csv.QUOTE_ALL).writerows([["n", "Postcode"], *enumerate(texts)])
        rows = match(sheet.getvalue(), on=on)[1:]
        body = {"queries": texts, "on": on}
        answers = client.post("/api/v1/lookup", body, content_type="application/json").json()
        for text, row, answer in zip(texts, rows, answers["results"], strict=True):
            if not asks_for_a_postcode(answer):
                continue
            system, area = answer["system"] or {}, answer["area"] or {}
            assert row[2] == system.get("name", ""), text
            assert row[3] == (system.get("ods_code") or ""), text
            assert row[5] == area.get("name", ""), text
            assert row[7] == answer["outcome"], text
            if row[8] and answer["outcome"] not in SHORTER | {"repaired"}:
                assert row[8] == " ".join([*answer["query"]["repairs"], answer["message"]])
            compared.add(answer["outcome"])
    assert compared >= {*map(str, Outcome)} - {
        *("bad_date", "out_of_range", "organisation", "closed", "choose", "not_found")
    }


def test_a_name_is_no_postcode(match) -> None:
    rows = match("Postcode\nStockport\nQRV\nP81051\n")[1:]
    assert {row[6] for row in rows} <= {"not_found", "invalid"}
    assert {row[1] for row in rows} == {""}


@pytest.mark.parametrize("text", ["SW1A 1AA", "gu9 0nz", "B1 1AA", "HG1 1AA", "SW1A", "GU9 ONZ"])
@pytest.mark.parametrize("on", ["2018-01-01", "2020-04-15", "2026-03-31", "2028-01-01"])
def test_the_short_way_for_plain_postcodes_says_what_the_lookup_says(
    text: str, on: str, gazetteer
) -> None:
    answer = lookup(text, on, today=TODAY, gazetteer=gazetteer, names=False)
    name, *_, outcome, reason = Matcher(gazetteer, answer.on, TODAY).cells(text)
    assert outcome == answer.outcome
    assert name == (answer.system.name_on(answer.on) if answer.system else "")
    assert bool(reason) == (outcome != "match" or not answer.system)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Café,Postcode\nZoë,GU9 0NZ\n", "utf-8"),
        ("Café,Postcode\nZoë,GU9 0NZ\n", "utf-8-sig"),
        ("Café,Postcode\nZoë,GU9 0NZ\n", "cp1252"),
        ("Café,Postcode\nZoë,GU9 0NZ\n", "utf-16"),
        ("Café,Postcode\nZoë,GU9 0NZ\n", "utf-16-le"),
        ("Café,Postcode\nZoë,GU9 0NZ\n", "utf-16-be"),
        ("Café;Postcode\r\nZoë;GU9 0NZ\r\n", "cp1252"),
        ("Café\tPostcode\rZoë\tGU9 0NZ\r", "utf-16"),
        ("Café|Postcode\nZoë|GU9 0NZ\n", "utf-8"),
    ],
)
def test_usual_encodings_and_delimiters_are_read(match, content: str, encoding: str) -> None:
    heading, row = match(content, encoding)
    assert heading[:2] == ["Café", "Postcode"]
    assert row[:3] == ["Zoë", "GU9 0NZ", "Surrey and Sussex"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_that_names_the_delimiter_is_kept_and_is_no_row(match, encoding, end) -> None:
    lines = ["sep=;", "Postcode;Name, first", "SW1A 1AA;A, B", ""]
    kept, heading, row = match(end.join(lines), encoding)
    assert kept == ["sep=", ""]  # as a row with that delimiter
    assert heading[:3] == ["Postcode", "Name, first", "ics_name"]
    assert row[:3] == ["SW1A 1AA", "A, B", "West and North London"]


@pytest.mark.parametrize(
    ("encoding", "marked"), [("utf-8", False), ("utf-8-sig", True), ("cp1252", True)]
)
def test_the_output_has_the_mark_that_excel_needs_unless_the_input_had_none(
    match, tmp_path: Path, encoding: str, marked: bool
) -> None:
    match("é,Postcode\né,GU9 0NZ\n", encoding)
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf") == marked


def test_the_cells_of_a_sheet_stay_as_they_are(match) -> None:
    cells = ["007", "=1+1", ' "x" ', "two\nlines", "a,b", "", "@SUM(A1)", "1,5"]
    sheet = io.StringIO(newline="")
    csv.writer(sheet).writerows([["Postcode", *"abcdefgh"], ["GU9 0NZ", *cells]])
    assert match(sheet.getvalue())[1][1:9] == cells


def test_ragged_rows_and_empty_lines_keep_the_added_columns_in_line(match) -> None:
    rows = match("a,Postcode\nx\n\nx,GU9 0NZ,more,still more\ny,SW1A 1AA\n")
    where = rows[0].index("ics_name")
    assert where == 4
    assert [row[where] for row in rows if row] == [
        *("ics_name", "", "Surrey and Sussex", "West and North London")
    ]
    assert rows[2] == []


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("Home post-code,name\nGU9 0NZ,x\n", 0),
        ("PCDS,name\nSW1A,x\n", 0),
        ("name,where\nx,GU9 0NZ\ny,SW1A 1AA\n", 1),
        ("Postcode,Post code\n,GU9 0NZ\n,SW1A 1AA\n", 1),
        ("x,GU9 0NZ\ny,SW1A 1AA\n", 1),
    ],
)
def test_the_column_is_found_by_heading_and_content(match, content: str, column: int) -> None:
    assert match(content)[-1][column + 1 :].count("") < len(COLUMNS)
    assert match(content)[-1] == match(content, column=str(column + 1))[-1]


def test_a_file_without_a_heading_gets_none(match) -> None:
    rows = match("x,GU9 0NZ\ny,SW1A 1AA\n")
    assert [row[2] for row in rows] == ["Surrey and Sussex", "West and North London"]


def test_a_file_that_was_matched_before_gets_columns_with_a_number(match, tmp_path: Path) -> None:
    match("Postcode\nGU9 0NZ\n", on="2026-03-31")
    heading, row = match((tmp_path / "out.csv").read_bytes())
    assert heading[1:] == [*COLUMNS, *(f"{name}_2" for name in COLUMNS)]
    assert (row[1], row[8]) == ("Frimley", "Surrey and Sussex")


MISTAKES = [
    (
        "a,b\n1,2\n",
        {},
        "We could not find a postcode column. Choose one with --column; there are: a, b.",
    ),
    (
        "home postcode,work\nGU9 0NZ,SW1A 1AA\n",
        {"column": "play"},
        "There is no column play. There are: home postcode, work.",
    ),
    (
        "home,work\nGU9 0NZ,SW1A 1AA\n",
        {},
        "Several columns contain postcodes: home and work. Choose one with --column.",
    ),
    (
        "Postcode,Postcode\nGU9 0NZ,SW1A 1AA\n",
        {"column": "postcode"},
        "Several columns are called postcode. Use the number: 1 and 2.",
    ),
    ("", {}, "in.csv is empty."),
    (
        b"PK\x03\x04rest",
        {},
        "in.csv is not CSV: it looks like an Excel or OpenDocument file. Save it as CSV first.",
    ),
    (b"a\0\0\0\0b\1\2", {}, "in.csv is not CSV: it contains zero bytes."),
    (
        b"Postcode\n\x81\n",
        {},
        "in.csv is not CSV in UTF-8, UTF-16 or Windows-1252. Save it as “CSV UTF-8” first.",
    ),
    (
        f'Postcode\n"{"x" * 140_000}\n',
        {},
        "in.csv, line 2: field larger than field limit (131072). Is there a missing "
        "quotation mark?",
    ),
    (
        "Postcode\nGU9 0NZ\n",
        {"on": "31/03/2026"},
        "That is not a date. Enter it as year-month-day, for example 2026-03-31.",
    ),
    (
        "Postcode\nGU9 0NZ\n",
        {"on": "2016-01-01"},
        "There were no integrated care systems before 15 June 2017. Choose a later date.",
    ),
]


@pytest.mark.parametrize(("content", "options", "sentence"), MISTAKES)
def test_a_mistake_gets_a_sentence(match, content, options: dict, sentence: str) -> None:
    assert refusal(match, content, **options) == sentence


def test_nothing_is_written_over_by_mistake(tmp_path: Path) -> None:
    there, made = tmp_path / "in.csv", tmp_path / "out.csv"
    there.write_text("Postcode\nGU9 0NZ\n")
    made.write_text("mine")
    link = tmp_path / "link.csv"
    link.symlink_to(there)
    for source, target, options, sentence in (
        (there, made, {}, "already exists. Add --force"),
        (there, there, {"force": True}, "would replace the input"),
        (there, link, {"force": True}, "would replace the input"),
        (there, tmp_path, {}, "is a folder"),
        (there, tmp_path / "no" / "out.csv", {}, "There is no folder"),
        (tmp_path / "no.csv", made, {}, "There is no file"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("match_postcodes", source, target, **options)
    assert made.read_text() == "mine"
    assert there.read_text() == "Postcode\nGU9 0NZ\n"


def test_a_failure_half_way_leaves_what_was_there(match, tmp_path: Path, monkeypatch) -> None:
    match("Postcode\nGU9 0NZ\n")
    before = (tmp_path / "out.csv").read_bytes()

    def fail(*args: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", fail)
    assert "cannot be written: No space left on device." in refusal(match, "Postcode\nSW1A 1AA\n")
    assert (tmp_path / "out.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


@given(st.text("=+-@＝＋－＠\t\r\n|% SW1A019Z.,'\"é", max_size=16))
def test_what_is_added_is_never_a_formula(gazetteer, text: str) -> None:
    for cell in Matcher(gazetteer, TODAY, TODAY).cells(text):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


# --- What the browser is sent -----------------------------------------------------------------


def test_the_directory_that_is_sent_is_the_one_that_is_held(gazetteer) -> None:
    with gzip.open(settings.POSTCODE_DIRECTORY, "rt", encoding="ascii") as file:
        assert [*gazetteer.directory.lines()] == file.read().splitlines()[1:]


def test_facts_are_small_have_an_address_of_their_own_and_may_be_kept(client) -> None:
    page = client.get("/match/").content.decode()
    address = page.split('data-facts="')[1].split('"')[0]
    response = client.get(address)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Type"] == "application/gzip"
    assert len(response.content) < 700_000
    assert client.get("/match/facts-0123456789abcdef.gz").status_code == 404
    assert address not in page.split("<form")[0]  # nothing asks for it before a file is chosen


def test_the_same_facts_have_the_same_address_in_every_process(gazetteer) -> None:
    assert BrowserBundle.of(gazetteer).digest == BrowserBundle.of(gazetteer).digest
    assert BrowserBundle.of(gazetteer).compressed == BrowserBundle.of(gazetteer).compressed


def test_the_page_says_what_it_needs_and_what_else_there_is(client) -> None:
    page = client.get("/match/").content.decode()
    assert "This page needs JavaScript" in page
    assert "match_postcodes" in page
    assert "/api/v1/lookup" in page
    assert "Nothing leaves your computer." in page


def test_the_page_explains_every_outcome_that_a_row_can_have(match, client) -> None:
    sheet = io.StringIO(newline="")
    texts = [row.q for row in ROWS if "\0" not in row.q]
    csv.writer(sheet, quoting=csv.QUOTE_ALL).writerows([["n", "Postcode"], *enumerate(texts)])
    reached = {row[7] for row in match(sheet.getvalue())[1:]}
    page = client.get("/match/").content.decode()
    assert {outcome for outcome in reached if f"<code>{outcome}</code>" not in page} == set()
