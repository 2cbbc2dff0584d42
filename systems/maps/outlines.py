"""The outlines of areas, as the borders between them. Pure.

The file has a row for each stretch of border: the area on its left, the area on its right (empty:
sea, Scotland or Wales), and the line: `x y` of its first point, then `dx dy` to each next one.
The unit is 100 metres; x counts east from the origin of the National Grid, y south from 660 km
north of it.

A border stands there once. So neighbours cannot come apart, areas are joined by leaving out the
borders between them, and who touches whom can be read off.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from systems.reference.tables import read_table

COLUMNS = ["left", "right", "line"]
CUTS = 15  # heights at which the middle of a shape is looked for


class OutlinesError(Exception):
    """A file of outlines that cannot be read, with a sentence that says why."""


class Point(NamedTuple):
    x: float
    y: float


Line = tuple[Point, ...]


class Box(NamedTuple):
    """The smallest upright rectangle around something."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    @classmethod
    def around(cls, points: Iterable[Point]) -> "Box":
        xs, ys = zip(*points, strict=True)
        return cls(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


@dataclass(frozen=True, slots=True)
class Border:
    """A line with an area on its left and one on its right, or nothing that is England."""

    left: str
    right: str
    line: Line


class Outlines:
    """All borders, and the shapes they make."""

    def __init__(self, borders: Iterable[Border]) -> None:
        self.borders = tuple(borders)
        self.areas = {border.left for border in self.borders}
        self.areas |= {border.right for border in self.borders if border.right}

    @classmethod
    def load(cls, path: Path) -> "Outlines":
        """Read a file of outlines. Raises OutlinesError."""
        outlines = cls(read_table(path, COLUMNS, _read, OutlinesError))
        for area in sorted(outlines.areas):
            if not all(ring[0] == ring[-1] for ring in outlines.rings([area])):
                raise OutlinesError(f"{path.name}: the outline of {area} is not closed")
        return outlines

    def __len__(self) -> int:
        return len(self.borders)

    @cached_property
    def neighbours(self) -> dict[str, set[str]]:
        """The areas that each area shares a border with."""
        neighbours: dict[str, set[str]] = {area: set() for area in self.areas}
        for border in self.borders:
            if border.right:
                neighbours[border.left].add(border.right)
                neighbours[border.right].add(border.left)
        return neighbours

    @cached_property
    def shared(self) -> dict[tuple[str, str], float]:
        """How long the border is between two areas, by the pair of them, both ways round."""
        lengths: dict[tuple[str, str], float] = defaultdict(float)
        for border in self.borders:
            if border.right:
                length = sum(math.dist(one, two) for one, two in pairwise(border.line))
                lengths[border.left, border.right] += length
                lengths[border.right, border.left] += length
        return lengths

    def rings(self, areas: Collection[str]) -> list[Line]:
        """The outline of `areas` joined into one shape: closed lines with the land on their left.

        What is not known has no outline.
        """
        starting: dict[Point, list[Line]] = defaultdict(list)
        for border in self.borders:
            if (border.left in areas) != (border.right in areas):
                line = border.line if border.left in areas else border.line[::-1]
                starting[line[0]].append(line)
        rings = []
        while starting:
            ring = list(_next(starting, next(iter(starting))))
            while ring[-1] != ring[0] and ring[-1] in starting:
                ring += _next(starting, ring[-1])[1:]
            rings.append(tuple(ring))
        return rings

    def path(self, areas: Collection[str]) -> str:
        """The outline of `areas` joined into one shape, as the `d` of an SVG path."""
        return "".join(map(_path, self.rings(areas)))

    def box(self, areas: Collection[str]) -> Box | None:
        """The box around `areas`, None where none of them has an outline."""
        points = [point for ring in self.rings(areas) for point in ring]
        return Box.around(points) if points else None

    def middle(self, areas: Collection[str]) -> Point | None:
        """A point well inside `areas`, where a label fits best.

        It is the middle of a horizontal cut, the one that is farthest from the outline's points.
        """
        rings = self.rings(areas)
        if not rings:
            return None
        points = [point for ring in rings for point in ring]
        sides = [side for ring in rings for side in pairwise(ring)]
        box = Box.around(points)
        heights = [box.y + box.height * (cut + 0.5) / CUTS for cut in range(CUTS)]
        return max(
            (middle for height in heights for middle in _middle_of_cut(sides, height)),
            key=lambda middle: min((middle.x - x) ** 2 + (middle.y - y) ** 2 for x, y in points),
        )

    def coarser(self, least: float) -> "Outlines":
        """The same with fewer points: those left out make a triangle of less than `least`.

        Borders are simplified one by one, so they still fit together. Each keeps one point
        between its ends, so that no area becomes a line.
        """
        return Outlines(
            Border(border.left, border.right, _simplified(border.line, least))
            for border in self.borders
        )


def _read(row: dict[str, str]) -> Border:
    numbers = [int(number) for number in row["line"].split(" ")]
    x, y, line = 0, 0, []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        line.append(Point(x, y))
    if len(line) == 1 or not row["left"] or row["left"] == row["right"]:
        raise ValueError("a line with an area on its left is expected")
    return Border(row["left"], row["right"] or "", tuple(line))


def _next(starting: dict[Point, list[Line]], point: Point) -> Line:
    """Take out a line that starts at `point`."""
    line = starting[point].pop()
    if not starting[point]:
        del starting[point]
    return line


def _path(ring: Line) -> str:
    """M and the first point, then steps; a minus sign is enough to part two numbers."""
    steps = [(b.x - a.x, b.y - a.y) for a, b in pairwise(ring[:-1])]
    numbers = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
    return f"M{ring[0].x} {ring[0].y}l{numbers}z"


def _middle_of_cut(sides: list[tuple[Point, Point]], height: float) -> Iterator[Point]:
    """The middle of the longest piece of a horizontal cut through a shape."""
    cuts = sorted(
        a.x + (b.x - a.x) * (height - a.y) / (b.y - a.y)
        for a, b in sides
        if (a.y > height) != (b.y > height)
    )
    pieces = list(zip(cuts[::2], cuts[1::2], strict=True))
    if pieces:
        left, right = max(pieces, key=lambda piece: piece[1] - piece[0])
        yield Point((left + right) / 2, height)


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2


def _simplified(line: Line, least: float) -> Line:
    """`line` without the points that matter least (Visvalingam and Whyatt, 1993)."""
    keep = 4 if line[0] == line[-1] else 3
    before = list(range(-1, len(line) - 1))
    after = list(range(1, len(line) + 1))
    size = {n: _triangle(line[n - 1], line[n], line[n + 1]) for n in range(1, len(line) - 1)}
    queue = [(triangle, n) for n, triangle in size.items()]
    heapq.heapify(queue)
    while queue and len(size) + 2 > keep:
        smallest, n = heapq.heappop(queue)
        if size.get(n) != smallest:
            continue  # it was measured anew since, or is gone
        if smallest >= least:
            break
        del size[n]
        left, right = before[n], after[n]
        after[left], before[right] = right, left
        for side in (left, right):
            if side in size:
                # Never less than what has gone, so that no point outlives a bigger one.
                triangle = _triangle(line[before[side]], line[side], line[after[side]])
                size[side] = max(triangle, smallest)
                heapq.heappush(queue, (size[side], side))
    return tuple(point for n, point in enumerate(line) if n in size or n in {0, len(line) - 1})
