"""What happens inside a request: look-ups, suggestions, spreadsheets, reading the directory.

Run by itself, it prints a figure a line as JSON: its name, seconds or megabytes, and their unit.
"""

import csv
import gc
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icsinfo.settings")

import django

django.setup()

from django.conf import settings

from systems import gazetteer
from systems.gazetteer import Gazetteer
from systems.lookup import lookup
from systems.lookup.suggestions import suggest
from systems.matching.columns import Matcher, matched
from systems.matching.csv_files import Sheet, write_rows
from systems.reference.directory import Directory
from systems.reference.prefix_index import Names
from systems.reference.spelling import Spelling

TODAY = date(2026, 11, 21)
MANY = 30_000  # names
ROWS = 20_000  # of a sheet: every other postcode is live

LOOKUPS = [
    ("a full postcode", "SW1A 1AA", None),
    ("a full postcode, small and at a date", "gu90nz", "2026-03-31"),
    ("a postcode with a slip, SW1A OAA", "SW1A OAA", None),
    ("a postcode in an address", "Town Hall, Edward Street, Stockport SK1 3XE", None),
    ("a part of a postcode, SW1A", "SW1A", None),
    ("a whole postcode area, B", "B", None),
    ("a name, Humber, Coast and Vale", "Humber, Coast and Vale", None),
    ("a place, Farnham", "Farnham", None),
    ("words of a name, guys hospital", "guys hospital", None),
]
SLIPS = [
    ("a slip among 30,000 names, Stockprot", "Stockprot"),
    ("a long slip among 30,000 names", "Bath and North Eest Sommerset"),
    ("nothing among 30,000 names", "nowhere at all"),
]
SUGGESTIONS = [
    ("stockp", "stockp"),
    ("th, with which many begin", "th"),
    ("the surgery, which many are", "the surgery"),
]

Line = tuple[str, float, str]


def seconds(function: Callable[[], object], times: int = 1) -> float:
    """Of a call, in the middle of `times` calls without the collector."""
    gc.collect()
    gc.disable()
    began = time.perf_counter()
    for _ in range(times):
        function()
    gc.enable()
    return (time.perf_counter() - began) / times


def lookups(held: Gazetteer) -> Iterator[Line]:
    for name, text, on in LOOKUPS:
        times = 20_000 if name.startswith("a full postcode") else 500
        ask = partial(lookup, text, on, today=TODAY, gazetteer=held)
        yield f"look-up: {name}", seconds(ask, times), "s"
    extra = (f"{name} {number}" for number in (1, 2) for name in held.spelling.names)
    names = [*held.spelling.names, *itertools.islice(extra, MANY - len(held.spelling.names))]
    many = replace(held, spelling=Spelling(names))
    for name, text in SLIPS:
        ask = partial(lookup, text, None, today=TODAY, gazetteer=many)
        yield f"look-up: {name}", seconds(ask, 20), "s"


def suggestions(held: Gazetteer) -> Iterator[Line]:
    for name, text in SUGGESTIONS:
        ask = partial(suggest, text, "", today=TODAY, gazetteer=held)
        yield f"suggestions: {name}", seconds(ask, 100), "s"
    gather = seconds(lambda: Names.of(held.atlas, held.register, held.places))
    yield "suggestions: gather all names", gather, "s"


def matching(held: Gazetteer) -> Iterator[Line]:
    """A sheet with a column added, and the same sheet read and written as it is."""
    units = [f"{sector}{unit}" for sector in held.directory.sectors() for unit in ("AA", "ZZ")]
    with TemporaryDirectory() as folder:
        given, made = Path(folder, "in.csv"), Path(folder, "out.csv")
        with given.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([["n", "Postcode"], *itertools.islice(enumerate(units), ROWS)])
        sheet = Sheet.of(given)

        def write(rows: Iterable[list[str]]) -> None:
            write_rows(made, sheet, rows)
            made.unlink()

        plain = seconds(lambda: write(sheet))
        full = seconds(lambda: write(matched(sheet, 1, Matcher(held, TODAY, TODAY), Counter())))
    yield f"match a sheet of {sheet.rows:,} rows", full, "s"
    yield "read and write that sheet as it is", plain, "s"


def main() -> None:
    before, began = _megabytes(), time.perf_counter()
    directory = Directory.load(Path(settings.POSTCODE_DIRECTORY))
    read, held_megabytes = time.perf_counter() - began, _megabytes() - before
    held = gazetteer.current()
    for line in [
        *lookups(held),
        *suggestions(held),
        *matching(held),
        (
            "directory of postcodes: find one",
            seconds(lambda: directory.find("SW1A 1AA"), 20_000),
            "s",
        ),
        ("directory of postcodes: read it", read, "s"),
        ("directory of postcodes: memory", held_megabytes, "MB"),
    ]:
        print(json.dumps(line))


def _megabytes() -> float:
    """Of memory that this process has now."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
