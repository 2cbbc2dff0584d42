"""A spreadsheet is matched in the browser, and nothing of it goes anywhere."""

import csv
import gzip
import io
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from systems.reference.directory import UNIT_NAMES, Directory
from tests.browser.started import ROOT
from tests.inputs import ROWS

pytestmark = pytest.mark.browser


@pytest.fixture
def matching(visit, tmp_path: Path):
    """The page with a file chosen."""

    def _matching(content: str | bytes, width: int = 1280, **options):
        seen = visit(width, **options)
        seen.page.goto("/match/")
        path = tmp_path / "list.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        seen.page.get_by_label("CSV file").set_input_files(path)
        return seen

    return _matching


def status(page):
    return page.get_by_role("status")


def match(page, on: str = "") -> list[list[str]]:
    """Match, save and read the file."""
    if on:
        page.get_by_label("Date", exact=True).fill(on)
    page.get_by_role("button", name="Match").click()
    expect(status(page)).to_have_text("Done. Your file is ready to save.", timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the file").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_file_is_matched_as_at_a_date(matching) -> None:
    page = matching("name,Postcode\nA,GU9 0NZ\nB,SWIA 1AA\nC,CF10 1EP\nD,\n").page
    expect(page.get_by_label("Postcode column")).to_have_value("1")
    rows = match(page, "2026-03-31")
    assert rows[0][2:] == [
        *("ics_name", "ics_ods_code", "ics_ons_code", "ics_area"),
        *("ics_as_at", "ics_outcome", "ics_reason"),
    ]
    assert rows[1][:3] == ["A", "GU9 0NZ", "Frimley"]
    assert rows[1][6:] == ["2026-03-31", "match", ""]
    assert [row[7] for row in rows[2:]] == ["repaired", "nation", "empty"]
    expect(page.get_by_role("table", name="Results")).to_contain_text("nation1")
    expect(page.get_by_role("table", name="The first rows with a reason")).to_contain_text("Wales")


def test_nothing_leaves_the_computer(matching, site) -> None:
    seen = matching("Postcode\nGU9 0NZ\n")
    expect(status(seen.page)).to_contain_text("2 rows read")
    before = set(seen.asked)
    sent = []
    seen.page.on("request", lambda request: sent.append(request.url))
    match(seen.page)
    assert [address for address in sent if not address.startswith("blob:")] == []
    assert {address for address in before if not address.startswith(site)} == set()
    assert not [address for address in before if "GU9" in address]
    expect(seen.page.locator("main")).to_contain_text("Nothing leaves your computer.")
    assert seen.complaints == []


def apart(number: int) -> list[str]:
    """Postcodes that may be recorded where their post is sorted, in use and retired."""
    directory = Directory.load(ROOT / "fixtures/postcodes.csv.gz")
    units = [
        name + unit
        for name, sector in directory.by_name().items()
        if sector.apart
        for unit in UNIT_NAMES
        if directory.is_apart(name + unit)
    ]
    return random.Random(7).sample(units, number)


def made_up(number: int) -> list[str]:
    """Postcodes with slips, the same in every run."""
    chance = random.Random(7)
    with gzip.open(ROOT / "fixtures/postcodes.csv.gz", "rt", encoding="ascii") as file:
        sectors = [line.split(",")[0] for line in file.read().splitlines()[1:]]
    with (ROOT / "fixtures/other_nations.csv").open(encoding="utf-8") as file:
        sectors += [f"{row['key']} 1"[:7] for row in csv.DictReader(file)] * 5
    texts = []
    for _ in range(number):
        signs = list(chance.choice(sectors) + "".join(chance.choices("ABDEGHIOZ1", k=2)))
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            place = chance.randrange(len(signs))
            signs[place : place + chance.choice([0, 1])] = chance.choice("O0I1L ABZ9/-.,é@")
        start, end = chance.choice([("", "")] * 6 + [("Flat 1, ", " UK"), ("No ", "."), ("(", "")])
        texts.append(f"{start}{''.join(signs)}{end}")
    return texts


@pytest.mark.parametrize("on", ["", "2026-03-31", "2018-01-01"])
def test_page_and_command_write_the_same_of_every_text(matching, manage, tmp_path, on: str) -> None:
    texts = [row.q for row in ROWS if "\0" not in row.q] + made_up(3000) + apart(500)
    sheet = io.StringIO(newline="")
    csv.writer(sheet, quoting=csv.QUOTE_ALL).writerows([["n", "Postcode"], *enumerate(texts)])
    there, made = tmp_path / "in.csv", tmp_path / "out.csv"
    there.write_text(sheet.getvalue(), encoding="utf-8", newline="")
    manage("match_postcodes", there, made, *(["--on", on] if on else []))
    with made.open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    found = match(matching(sheet.getvalue()).page, on)
    assert [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]] == []
    assert len(found) == len(texts) + 1


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Café,Postcode\nZoë,GU9 0NZ\n", "utf-8-sig"),
        ("Café;Postcode\r\nZoë;GU9 0NZ", "cp1252"),
        ("Café\tPostcode\rZoë\tGU9 0NZ\r", "utf-16"),
        ("Café,Postcode\nZoë,GU9 0NZ\n", "utf-16-le"),
        ("Café,Postcode\n\nZoë,GU9 0NZ,more,still more\n", "utf-8"),
        ('Café,"Post\ncode"\nZoë,"GU9\n0NZ"\n', "utf-8"),
    ],
)
def test_page_and_command_read_the_same_files(
    matching, manage, tmp_path, content: str, encoding: str
) -> None:
    there, made = tmp_path / "in.csv", tmp_path / "out.csv"
    there.write_bytes(content.encode(encoding))
    manage("match_postcodes", there, made)
    page = matching(content.encode(encoding)).page
    page.get_by_role("button", name="Match").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the file").click()
    assert Path(download.value.path()).read_bytes() == made.read_bytes()
    assert b"Surrey and Sussex" in made.read_bytes()


def test_the_reader_chooses_where_two_columns_hold_postcodes(matching) -> None:
    page = matching("home,work\nGU9 0NZ,CF10 1EP\n").page
    expect(status(page)).to_contain_text("Choose the column with the postcodes.")
    page.get_by_role("button", name="Match").click()
    expect(page.get_by_role("link", name="Save the file")).to_be_hidden()
    page.get_by_label("Postcode column").select_option("work")
    assert match(page)[1][7] == "nation"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"PK\x03\x04\0\0\1", "That is not a CSV file."), (b"", "That file is empty.")],
)
def test_a_file_that_is_none_gets_a_sentence(matching, content: bytes, sentence: str) -> None:
    seen = matching(content)
    expect(status(seen.page)).to_contain_text(sentence)
    expect(status(seen.page)).to_be_focused()
    expect(seen.page).to_have_title(re.compile("^Error:"))
    expect(seen.page.get_by_role("button", name="Match")).to_be_hidden()
    assert seen.complaints == []


def test_a_hundred_thousand_rows_show_progress_and_can_be_cancelled(matching) -> None:
    rows = (f"{number},GU9 0NZ,some words\n" for number in range(100_000))
    page = matching("n,Postcode,note\n" + "".join(rows)).page
    expect(status(page)).to_contain_text("100,001 rows read", timeout=60_000)
    page.evaluate(
        """() => {
          window.seen = new Set();
          const bar = document.querySelector("progress");
          const look = () => { seen.add(bar.value); requestAnimationFrame(look); };
          look();
        }"""
    )
    page.get_by_role("button", name="Match").click()
    page.get_by_role("button", name="Cancel").click()
    expect(status(page)).to_have_text("Stopped.")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    assert len(match(page)) == 100_001
    assert page.evaluate("seen.size") > 3


def test_facts_are_fetched_when_a_file_is_chosen_and_once(matching, visit) -> None:
    idle = visit()
    idle.page.goto("/match/")
    idle.page.wait_for_load_state("networkidle")
    assert not [address for address in idle.asked if "facts" in address or "postcodes" in address]
    seen = matching("Postcode\nGU9 0NZ\n")
    fetched = []
    seen.page.on("request", lambda request: fetched.append(request.url))
    match(seen.page)
    match(seen.page, "2026-03-31")
    assert [address for address in fetched if "facts" in address] == []


def test_facts_that_have_changed_are_said_to_have(visit, tmp_path) -> None:
    page = visit().page
    page.route("**/match/facts-*", lambda route: route.fulfill(status=404))
    page.goto("/match/")
    (tmp_path / "a.csv").write_text("Postcode\nGU9 0NZ\n")
    page.get_by_label("CSV file").set_input_files(tmp_path / "a.csv")
    expect(status(page)).to_have_text(
        "We could not download the list of postcodes. Reload this page to try again."
    )


def test_without_scripts_the_page_says_what_it_needs(visit) -> None:
    page = visit(320, java_script_enabled=False).page
    page.goto("/match/")
    # Switched off by the browser's tools, it does not draw what stands for that case.
    assert "This page needs JavaScript" in (page.locator("noscript").text_content() or "")
    expect(page.get_by_label("CSV file")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("manage.py match_postcodes in.csv out.csv")


@pytest.mark.parametrize("theme", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_the_page_fits_a_small_screen(matching, theme: dict) -> None:
    seen = matching("Postcode\nGU9 0NZ\nCF10 1EP\nnot one\n", 320, **theme)
    match(seen.page)
    assert not seen.is_wider_than_the_screen()
    assert seen.complaints == []
