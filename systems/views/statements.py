"""What the site says of itself and can prove: how accessible it is."""

import json
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@cache
def record() -> dict[str, Any]:
    """What the browser tests wrote down when they last went through all pages.

    `./dev test --browser --record tests/browser/test_accessible.py` writes it anew.
    """
    told = json.loads(settings.ACCESSIBILITY_RECORD.read_text(encoding="utf-8"))
    return told | {"tested_on": date.fromisoformat(told["tested_on"])}


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement, with the figures of the last recorded tests."""
    tested = record()
    times = len(tested["states"]) * len(tested["widths"]) * len(tested["themes"])
    return render(request, "pages/accessibility.html", {"tested": tested, "times": times})
