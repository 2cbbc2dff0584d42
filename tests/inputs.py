"""The one table of inputs that lookup, page and API are held against.

In inputs.csv `q` is a JSON string. An empty `system` or `area` means that there must be none; an
empty `read_as` is not checked.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """What was typed, as at which date, and what a careful reader of the contract expects."""

    q: str
    on: str
    outcome: str
    read_as: str
    system: str
    area: str
    why: str

    def __str__(self) -> str:
        return f"{self.outcome}: {ascii(self.q)[:40]} {self.on} ({self.why})"

    def expected(self, read_as: str) -> tuple[str, str, str, str]:
        """What the row says, with `read_as` where it leaves that open."""
        return self.outcome, self.read_as or read_as, self.system, self.area


def read_rows() -> list[Row]:
    with Path(__file__).with_suffix(".csv").open(encoding="ascii", newline="") as file:
        return [Row(**{**row, "q": json.loads(row["q"])}) for row in csv.DictReader(file)]


ROWS = read_rows()


def asks_for_a_postcode(answer: dict) -> bool:
    """Whether the API took a text for a postcode, part of one, nothing or something private."""
    kind, outcome = answer["query"]["kind"], answer["outcome"]
    return kind in {"postcode", "partial"} or outcome in {"empty", "private"}
