"""The map as at a date."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from icsinfo.wording import per_cent, say_share
from systems.days.as_at import AskedDate, last_day
from systems.days.spans import ONE_DAY
from systems.gazetteer import GazetteerRequest
from systems.maps.drawing import Drawing, Maps, Turn
from systems.models.systems import Region


@require_safe
def map_page(request: GazetteerRequest) -> HttpResponse:
    """England by system as at a date, the same as a list, and the days on which it changed."""
    asked = AskedDate.of(request)
    held = request.gazetteer
    drawing = held.maps.drawing(asked.day)
    residents = {area: area.residents for area in held.atlas.areas.values()}
    covered = sum(n for area, n in residents.items() if area.system_on(asked.day))
    regions = _regions(drawing, asked)
    context = {
        "asked": asked,
        "maps": held.maps,
        "drawing": drawing,
        "count": len(drawing.shapes),
        "share": say_share(per_cent(covered, sum(residents.values()))) if drawing.bare else "",
        "regions": regions,
        "rows": [row for _, rows in regions for row in rows],
        **_walk(held.maps, asked),
    }
    return render(request, "systems/map.html", context, status=asked.status)


def _regions(drawing: Drawing, asked: AskedDate) -> list[tuple[str, list[dict[str, Any]]]]:
    """The systems by NHS region and name, numbered throughout."""
    named = sorted(
        (shape.system.region, shape.system.name_on(asked.day), shape.system.slug, shape)
        for shape in drawing.shapes
    )
    rows = [
        {"number": number, "name": name, "slug": slug, "region": region, "shape": shape}
        for number, (region, name, slug, shape) in enumerate(named, start=1)
    ]
    return [
        (Region(region).label if region else "No region", list(group))
        for region, group in groupby(rows, key=lambda row: row["region"])
    ]


def _walk(maps: Maps, asked: AskedDate) -> dict[str, Any]:
    """The days on which the map changed, the one it is as of, and those before and after that."""
    turns = [turn for turn in maps.turns if turn.day <= last_day(asked.today)]
    now = maps.turn_on(asked.day)
    later = [turn for turn in turns if turn.day > asked.day]
    earlier = [turn for turn in turns if now and turn.day < now.day]
    return {
        "turns": turns,
        "now": now,
        "previous": earlier[-1] if earlier else None,
        "previous_url": _address(earlier[-1]) if earlier else "",
        "next": later[0] if later else None,
        "next_url": _address(later[0]) if later else "",
        "until": later[0].day - ONE_DAY if later else None,
        "news": _news(now) if now else "",
    }


def _address(turn: Turn) -> str:
    return f"{reverse('systems:map')}?on={turn.day:%Y-%m-%d}"


def _news(turn: Turn) -> str:
    """What happened on its day: "6 ICSs opened and 12 closed", or how many areas came or went."""
    systems = [("opened", turn.opened), ("closed", turn.closed)]
    areas = [("joined", turn.joined), ("moved", turn.moved), ("left", turn.left)]
    told, one = (systems, "ICS") if turn.opened or turn.closed else (areas, "area")
    (verb, first), *more = [(verb, number) for verb, number in told if number]
    parts = [f"{first} {one}{'s' if first > 1 else ''} {verb}"]
    return " and ".join(parts + [f"{number} {verb}" for verb, number in more])
