"""The map as at a date."""

from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from icsinfo.dates import say
from icsinfo.wording import per_cent, say_share
from systems.days.as_at import AsAtDate, last_day
from systems.days.spans import ONE_DAY
from systems.gazetteer import GazetteerRequest
from systems.maps.drawing import Drawing, MapChange, Maps
from systems.models.systems import Region


@require_safe
def map_page(request: GazetteerRequest) -> HttpResponse:
    """England by system as at a date, the same as a list, and the days on which it changed."""
    as_at = AsAtDate.of(request)
    gazetteer = request.gazetteer
    drawing = gazetteer.maps.drawing(as_at.day)
    residents = {area: area.residents for area in gazetteer.atlas.areas.values()}
    covered = sum(n for area, n in residents.items() if area.system_on(as_at.day))
    share = drawing.unassigned and say_share(per_cent(covered, sum(residents.values())))
    how_many = as_at.there_are(len(drawing.shapes))
    regions = _regions(drawing, as_at)
    context = {
        "as_at": as_at,
        "maps": gazetteer.maps,
        "drawing": drawing,
        "how_many": f"{how_many}, for {share} of England’s residents" if share else how_many,
        "regions": regions,
        "rows": [row for _, rows in regions for row in rows],
        **_walk(gazetteer.maps, drawing, as_at),
    }
    return render(request, "systems/map.html", context, status=as_at.status)


def _regions(drawing: Drawing, as_at: AsAtDate) -> list[tuple[str, list[dict[str, Any]]]]:
    """The systems by NHS region and name, numbered throughout."""
    named = sorted(
        (shape.system.region, shape.system.name_on(as_at.day), shape.system.slug, shape)
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


def _walk(maps: Maps, drawing: Drawing, as_at: AsAtDate) -> dict[str, Any]:
    """The days on which the map changed, the one it is as of, and those before and after that."""
    changes = [change for change in maps.map_changes if change.day <= last_day(as_at.today)]
    now = maps.map_change_on(as_at.day)
    later = [change for change in changes if change.day > as_at.day]
    earlier = [change for change in changes if now and change.day < now.day]
    return {
        "changes": changes,
        "now": now,
        "previous": earlier[-1] if earlier else None,
        "previous_url": _address(earlier[-1]) if earlier else "",
        "next": later[0] if later else None,
        "next_url": _address(later[0]) if later else "",
        "period": _period(now, later[:1], drawing, as_at.today) if now else "",
    }


def _period(now: MapChange, later: list[MapChange], drawing: Drawing, today: date) -> str:
    """From when until when the map was as it is drawn, and what happened on its first day."""
    sentence = f"This map has been current since {say(now.day)}."
    if later:
        until = later[0].day - ONE_DAY
        verb = "was" if until < today else "is"
        sentence = f"This map {verb} current from {say(now.day)} to {say(until)}."
    pale = " Pale areas were not in an ICS." if drawing.unassigned else ""
    return f"{sentence} On its first day {_news(now)}.{pale}"


def _address(change: MapChange) -> str:
    return f"{reverse('systems:map')}?on={change.day:%Y-%m-%d}"


def _news(change: MapChange) -> str:
    """What happened on its day: "6 ICSs opened and 12 closed", or how many areas came or went."""
    systems = [("opened", change.opened), ("closed", change.closed)]
    areas = [("joined", change.joined), ("moved", change.moved), ("left", change.left)]
    told, one = (systems, "ICS") if change.opened or change.closed else (areas, "area")
    (verb, first), *more = [(verb, number) for verb, number in told if number]
    parts = [f"{first} {one}{'s' if first > 1 else ''} {verb}"]
    return " and ".join(parts + [f"{number} {verb}" for verb, number in more])
