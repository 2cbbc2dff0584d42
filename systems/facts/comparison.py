"""Systems side by side on a day: a column of figures of each kind, with England's beside them.

A figure is there for every system open on the day, or it is None: not known for that day. What
rests on lists is not known before the first list: no list says how things were long before it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from statistics import median

from django.db.models import Count, Min

from icsinfo.dates import say, say_partial
from systems.atlas import Atlas, SystemFacts
from systems.facts.scheme_queries import systems_of_scheme
from systems.models import CouncilArea, Membership, Organisation, Scheme
from systems.models.organisations import OrganisationKind

# A source that gives at least this part of all rows of a kind is a list, and no single correction.
PART_OF_A_LIST = 0.1

Figure = int | float | date | None


@dataclass(frozen=True)
class Column:
    """One kind of figure. `values` has every system open on the day, by slug.

    `england` is the total, or the overall ratio; not the sum of the column where one thing can be
    in two systems. `days` are those that the figures are of, where that is not the day asked about.
    `first_known` says in words from when there are figures, where there are none.
    """

    key: str
    label: str
    values: dict[str, Figure]
    england: Figure = None
    days: tuple[date, ...] = ()
    first_known: str = ""
    sources: tuple[int, ...] = ()

    @property
    def when(self) -> str:
        """The day or days of the figures in words."""
        ends = dict.fromkeys([*self.days[:1], *self.days[-1:]])
        return " to ".join(map(say, ends))

    @cached_property
    def known(self) -> list:
        """The figures that are known, the lowest first."""
        return sorted(value for value in self.values.values() if value is not None)

    @property
    def lowest(self) -> Figure:
        return self.known[0] if self.known else None

    @property
    def middle(self) -> Figure:
        """The median; of dates there is none."""
        if not self.known or self.is_date:
            return None
        middle: float = median(self.known)
        return int(middle) if middle == int(middle) else middle

    @property
    def middle_mark(self) -> float | None:
        """Where the median is on a bar."""
        return self.per_cent_of_highest(self.middle)

    @property
    def highest(self) -> Figure:
        return self.known[-1] if self.known else None

    @property
    def is_date(self) -> bool:
        return isinstance(self.lowest, date)

    def per_cent_of_highest(self, figure: Figure) -> float | None:
        """How long the bar of a figure is; None where there is nothing to draw."""
        if figure is None or not self.highest or self.is_date:
            return None
        return round(100 * figure / self.highest, 1)  # type: ignore[operator]


def columns(atlas: Atlas, day: date) -> list[Column]:
    """All columns for the systems open on `day`, in seven queries at most, however many."""
    there = [system for system in atlas.systems.values() if system.open_on(day)]
    listed = _Members.on(day, {system.slug for system in there})
    lists = _lists()
    practices = lists[OrganisationKind.PRACTICE]
    patients = listed.patients(day) if practices.covers(day) else {}
    return [
        Column(
            "residents",
            "Residents, 2021 Census",
            {s.slug: sum(area.residents for area in atlas.areas_of(s, day)) for s in there},
            sum(area.residents for area in atlas.areas.values()),
        ),
        *_patients(patients, there, practices),
        Column(
            "areas",
            "Areas",
            {system.slug: len(atlas.areas_of(system, day)) for system in there},
            len(atlas.areas),
        ),
        *(
            _counted(kind, label, members, there, lists[kind], day)
            for kind, label, members in (
                (OrganisationKind.COUNCIL, "Councils", _councils(atlas, day)),
                (OrganisationKind.TRUST, "NHS trusts", listed.by_kind[OrganisationKind.TRUST]),
                (
                    OrganisationKind.PCN,
                    "Primary care networks",
                    listed.by_kind[OrganisationKind.PCN],
                ),
                (
                    OrganisationKind.PRACTICE,
                    "GP practices",
                    listed.by_kind[OrganisationKind.PRACTICE],
                ),
            )
        ),
        _schemes(atlas, there, day),
        Column("since", "Since", {system.slug: system.opened_on for system in there}),
    ]


# --- Lists -----------------------------------------------------------------------------------


@dataclass
class _List:
    """What the members of one kind were read in: sources, and when the first was published."""

    first: str = ""
    sources: tuple[int, ...] = ()

    def covers(self, day: date) -> bool:
        """Whether there was a list by `day`. One of a month counts for all of the month."""
        return bool(self.first) and self.first <= day.isoformat()


def _lists() -> dict[str, _List]:
    """The lists by the kind of organisation. Councils are members without a row of their own."""
    rows = [
        *Membership.objects.order_by()
        .values_list("organisation__kind", "source", "source__published")
        .annotate(Count("pk")),
        *Organisation.objects.filter(kind=OrganisationKind.COUNCIL)
        .order_by()
        .values_list("kind", "source", "source__published")
        .annotate(Count("pk")),
    ]
    found: dict[str, _List] = defaultdict(_List)
    for kind in OrganisationKind:
        mine = [row for row in rows if row[0] == kind]
        least = PART_OF_A_LIST * sum(number for *_, number in mine)
        full = [(published, pk) for _, pk, published, number in mine if number >= least]
        dates = [published for published, _ in full if published]
        found[kind] = _List(min(dates, default=""), tuple(pk for _, pk in sorted(full)))
    return found


# --- Members ---------------------------------------------------------------------------------


@dataclass
class _Patients:
    """Registered patients of practices: how many, of how many practices, and on which days."""

    patients: int = 0
    practices: int = 0
    days: set[date] = field(default_factory=set)

    def add(self, number: int, day: date) -> None:
        self.patients += number
        self.practices += 1
        self.days.add(day)

    @property
    def per_practice(self) -> int:
        return round(self.patients / self.practices)


Members = dict[str, set[Hashable]]  # organisations by the slug of a system


@dataclass
class _Members:
    """Who has a membership of a system on a day, each once however many roles it has."""

    by_kind: dict[str, Members]
    sizes: dict[Hashable, tuple[int, date]]

    @classmethod
    def on(cls, day: date, systems: set[str]) -> "_Members":
        rows = (
            Membership.objects.holding_on(day)
            .filter(organisation__in=Organisation.objects.open_on(day))
            .order_by()
            .values_list(
                "system__slug",
                "organisation__kind",
                "organisation",
                "organisation__patients",
                "organisation__patients_on",
            )
        )
        by_kind: dict[str, Members] = defaultdict(lambda: defaultdict(set))
        sizes: dict[Hashable, tuple[int, date]] = {}
        for system, kind, organisation, patients, patients_on in rows:
            if system in systems:
                by_kind[kind][system].add(organisation)
                if patients is not None and patients_on:
                    sizes[organisation] = (patients, patients_on)
        return cls(by_kind, sizes)

    def patients(self, day: date) -> dict[str, _Patients]:
        """Patients of the practices by system, and of all under the key "". None of a later day."""
        found: dict[str, _Patients] = defaultdict(_Patients)
        practices = self.by_kind[OrganisationKind.PRACTICE]
        for system, members in [*practices.items(), ("", set().union(*practices.values()))]:
            for one in members & self.sizes.keys():
                number, patients_on = self.sizes[one]
                if patients_on <= day:
                    found[system].add(number, patients_on)
        return found


def _councils(atlas: Atlas, day: date) -> Members:
    """Councils with an area in a system, as on the list of its members; counties and districts."""
    rows = CouncilArea.objects.filter(council__in=Organisation.objects.open_on(day))
    found: Members = defaultdict(set)
    for council, code in rows.order_by().values_list("council", "area__code"):
        if (area := atlas.areas.get(code)) and (system := area.system_on(day)):
            found[system].add(council)
    return found


def _counted(
    kind: OrganisationKind,
    label: str,
    members: Members,
    there: list[SystemFacts],
    listed: _List,
    day: date,
) -> Column:
    """How many members of a kind; none are known before the first list of that kind."""
    key = f"{kind.value}s"
    if not listed.covers(day):
        return Column(key, label, _nothing(there), first_known=say_partial(listed.first))
    values: dict[str, Figure] = {s.slug: len(members.get(s.slug, ())) for s in there}
    everybody = len(set().union(*members.values()))
    return Column(key, label, values, everybody, sources=listed.sources)


def _nothing(there: Iterable[SystemFacts]) -> dict[str, Figure]:
    return dict.fromkeys(system.slug for system in there)


def _patients(
    patients: dict[str, _Patients], there: list[SystemFacts], listed: _List
) -> list[Column]:
    """Registered patients, and how many there are to a practice."""
    columns = (("patients", "Registered patients"), ("per_practice", "Patients per practice"))
    if not patients:
        first = _first_patients()
        return [Column(key, label, _nothing(there), first_known=first) for key, label in columns]
    everybody = patients[""]
    known = {s.slug: patients[s.slug] for s in there if s.slug in patients}
    return [
        Column(
            key,
            label,
            _nothing(there) | {slug: getattr(mine, key) for slug, mine in known.items()},
            getattr(everybody, key),
            days=tuple(sorted(everybody.days)) if key == "patients" else (),
            sources=listed.sources,
        )
        for key, label in columns
    ]


def _first_patients() -> str:
    """The first day of which numbers of patients are known, in words."""
    practices = Organisation.objects.filter(kind=OrganisationKind.PRACTICE)
    first = practices.aggregate(first=Min("patients_on"))["first"]
    return say(first) if first else ""


# --- Schemes ---------------------------------------------------------------------------------


def _schemes(atlas: Atlas, there: list[SystemFacts], day: date) -> Column:
    """How many schemes had been reported by `day`, as on the page of each system."""
    known = list(Scheme.objects.known_on(day).select_related("system").prefetch_related("areas"))
    numbers = dict.fromkeys((system.slug for system in there), 0)
    for scheme in known:
        for system in systems_of_scheme(atlas, scheme, day):
            numbers[system.slug] += 1
    return Column("schemes", "Schemes we know of", dict(numbers), len(known))
