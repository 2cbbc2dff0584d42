"""The map of any date: the atlas says what is where, the outlines how it is drawn."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

from systems.atlas import AreaFacts, Atlas, SystemFacts
from systems.days.spans import ONE_DAY
from systems.maps.colours import colour
from systems.maps.outlines import Box, Outlines, Point
from systems.models.systems import Region

MARGIN = 30
ENLARGED = 2.8
SMALL = 200  # what small maps leave out: see Outlines.coarser
TINY = 350  # a shape that is smaller in both directions gets a ring on a small map


@dataclass(frozen=True, slots=True)
class MapChange:
    """A day from which the map is another one. `count` is the number of systems from then on.

    `joined`, `moved` and `left` count areas: that came into a system from none, changed
    theirs, and were in none from then on.
    """

    day: date
    count: int
    opened: int
    closed: int
    joined: int
    moved: int
    left: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A system as it is drawn, and where its number goes. One in London is drawn large, too."""

    system: SystemFacts
    hue: int
    path: str
    middle: Point
    enlarged: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """England on a day, by system. `unassigned` is what is in none, with its part in London."""

    shapes: tuple[Shape, ...]
    unassigned: str
    unassigned_london: str


@dataclass(frozen=True, slots=True)
class Inset:
    """A part of the map drawn again on the same sheet, `scale` times as large and moved."""

    box: Box
    scale: float
    shift: Point

    @classmethod
    def at_the_top_right(cls, box: Box, scale: float, sheet: Box) -> Self:
        right, top = sheet.x + sheet.width - MARGIN, sheet.y + MARGIN
        shift = Point(round(right - scale * (box.x + box.width)), round(top - scale * box.y))
        return cls(box, scale, shift)

    @property
    def transform(self) -> str:
        return f"translate({self.shift.x} {self.shift.y}) scale({self.scale})"

    def place(self, point: Point) -> Point:
        """Where a point of the map is in the inset."""
        return Point(
            round(self.scale * point.x + self.shift.x), round(self.scale * point.y + self.shift.y)
        )

    @property
    def corner(self) -> Point:
        """Below its right end: the caption goes here."""
        corner = Point(self.box.x + self.box.width, self.box.y + self.box.height)
        return self.place(corner)


@dataclass(frozen=True, slots=True)
class Locator:
    """A small England with something marked in it, and what is around that marked less.

    `ring` is the middle of what is too small to be seen otherwise.
    """

    sheet: Box
    england: str
    around: str
    marked: str
    ring: Point | None


class Maps:
    """The maps of all dates. Each is drawn when first asked for, and kept."""

    def __init__(self, atlas: Atlas, outlines: Outlines) -> None:
        self._atlas = atlas
        self._outlines = outlines
        self._drawn: dict[tuple[date | None, bool], Drawing] = {}

    # --- What is there -------------------------------------------------------------------

    @cached_property
    def map_changes(self) -> list[MapChange]:
        """Every day on which the map changed or will change, earliest first."""
        days = {stay.start for area in self._atlas.areas.values() for stay in area.stays}
        return [self._map_change(day) for day in sorted(days)]

    def map_change_on(self, day: date) -> MapChange | None:
        """The turn since which the map is as it is on `day`."""
        past = [turn for turn in self.map_changes if turn.day <= day]
        return past[-1] if past else None

    def _map_change(self, day: date) -> MapChange:
        systems = self._atlas.systems.values()
        both = [
            (area.system_on(day - ONE_DAY), area.system_on(day))
            for area in self._atlas.areas.values()
        ]
        return MapChange(
            day,
            count=sum(system.open_on(day) for system in systems),
            opened=sum(system.opened_on == day for system in systems),
            closed=sum(system.closed_on == day for system in systems),
            joined=sum(bool(new and not old) for old, new in both),
            moved=sum(bool(new and old and new is not old) for old, new in both),
            left=sum(bool(old and not new) for old, new in both),
        )

    @cached_property
    def hues(self) -> dict[str, int]:
        """A colour for every system, the same on all dates; two that ever touch never share one.

        Those that have had the same areas, such as a system and its successor, are kin.
        """
        touching: dict[str, set[str]] = {
            slug: set() for slug, system in self._atlas.systems.items() if system.opened_on
        }
        for turn in self.map_changes:
            for one, other in self._touching_on(turn.day):
                touching[one].add(other)
        areas: dict[str, set[AreaFacts]] = defaultdict(set)
        for area in self._atlas.areas.values():
            for stay in area.stays:
                if stay.system:
                    areas[stay.system.slug].add(area)
        return colour(
            touching, lambda one, other: sum(a.residents for a in areas[one] & areas[other])
        )

    def _touching_on(self, day: date) -> set[tuple[str, str]]:
        """Pairs of systems, both ways round, that have a border in common on `day`."""
        systems = self._held_on(day)
        pairs = set()
        for area, others in self._outlines.neighbours.items():
            for other in others:
                one, two = systems.get(area), systems.get(other)
                if one and two and one != two:
                    pairs.add((one, two))
        return pairs

    def _held_on(self, day: date) -> dict[str, str]:
        """The slug of the system of each area that is in one on `day`, by the area's code."""
        systems = {code: area.system_on(day) for code, area in self._atlas.areas.items()}
        return {code: system.slug for code, system in systems.items() if system}

    def neighbours(self, system: SystemFacts, day: date) -> list[SystemFacts]:
        """The systems that touch one on `day`, the one with the longest border first."""
        systems = self._held_on(day)
        lengths: dict[str, float] = defaultdict(float)
        for (here, there), length in self._outlines.shared.items():
            other = systems.get(there)
            if systems.get(here) == system.slug and other and other != system.slug:
                lengths[other] += length
        return [self._atlas.systems[slug] for slug in sorted(lengths, key=lambda s: -lengths[s])]

    @cached_property
    def london(self) -> set[str]:
        """The codes of the areas that are or ever were in a system of London."""
        return {
            area.code
            for area in self._atlas.areas.values()
            if any(stay.system and stay.system.region == Region.LONDON for stay in area.stays)
        }

    # --- How it is drawn -----------------------------------------------------------------

    @cached_property
    def small(self) -> Outlines:
        return self._outlines.coarser(SMALL)

    @cached_property
    def sheet(self) -> Box:
        """All of England with a margin."""
        box = self._outlines.box(self._outlines.areas)
        if box is None:
            return Box(0, 0, 1, 1)
        return Box(box.x - MARGIN, box.y - MARGIN, box.width + 2 * MARGIN, box.height + 2 * MARGIN)

    @cached_property
    def inset(self) -> Inset | None:
        """London, large, in the North Sea."""
        box = self._outlines.box(self.london)
        return Inset.at_the_top_right(box, ENLARGED, self.sheet) if box else None

    def drawing(self, day: date, *, small: bool = False) -> Drawing:
        """The map of `day`; a small one has fewer points and no inset."""
        turn = self.map_change_on(day)
        key = (turn.day if turn else None, small)
        if key not in self._drawn:
            self._drawn[key] = self._draw(day, self.small if small else self._outlines)
        return self._drawn[key]

    def _draw(self, day: date, outlines: Outlines) -> Drawing:
        areas_by_system: dict[SystemFacts | None, set[str]] = defaultdict(set)
        for area in self._atlas.areas.values():
            areas_by_system[area.system_on(day)].add(area.code)
        unassigned = areas_by_system.pop(None, set())
        shapes = [
            self._shape(system, areas, outlines)
            for system, areas in areas_by_system.items()
            if system
        ]
        return Drawing(
            tuple(shapes), outlines.path(unassigned), outlines.path(unassigned & self.london)
        )

    def _shape(self, system: SystemFacts, areas: Collection[str], outlines: Outlines) -> Shape:
        middle = outlines.middle(areas) or self.sheet.middle
        inset = self.inset if system.region == Region.LONDON else None
        return Shape(
            system,
            self.hues[system.slug],
            outlines.path(areas),
            inset.place(middle) if inset else Point(round(middle.x), round(middle.y)),
            enlarged=inset is not None,
        )

    def changed(self, day: date) -> str:
        """The outline on a small map of the areas that changed their system on `day`."""
        return self.small.path(
            {
                area.code
                for area in self._atlas.areas.values()
                if area.system_on(day) is not area.system_on(day - ONE_DAY)
            }
        )

    @cached_property
    def _england(self) -> str:
        return self.small.path(self.small.areas)

    def locator(
        self, marked: Iterable[AreaFacts], around: Iterable[AreaFacts] = ()
    ) -> Locator | None:
        """Where some areas are; None where they have no outline."""
        codes = {area.code for area in marked}
        box = self.small.box(codes)
        if box is None:
            return None
        return Locator(
            self.sheet,
            self._england,
            self.small.path({area.code for area in around}),
            self.small.path(codes),
            box.middle if max(box.width, box.height) < TINY else None,
        )
