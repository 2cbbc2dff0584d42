"""Names of places that people type, with the areas that each touches. Pure.

The file has a row for each meaning of a name: name, kind, qualifier (what tells it from others of
its name), areas ("01W", or "92A-1 71.5; D4U1Y-3 28.5" with the per cent of the residents, or
"01E; 02M-2" where nobody knows how they are shared) and weight (about how many people).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from systems.reference.tables import read_table
from systems.text.names import fold

# Their qualifier says what they are, not where: "ceremonial county", "London borough".
_DIVISIONS = {"country", "council", "county", "former district"}
COLUMNS = ["name", "kind", "qualifier", "areas", "weight"]


class PlacesError(Exception):
    """A file of places that cannot be read, with a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """One meaning of a name. `shares` are area codes with per cent of its residents, or None."""

    name: str
    kind: str
    qualifier: str
    shares: tuple[tuple[str, float | None], ...]
    weight: int

    @property
    def label(self) -> str:
        """What tells it from others of its name: "Farnham, Surrey" or "Adur (council area)"."""
        if self.kind == "alias" or self.name == self.qualifier:
            return self.qualifier  # the whole of its proper name; Wales
        if self.kind in _DIVISIONS:
            return f"{self.name} ({self.qualifier})"
        return f"{self.name}, {self.qualifier}"

    @property
    def nation(self) -> str:
        """The nation that it is in, where that is not England."""
        return "" if self.shares else self.qualifier


class Places:
    """All places, by folded name; the biggest meaning of a name first."""

    def __init__(self, places: Iterable[Place]) -> None:
        named: dict[str, list[Place]] = defaultdict(list)
        qualified: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            name = fold(place.name)
            named[name].append(place)
            # "Farnham, Surrey" and "Barnes, Richmond upon Thames" or "Barnes, London".
            for qualifier in {place.qualifier, *place.qualifier.split(", ")}:
                qualified[f"{name} {fold(qualifier)}"].append(place)
        self.by_name = {name: _biggest_first(namesakes) for name, namesakes in named.items()}
        self._qualified = {
            name: _biggest_first(namesakes)
            for name, namesakes in qualified.items()
            if name not in named
        }

    @classmethod
    def load(cls, path: Path) -> "Places":
        """Read a file of places. Raises PlacesError."""
        return cls(read_table(path, COLUMNS, _read, PlacesError))

    def __len__(self) -> int:
        return sum(len(places) for places in self.by_name.values())

    def proper_names(self) -> Iterator[str]:
        """The folded names of which a slip may be made.

        No short forms of several words, as East Cambs is one; but Frinton, for Frinton-on-Sea, is
        as near to Frintton as Fritton is.
        """
        return (
            name
            for name, places in self.by_name.items()
            if any(place.kind != "alias" for place in places) or " " not in name
        )

    def called(self, folded: str) -> tuple[Place, ...]:
        """What a folded name can mean, alone or with its county, the biggest first."""
        return self.by_name.get(folded) or self._qualified.get(folded, ())


def _biggest_first(places: list[Place]) -> tuple[Place, ...]:
    return tuple(sorted(places, key=lambda place: -place.weight))


def _read(row: dict[str, str]) -> Place:
    shares: list[tuple[str, float | None]] = []
    for piece in filter(None, row["areas"].split("; ")):
        code, _, share = piece.partition(" ")
        shares.append((code, float(share) if share else None))
    if len(shares) == 1:
        shares = [(shares[0][0], 100.0)]
    return Place(row["name"], row["kind"], row["qualifier"], tuple(shares), int(row["weight"]))
