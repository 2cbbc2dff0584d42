"""What the first view of a page costs, with nothing in the browser's cache."""

import pytest

from tests.browser.looking import open_row
from tests.browser.table import ROWS, Row

pytestmark = pytest.mark.browser

MOST_REQUESTS = 4
# A browser may ask for the icon of a page when all else is done; so it is asked for here at the
# latest, and counted once.
COST = """async () => {
    const icon = document.querySelector("link[rel~=icon]");
    if (icon) await (await fetch(icon.href)).text();
    const shifts = await new Promise(resolve => {
        const moved = [];
        new PerformanceObserver(list => list.getEntries().forEach(({value, sources}) => moved.push(
            [value, ...sources.map(({node, currentRect}) =>
                [(node?.outerHTML ?? node?.data)?.slice(0, 100), currentRect])]
        ))).observe({type: "layout-shift", buffered: true});
        setTimeout(() => resolve(moved), 100);
    });
    const sizes = {};
    for (const kind of ["navigation", "resource"])
        for (const {name, transferSize} of performance.getEntriesByType(kind))
            sizes[name] = Math.max(sizes[name] ?? 0, transferSize);
    const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
    return {shifts, addresses: Object.keys(sizes), bytes};
}"""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_first_view_is_small_and_nothing_jumps(visit, site: str, row: Row) -> None:
    page = visit(360).page
    open_row(page, row, site)
    cost = page.evaluate(COST)
    assert cost["bytes"] <= row.budget, cost
    assert len(cost["addresses"]) <= MOST_REQUESTS, cost
    assert [found for found in cost["addresses"] if not found.startswith(site)] == []
    assert cost["shifts"] == []


def test_a_page_that_jumps_is_noticed(visit) -> None:
    page = visit(360).page
    page.goto("/")
    page.evaluate("""new Promise(resolve => requestAnimationFrame(() => setTimeout(() => {
        document.body.style.marginTop = "200px";
        requestAnimationFrame(() => setTimeout(resolve, 50));
    }, 100)))""")
    assert page.evaluate(COST)["shifts"]
