"""Entries of the timeline as schema.org data: Event or NewsArticle."""

from typing import Any

from icsinfo.dates import month_after
from systems.days.spans import ONE_DAY
from systems.facts.schema_org import ENGLAND
from timeline.models import Entry, Precision

INDEPENDENT = {"@type": "Organization", "name": "ICS Info"}


def event(entry: Entry, address: str) -> dict[str, Any]:
    """An Event. If only the month or year is known it lasts from its first day to its last."""
    first = entry.date
    if entry.precision in {Precision.MONTH, Precision.BY}:
        last = month_after(first) - ONE_DAY
    elif entry.precision == Precision.YEAR:
        last = first.replace(month=12, day=31)
    else:
        last = first
    return {
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": entry.title,
        **({"description": entry.summary} if entry.summary else {}),
        "startDate": first.isoformat(),
        "endDate": last.isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "location": ENGLAND,
    }


def news_article(
    entry: Entry, address: str, about: list[tuple[str, str]], picture: str
) -> dict[str, Any]:
    """A NewsArticle. `about` are (name, URL) of systems, `picture` is a URL.

    `datePublished` is left out unless the day is known.
    """
    properties: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": entry.title,
        "description": entry.summary,
        "datePublished": entry.date.isoformat() if entry.precision == Precision.DAY else None,
        "temporal": f"{entry.date:%Y}"
        if entry.precision == Precision.YEAR
        else f"{entry.date:%Y-%m}",
        "dateModified": entry.changed_at.isoformat(timespec="seconds"),
        "author": {"@type": "Organization", "name": entry.source.publisher},
        "publisher": INDEPENDENT,
        "isBasedOn": entry.source.url,
        "about": [{"@type": "Thing", "name": name, "url": url} for name, url in about],
        "image": picture,
        "inLanguage": "en-GB",
    }
    return {name: value for name, value in properties.items() if value}
