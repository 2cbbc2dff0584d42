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

    The summary is ours, so this site is its author; it cites what it sums up. It was published
    when it appeared here, and `temporal` says when what it tells of was.
    """
    source = entry.source
    properties: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": entry.title,
        "description": entry.summary,
        "datePublished": entry.published_from.isoformat(timespec="seconds")
        if entry.published_from
        else None,
        "temporal": _temporal(entry),
        "dateModified": entry.changed_at.isoformat(timespec="seconds"),
        "author": INDEPENDENT,
        "publisher": INDEPENDENT,
        "isBasedOn": source.url,
        "citation": {
            "@type": "CreativeWork",
            "name": source.title,
            "publisher": {"@type": "Organization", "name": source.publisher},
            **({"url": source.url} if source.url else {}),
        },
        "about": [{"@type": "Thing", "name": name, "url": url} for name, url in about],
        "image": picture,
        "inLanguage": "en-GB",
    }
    return {name: value for name, value in properties.items() if value}


def _temporal(entry: Entry) -> str:
    """When it was, as exact as that is known: "2021-04-01", "2021-04" or "2021"."""
    whole = entry.date.isoformat()
    length = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.BY: 7}
    return whole[: length.get(Precision(entry.precision), len(whole))]
