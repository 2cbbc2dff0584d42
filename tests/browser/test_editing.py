"""An editor at work in a real browser: write, preview, publish, clash, restore, delete, undo."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import choose, said
from tests.browser.looking import violations

pytestmark = pytest.mark.browser

CLINIC = "/timeline/a-new-clinic-in-exeter/"


def list_of(page: Page) -> None:
    page.goto("/admin/timeline/announcement/")


def open_clinic(page: Page) -> None:
    list_of(page)
    row = page.locator("#result_list tr", has_text="A new clinic in Exeter")
    row.locator("th a").click()


def looks_right(page: Page) -> None:
    """On a phone and on a desk nothing is found by axe, and nothing sticks out at the side."""
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_announcement_from_the_first_word_to_the_bin_and_back(signed_in, visit) -> None:
    editor, reader = signed_in("system"), visit().come_anew_each_time()
    page = editor.page
    page.goto("/admin/timeline/announcement/add/")
    page.get_by_label("Title").fill("A new clinic in Exeter")
    page.get_by_label("Date:").first.fill("01/11/2026")
    page.get_by_label("Precision").select_option("day")
    page.get_by_label("Summary").fill("It opens on Monday.")
    page.get_by_label("In full").fill("Everybody **near Exeter**.")
    expect(page.locator(".markdown-preview strong")).to_have_text("near Exeter", timeout=30_000)
    expect(page.locator(".markdown")).to_contain_text("3 words")
    expect(page.locator(".field-systems .select2-selection__choice")).to_contain_text("Devon")
    choose(page, "source", "King")

    page.get_by_role("button", name="Save and preview").click()
    expect(page.locator("h1")).to_have_text("A new clinic in Exeter")
    assert reader.page.goto(CLINIC).status == 404

    open_clinic(page)
    page.get_by_role("button", name="Save and publish now").click()
    said(page, "changed successfully")
    assert reader.page.goto(CLINIC).status == 200

    open_clinic(page)
    other = signed_in("central")
    open_clinic(other.page)
    other.page.get_by_label("Summary").fill("It opens on Tuesday.")
    other.page.get_by_role("button", name="Save", exact=True).click()
    said(other.page, "changed successfully")
    page.get_by_label("Summary").fill("It opens on Wednesday.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist").first).to_contain_text("Now: It opens on Tuesday.")
    expect(page.get_by_label("Summary")).to_have_value("It opens on Wednesday.")
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "changed successfully")

    open_clinic(page)
    page.get_by_role("link", name="History").click()
    expect(page.locator("#content-main")).to_contain_text("It opens on Tuesday.")
    page.get_by_role("link", name="Restore this version").first.click()
    expect(page.locator("#content-main")).to_contain_text("Nothing is restored yet.")
    looks_right(page)
    editor.complaints.clear()  # axe writes styles into the page, which the policy refuses
    page.get_by_role("button", name="Restore this version").click()
    said(page, "Restored")
    reader.page.goto(CLINIC)
    expect(reader.page.locator("main")).to_contain_text("It opens on Tuesday.")

    open_clinic(page)
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    said(page, "deleted successfully")
    assert reader.page.goto(CLINIC).status == 410
    list_of(page)
    page.get_by_role("link", name="Deleted items").click()
    page.get_by_role("link", name="Restore").click()
    expect(page.locator("#content-main")).to_contain_text("Nothing is restored yet")
    looks_right(page)
    editor.complaints.clear()
    page.get_by_role("button", name="Restore").click()
    said(page, "Restored")
    assert reader.page.goto(CLINIC).status == 200
    assert editor.complaints == []
    assert other.complaints == []


def test_a_double_click_on_save_adds_one_and_tells_of_no_mistake(signed_in) -> None:
    page = signed_in("superuser").page
    page.goto("/admin/systems/topic/add/")
    page.get_by_label("Name").fill("Sleeping well")
    page.get_by_label("Slug").fill("sleeping-well")
    page.get_by_label("Position").fill("99")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    said(page, "added successfully")
    assert page.locator("#result_list").get_by_text("Sleeping well").count() == 1


def test_what_is_not_ones_own_is_not_offered(signed_in) -> None:
    editor = signed_in("system")
    page = editor.page
    page.goto("/admin/")
    expect(page.locator("#content-main")).to_contain_text("Announcements")
    for name in ("Users", "Editorships", "Areas", "Successions", "Datasets"):
        expect(page.locator("#content-main")).not_to_contain_text(name)
    page.goto("/admin/systems/scheme/add/")
    page.locator(".field-system .select2-selection").click()
    expect(page.locator(".select2-results__option")).to_have_text(["Devon"])
    assert editor.complaints == []


def fill_announcement(page: Page, title: str) -> None:
    page.goto("/admin/timeline/announcement/add/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Date:").first.fill("01/11/2026")
    page.get_by_label("Precision").select_option("day")
    page.get_by_label("Summary").fill("From the next minute on.")
    choose(page, "source", "King")


def test_what_is_set_for_a_minute_is_public_from_that_minute_and_not_before(
    signed_in, visit
) -> None:
    editor, reader = signed_in("system"), visit().come_anew_each_time()
    page = editor.page
    fill_announcement(page, "Open from the next minute")
    london = datetime.now(ZoneInfo("Europe/London"))
    at = (london + timedelta(seconds=75)).replace(second=0, microsecond=0)
    page.get_by_label("Published from, date").fill(f"{at:%d/%m/%Y}")
    page.get_by_label("Published from, time").fill(f"{at:%H:%M}")
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "added successfully")
    address = "/timeline/open-from-the-next-minute/"
    while datetime.now(ZoneInfo("Europe/London")) < at - timedelta(seconds=2):
        assert reader.page.goto(address).status == 404
        reader.page.wait_for_timeout(2_000)
    reader.page.wait_for_timeout(3_000)
    assert reader.page.goto(address).status == 200
    assert editor.complaints == []


def press_until(page: Page, key: str, wanted: str) -> None:
    """Press a key until what has the focus fits the selector, as somebody without a mouse does."""
    for _ in range(120):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} is not reached with {key}.")


def test_an_announcement_is_written_and_published_with_the_keyboard_alone(signed_in, visit) -> None:
    editor, reader = signed_in("system"), visit().come_anew_each_time()
    page = editor.page
    page.goto("/admin/")
    press_until(page, "Tab", "#content a[href='/admin/timeline/announcement/add/']")
    page.keyboard.press("Enter")
    expect(page.locator("#id_title")).to_be_visible()
    for field, text in {
        "#id_title": "Written by keyboard",
        "#id_date": "2 November 2026",
        "#id_precision": "on the day",
        "#id_summary": "Not a mouse in sight.",
    }.items():
        press_until(page, "Tab", field)
        page.keyboard.type(text)
    for field, text in {"source": "Essex Working Well"}.items():
        page.locator("#id_title").focus()
        press_until(
            page, "Tab", f".field-{field} :is(.select2-selection--single, .select2-search__field)"
        )
        page.keyboard.press("Enter")  # opens it
        expect(page.locator(".select2-container--open .select2-search__field")).to_be_focused()
        page.keyboard.type(text)
        expect(page.locator(".select2-results__option--highlighted")).to_contain_text(text)
        page.keyboard.press("Enter")
    press_until(page, "Tab", "[name=_publish]")
    page.keyboard.press("Enter")
    said(page, "added successfully")
    assert reader.page.goto("/timeline/written-by-keyboard/").status == 200
    assert editor.complaints == []
