"""What people do on the site, done with nothing but the keyboard. The search box is in
test_journeys.py and test_suggestions.py, the map in test_map.py.
"""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called `name` has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate(
            f"{FOCUSED}.labels?.[0]?.textContent || {FOCUSED}.textContent || {FOCUSED}.id"
        )
        if told.strip() == name:
            return
    raise AssertionError(f"{name} cannot be reached with Tab.")


def test_a_list_is_filtered_and_the_filter_taken_off_again(visit) -> None:
    page = visit(320).page
    page.goto("/schemes/")
    if (folded := page.locator("details.filters:not([open]) > summary")).count():
        folded.focus()
        page.keyboard.press("Enter")
    tab_to(page, "Search for")
    page.keyboard.type("blood pressure")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"words=blood\+pressure"))
    expect(page.locator("main")).to_contain_text("Blood pressure checks")
    page.get_by_role("link", name=re.compile("Remove Search for")).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/schemes/$"))


def test_another_date_is_asked_for_and_today_again(visit) -> None:
    page = visit().page
    page.goto("/ics/north-west-london/?on=2026-03-31")
    tab_to(page, "Go back to today")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/ics/north-west-london/$"))
    expect(page.locator("main")).to_contain_text("closed")
    page.get_by_label("Show as at").fill("2026-03-31")  # typed as the browser's language has it
    page.keyboard.press("Enter")
    expect(page.locator(".banner")).to_contain_text("31 March 2026")


def test_a_mistake_is_reported_and_what_was_forgotten_is_led_to(visit) -> None:
    page = visit(320).page
    page.goto("/areas/devon/")
    page.get_by_role("link", name="Report a mistake on this page").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/**")
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("The name of this area is out of date.")
    page.wait_for_timeout(3000)  # the form is not taken from anybody quicker: that is a robot
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Thank you")


@pytest.mark.parametrize("path", ["/", "/ics/devon/", "/timeline/", "/report/"])
def test_the_focus_goes_from_the_top_down(visit, path: str) -> None:
    """In the order in which things are written, and so in which a screen reader says them."""
    page = visit().page
    page.goto(path)
    page.evaluate("""() => window.written = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden], [tabindex='-1']), select, textarea, summary"
    )].filter(element => element.checkVisibility())""")
    page.locator(".skip").focus()
    came = [0]
    for _ in range(40):
        page.keyboard.press("Tab")
        place = page.evaluate(f"window.written.indexOf({FOCUSED})")
        if place == 0:
            break  # it was the last, and comes round
        if place not in {-1, came[-1]}:  # -1: a box that scrolls; a date has three stops
            came.append(place)
    assert came == list(range(len(came)))
    assert len(came) > 10
