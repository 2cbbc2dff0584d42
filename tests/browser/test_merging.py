"""A central editor plans a merger and takes it back, in a real browser and mostly by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import choose, said
from tests.browser.looking import violations

pytestmark = pytest.mark.browser

TITLE = "Devon and Dorset merge"
NEW = "/ics/jurassic-coast-of-the-tests/"


def press(page: Page, name: str) -> None:
    """Go to a button with the keyboard and press it."""
    button = page.get_by_role("button", name=name).first
    for _ in range(100):
        if button.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def faults(page: Page) -> list[str]:
    """What axe finds in the desk's own part of a page."""
    return [one for one in violations(page) if "select2" not in one]


def test_a_merger_from_its_date_to_a_plan_and_back(signed_in, visit) -> None:
    editor, reader = signed_in("central"), visit().come_anew_each_time()
    page = editor.page
    page.goto("/admin/timeline/merger/add/")
    page.get_by_label("Title").focus()
    page.keyboard.type(TITLE)
    page.keyboard.press("Tab")
    page.keyboard.type("01/04/2027")
    choose(page, "predecessors", "Devon")
    choose(page, "predecessors", "Dorset")
    choose(page, "source", "Distilled")
    page.locator("[name=successors-0-name]").focus()
    page.keyboard.type("Jurassic Coast of the tests")
    page.keyboard.press("Tab")
    press(page, "Save and continue to the areas")
    expect(page.locator("h1")).to_have_text(f"Areas: {TITLE}")
    press(page, "Save and continue to the decisions")
    expect(page.locator("h2").first).to_have_text("Schemes")
    for onward in ("kind=membership", "p=2", "kind=announcement", "kind=editor", "/preview/"):
        press(page, "Save and continue")
        page.wait_for_url(f"**{onward}")
    expect(page.locator("h1")).to_have_text(f"Preview: {TITLE}")
    expect(page.locator("#content-main")).to_contain_text("Dorset becomes part of Jurassic Coast")
    assert reader.page.goto(NEW).status == 404
    press(page, "Plan and announce it")
    said(page, f"Planned: {TITLE}.")
    assert editor.complaints == []  # axe makes some of its own

    assert reader.page.goto(NEW).status == 200
    expect(reader.page.locator("h1, .answer").first).to_be_visible()
    expect(reader.page.locator("main")).to_contain_text(
        "is planned to be an integrated care system (ICS) from 1 April 2027"
    )
    reader.page.goto("/ics/devon/")
    expect(reader.page.locator("main")).to_contain_text("Planned for 1 April 2027, not yet certain")

    page.get_by_role("link", name="Undo this plan").focus()
    page.keyboard.press("Enter")
    press(page, "Yes, undo it")
    said(page, f"Undone: {TITLE}.")
    assert reader.page.goto(NEW).status == 410
    expect(reader.page.locator("main")).to_contain_text("the plan was withdrawn")
    assert editor.complaints == []
    for step in ("Areas", "Decisions", "Preview"):
        page.get_by_role("link", name=f". {step}").click()
        expect(page.locator("h1")).to_contain_text(step)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert faults(page) == [], (step, width)


def test_the_editor_of_one_ics_has_no_way_to_the_desk(signed_in) -> None:
    editor = signed_in("system")
    page = editor.page
    page.goto("/admin/")
    expect(page.locator("#content-main")).not_to_contain_text("Planned changes")
    for path in ("", "add/", "1/areas/", "1/preview/", "1/undo/"):
        assert page.goto(f"/admin/timeline/merger/{path}").status == 403
