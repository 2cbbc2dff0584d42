"""A slow, obvious second reading of the postcode directory, to hold the fast one against.

It shares no code with `systems.reference.directory`: it writes bitmaps out as strings of ones and
zeros and walks along them one unit at a time.
"""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
UNITS = [first + second for first in LETTERS for second in LETTERS]


def read(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every possible postcode of every sector, with "live", "retired" or "absent", and its area."""
    with gzip.open(path, "rt", encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            yield from read_sector(row)


def read_sector(row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    live, retired = written_out(row["live"]), written_out(row["retired"])
    first, *rest = row["runs"].split()
    changes = dict(change.split("=") for change in rest)
    area = first
    for position, unit in enumerate(UNITS):
        area = changes.get(unit, area)
        if live[position] == "1":
            status = "live"
        elif retired[position] == "1":
            status = "retired"
        else:
            status = "absent"
        yield row["sector"] + unit, status, area


def written_out(digits: str) -> str:
    """Hexadecimal digits as 400 ones and zeros."""
    return "".join(f"{int(digit, 16):04b}" for digit in digits).ljust(400, "0")
