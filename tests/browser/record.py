"""Writes down what the tests with axe found, for /accessibility/.

    ./dev test --browser --record tests/browser/test_accessible.py

This is a plugin of pytest. The tests may run in several processes; it listens in the first one.
"""

import json
import re
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.urls import resolve

from tests.browser.looking import AXE
from tests.browser.table import ROWS, THEMES, WIDTHS

# What a test says of itself: the state of the page, the browser, and how much was found.
STATE, CHROMIUM, VIOLATIONS = "state", "chromium", "violations"


def axe_version() -> str:
    found = re.search(r"axe v([\d.]+)", AXE)
    assert found
    return found[1]


def kinds() -> int:
    """How many kinds of page the table has: each view is one, and so is each error page."""
    views = {resolve(urlsplit(row.path).path).view_name for row in ROWS if row.status < 403}
    return len(views | {row.status for row in ROWS if row.status >= 403})


class Recorder:
    def __init__(self) -> None:
        self.said: list[dict[str, object]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties)
        if report.when == "call" and STATE in told:
            self.said.append(told)

    def pytest_sessionfinish(self) -> None:
        if not self.said:
            return
        tested = {told[STATE] for told in self.said}
        record = {
            "tested_on": datetime.now(ZoneInfo("Europe/London")).date().isoformat(),
            "axe": axe_version(),
            "chromium": max(str(told[CHROMIUM]) for told in self.said),
            "widths": list(WIDTHS),
            "themes": list(THEMES),
            "violations": sum(int(str(told[VIOLATIONS])) for told in self.said),
            "kinds": kinds(),
            "states": [row.state for row in ROWS if row.state in tested],
        }
        text = json.dumps(record, indent=1) + "\n"
        settings.ACCESSIBILITY_RECORD.write_text(text, encoding="utf-8")
