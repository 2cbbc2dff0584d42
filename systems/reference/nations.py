"""What is not England: other nations, islands, forces, territories, and codes that are no place."""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from systems.reference.directory import UNIT_NUMBERS, UNITS, read_bitmap
from systems.text.postcodes import AREA, OUTWARD, capitals

# Read off as they are written: AI-2640 (Anguilla), KY1-1100 (Cayman Islands), MSR 1110
# (Montserrat), VG1110 (British Virgin Islands), BFPO 801 (forces, the form before 2012).
FOREIGN = re.compile(r"(AI-|KY[1-3]-|MSR|VG|BFPO) ?[0-9]{1,4}")
UNIT_SHAPE = re.compile(r"([A-Z]{4}|[A-Z]{3}|[A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9](?:[A-Z]{2})?|TA1)?")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place that is not in England's ICSs, and the piece of the code that says so."""

    nation: str
    key: str
    note: str = ""


class Nations:
    """Outward codes, sectors and prefixes outside England, by what is typed."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self._by_kind: dict[str, dict[str, Elsewhere]] = defaultdict(dict)
        self._units: dict[str, int] = {}
        letters: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            place = Elsewhere(row["nation"], row["key"], row["note"])
            self._by_kind[row["kind"]][row["key"]] = place
            if row["kind"] == "sector-straddling":
                self._units[row["key"]] = read_bitmap(row["units"])
            if row["kind"].startswith("outward"):
                letters[_letters(row["key"])].add(row["nation"])
        self._areas = {
            area: Elsewhere(next(iter(nations)), area)
            for area, nations in letters.items()
            if len(nations) == 1
        } | self._by_kind["area"]
        # The nation beside England in each postcode area: LL is Welsh but for a piece of LL14.
        self._neighbours = {
            area: name
            for area, nations in letters.items()
            for name in sorted(nation.removeprefix("England and ") for nation in nations)
            if not name.startswith("England")
        }

    @classmethod
    def load(cls, path: Path) -> "Nations":
        with path.open(encoding="utf-8", newline="") as file:
            return cls(list(csv.DictReader(file)))

    def by_key(self) -> dict[str, Elsewhere]:
        """Every place by the piece of a code that says so, as one table.

        `BT*` is all that begins with BT, `VG:` a prefix, `CF` the letters alone, the rest outward
        codes and sectors as they are. Sectors that are partly English are in `straddling`.
        """
        kinds = self._by_kind
        return (
            self._areas
            | kinds["outward-retired"]
            | kinds["outward"]
            | kinds["sector"]
            | {f"{key}*": place for key, place in kinds["area"].items()}
            | {f"{key}:": place for key, place in kinds["prefix"].items()}
        )

    def straddling(self) -> dict[str, tuple[int, Elsewhere]]:
        """The sectors that are partly English, with their units that are not."""
        return {
            sector: (units, Elsewhere(_other(self._by_kind["sector-straddling"][sector]), sector))
            for sector, units in self._units.items()
        }

    def across_border(self, unit: str) -> Elsewhere | None:
        """The nation of a live postcode in a sector that is partly English, or None.

        The sector SY10 7 is in both nations, so it has a bitmap of the units that are in Wales.
        """
        sector = unit[:-2]
        units = self._units.get(sector, 0)
        if units >> (UNITS - 1 - UNIT_NUMBERS[unit[-2:]]) & 1:
            return Elsewhere(_other(self._by_kind["sector-straddling"][sector]), sector)
        return None

    def of_unit(self, unit: str) -> Elsewhere | None:
        """Where outside England a full postcode is, or None if it may be English."""
        sector, outward = unit[:-2], unit.split(" ", maxsplit=1)[0]
        if sector in self._units:
            return self.across_border(unit)
        return (
            self._by_kind["sector"].get(sector)
            or self._by_kind["outward"].get(outward)
            or self._by_kind["outward-retired"].get(outward)
            or self._by_kind["area"].get(_letters(outward))
        )

    def of_part(self, part: str) -> Elsewhere | None:
        """Where outside England a sector, outward code or postcode area is as a whole, or None."""
        outward = part.split(" ", maxsplit=1)[0]
        return (
            self._by_kind["sector"].get(part)
            or self._by_kind["outward"].get(outward)
            or self._by_kind["outward-retired"].get(outward)
            or (self._areas.get(part) if part.isalpha() else None)
            or self._by_kind["area"].get(_letters(outward))
        )

    def shared_with(self, part: str) -> str | None:
        """The nation that has some of an area, outward code or sector that is partly English."""
        for kind in ("sector-straddling", "outward-straddling"):
            if place := self._by_kind[kind].get(part):
                return _other(place)
        return self._neighbours.get(part)

    def of_odd_code(self, text: str) -> Elsewhere | None:
        """Where a code is that does not have the shape of a postcode of the United Kingdom.

        FIQQ 1ZZ, GIR 0AA, KY1-1100, BFPO 801 and the like; None for everything else.
        """
        upper = capitals(text)
        if not AREA.fullmatch(upper) and (area := self._by_kind["area"].get(upper)):
            return area
        if match := FOREIGN.fullmatch(upper):
            return self._by_kind["prefix"].get(match[1])
        match = UNIT_SHAPE.fullmatch(upper) or UNIT_SHAPE.fullmatch(upper.replace(" ", ""))
        if not match or OUTWARD.fullmatch(match[1]):
            return None
        outward = match[1]
        for kind in ("outward", "outward-retired"):
            if place := self._by_kind[kind].get(outward):
                return place
        area = self._by_kind["area"].get(_letters(outward))
        return area if area and outward[-1].isdigit() else None


def _other(place: Elsewhere) -> str:
    """The nation that shares a code with England."""
    return place.nation.removeprefix("England and ")


def _letters(outward: str) -> str:
    return re.match(r"[A-Z]*", outward)[0]  # type: ignore[index]
