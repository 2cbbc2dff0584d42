"""The site as people use it: on phones, with the keyboard, without scripts, styles or pictures."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/find/",
    "/ics/?on=2026-03-31",
    "/ics/greater-manchester/",
    "/ics/frimley/",
    "/ics/thames-valley/announcements/",
    "/ics/humber-and-north-yorkshire/history/",
    "/areas/",
    "/map/",
    "/map/?on=2019-01-01",
    "/areas/surrey-heath-and-farnham/?on=2026-03-31",
    "/timeline/",
    "/timeline/?kind=critique&words=systems",
    "/timeline/unsafe/",
    "/timeline/unionsafety-break-up-march-2021/",
    "/count/",
    "/code/E38000182/",
    "/organisations/?kind=practice&area=stockport",
    "/organisations/A81001/",
    "/organisations/U41591/",
    "/organisations/E10000030/",
    "/ics/west-and-north-london/members/",
    "/ics/devon/members/?kind=pcn",
    "/ics/surrey-and-sussex/schemes/",
    "/schemes/?topic=mental-health",
    "/schemes/blood-pressure-checks-in-betting-shops-stockport/",
    "/report/?page=/areas/devon/",
    "/data/",
    "/help/",
]


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_is_wider_than_the_screen_or_complains(visit, width: int) -> None:
    # 320 CSS pixels is also what a screen of 1280 has left at 400% zoom.
    seen = visit(width)
    for path in PAGES:
        response = seen.page.goto(path)
        assert not seen.is_wider_than_the_screen(), path
        missing = response.status == 404
        assert missing == ("/unsafe/" in path)
        said = [text for text in seen.complaints if not (missing and "404" in text)]
        assert said == [], path
        seen.complaints.clear()


def test_a_postcode_leads_to_its_ics_with_nothing_but_the_keyboard(visit) -> None:
    seen = visit()
    seen.page.goto("/")
    seen.page.keyboard.press("Tab")
    expect(seen.page.locator(":focus")).to_have_text("Skip to the main content")
    seen.page.keyboard.press("Enter")
    seen.page.keyboard.press("Tab")
    expect(seen.page.locator(":focus")).to_have_attribute("name", "q")
    seen.page.keyboard.type("gu9 0nz")
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator(".answer")).to_contain_text("is Surrey and Sussex")
    assert seen.page.url.endswith("/areas/surrey-heath-and-farnham/")


def test_a_town_typed_on_a_phone_leads_in_two_steps_to_a_scheme_there(visit) -> None:
    seen = visit(360)
    seen.find("Stockport")
    expect(seen.page.locator(".answer")).to_contain_text("for Stockport is Greater Manchester")
    seen.page.get_by_role("link", name="Neighbourhood health programme").click()
    expect(seen.page.locator("h1")).to_have_text("Neighbourhood health programme")
    expect(seen.page.locator("main")).to_contain_text("Not confirmed since 9 September 2025")


def test_a_scheme_that_is_no_longer_listed_is_two_steps_further(visit) -> None:
    seen = visit(360)
    seen.find("Stockport")
    seen.page.get_by_role("link", name="All schemes in Stockport").click()
    seen.page.get_by_role("link", name="See past schemes").click()
    seen.page.get_by_role("link", name="Blood pressure checks in betting shops").click()
    expect(seen.page.locator("h1")).to_have_text("Blood pressure checks in betting shops")
    expect(seen.page.locator("main")).to_contain_text("Not confirmed since 1 July 2022")
    expect(seen.page.locator(".sources")).to_contain_text("The Guardian")


def test_what_is_focused_can_be_seen(visit) -> None:
    seen = visit(320)
    seen.page.goto("/timeline/")
    for _ in range(25):
        seen.page.keyboard.press("Tab")
        ring = seen.page.evaluate(
            "(({outlineStyle, outlineWidth}) => outlineStyle + outlineWidth)"
            "(getComputedStyle(document.activeElement))"
        )
        assert ring == "solid3px", seen.page.evaluate("document.activeElement.outerHTML")
        top = seen.page.evaluate("document.activeElement.getBoundingClientRect().top")
        assert 0 <= top < 800


def test_everything_works_without_scripts(visit) -> None:
    seen = visit(360, java_script_enabled=False)
    seen.find("SW1A 1AA")
    expect(seen.page.locator(".answer")).to_contain_text("West and North London")
    expect(seen.page.locator(".rail").first).to_contain_text("to 31 March 2026")
    seen.page.get_by_label("Show as at").fill("2026-03-31")
    seen.page.get_by_role("button", name="Show", exact=True).click()
    expect(seen.page.locator(".answer")).to_contain_text("North West London")
    expect(seen.page.locator(".banner")).to_contain_text("31 March 2026")
    seen.page.get_by_role("link", name="Go back to today").click()
    expect(seen.page.locator(".answer")).to_contain_text("West and North London")


def test_the_timeline_can_be_filtered_and_read_without_styles_and_pictures(visit) -> None:
    seen = visit(360)
    seen.page.route(re.compile(r"\.(css|svg)"), lambda route: route.abort())
    seen.page.goto("/timeline/")
    seen.page.get_by_text("Choose what to show").click()
    seen.page.get_by_label("Year").select_option("2019")
    seen.page.get_by_role("button", name="Show", exact=True).click()
    expect(seen.page.get_by_role("heading", name=re.compile("three earlier ones"))).to_be_visible()
    seen.page.get_by_role("link", name=re.compile("Remove Year")).click()
    assert seen.page.url.endswith("/timeline/")
    seen.page.get_by_text("both charts as a table").click()
    expect(seen.page.get_by_role("row", name=re.compile("1 April 2021"))).to_contain_text("42")


def test_after_a_mistake_the_summary_has_the_focus_and_leads_to_the_box(visit) -> None:
    seen = visit()
    seen.find("07700 900123")
    expect(seen.page).to_have_title(re.compile("^Error:"))
    expect(seen.page.locator(".error-summary")).to_be_focused()
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#q")).to_be_focused()
    expect(seen.page.locator("#q")).to_have_value("")


def test_a_form_on_another_site_finds_an_ics(visit, site: str) -> None:
    seen = visit()
    seen.page.set_content(
        f'<form action="{site}/find/" method="post"><input name="q" value="M1 1AE"><button>Go'
    )
    seen.page.get_by_role("button").click()
    expect(seen.page.locator(".answer")).to_contain_text("Greater Manchester")


def test_nobody_else_is_asked_and_nothing_is_left_behind(visit, site: str) -> None:
    seen = visit()
    seen.find("Town Hall, Edward Street, Stockport SK1 3XE")
    for path in PAGES:
        seen.page.goto(path)
    assert {address for address in seen.asked if not address.startswith(site)} == set()
    assert seen.context.cookies() == []
    assert not [address for address in seen.asked if "SK1" in address or "Stockport+" in address]
    assert seen.page.evaluate("localStorage.length + sessionStorage.length") == 0
