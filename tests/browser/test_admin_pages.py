"""The pages that editors work on: accessible, without a complaint, and by keyboard alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.looking import violations
from tests.browser.table import THEMES

pytestmark = pytest.mark.browser

SIZES = (360, 1280)
MODELS = {
    "systems": [
        *("system", "organisation", "membership", "scheme", "report", "source", "area", "cluster"),
    ],
    "timeline": ["announcement", "event", "merger"],
}
# What axe finds in pages as Django itself has them, with the reason why it stays.
OF_DJANGO = {
    r"empty-table-header: .*> \.original": "the column of an inline for what is there already",
    r"Password forms should have": "Chromium would like a name in the form for a new password",
}


def paths(page: Page) -> Iterator[str]:
    """The pages of the site's admin, and of each model's: its list, form, row, history and bin."""
    yield from ("/admin/", "/admin/systems/", "/admin/password_change/")
    for app, models in MODELS.items():
        for model in models:
            listing = f"/admin/{app}/{model}/"
            yield listing
            page.goto(listing)
            if page.locator(".object-tools .addlink").count():
                yield f"{listing}add/"
            row = page.locator("#result_list th a").first
            if row.count():
                change = row.get_attribute("href") or ""
                yield change
                yield re.sub(r"change/.*", "history/", change)
                yield re.sub(r"change/.*", "delete/", change)


def is_of_django(said: str) -> bool:
    return any(re.search(pattern, said) for pattern in OF_DJANGO)


def open_all(page: Page) -> None:
    """Unfold what is folded, so that it is looked at too."""
    for folded in page.locator("details:not([open]) > summary").all():
        folded.click()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_any_page_of_the_admin(signed_in, theme: str) -> None:
    seen = signed_in("superuser")
    page = seen.page
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found, complaints = [], []
    for path in list(paths(page)):
        response = page.goto(path)
        assert response is not None
        assert response.status == 200, path
        open_all(page)
        complaints += [f"{path}: {said}" for said in seen.complaints if not is_of_django(said)]
        for width in SIZES:
            page.set_viewport_size({"width": width, "height": 800})
            said = violations(page)
            found += [f"{path} at {width}: {one}" for one in said if not is_of_django(one)]
        seen.complaints.clear()  # axe writes styles into the page, which the policy refuses
    assert found == []
    assert complaints == []
