"""Every page of the table, in every width and theme, against WCAG 2.2 A and AA by axe."""

import pytest

from tests.browser.looking import open_row, violations
from tests.browser.record import CHROMIUM, STATE, VIOLATIONS
from tests.browser.table import ROWS, THEMES, WIDTHS, Row

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_axe_finds_nothing_to_mend(visit, site: str, record_property, row: Row, theme: str) -> None:
    page = visit(color_scheme=theme).page
    open_row(page, row, site)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"at {width}: {violation}" for violation in violations(page)]
    record_property(STATE, row.state)
    record_property(CHROMIUM, page.context.browser.version.split(".")[0])
    record_property(VIOLATIONS, len(found))
    assert found == []


def test_axe_finds_what_is_not_accessible(visit) -> None:
    page = visit().page
    page.set_content("<p style='color: #ccc'>Pale</p><img src='x.png'><button></button>")
    found = " ".join(violations(page))
    assert all(rule in found for rule in ("color-contrast", "image-alt", "button-name"))
