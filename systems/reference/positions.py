"""What follows from where postcodes are: which lie apart from their sector, which near a border.

Positions are those of OS Code-Point Open, metres east and north on the National Grid. They are read
from the release itself and not kept: only what is derived goes into the directory. docs/data.md has
the rules, how their thresholds were chosen and how many postcodes they catch.
"""

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import hypot
from pathlib import Path

from systems.reference.directory import UNIT_NAMES, Directory, UnitStatus
from systems.text.postcodes import read_unit

Point = tuple[int, int]

# A place where postcodes of so many sectors meet is one where post is sorted.
MIN_SECTORS_OF_OFFICE = 3
MAX_METRES_TO_SECTOR = 500  # from such a place to the sector's other postcodes
MAX_METRES_ALONE = 7_000  # from any other place
MAX_METRES_TO_BORDER = 300

_UNKNOWN_PLACE = 90  # of the quality of a position
_EXACT_PLACE = 20  # at most: within the building, or added by hand


class PositionsError(Exception):
    """A release that cannot be read, with a sentence that says why."""


def read_positions(path: Path) -> dict[str, tuple[Point, int]]:
    """The position of each postcode of a Code-Point Open release (.zip), and its quality."""
    positions: dict[str, tuple[Point, int]] = {}
    try:
        with zipfile.ZipFile(path) as release:
            for name in release.namelist():
                if name.lower().endswith(".csv") and "/data/" in f"/{name.lower()}":
                    with release.open(name) as file:
                        positions.update(_read(csv.reader(io.TextIOWrapper(file, "utf-8"))))
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, ValueError, IndexError) as error:
        raise PositionsError(f"{path.name} is not a Code-Point Open release ({error}).") from error
    if not positions:
        raise PositionsError(f"{path.name} has no positions of postcodes.")
    return positions


def _read(rows: Iterable[list[str]]) -> Iterator[tuple[str, tuple[Point, int]]]:
    for postcode, quality, east, north, *_ in rows:
        if int(quality) < _UNKNOWN_PLACE and (unit := read_unit(postcode)):
            yield unit, ((int(east), int(north)), int(quality))


def with_positions(directory: Directory, positions: dict[str, tuple[Point, int]]) -> Directory:
    """The same directory with the postcodes that are apart or near a border, derived anew."""
    points = {
        unit: point
        for unit, (point, _) in positions.items()
        if directory.find(unit)[0] is UnitStatus.LIVE
    }
    apart = _live_apart(points) | _misplaced(points)
    apart |= set(_retired_apart(directory, apart))
    exact = {
        unit: points[unit]
        for unit, (_, quality) in positions.items()
        if unit in points and unit not in apart and quality <= _EXACT_PLACE
    }
    near = _near_borders(exact, lambda unit: directory.find(unit)[1])
    return Directory(
        {
            name: replace(
                sector,
                apart=_bitmap(unit in apart for unit in _units(name)),
                borders=tuple(
                    (area, _bitmap(area in near.get(unit, ()) for unit in _units(name)))
                    for area in sorted(
                        {area for unit in _units(name) for area in near.get(unit, ())}
                    )
                ),
            )
            for name, sector in directory.by_name().items()
        }
    )


def _units(sector: str) -> Iterator[str]:
    return (sector + unit for unit in UNIT_NAMES)


def _bitmap(bits: Iterable[bool]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _live_apart(points: dict[str, Point]) -> set[str]:
    """Postcodes where those of several sectors meet, far from all others of their sector.

    Where all of a sector are at such places they are held against those of its outward code.
    """
    sectors = defaultdict(set)
    for unit, point in points.items():
        sectors[point].add(unit[:-2])
    offices = {point for point, there in sectors.items() if len(there) >= MIN_SECTORS_OF_OFFICE}
    ordinary: dict[str, list[Point]] = defaultdict(list)
    for unit, point in points.items():
        if point not in offices:
            ordinary[unit[:-2]].append(point)
            ordinary[unit.split(" ")[0]].append(point)
    return {
        unit
        for unit, point in points.items()
        if point in offices
        and (others := ordinary.get(unit[:-2]) or ordinary.get(unit.split(" ")[0]))
        and _metres(point, others) > MAX_METRES_TO_SECTOR
    }


def _misplaced(points: dict[str, Point]) -> set[str]:
    """Postcodes at a place that is far from all others of their sector, which are the more."""
    by_sector: dict[str, dict[Point, list[str]]] = defaultdict(lambda: defaultdict(list))
    for unit, point in points.items():
        by_sector[unit[:-2]][point].append(unit)
    return {
        unit
        for there in by_sector.values()
        for point, units in there.items()
        if len(units) * 2 < sum(map(len, there.values()))
        and _metres(point, [other for other in there if other != point]) > MAX_METRES_ALONE
        for unit in units
    }


def _retired_apart(directory: Directory, apart: set[str]) -> Iterator[str]:
    """Retired postcodes recorded in an area in which no live one of their sector is.

    No release has the positions of retired postcodes; the areas of all are known.
    """
    for name in directory.sectors():
        units = [(unit, *directory.find(unit)) for unit in _units(name)]
        live = {
            area
            for unit, status, area in units
            if status is UnitStatus.LIVE and unit not in apart and area
        }
        if live:
            yield from (
                unit
                for unit, status, area in units
                if status is UnitStatus.RETIRED and area and area not in live
            )


def _metres(point: Point, others: Iterable[Point]) -> float:
    return min(hypot(point[0] - east, point[1] - north) for east, north in others)


def _near_borders(
    points: dict[str, Point], area_of: Callable[[str], str | None]
) -> dict[str, set[str]]:
    """The other areas of which a postcode is within MAX_METRES_TO_BORDER of each, by postcode."""
    squares: dict[Point, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for unit, point in points.items():
        if area := area_of(unit):
            squares[_square(point)][area].append(point)
    near: dict[str, set[str]] = {}
    for unit, point in points.items():
        east, north = _square(point)
        own = area_of(unit)
        others: dict[str, list[Point]] = defaultdict(list)
        for square in ((east + i, north + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for area, there in squares.get(square, {}).items():
                if area != own:
                    others[area] += there
        close = {
            area for area, there in others.items() if _metres(point, there) <= MAX_METRES_TO_BORDER
        }
        if own and close:
            near[unit] = close
    return near


def _square(point: Point) -> Point:
    return point[0] // MAX_METRES_TO_BORDER, point[1] // MAX_METRES_TO_BORDER


def counted(directory: Directory) -> Counter[str]:
    """How many postcodes are apart, live and retired, and how many are near a border."""
    counts: Counter[str] = Counter()
    for sector in directory.by_name().values():
        near = 0
        for _, units in sector.borders:
            near |= units
        counts["live ones apart from their sector"] += (sector.apart & sector.live).bit_count()
        counts["retired ones apart from their sector"] += (
            sector.apart & sector.retired
        ).bit_count()
        counts["near the border of another area"] += near.bit_count()
    return counts
