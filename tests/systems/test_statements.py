"""The accessibility statement says what was tested, and no more."""

import json

import pytest
from django.conf import settings

from tests.browser.record import axe_version, kinds
from tests.browser.table import ROWS, THEMES, WIDTHS
from tests.pages import read

RENEW = "./dev test --browser --record tests/browser/test_accessible.py"


def test_the_record_is_of_the_pages_that_there_are() -> None:
    told = json.loads(settings.ACCESSIBILITY_RECORD.read_text(encoding="utf-8"))
    now = {
        "states": [row.state for row in ROWS],
        "kinds": kinds(),
        "widths": list(WIDTHS),
        "themes": list(THEMES),
        "axe": axe_version(),
        "violations": 0,
    }
    assert {key: told[key] for key in now} == now, f"Renew the record: {RENEW}"


@pytest.mark.django_db
def test_the_statement_has_the_parts_of_the_model_form(client) -> None:
    page = read(client, "/accessibility/")
    assert [heading.text for heading in page.main.select("h1, h2")] == [
        "Accessibility statement for ICS Info",
        "How accessible this website is",
        "Feedback and contact information",
        "Enforcement procedure",
        "Technical information about this website’s accessibility",
        "Non-accessible content",
        "Preparation of this accessibility statement",
    ]
    assert "not been tested by people with disabilities" in page.main.text
    assert page.main.select_one('a[href="/report/?page=/accessibility/"]')


@pytest.mark.django_db
def test_its_figures_are_those_of_the_record(client) -> None:
    told = json.loads(settings.ACCESSIBILITY_RECORD.read_text(encoding="utf-8"))
    page = read(client, "/accessibility/")
    facts = {row.dt.text: row.dd.text for row in page.select("dl.summary div")}
    assert facts["Types of page"].startswith(f"{told['kinds']}, in {len(told['states'])} states")
    assert facts["Tested with"] == f"axe-core {told['axe']} in Chromium {told['chromium']}"
    assert facts["Found"] == f"0 failures in {len(told['states']) * 6} tests"


@pytest.mark.django_db
def test_every_page_leads_to_it(client) -> None:
    page = read(client, "/")
    assert page.footer.select_one('a[href="/accessibility/"]').text == "Accessibility"
