"""A page of the table in a browser, seen for the first time, and what can be measured of it."""

import html
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page, Response

from tests.browser.table import Row

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def open_row(page: Page, row: Row, site: str) -> Response:
    """Go to the page, as a link or as a form on another site does it."""
    if row.post is None:
        response = page.goto(row.path)
    else:
        fields = "".join(
            f'<textarea name="{html.escape(name)}">{html.escape(text)}</textarea>'
            for name, text in row.post.items()
        )
        page.set_content(f'<form action="{site}{row.path}" method="post">{fields}<button>Go')
        with page.expect_navigation() as navigation:
            page.evaluate("document.forms[0].submit()")
        response = navigation.value
    assert response is not None
    assert response.status == row.status, f"{row}: {response.status} and not {row.status}"
    return response


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each rule and element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run({runOnly: tags, resultTypes: ['violations']})"
        ".then(({violations}) => violations)",
        TAGS,
    )
    return [
        f"{rule['id']}: {node['target'][0]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
