"""An editor with a spreadsheet in a real browser: refused, mended, written, taken back."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import said
from tests.browser.looking import violations
from tests.browser.visiting import Visit

pytestmark = pytest.mark.browser
LIST = "/admin/systems/scheme/"


def assert_accessible(editor: Visit) -> None:
    before = list(editor.complaints)
    assert violations(editor.page) == []
    editor.complaints[:] = before  # axe tries styles of its own, which the policy refuses


def downloaded(page: Page, to: Path) -> list[list[str]]:
    page.goto(f"{LIST}?q=e")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download this list (CSV)").click()
    assert re.fullmatch(r"schemes-\d{4}-\d\d-\d\d\.csv", started.value.suggested_filename)
    started.value.save_as(to)
    return list(csv.reader(io.StringIO(to.read_text(encoding="utf-8-sig"), newline="")))


def upload(page: Page, file: Path, rows: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as written:
        csv.writer(written).writerows(rows)
    page.goto(LIST)
    page.get_by_role("link", name="Upload a CSV").click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="See what would change").press("Enter")


def test_a_spreadsheet_from_the_list_to_the_list_and_back(signed_in, tmp_path) -> None:
    editor = signed_in("system")
    page, file = editor.page, tmp_path / "schemes.csv"
    heading, first, *_ = downloaded(page, file)
    place = {name: number for number, name in enumerate(heading)}
    name, before = first[place["Name"]], first[place["Note"]]
    added = first.copy()
    added[:2] = ["", ""]
    added[place["Name"]], added[place["Slug"]] = "Warm rooms", ""
    first[place["Note"]] = "'=1+1"

    added[place["Check again by"]] = "soon"
    upload(page, file, [heading, first, added])
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("all rows are saved, or none")
    expect(page.locator("tr.refused")).to_contain_text("Enter a date like 1 April 2026")
    expect(page.get_by_role("button", name="Yes, save all of it")).to_have_count(0)
    assert_accessible(editor)

    added[place["Check again by"]] = "1 April 2027"
    upload(page, file, [heading, first, added])
    expect(page.locator("tr.changed")).to_contain_text("=1+1")
    expect(page.locator("tr.added")).to_contain_text("Warm rooms")
    assert_accessible(editor)
    page.get_by_role("button", name="Yes, save all of it").press("Enter")
    said(page, "schemes.csv was saved")
    assert_accessible(editor)
    page.get_by_role("link", name="Warm rooms").click()
    expect(page.get_by_label("Name")).to_have_value("Warm rooms")
    page.goto(f"{LIST}upload/")
    page.get_by_role("link", name="schemes.csv").first.click()

    page.get_by_role("button", name="Undo all of it").press("Enter")
    said(page, "schemes.csv was undone")
    heading, *rows = downloaded(page, file)
    [again] = [row for row in rows if row[place["Name"]] == name]
    assert again[place["Note"]] == before
    assert "Warm rooms" not in [row[place["Name"]] for row in rows]
    page.goto(f"{LIST}deleted/")
    expect(page.locator("#content-main")).to_contain_text("Warm rooms")
    assert editor.complaints == []


def test_what_is_no_spreadsheet_is_said_beside_the_box(signed_in, tmp_path) -> None:
    editor = signed_in("system")
    page, file = editor.page, tmp_path / "schemes.xlsx"
    file.write_bytes(b"PK\x03\x04")
    page.goto(f"{LIST}upload/")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_role("alert")).to_contain_text("Save it as CSV first")
    expect(page).to_have_title(re.compile("^Error: "))
    assert_accessible(editor)
    assert editor.complaints == []


def test_the_work_list_leads_to_what_waits_by_keyboard(signed_in) -> None:
    editor = signed_in("system")
    page = editor.page
    page.goto("/admin/")
    work = page.locator(".work")
    expect(work).to_contain_text("Organisations without a website")
    everything = work.get_by_role("link", name=re.compile("^All .*Organisations without a website"))
    count = re.search(r"[\d,]+", everything.inner_text())[0].replace(",", "")
    assert_accessible(editor)
    for _ in range(200):
        page.keyboard.press("Tab")
        if everything.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".paginator")).to_contain_text(f"{count} organisations")
    assert editor.complaints == []
