"""The map with the keyboard, on small screens, in the dark and without scripts."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LOOK = (
    "link => (({fill, stroke, strokeWidth}) => [fill, stroke, strokeWidth])"
    "(getComputedStyle(link.querySelector('path')))"
)


@pytest.mark.parametrize("theme", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_fits_the_screen_and_complains_of_nothing(visit, width: int, theme: dict) -> None:
    seen = visit(width, **theme)
    for path in ("/map/", "/map/?on=2019-01-01", "/", "/ics/devon/", "/areas/stockport/"):
        seen.page.goto(path)
        assert not seen.is_wider_than_the_screen(), path
        drawn = seen.page.locator("svg.map").bounding_box()
        assert drawn["width"] > 200
        assert 0.8 < drawn["height"] / drawn["width"] < 1.4, path
    assert seen.complaints == []


def test_it_takes_four_requests_at_most(visit, site: str) -> None:
    seen = visit(360)
    seen.page.goto("/map/")
    assert len(seen.asked) <= 4
    assert all(address.startswith(site) for address in seen.asked)


def test_the_keyboard_goes_by_region_and_can_skip_it(visit) -> None:
    page = visit().page
    page.goto("/map/")
    page.locator(".skip[href='#list']").focus()
    expect(page.locator(".skip[href='#list']")).to_be_in_viewport()
    focused = []
    for _ in range(5):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.querySelector('title').textContent"))
    assert focused == [
        *["Central East", "Essex", "Norfolk and Suffolk"],
        *["North East London", "South East London"],
    ]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/ics/south-east-london/$"))
    page.go_back()
    page.locator(".skip[href='#list']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text(re.compile("Central East"))
    assert page.evaluate("!!document.activeElement.closest('#list')")


@pytest.mark.parametrize("theme", [{}, {"color_scheme": "dark"}])
def test_what_is_focused_or_pointed_at_looks_different(visit, theme: dict) -> None:
    page = visit(**theme).page
    page.goto("/map/")
    for name in ("Devon", "West and North London"):
        link = page.locator("svg.map a", has_text=name)
        before = link.evaluate(LOOK)
        page.keyboard.press("Tab")  # so that focus counts as the keyboard's
        link.focus()
        after = link.evaluate(LOOK)
        assert all(old != new for old, new in zip(before, after, strict=True)), (before, after)
        page.locator(".answer").click()
        link.locator("path").hover()
        assert link.evaluate(LOOK)[0] == after[0]


def test_links_have_names_and_the_map_has_one(visit) -> None:
    page = visit().page
    page.goto("/map/?on=2025-01-01")
    drawn = page.get_by_role("group", name=re.compile("^Map of England"))
    expect(drawn.get_by_role("link")).to_have_count(42)
    expect(drawn.get_by_role("link", name="Devon", exact=True)).to_have_count(1)


def test_one_walks_through_the_changes_without_scripts(visit) -> None:
    page = visit(360, java_script_enabled=False).page
    page.goto("/map/")
    page.get_by_role("link", name="10 15 Jun 2017").click()
    expect(page.locator(".answer")).to_contain_text("On 15 June 2017 there were 10")
    page.get_by_role("link", name="1 April 2018", exact=False).first.click()
    expect(page.locator(".banner")).to_contain_text("1 April 2018")
    page.get_by_label("Show as at").fill("2021-04-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".answer")).to_contain_text("there were 42")
    page.get_by_role("link", name="Go back to today").click()
    expect(page.locator(".answer")).to_have_text("There are 36 today.")


def test_the_days_and_the_list_can_be_hit_with_a_finger(visit) -> None:
    page = visit(320).page
    page.goto("/map/")
    for link in page.locator(".key a").all():
        place = link.bounding_box()
        assert place["height"] >= 44
        assert place["width"] >= 44
