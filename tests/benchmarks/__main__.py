"""Measure in rounds, and print one table in Markdown: the median of all rounds, least and most."""

import argparse
import os
import platform
from collections.abc import Iterable
from contextlib import ExitStack
from operator import mul, truediv
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icsinfo.settings")

import django

django.setup()

from django.db import connection

from tests.benchmarks.client import Client
from tests.benchmarks.figures import MEASUREMENTS, Figure, Measured, Wanted
from tests.benchmarks.growth import LINEAR, growth
from tests.benchmarks.servers import NGINX, Site, nginx
from tests.benchmarks.soak import soak
from tests.database import served_copy, use_kept

THOROUGH = Client(seconds=1, connections=32, connections_for_slow=8)
BRIEF = Client(seconds=0.05, connections=4, connections_for_slow=2)
SIZES = (1, 10, 100)
MAX_GROWTH = 1.5  # of a page at the largest of the sizes; of all rows, to how many there are
HEAD = ["", "median", "(of rounds)", "× empty view", "(of rounds)", "empty views", "template pages"]
HEAD += ["× nginx", "wanted", ""]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--quick", action="store_true", help="one short round, to see that everything runs"
    )
    parser.add_argument(
        "--soak", type=int, metavar="N", help="instead, memory of a worker over N mixed requests"
    )
    parser.add_argument(
        "--growth", action="store_true", help="instead, pages at 1, 10 and 100 times the rows"
    )
    options = parser.parse_args()
    rounds, client = (1, BRIEF) if options.quick else (options.rounds, THOROUGH)
    print(_machine(), flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="icsinfo-bench-")))
        use_kept(connection, folder)
        if options.growth:
            sizes = SIZES[:2] if options.quick else SIZES
            print(growth_table({size: growth(size) for size in sizes}))
            return
        site = Site(folder, stack.enter_context(served_copy(connection, folder)))
        site.run("manage.py", "prepare")
        if options.soak:
            with site.served("icsinfo.wsgi:application", "/readyz") as server:
                for line in soak(server, options.soak):
                    print(line, flush=True)
            return
        print(f"Rounds: {rounds}; {client}.\n", flush=True)
        measured = Measured(
            site,
            stack.enter_context(site.served("icsinfo.wsgi:application", "/readyz")),
            stack.enter_context(site.served("tests.benchmarks.anchors:application", "/empty/")),
            stack.enter_context(nginx()),
            client,
        )
        made = [
            {figure.name: figure for measure in MEASUREMENTS for figure in measure(measured)}
            for _ in range(rounds)
        ]
    print(table(made))
    if options.quick:
        print("\nEverything runs. No figure of so short a round is to be relied on.")


def _machine() -> str:
    return (
        f"Python {platform.python_version()}, Django {django.get_version()}, {connection.vendor}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, "
        f"{'with' if NGINX else 'without'} nginx.\n"
    )


def table(rounds: list[dict[str, Figure]]) -> str:
    lines = (_cells([figures[name] for figures in rounds], rounds) for name in rounds[0])
    return _aligned([HEAD, *lines])


def growth_table(by_size: dict[int, dict[str, list[float]]]) -> str:
    """Seconds of a first and a later rendering at each size, and how often the last has the first.

    A page is to be bounded, and what holds all that there is to grow with it.
    """
    head = ["", *(text for size in by_size for text in (f"{size}×", "later"))]
    lines = [[*head, "ratio", "later", "wanted", ""]]
    least, *_, most = by_size
    for name in by_size[least]:
        taken = [by_size[size][name] for size in by_size]
        ratios = [last / first for first, last in zip(taken[0], taken[-1], strict=True)]
        wanted = MAX_GROWTH * (most / least if name in LINEAR else 1)
        lines.append(
            [
                name,
                *(cell for seconds in taken for cell in _pair(_measure(s, "s") for s in seconds)),
                *_pair(map(_short, ratios)),
                f"≤ {wanted:g}",
                _yes(ratios[0] <= wanted),
            ]
        )
    return _aligned(lines)


def _pair(cells: Iterable[str]) -> list[str]:
    """Two cells; where there is no later rendering, the second is empty."""
    return [*cells, ""][:2]


def _aligned(lines: list[list[str]]) -> str:
    """A table in Markdown, of which the first of `lines` is the head."""
    first, *others = (max(map(len, column)) for column in zip(*lines, strict=True))
    lines.insert(1, ["-" * first, *("-" * (width - 1) + ":" for width in others)])
    return "\n".join(
        f"| {name.ljust(first)} | {' | '.join(map(str.rjust, cells, others))} |"
        for name, *cells in lines
    )


def _cells(figures: list[Figure], rounds: list[dict[str, Figure]]) -> list[str]:
    """A line of the table, from the figures of one name in each of the rounds."""
    values = [figure.value for figure in figures]
    ratios = [figure.ratio for figure in figures if figure.ratio]
    views = [figure.views for figure in figures if figure.views]
    unit, wanted = figures[0].unit, figures[0].wanted
    pages = [of["template page"].ratio or 1 for of in rounds]
    files = [of["nginx static"].ratio or 1 for of in rounds if NGINX]
    return [
        figures[0].name,
        _measure(median(values), unit),
        f"{_measure(min(values), unit)} – {_measure(max(values), unit)}",
        _middle(ratios),
        f"{_short(min(ratios))} – {_short(max(ratios))}" if ratios else "",
        _middle(views),
        _middle(list(map(mul, views, pages))),
        _middle(list(map(truediv, ratios, files))) if unit == "/s" else "",
        *_judged(wanted, values, ratios, views),
    ]


def _judged(
    wanted: Wanted, values: list[float], ratios: list[float], views: list[float]
) -> tuple[str, str]:
    """What is wanted, and whether it is so."""
    if wanted.ratio:
        return f"≥ {wanted.ratio}", _yes(median(ratios) >= wanted.ratio)
    if wanted.views:
        return f"≤ {wanted.views} views", _yes(median(views) <= wanted.views)
    if wanted.value:
        return f"≤ {wanted.value}", _yes(median(values) <= wanted.value)
    return "", ""


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _measure(value: float, unit: str) -> str:
    if unit == "s" and value < 0.1:
        return f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.1f} µs"
    return f"{_short(value)} {unit}"


def _middle(values: list[float]) -> str:
    return _short(median(values)) if values else ""


def _short(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
