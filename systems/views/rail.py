"""The times of an area as components/history.html draws them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from systems.atlas import Stay
from systems.days.as_at import AsAtDate
from systems.days.spans import Lasting
from systems.facts.footnotes import Footnotes


def state_on(span: Lasting, day: date, today: date) -> str:
    """How a rail marks the span that holds on the day that is shown."""
    if not span.covers(day):
        return ""
    return "now" if day == today else "then"


def rail(stays: Iterable[Stay], as_at: AsAtDate, footnotes: Footnotes) -> list[dict[str, Any]]:
    """The stays of an area, newest first. Links keep the date that is asked about."""
    rows = []
    for stay in reversed(list(stays)):
        state = state_on(stay, as_at.day, as_at.today) or (
            "planned" if stay.is_to_come(as_at.today) else ""
        )
        uncertain = f"{stay.uncertain[0].upper()}{stay.uncertain[1:]}." if stay.uncertain else ""
        rows.append(
            {
                "name": stay.name,
                "url": stay.system.get_absolute_url() + as_at.query if stay.system else "",
                "start": stay.start,
                "last_day": stay.last_day,
                "note": " ".join(filter(None, [uncertain, *dict.fromkeys(stay.notes)])),
                "state": state,
                "sources": [footnotes.number(source) for source in dict.fromkeys(stay.sources)],
            }
        )
    return rows
