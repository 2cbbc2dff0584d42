"""Which names begin with a text, or have a later word that does.

One long text of all names, and sorted arrays of where in it words begin: 25,000 names take 1 MB,
and two binary searches find all that begin alike.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from systems.atlas import AreaFacts, Atlas, SystemFacts
from systems.models.organisations import OrganisationKind
from systems.reference.organisations import OrganisationFacts, Register, in_place
from systems.reference.places import Place, Places
from systems.text.names import NamedBody, fold, split_body

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an organisation, mostly of one of its hospitals, with the town of that."""

    organisation: OrganisationFacts
    name: str
    place: str

    @property
    def label(self) -> str:
        """What tells it from others of its name: St Mary's Hospital, Paddington, London."""
        return in_place(self.name, self.place)


Named = Place | AreaFacts | OrganisationFacts | Alias

# After each name; it sorts before a blank, so a whole name comes before longer ones.
_END = "\n"
_RANKS = {OrganisationKind.TRUST: 2, OrganisationKind.PCN: 3, OrganisationKind.PRACTICE: 4}


class PrefixMatches(NamedTuple, Generic[Thing]):
    """What has exactly that name, one that begins with it, or a later word that does."""

    exact: Iterator[Thing]
    beginning: Iterator[Thing]
    later: Iterator[Thing]


class PrefixIndex(Generic[Thing]):
    """Things by folded name, given with the best first. A thing may come under several names."""

    def __init__(self, named: Iterable[tuple[str, Thing]]) -> None:
        self._things: list[Thing] = []
        names: list[str] = []
        first: list[tuple[int, int]] = []
        later: list[tuple[int, int]] = []
        start = 0
        for number, (name, thing) in enumerate(named):
            self._things.append(thing)
            names.append(name + _END)
            first.append((start, number))
            later += [(start + at, number) for at, before in enumerate(name, 1) if before == " "]
            start += len(name) + 1
        self._text = "".join(names)
        self._first = self._sorted(first)
        self._later = self._sorted(later)

    def find(self, folded: str) -> PrefixMatches[Thing]:
        """Find things by the beginning of a name or word, each time with the best first."""
        first, numbers = self._first
        low, high = self._range(first, folded)
        whole = bisect_right(first, folded + _END, low, high, key=self._cut(len(folded) + 1))
        later, numbers_of_later = self._later
        return PrefixMatches(
            self._best_first(numbers[low:whole]),
            self._best_first(numbers[whole:high]),
            self._best_first(numbers_of_later[slice(*self._range(later, folded))]),
        )

    def _sorted(self, words: list[tuple[int, int]]) -> tuple[array, array]:
        """Where words begin, in the order of what is from there on, and the number of each."""
        text = self._text
        words.sort(key=lambda word: text[word[0] : text.index(_END, word[0])])
        return array("I", [at for at, _ in words]), array("I", [number for _, number in words])

    def _range(self, words: array, folded: str) -> tuple[int, int]:
        cut = self._cut(len(folded))
        low = bisect_left(words, folded, key=cut)
        return low, bisect_right(words, folded, low, key=cut)

    def _cut(self, length: int) -> Callable[[int], str]:
        text = self._text
        return lambda at: text[at : at + length]

    def _best_first(self, numbers: array) -> Iterator[Thing]:
        yield from (self._things[number] for number in sorted(set(numbers)))


@dataclass(frozen=True, slots=True)
class Names:
    """All that the site knows by a name. Systems come with the name in question."""

    systems: PrefixIndex[tuple[SystemFacts, str]]
    others: PrefixIndex[Named]

    @classmethod
    def of(cls, atlas: Atlas, register: Register, places: Places) -> "Names":
        """Takes about a quarter of a second."""
        ranked = [*_places(places, register), *_areas(atlas, places), *_organisations(register)]
        ranked.sort(key=lambda entry: entry[:2])
        return cls(
            PrefixIndex(_systems(atlas)), PrefixIndex((name, named) for _, name, named in ranked)
        )


Ranked = Iterator[tuple[float, str, Named]]  # places and councils by size, the smallest at 0


def _systems(atlas: Atlas) -> Iterator[tuple[str, tuple[SystemFacts, str]]]:
    for system in sorted(atlas.systems.values(), key=lambda system: system.slug):
        for fact in reversed(system.names):
            yield fold(fact.value), (system, fact.value)


def _places(places: Places, register: Register) -> Ranked:
    for name, meanings in places.by_name.items():
        bare, _ = split_body(name)
        for place in meanings:
            # A council is in the register too, by its full name.
            is_council = place.kind == "council" or place.qualifier == "county council"
            if not (is_council and register.called(bare, NamedBody.COUNCIL)):
                yield -place.weight, name, place


def _areas(atlas: Atlas, places: Places) -> Ranked:
    for area in atlas.areas.values():
        name = fold(area.name)
        # People mean the town or the system of that name, which leads to the area too.
        if name not in places.by_name and (name, NamedBody.SYSTEM) not in atlas.names:
            yield 1, name, area


def _organisations(register: Register) -> Ranked:
    for organisation in {
        organisation.code: organisation for organisation in register.by_code.values()
    }.values():
        if organisation.kind is OrganisationKind.COUNCIL:
            rank = -sum(residents for _, residents in organisation.residents)
        else:
            rank = _RANKS[organisation.kind]
        name = fold(organisation.name)
        yield rank, name, organisation
        # The Park Surgery is also called Park Surgery, London Borough of Enfield also Enfield.
        bare, _ = split_body(name)
        if bare and not name.startswith(bare):
            yield rank, bare, organisation
        for site in (site for site in organisation.aliases if not site.variant):
            yield rank, fold(site.name), Alias(organisation, site.name, site.place)
