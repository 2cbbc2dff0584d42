"""`./dev bench`: the hot path, measured against a plain dictionary in the same run.

Absolute times are for reading; what to compare between versions is the ratio, which does not
change when the machine is slow.
"""

import csv
import gc
import itertools
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icsinfo.settings")
os.environ.setdefault("ICSINFO_LOCAL", "1")
os.environ["ICSINFO_STATE"] = tempfile.mkdtemp(prefix="icsinfo-bench-")
os.environ.pop("DATABASE_URL", None)

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from systems import gazetteer
from systems.gazetteer import Gazetteer
from systems.lookup import lookup
from systems.lookup.suggestions import suggest
from systems.matching.columns import Matcher, matched
from systems.matching.csv_files import Sheet, write_rows
from systems.reference.prefix_index import Names
from systems.reference.spelling import Spelling

TODAY = date(2026, 11, 21)
RUNS = 7
LOOKUPS = 50_000
MANY = 30_000  # names
ROWS = 20_000  # of a sheet: every other postcode is live
LOAD = """
import time
from pathlib import Path
from systems.reference.directory import Directory

def kilobytes():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])

before, start = kilobytes(), time.perf_counter()
directory = Directory.load(Path({path!r}))
print(time.perf_counter() - start, kilobytes() - before)
"""


def per_call(function: Callable[[], object], times: int) -> float:
    """Seconds a call: the median of several runs, each of `times` calls, without the collector."""
    results = []
    for _ in range(RUNS):
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        for _ in range(times):
            function()
        results.append((time.perf_counter() - start) / times)
        gc.enable()
    return statistics.median(results)


def report(name: str, seconds: float, base: float, limit: float | None = None) -> None:
    unit = f"{seconds * 1e6:9.2f} µs" if seconds < 0.01 else f"{seconds:9.3f} s "
    wanted = f"  (wanted: under {limit * 1e6:.0f} µs)" if limit else ""
    print(f"{name:<44}{unit}{seconds / base:12.1f} x{wanted}")


def main() -> None:
    call_command("migrate", verbosity=0)
    start = time.perf_counter()
    call_command("load_data", verbosity=0)
    filled = time.perf_counter() - start
    held = gazetteer.current()

    def asking(text: str, on: str | None = None, held: Gazetteer = held) -> Callable[[], object]:
        return lambda: lookup(text, on, today=TODAY, gazetteer=held)

    def suggesting(text: str) -> Callable[[], object]:
        return lambda: suggest(text, today=TODAY, gazetteer=held)

    def getting(path: str) -> Callable[[], object]:
        return lambda: visitor.get(path, headers={"host": "localhost"})

    visitor = Client()
    plain = {sector: sector for sector in held.directory.sectors()}
    base = per_call(lambda: plain.get("SW1A 1"), LOOKUPS)
    print(f"{'':<44}{'median':>12}{'to a dict':>12}")
    report("a dictionary of the same sectors", base, base)
    find = held.directory.find
    report("directory: SW1A 1AA", per_call(lambda: find("SW1A 1AA"), LOOKUPS), base)
    for name, text, on in [
        ("lookup: SW1A 1AA", "SW1A 1AA", None),
        ("lookup: gu90nz on 2026-03-31", "gu90nz", "2026-03-31"),
    ]:
        report(name, per_call(asking(text, on), LOOKUPS), base, limit=20e-6)
    for name, text in [
        ("lookup: mended, SW1A OAA", "SW1A OAA"),
        ("lookup: in an address", "Town Hall, Edward Street, Stockport SK1 3XE"),
        ("lookup: partial, SW1A", "SW1A"),
        ("lookup: a whole postcode area, B", "B"),
        ("lookup: a name, Humber, Coast and Vale", "Humber, Coast and Vale"),
        ("lookup: a place, Farnham", "Farnham"),
        ("lookup: words of a name, guys hospital", "guys hospital"),
    ]:
        report(name, per_call(asking(text), 2000), base)
    extra = (f"{name} {number}" for number in (1, 2) for name in held.spelling.names)
    names = [*held.spelling.names, *itertools.islice(extra, MANY - len(held.spelling.names))]
    many = replace(held, spelling=Spelling(names))
    for name, text in [
        ("lookup: a slip, Stockprot, in 30,000 names", "Stockprot"),
        ("lookup: a long slip, in 30,000 names", "Bath and North Eest Sommerset"),
        ("lookup: nothing, in 30,000 names", "nowhere at all"),
    ]:
        report(name, per_call(asking(text, held=many), 20), base, limit=20e-3)

    for name, text in [
        ("suggestions: stockp", "stockp"),
        ("suggestions: th, with which many begin", "th"),
        ("suggestions: the surgery, which many are", "the surgery"),
    ]:
        report(name, per_call(suggesting(text), 200), base, limit=5e-3)
    for name, path in [
        ("api: one system", "/api/v1/systems/devon"),
        ("api: a list, 36 systems with their sources", "/api/v1/systems"),
        ("api: a list, 116 areas with their sources", "/api/v1/areas?limit=1000"),
    ]:
        report(name, per_call(getting(path), 1), base)
    gathered = per_call(lambda: Names.of(held.atlas, held.register, held.places), 1)

    _report_matching(held)

    loads = [_load_in_a_process_of_its_own() for _ in range(RUNS)]
    seconds = statistics.median(load[0] for load in loads)
    megabytes = statistics.median(load[1] for load in loads) / 1024
    print(f"{'directory: load':<44}{seconds:9.3f} s   (wanted: under 0.3 s)")
    print(f"{'directory: memory':<44}{megabytes:9.1f} MB  (wanted: under 60 MB)")
    print(f"{'suggestions: gather all names':<44}{gathered:9.3f} s   (wanted: under 1 s)")
    print(f"{'load_data into an empty database':<44}{filled:9.3f} s   (wanted: under 15 s)")
    print(f"whole process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _report_matching(held: Gazetteer) -> None:
    """Rows a second of a sheet, beside reading and writing the same sheet as it is."""
    folder = Path(tempfile.mkdtemp(prefix="icsinfo-bench-"))
    units = [f"{sector}{unit}" for sector in held.directory.sectors() for unit in ("AA", "ZZ")]
    with (folder / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["n", "Postcode"], *itertools.islice(enumerate(units), ROWS)])
    sheet = Sheet.of(folder / "in.csv")
    made = itertools.count()

    def writing(rows: Callable[[], Iterable[list[str]]]) -> Callable[[], object]:
        return lambda: write_rows(folder / f"{next(made)}.csv", sheet, rows())

    def matching() -> Iterable[list[str]]:
        return matched(sheet, 1, Matcher(held, TODAY, TODAY), Counter())

    base = per_call(writing(lambda: sheet), 1)
    seconds = per_call(writing(matching), 1)
    told = f"{sheet.rows / seconds:9,.0f} a second"
    print(f"{'matching: rows':<44}{told}{seconds / base:5.1f} x reading and writing the same")


def _load_in_a_process_of_its_own() -> tuple[float, float]:
    """Seconds, and kilobytes of memory held afterwards, for loading the directory alone."""
    code = LOAD.format(path=str(settings.POSTCODE_DIRECTORY))
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    seconds, kilobytes = done.stdout.split()
    return float(seconds), float(kilobytes)


if __name__ == "__main__":
    main()
