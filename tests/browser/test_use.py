"""Every page of the table on the smallest screen: 320 by 256 CSS pixels, which is what a screen of
1280 by 1024 has left at 400% zoom. With a finger, with the keyboard, and with text spread out.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.looking import open_row
from tests.browser.table import ROWS, WIDTHS, Row

pytestmark = pytest.mark.browser

# Boxes that have to be scrolled sideways: allowed around a table or a picture, and nowhere else.
SIDEWAYS = """() => [...document.querySelectorAll("body *")].filter(element =>
    ["auto", "scroll"].includes(getComputedStyle(element).overflowX)
    && element.scrollWidth > element.clientWidth + 1
    && !element.querySelector("table, svg, pre") && !element.matches("pre, textarea, input")
).map(element => element.outerHTML.slice(0, 200))"""

# What to press, and how big it is. Links inside text are left out, and shapes of the map, whose
# links are in the list beside it too. A link is inside text if its line has other words.
SMALL_TARGETS = """() => {
    const pressable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const line = element => getComputedStyle(element).display.startsWith("inline")
        ? line(element.parentElement) : element;
    const words = element => {
        const shown = element.cloneNode(true);
        shown.querySelectorAll(".visually-hidden").forEach(hidden => hidden.remove());
        return shown.textContent.trim();
    };
    const isInText = link =>
        getComputedStyle(link).display === "inline" && words(line(link)) !== words(link);
    return [...document.querySelectorAll(pressable)].filter(element => {
        if (element.closest("svg, .trap, .skip") || !element.checkVisibility()) return false;
        const {width, height} = element.getBoundingClientRect();
        return (width < 43.5 || height < 43.5) && !isInText(element);
    }).map(element => {
        const {width, height} = element.getBoundingClientRect();
        return `${Math.round(width)} x ${Math.round(height)}: ${element.outerHTML.slice(0, 200)}`;
    });
}"""

# The settings of success criterion 1.4.12, which a reader may force on any page.
SPREAD_OUT = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
        word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets.push(sheet);
}"""
CUT_OFF = """() => [...document.querySelectorAll("body *:not(svg, svg *)")].filter(element => {
    const {overflowX, overflowY} = getComputedStyle(element);
    const cuts = value => ["hidden", "clip"].includes(value);
    return element.innerText?.trim() && !element.closest(".visually-hidden, .skip")
        && (cuts(overflowX) && element.scrollWidth > element.clientWidth + 1
            || cuts(overflowY) && element.scrollHeight > element.clientHeight + 1);
}).map(element => element.outerHTML.slice(0, 200))"""

# Whatever can have the focus gets it, forwards and backwards: a header that stays may hide what is
# scrolled to from below. Shapes of the map are in test_map.py.
FOCUS_THAT_IS_NOT_SEEN = """() => {
    const can = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    )].filter(element => !element.closest("svg, .trap") && element.checkVisibility());
    const seen = element => [...(element.querySelector(":scope > svg") ?? element).getClientRects()]
        .some(({left, right, top, bottom}) => {
            const middle = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
            return element.contains(document.elementFromPoint((left + right) / 2, middle));
        });
    const wrong = [];
    for (const element of [...can, ...can.reverse()]) {
        element.focus();
        const {outlineStyle, outlineWidth} = getComputedStyle(element);
        if (outlineStyle === "none" || parseFloat(outlineWidth) < 2)
            wrong.push("no ring: " + element.outerHTML.slice(0, 200));
        if (!seen(element)) wrong.push("hidden: " + element.outerHTML.slice(0, 200));
    }
    return wrong;
}"""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_it_can_be_used_at_400_per_cent(visit, site: str, row: Row) -> None:
    seen = visit(320)
    page = seen.page
    open_row(page, row, site)
    page.set_viewport_size({"width": 320, "height": 256})
    wrong = page.evaluate(SIDEWAYS) + page.evaluate(SMALL_TARGETS)
    page.keyboard.press("Tab")  # so that focus counts as the keyboard's
    wrong += page.evaluate(FOCUS_THAT_IS_NOT_SEEN)
    page.evaluate(SPREAD_OUT)
    wrong += page.evaluate(CUT_OFF)
    assert wrong == []
    assert not seen.is_wider_than_the_screen()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_it_fits_the_screen_and_says_what_is_wrong(visit, site: str, row: Row) -> None:
    seen = visit()
    page = seen.page
    open_row(page, row, site)
    summary = page.locator(".error-summary")
    assert summary.count() == row.wrong
    if row.wrong:
        assert page.title().startswith("Error:")
        expect(summary).to_be_focused()
        for link in summary.locator("a").all():
            assert page.locator(link.get_attribute("href") or "-").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert not seen.is_wider_than_the_screen(), width
    assert [said for said in seen.complaints if str(row.status) not in said] == []


def test_what_cannot_be_used_is_noticed(visit) -> None:
    seen = visit(320)
    seen.page.set_content("""
        <style>.bar { position: fixed; inset: 0 0 auto; height: 200px; background: #fff }
        a:focus { outline: none } .box { overflow: auto } .cut { height: 1em; overflow: hidden }
        .cut, .wide { white-space: nowrap }</style>
        <p><a href="/">Small</a></p><p>In a text <a href="/">nothing is</a> too small.</p>
        <div class="box"><p class="wide">""" + "wide " * 50 + """</div>
        <div class="cut">This text is cut off at the right and below</div><div class="bar"></div>
    """)  # fmt: skip
    page = seen.page
    assert len(page.evaluate(SIDEWAYS)) == 1
    [small] = page.evaluate(SMALL_TARGETS)
    assert "Small" in small
    assert len(page.evaluate(CUT_OFF)) == 1
    wrong = page.evaluate(FOCUS_THAT_IS_NOT_SEEN)
    assert {said.split(":")[0] for said in wrong} == {"no ring", "hidden"}
