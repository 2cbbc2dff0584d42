"""The postcode directory: every English postcode and the area it is in, held in memory.

A file of one line per postcode sector (fixtures/README.md describes it). A unit, the last two
letters of a postcode, is numbered over twenty letters, and a sector is bitmaps of 400 units, live,
retired and apart, with the runs of areas across them. docs/data.md has the rules by which a unit is
apart, or near the border of another area.
"""

import csv
import gzip
import zlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from icsinfo.unavailable import UnavailableError
from systems.text.postcodes import SECTOR, UNIT_LETTERS

UNITS = len(UNIT_LETTERS) ** 2
UNIT_NUMBERS = {
    first + second: len(UNIT_LETTERS) * i + j
    for i, first in enumerate(UNIT_LETTERS)
    for j, second in enumerate(UNIT_LETTERS)
}
UNIT_NAMES = list(UNIT_NUMBERS)
_UNIT_BITS = {letters: 1 << (UNITS - 1 - number) for letters, number in UNIT_NUMBERS.items()}
COLUMNS = ["sector", "live", "retired", "apart", "runs", "borders"]
_UNKNOWN_AREA = "?"


class DirectoryError(UnavailableError):
    """A directory file that cannot be used, with a sentence that says where and why."""


class UnitStatus(Enum):
    """What the directory knows of a postcode."""

    LIVE = "live"
    RETIRED = "retired"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Sector:
    """The units of a sector as bitmaps (unit 0 is the highest bit) and its runs of areas.

    `areas[i]` holds from unit `starts[i]` on; an area of None is a place that is not known.
    Units that are `apart` may be recorded where their post is sorted. `borders` are other areas
    with the units that are near them.
    """

    live: int
    retired: int
    starts: tuple[int, ...]
    areas: tuple[str | None, ...]
    apart: int = 0
    borders: tuple[tuple[str, int], ...] = ()

    def area(self, unit: int) -> str | None:
        if len(self.areas) == 1:
            return self.areas[0]
        return self.areas[bisect_right(self.starts, unit) - 1]

    def count(self, bitmap: int) -> Iterator[tuple[str | None, int]]:
        """How many units of `bitmap` are in each run."""
        ends = (*self.starts[1:], UNITS)
        for area, start, end in zip(self.areas, self.starts, ends, strict=True):
            run = (bitmap >> (UNITS - end)) & ((1 << (end - start)) - 1)
            yield area, run.bit_count()


def read_bitmap(digits: str) -> int:
    """A bitmap from hexadecimal digits whose trailing zeros were cut off."""
    return int(digits, 16) << (4 * (UNITS // 4 - len(digits))) if digits else 0


def write_bitmap(bitmap: int) -> str:
    """The digits that `read_bitmap` reads."""
    return f"{bitmap:0{UNITS // 4}x}".rstrip("0")


def _read_runs(text: str) -> tuple[tuple[int, ...], tuple[str | None, ...]]:
    first, *changes = text.split(" ")
    starts, areas = [0], [first]
    for change in changes:
        unit, area = change.split("=")
        starts.append(UNIT_NUMBERS[unit])
        areas.append(area)
    return tuple(starts), tuple(None if area == _UNKNOWN_AREA else area for area in areas)


def _read_borders(text: str) -> tuple[tuple[str, int], ...]:
    pairs = (border.split("=") for border in text.split())
    return tuple((area, read_bitmap(digits)) for area, digits in pairs)


class Directory:
    """All English postcodes. Reading is safe from any number of threads."""

    def __init__(self, sectors: dict[str, Sector]) -> None:
        self._sectors = sectors
        self._outwards: dict[str, list[str]] = defaultdict(list)
        self._areas: dict[str, list[str]] = defaultdict(list)
        for name in sectors:
            outward = name[:-2]
            self._outwards[outward].append(name)
            self._areas[outward[:2] if outward[1].isalpha() else outward[0]].append(name)

    @classmethod
    def load(cls, path: Path) -> "Directory":
        """Read a directory file. Raises DirectoryError naming the first line that is wrong."""
        sectors: dict[str, Sector] = {}
        try:
            with gzip.open(path, "rt", encoding="ascii", newline="") as file:
                rows = csv.reader(file)
                header = next(rows, [])
                if header != COLUMNS:
                    raise DirectoryError(
                        f"{path.name}: expected the columns {', '.join(COLUMNS)}; "
                        f"found {', '.join(header) or 'none'}."
                    )
                for line, row in enumerate(rows, start=2):
                    try:
                        name, live, retired, apart, runs, borders = row
                        if not SECTOR.fullmatch(name.replace(" ", "", 1)):
                            raise ValueError(f"{name!r} is no name of one")
                        sectors[name] = Sector(
                            read_bitmap(live),
                            read_bitmap(retired),
                            *_read_runs(runs),
                            read_bitmap(apart),
                            _read_borders(borders),
                        )
                    except (ValueError, KeyError) as error:
                        raise DirectoryError(
                            f"{path.name}, line {line}: not a sector ({error})."
                        ) from error
        except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
            raise DirectoryError(f"{path.name} cannot be read: {error}.") from error
        return cls(sectors)

    def by_name(self) -> Mapping[str, Sector]:
        return MappingProxyType(self._sectors)

    def save(self, path: Path) -> None:
        """Write a directory file. The same directory makes the same bytes."""
        text = "".join(f"{line}\n" for line in (",".join(COLUMNS), *self.lines()))
        path.write_bytes(gzip.compress(text.encode("ascii"), mtime=0))

    def lines(self) -> Iterator[str]:
        """The lines of a directory file that says the same, without their header and ends."""
        for name, sector in self._sectors.items():
            first, *others = (area or _UNKNOWN_AREA for area in sector.areas)
            changes = (
                f" {UNIT_NAMES[start]}={area}"
                for start, area in zip(sector.starts[1:], others, strict=True)
            )
            bitmaps = ",".join(map(write_bitmap, (sector.live, sector.retired, sector.apart)))
            borders = " ".join(f"{area}={write_bitmap(units)}" for area, units in sector.borders)
            yield f"{name},{bitmaps},{first}{''.join(changes)},{borders}"

    def find(self, unit: str) -> tuple[UnitStatus, str | None]:
        """Whether `unit` ("SW1A 1AA") is live, retired or absent, and the code of its area.

        The area is None where the place is not known, and always for an absent postcode.
        """
        sector = self._sectors.get(unit[:-2])
        if sector is None:
            return UnitStatus.ABSENT, None
        letters = unit[-2:]
        bit = _UNIT_BITS[letters]
        if sector.live & bit:
            return UnitStatus.LIVE, sector.area(UNIT_NUMBERS[letters])
        if sector.retired & bit:
            return UnitStatus.RETIRED, sector.area(UNIT_NUMBERS[letters])
        return UnitStatus.ABSENT, None

    def is_apart(self, unit: str) -> bool:
        """Whether `unit`, which is in the directory, may be recorded where its post is sorted."""
        apart = self._sectors[unit[:-2]].apart
        return bool(apart and apart & _UNIT_BITS[unit[-2:]])

    def has_others(self, sector: str) -> bool:
        """Whether a sector has live postcodes that are not apart."""
        found = self._sectors[sector]
        return bool(found.live & ~found.apart)

    def near(self, unit: str) -> tuple[str, ...]:
        """The codes of other areas whose border is near `unit`, which is in the directory."""
        borders = self._sectors[unit[:-2]].borders
        if not borders:
            return ()
        bit = _UNIT_BITS[unit[-2:]]
        return tuple(area for area, units in borders if units & bit)

    @cached_property
    def near_borders(self) -> Counter[tuple[str, str]]:
        """How many postcodes of an area are near another one, by the codes of the two."""
        counts: Counter[tuple[str, str]] = Counter()
        for sector in self._sectors.values():
            for other, units in sector.borders:
                for area, number in sector.count(units):
                    if area and number:
                        counts[area, other] += number
        return counts

    def live_postcodes(self) -> int:
        """How many postcodes are live, with those whose place is not known."""
        return sum(sector.live.bit_count() for sector in self._sectors.values())

    def sectors(self) -> Iterator[str]:
        return iter(self._sectors)

    def in_sector(self, sector: str) -> list[str]:
        return [sector] if sector in self._sectors else []

    def in_outward(self, outward: str) -> list[str]:
        """The sectors of an outward code; of SW1, which has none, those of SW1A, SW1E and so on."""
        if outward in self._outwards:
            return self._outwards[outward]
        return [
            sector
            for code, sectors in self._outwards.items()
            if code[:-1] == outward and code[-1].isalpha()
            for sector in sectors
        ]

    def in_area(self, letters: str) -> list[str]:
        return self._areas.get(letters, [])

    def count(self, sectors: Iterable[str]) -> tuple[UnitStatus, Counter[str]]:
        """The postcodes of `sectors` whose place is known, by area: the live ones.

        Those that are apart count only where there are no others. Where none is live the retired
        ones are counted, and where there is none of either the counter is empty and the status
        ABSENT.
        """
        chosen = [self._sectors[name] for name in sectors]
        for status in (UnitStatus.LIVE, UnitStatus.RETIRED):
            for apart in (False, True):
                counts: Counter[str] = Counter()
                for sector in chosen:
                    bitmap = sector.live if status is UnitStatus.LIVE else sector.retired
                    for area, number in sector.count(bitmap if apart else bitmap & ~sector.apart):
                        if area is not None and number:
                            counts[area] += number
                if counts:
                    return status, counts
        return UnitStatus.ABSENT, Counter()
