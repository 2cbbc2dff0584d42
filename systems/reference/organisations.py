"""Organisations by code and by name, read once from the database and held in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from systems.models import (
    Area,
    CouncilArea,
    FormerCouncil,
    Membership,
    Organisation,
    OrganisationAlias,
    Source,
    System,
)
from systems.models.organisations import AliasKind, OrganisationKind
from systems.models.sources import OWN_KNOWLEDGE
from systems.text.names import SMALL_WORDS, NamedBody, fold, split_body

_BODY_OF = {
    OrganisationKind.TRUST: NamedBody.TRUST,
    OrganisationKind.COUNCIL: NamedBody.COUNCIL,
    OrganisationKind.PCN: NamedBody.PCN,
    OrganisationKind.PRACTICE: None,
}


SHORTEST_WORD = 3  # two letters alone are in too many names
_LEFT_OUT = SMALL_WORDS | {"nhs"}
_COMMON_WORDS = {"hospital", "hospitals", "gp", "gps", "doctor", "doctors", "dr", "practice"}


def in_place(name: str, place: str) -> str:
    """A name with the town that tells it from others, where that is known."""
    return f"{name}, {place}" if place else name


class Site(NamedTuple):
    """Another name of an organisation: a hospital that a trust runs, and where it stands.

    `area` is a code. What is not `confirmed` no source says. Of a `variant` the site has a proper
    name too.
    """

    name: str
    place: str
    area: str | None = None
    confirmed: bool = True
    variant: bool = False

    @property
    def label(self) -> str:
        return in_place(self.name, self.place)


@dataclass(frozen=True, slots=True)
class Tie:
    """A membership: the slug of a system, from and until (exclusive) days that may be unknown."""

    system: str
    start: date | None
    end: date | None

    def holds_on(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """An organisation as the lookup needs it.

    `residents` of a council are by area code; `aliases` are other names.
    """

    code: str
    name: str
    kind: OrganisationKind
    form: str
    place: str
    area: str | None
    opened_on: date | None
    closed_on: date | None
    ties: tuple[Tie, ...]
    residents: tuple[tuple[str, int], ...]
    aliases: tuple[Site, ...]
    former_names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What tells it from others of its name: Park Surgery, Leeds."""
        return in_place(self.name, self.place)

    def alias_called(self, name: str) -> Site | None:
        """The alias with this folded name as it is written, and its town; None if it has none."""
        for alias in self.aliases:
            if _name_and_words(alias.name, alias.place)[0] == name:
                return alias
        return None

    def closed_by(self, day: date) -> bool:
        return self.closed_on is not None and self.closed_on <= day

    def systems_on(self, day: date) -> list[str]:
        """The slugs of the systems it is tied to on `day`."""
        return list(dict.fromkeys(tie.system for tie in self.ties if tie.holds_on(day)))


@dataclass(frozen=True, slots=True)
class FormerCouncilFacts:
    """A council that was abolished, and the codes of those that followed it."""

    name: str
    closed_on: date
    confirmed: bool
    successors: tuple[str, ...]


Named = tuple[OrganisationFacts, Site | None]  # an organisation, and by which other name


@lru_cache(maxsize=20_000)  # of what is in the database, never of what somebody typed
def _name_and_words(name: str, place: str) -> tuple[str, tuple[str, ...]]:
    """A name folded, without the words for what kind of body it is, and its words and its town's.

    Kept, as most names are the same when facts have changed and everything is read again.
    """
    folded = fold(name)
    # A tuple, as sets of all names took 7 MB.
    return split_body(folded)[0], tuple({*folded.split(), *fold(place).split()})


@lru_cache(maxsize=20_000)
def _towns(place: str) -> tuple[str, ...]:
    """The folded names of a place and of the town that it is in: Highgate, London."""
    return tuple(fold(town) for town in place.split(", ") if town)


class Register:
    """All organisations by code, by name, and by the words of their names and places."""

    # Of what it is read: when one of these is written, it is read again.
    MODELS = (
        *(Area, CouncilArea, FormerCouncil, Membership, Organisation, OrganisationAlias),
        *(Source, System),
    )

    def __init__(
        self,
        organisations: Iterable[OrganisationFacts],
        former: dict[str, str],
        former_councils: dict[str, FormerCouncilFacts],
    ) -> None:
        self.former_councils = former_councils
        self.former_councils_called = {
            split_body(fold(council.name))[0]: code for code, council in former_councils.items()
        }
        ordered = sorted(
            organisations,
            key=lambda organisation: (organisation.name, organisation.place, organisation.code),
        )
        self.by_code = {organisation.code: organisation for organisation in ordered}
        self.by_code |= {old: self.by_code[code] for old, code in former.items()}
        names: dict[tuple[str, NamedBody | None], list[OrganisationFacts]] = defaultdict(list)
        # A text must have all its words in one name, not some here and some in an alias.
        self._written: list[Named] = []
        words: dict[str, set[int]] = defaultdict(set)
        self._in_town: dict[str, list[Named]] = defaultdict(list)
        for organisation in ordered:
            own = _BODY_OF[organisation.kind]
            called: list[tuple[NamedBody | None, str, str, Site | None]] = [
                (own, organisation.name, organisation.place, None),
                *((None, alias.name, alias.place, alias) for alias in organisation.aliases),
                *((own, name, "", None) for name in organisation.former_names),
            ]
            for body, written, place, alias in called:
                for town in () if alias and alias.variant else _towns(place):
                    self._in_town[town].append((organisation, alias))
                name, own_words = _name_and_words(written, place)
                names[name, body].append(organisation)
                for word in own_words:
                    words[word].add(len(self._written))
                self._written.append((organisation, alias))
        self._names = {
            key: tuple(dict.fromkeys(organisation)) for key, organisation in names.items()
        }
        self._words = dict(words)

    def coded(self, code: str) -> list[OrganisationFacts]:
        """The organisation with this code, or those that followed the council which had it."""
        if code in self.by_code:
            return [self.by_code[code]]
        former = self.former_councils.get(code)
        return [self.by_code[successor] for successor in former.successors] if former else []

    def names(self) -> Iterator[str]:
        """The folded names, without the words for what kind of body each is."""
        return (name for name, _ in self._names)

    def called(self, name: str, body: NamedBody | None) -> tuple[OrganisationFacts, ...]:
        return self._names.get((name, body), ())

    def in_town(self, folded: str) -> Sequence[Named]:
        """Organisations and their sites whose town has this folded name, by the name of each."""
        return self._in_town.get(folded, ())

    def with_words(self, folded: str) -> list[Named]:
        """Organisations whose name and town hold every word of a folded text, by name.

        Each once, by its own name if that does, or else by the first other name that does.
        """
        words = [word for word in folded.split() if word not in _LEFT_OUT]
        # Guy's Hospital is not called a hospital in the name of its trust, nor a doctor a GP.
        for wanted in (words, [word for word in words if word not in _COMMON_WORDS]):
            long_enough = any(len(word) >= SHORTEST_WORD for word in wanted)
            if long_enough and (numbers := self._holding(wanted)):
                first: dict[OrganisationFacts, Site | None] = {}
                for number in sorted(numbers):
                    first.setdefault(*self._written[number])
                return list(first.items())
        return []

    def _holding(self, words: list[str]) -> set[int]:
        return set.intersection(*(self._words.get(word, set()) for word in words))

    @classmethod
    def read(cls) -> "Register":
        """Read everything from the database, in five queries whatever its size."""
        return _register_of(
            tuple(
                Organisation.objects.values_list(
                    *("pk", "former_codes", "code", "name", "kind", "form", "place"),
                    *("area__code", "opened_on", "closed_on"),
                )
            ),
            tuple(
                Membership.objects.order_by("pk").values_list(
                    "organisation", "system__slug", "date_from", "date_to"
                )
            ),
            tuple(
                CouncilArea.objects.order_by("-residents").values_list(
                    "council", "area__code", "residents"
                )
            ),
            tuple(
                OrganisationAlias.objects.values_list(
                    "organisation", "name", "place", "area__code", "kind", "source__publisher"
                )
            ),
            tuple(
                FormerCouncil.objects.order_by("code", "successor__code").values_list(
                    "code", "name", "closed_on", "source__publisher", "successor__code"
                )
            ),
        )


Rows = tuple[tuple, ...]

_made: tuple[int, Register] | None = None  # with the hash of the rows, which take 8 MB themselves


def _register_of(*rows: Rows) -> Register:
    """Kept, as most changes of facts leave these rows as they were.

    To make it takes five times as long as to read them.
    """
    global _made
    key = hash(rows)
    if _made is None or _made[0] != key:
        _made = key, _made_of(*rows)
    return _made[1]


def _made_of(
    organisations: Rows, memberships: Rows, council_areas: Rows, aliases: Rows, former: Rows
) -> Register:
    ties: dict[int, list[Tie]] = defaultdict(list)
    for owner, slug, start, end in memberships:
        ties[owner].append(Tie(slug, start, end))
    residents: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for owner, area, number in council_areas:
        residents[owner].append((area, number))
    sites: dict[int, list[Site]] = defaultdict(list)
    former_names: dict[int, list[str]] = defaultdict(list)
    for owner, name, place, area, kind, publisher in aliases:
        if kind == AliasKind.FORMER:
            former_names[owner].append(name)
        else:
            confirmed, variant = publisher != OWN_KNOWLEDGE, kind == AliasKind.VARIANT
            sites[owner].append(Site(name, place, area, confirmed, variant))
    facts: list[OrganisationFacts] = []
    codes: dict[str, str] = {}
    for key, former_codes, code, name, kind, form, place, area, opened, closed in organisations:
        codes |= dict.fromkeys(former_codes.split(), code)
        facts.append(
            OrganisationFacts(
                code,
                name,
                OrganisationKind(kind),
                form,
                place,
                area,
                opened,
                closed,
                tuple(ties[key]),
                tuple(residents[key]),
                tuple(sites[key]),
                tuple(former_names[key]),
            )
        )
    return Register(facts, codes, _former_councils(former))


def _former_councils(rows: Rows) -> dict[str, FormerCouncilFacts]:
    """By code."""
    found: dict[str, FormerCouncilFacts] = {}
    for code, name, closed_on, publisher, successor in rows:
        before = found[code].successors if code in found else ()
        confirmed = publisher != OWN_KNOWLEDGE
        found[code] = FormerCouncilFacts(name, closed_on, confirmed, (*before, successor))
    return found
