"""Every part that pages are made of, in every state, for those who build and check them."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from systems.atlas import AreaFacts
from systems.days.as_at import AsAtDate
from systems.filters import SystemFilter
from systems.gazetteer import Gazetteer, GazetteerRequest
from systems.models import System

BEFORE, AFTER = date(2026, 3, 31), date(2027, 4, 1)
NOT_A_DATE = "That is not a date. Write it as year-month-day, for example 2026-03-31."

# What the parts of the timeline are given by the other app, by hand.
STEPS = {
    "width": 480,
    "height": 120,
    "left": 30,
    "right": 470,
    "path": "M30 100H160V60H300V20H400V40H470",
    "numbers": [{"x": 24, "y": 100, "text": "10"}, {"x": 24, "y": 20, "text": "42"}],
    "years": [{"x": 160, "y": 116, "text": "2020"}, {"x": 400, "y": 116, "text": "2026"}],
    "points": [{"x": 300, "y": 20, "text": "42"}, {"x": 400, "y": 40, "text": "36"}],
}
ENTRY = {
    "slug": "an-event",
    "kind": "event",
    "title": "Six systems open and twelve close",
    "get_kind_display": "Systems named",
    "get_absolute_url": "#an-event",
    "date": date(2026, 4, 1),
    "precision": "day",
    "summary": "What happened, in a sentence or two.",
    "source": {"publisher": "NHS England"},
    "statement_count": 2,
}
ENTRIES = [
    {**ENTRY, "slug": "a-plan", "kind": "planned", "precision": "planned", "date": AFTER},
    ENTRY,
    {**ENTRY, "slug": "a-month", "precision": "month", "statement_count": 0},
]
PERIODS = [
    {"name": "An ICS to come", "start": AFTER, "state": "planned", "note": "This may change."},
    {"name": "The ICS of today", "start": date(2026, 4, 1), "state": "now", "url": "#rail"},
    {"name": "One before it", "start": date(2021, 4, 1), "last_day": BEFORE, "sources": [1]},
    {"name": "None", "start": "before April 2021"},
]
SOURCES = [
    {
        "publisher": "NHS England",
        "title": "A page that was read",
        "url": "#sources",
        "when": "March 2026",
        "checked_on": date(2026, 11, 20),
    },
    {"publisher": "Office for National Statistics", "title": "A file without an address"},
]
ACTIVE = [("Region", "London", "#filters"), ("As at", "2026-03-31", "#filters")]


@require_safe
def gallery(request: GazetteerRequest) -> HttpResponse:
    """The parts, from the templates that the pages use; not linked, and not for search engines."""
    today = timezone.localdate()
    now = AsAtDate(today, today)
    nobody = System.objects.none()
    gazetteer = request.gazetteer
    context = {
        "now": now,
        "past": replace(now, day=BEFORE),
        "ahead": replace(now, day=AFTER),
        "wrong": replace(now, error=NOT_A_DATE),
        "not_a_date": NOT_A_DATE,
        "periods": PERIODS,
        "entries": ENTRIES,
        "steps": STEPS,
        "coverage": {
            "height": 60,
            "whole": 320,
            "bars": [{"y": 4, "width": 200, "per_cent": 62, "step": {"day": BEFORE}}],
        },
        "sources": SOURCES,
        "active": ACTIVE,
        "filters": SystemFilter({}, nobody, atlas=gazetteer.atlas).form,
        "wrong_filters": SystemFilter(
            {"wrong-region": "x"}, nobody, atlas=gazetteer.atlas, prefix="wrong"
        ).form,
        "pages": [Paginator(range(60), 20).page(number) for number in (1, 2, 3)],
        **_maps(gazetteer, today),
    }
    return render(request, "gallery.html", context)


def _maps(gazetteer: Gazetteer, today: date) -> dict[str, Any]:
    """The maps of today, and where the biggest and the smallest area are."""
    areas = sorted(gazetteer.atlas.areas.values(), key=lambda area: area.residents)
    drawing = gazetteer.maps.drawing(today)
    return {
        "maps": gazetteer.maps,
        "drawing": drawing,
        "small_drawing": gazetteer.maps.drawing(today, small=True),
        "rows": [
            {
                "number": number,
                "shape": shape,
                "slug": shape.system.slug,
                "name": shape.system.name_on(today),
            }
            for number, shape in enumerate(drawing.shapes, start=1)
        ],
        "locators": [
            (area.name, gazetteer.maps.locator([area], _around(gazetteer, area, today)))
            for area in areas[:2]
        ],
        "example": reverse("systems:systems"),
    }


def _around(gazetteer: Gazetteer, area: AreaFacts, today: date) -> list[AreaFacts]:
    system = area.system_on(today)
    return gazetteer.atlas.areas_on(system, today) if system else []
