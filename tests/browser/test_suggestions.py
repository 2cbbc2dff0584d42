"""Suggestions as one types: with the keyboard, a mouse or a finger, and by ear; never needed."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESS = "/find/suggestions/"
SLOWLY = 250  # milliseconds between keys, longer than the script waits


def box(page: Page):
    return page.get_by_label("Postcode, place, council, GP practice or ICS")


def options(page: Page):
    return page.get_by_role("option")


@pytest.fixture
def typing(visit):
    """A page on which something is being typed into the box."""

    def _typing(text: str, width: int = 1280, **more):
        seen = visit(width, **more)
        seen.page.goto("/")
        box(seen.page).press_sequentially(text)
        expect(options(seen.page).first).to_be_visible()
        return seen

    return _typing


def active(page: Page) -> str:
    """What a screen reader would say has the focus within the list."""
    found = box(page).get_attribute("aria-activedescendant")
    return page.locator(f"[id='{found}']").get_attribute("aria-label") if found else ""


def test_a_name_is_chosen_with_the_keyboard(typing) -> None:
    page = typing("farnh").page
    assert active(page) == ""
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    assert active(page) == "Farnham, Surrey, Surrey and Sussex ICS"
    page.keyboard.press("ArrowDown")
    assert active(page).startswith("Farnham Royal")
    expect(page.locator("[aria-selected=true]")).to_have_count(1)
    expect(box(page)).to_have_value("farnh")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/areas/surrey-heath-and-farnham/$"))
    expect(page.locator(".answer")).to_contain_text("Surrey and Sussex")


def test_the_arrows_go_round_by_the_box_and_home_and_end_are_for_the_text(typing) -> None:
    page = typing("farnh").page
    page.keyboard.press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    assert active(page) == ""
    for key, place in (("Home", 0), ("End", 5), ("ArrowLeft", 4)):
        page.keyboard.press("ArrowDown")
        assert active(page)
        page.keyboard.press(key)
        assert active(page) == ""
        assert box(page).evaluate("box => box.selectionStart") == place


def test_escape_closes_the_list_and_enter_then_sends_what_was_typed(typing) -> None:
    page = typing("stockport").page
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("stockport")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/areas/stockport/$"))


def test_enter_without_a_choice_sends_what_was_typed(typing) -> None:
    page = typing("farnham").page
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_have_attribute("data-outcome", "choose")
    expect(box(page)).to_have_value("farnham")


def test_tab_goes_on_without_a_choice(typing) -> None:
    page = typing("farnham").page
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Find my ICS")).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("farnham")
    expect(page.get_by_role("status")).to_have_text("")


def test_a_screen_reader_is_told_what_there_is(typing) -> None:
    page = typing("stockp").page
    field, found = box(page), page.get_by_role("listbox", name="Suggestions")
    expect(field).to_have_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-autocomplete", "list")
    expect(field).to_have_attribute("aria-controls", found.get_attribute("id"))
    expect(field).to_have_attribute("autocomplete", "off")
    expect(page.get_by_role("status")).to_have_text("5 suggestions")
    expect(options(page)).to_have_count(5)
    page.keyboard.type("ort n")
    expect(page.get_by_role("status")).to_have_text("1 suggestion")
    page.keyboard.type("xx")
    expect(found).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("")


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_name_is_chosen_by_pointing(typing, touch: bool) -> None:
    page = typing("farnh", has_touch=touch).page
    wanted = options(page).filter(has_text="Farnham, Suffolk")
    wanted.tap() if touch else wanted.click()
    expect(page).to_have_url(re.compile("/areas/ipswich-and-east-suffolk/$"))


def test_the_list_does_not_lie_over_the_button_on_a_phone(typing) -> None:
    page = typing("stockport", 320, has_touch=True).page
    page.get_by_role("button", name="Find my ICS").tap()
    expect(page).to_have_url(re.compile("/areas/stockport/$"))


def test_the_box_works_the_same_without_scripts(visit) -> None:
    seen = visit(360, java_script_enabled=False)
    seen.page.goto("/")
    expect(box(seen.page)).to_have_attribute("autocomplete", "postal-code")
    expect(box(seen.page)).to_have_role("textbox")
    box(seen.page).press_sequentially("Farnham, Surrey", delay=20)
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator(".answer")).to_contain_text("Surrey and Sussex")
    assert not [address for address in seen.asked if ADDRESS in address]


@pytest.mark.parametrize("text", ["gu9 0nz", "SW1A 1AA", "m1", "07700 900123"])
def test_nothing_is_sent_while_a_postcode_or_a_number_is_typed(visit, text: str) -> None:
    seen = visit()
    seen.page.goto("/")
    box(seen.page).press_sequentially(text, delay=SLOWLY)
    seen.page.keyboard.press("ArrowDown")
    seen.page.wait_for_timeout(SLOWLY)
    assert not [address for address in seen.asked if ADDRESS in address]
    expect(seen.page.get_by_role("listbox")).to_be_hidden()


def test_the_list_goes_when_a_digit_comes(typing) -> None:
    seen = typing("park")
    seen.page.keyboard.type(" 1")
    expect(seen.page.get_by_role("listbox")).to_be_hidden()


def test_only_this_site_is_asked_once_and_nothing_is_in_an_address_or_left(typing, site) -> None:
    seen = typing("farnh")
    sent = []
    seen.page.on("request", lambda request: sent.append((request.method, request.url)))
    seen.page.keyboard.type("am c")
    expect(options(seen.page)).to_have_count(1)
    assert sent == [("POST", f"{site}{ADDRESS}")]
    assert {address for address in seen.asked if not address.startswith(site)} == set()
    assert not [address for address in seen.asked if "farnh" in address]
    assert seen.context.cookies() == []
    assert seen.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert seen.complaints == []


def test_an_answer_that_comes_too_late_is_not_shown(visit) -> None:
    page = visit().page
    held = []
    page.route(f"**{ADDRESS}", lambda route: held.append(route))
    page.goto("/")
    box(page).press_sequentially("farnham")
    page.wait_for_timeout(SLOWLY)
    box(page).fill("")
    [route] = held
    route.fulfill(json={"suggestions": [{"label": "Late", "qualifier": "", "value": "Late"}]})
    page.wait_for_timeout(SLOWLY)
    expect(page.get_by_role("listbox")).to_be_hidden()


@pytest.mark.parametrize("status", [None, 429, 503, 200], ids=str)
def test_the_box_works_when_suggestions_do_not(visit, status: int | None) -> None:
    page = visit().page
    broken = []
    page.on("pageerror", lambda error: broken.append(error))
    page.route(
        f"**{ADDRESS}",
        lambda route: route.fulfill(status=status, body="<p>Away") if status else route.abort(),
    )
    page.goto("/")
    box(page).press_sequentially("stockport", delay=20)
    page.wait_for_timeout(SLOWLY)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/areas/stockport/$"))
    assert broken == []


@pytest.mark.parametrize("theme", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_the_list_fits_a_small_screen_and_a_finger(typing, theme: dict) -> None:
    seen = typing("north", 320, **theme)
    assert not seen.is_wider_than_the_screen()
    for option in options(seen.page).all():
        place = option.bounding_box()
        assert place["height"] >= 44
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 320
    seen.page.keyboard.press("ArrowUp")
    expect(options(seen.page).last).to_be_in_viewport()
    ring = options(seen.page).last.evaluate("option => getComputedStyle(option).outlineStyle")
    assert ring == "solid"
    assert seen.complaints == []


def test_names_are_those_of_the_date_that_the_box_asks_for(visit) -> None:
    page = visit().page
    page.goto("/areas/surrey-heath-and-farnham/?on=2026-03-31")
    box(page).press_sequentially("farnham")
    expect(options(page).first).to_contain_text("Frimley ICS")
