"""Where to go for health care in the other nations of the United Kingdom."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from systems.models import Source


@dataclass(frozen=True, slots=True)
class Guide:
    """A sentence on one topic, and the page that says more. `source` is of the sentence.

    It is in no table, so that it is told while the database is away.
    """

    nation: str
    topic: str
    text: str
    title: str
    url: str
    source: Source


def load_guides(path: Path) -> dict[str, tuple[Guide, ...]]:
    """The guides of each nation, the most urgent first, as the file has them."""
    guides: dict[str, list[Guide]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            guides[row["nation"]].append(_guide(row))
    return {nation: tuple(listed) for nation, listed in guides.items()}


def _guide(row: dict[str, str]) -> Guide:
    """Where a row names no address of its source, the page that it leads to is the source."""
    source = Source(
        publisher=row["publisher"],
        title=row["source_title"],
        dating=row["dating"],
        url=row["source_url"] or row["url"],
    )
    return Guide(row["nation"], row["topic"], row["text"], row["title"], row["url"], source)
