"""A spreadsheet is matched in the browser, and nothing of it goes anywhere."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import expect

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
        page.get_by_label("As at").fill(on)
    page.get_by_role("button", name="Match").click()
    expect(status(page)).to_have_text("Done. The file is ready to save.", timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the file").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_file_is_matched_as_at_a_date(matching) -> None:
    page = matching("name,Postcode\nA,GU9 0NZ\nB,SWIA 1AA\nC,CF10 1EP\nD,\n").page
    expect(page.get_by_label("Column of postcodes")).to_have_value("1")
    rows = match(page, "2026-03-31")
    assert rows[0][2:] == [
        *("ics_name", "ics_ods_code", "ics_ons_code", "ics_area"),
        *("ics_as_at", "ics_outcome", "ics_reason"),
    ]
    assert rows[1][:3] == ["A", "GU9 0NZ", "Frimley"]
    assert rows[1][6:] == ["2026-03-31", "match", ""]
    assert [row[7] for row in rows[2:]] == ["repaired", "nation", "empty"]
    expect(page.get_by_role("table", name="What came of the rows")).to_contain_text("nation1")
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
