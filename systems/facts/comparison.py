"""Systems side by side on a day: a column of figures of each kind, with England's beside them.

A figure is there for every system open on the day, or it is None: not known for that day. What
rests on lists is not known before the first list: no list says how things were long before it.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import log
from statistics import median
from typing import Any, Self

from django.db.models import Case, QuerySet, Value, When

from icsinfo.dates import say, say_partial
from systems.atlas import AreaFacts, Atlas, SystemFacts, residents_of
from systems.facts.scheme_queries import systems_with
from systems.models import Membership, Organisation, Scheme
from systems.models.organisations import OrganisationKind

# A source that gives at least this part of all rows of a kind is a list, and no single correction.
PART_OF_A_LIST = 0.1

Figure = int | float | date | None


@dataclass(frozen=True)
class FigureColumn:
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

    @cached_property
    def when(self) -> str:
        """The day or days of the figures in words."""
        ends = dict.fromkeys([*self.days[:1], *self.days[-1:]])
        return " to ".join(map(say, ends))

    @property
    def heading(self) -> str:
        return f"{self.label}, {self.when}" if self.when else self.label

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

    def ranks_of(self, slug: str) -> list[tuple[int, str]]:
        """Its place from the highest ("most") and from the lowest ("fewest"), counted from 1.

        None where it is not known, or where another has the same.
        """
        value = self.values[slug]
        if value is None or self.known.count(value) > 1:
            return []
        below = self.known.index(value)
        return [(len(self.known) - below, "most"), (below + 1, "fewest")]

    def distance_of(self, slug: str) -> float:
        """How far it is from the median, as the logarithm of their ratio; 0 where not known."""
        value: Any = self.values[slug]
        return abs(log(value / self.middle)) if value and self.middle else 0

    def per_cent_of_highest(self, figure: Figure) -> float | None:
        """How long the bar of a figure is; None where there is nothing to draw."""
        if figure is None or not self.highest or self.is_date:
            return None
        return round(100 * figure / self.highest, 1)  # type: ignore[operator]


def columns(atlas: Atlas, day: date) -> list[FigureColumn]:
    """All columns for the systems open on `day`, in two queries, however many there are."""
    there = atlas.open_on(day)
    rows = _Rows.on(atlas, day)
    practices = rows.lists[OrganisationKind.PRACTICE]
    patients = rows.patients_by_system(day) if practices.covers(day) else {}
    return [
        FigureColumn(
            "residents",
            "Residents, 2021 Census",
            {system.slug: residents_of(atlas.areas_on(system, day)) for system in there},
            residents_of(atlas.areas.values()),
        ),
        *_patients(patients, there, practices, rows.first_patients),
        FigureColumn(
            "areas",
            "Areas",
            {system.slug: len(atlas.areas_on(system, day)) for system in there},
            len(atlas.areas),
        ),
        *(
            _counted(kind, label, rows.by_kind[kind], there, rows.lists[kind], day)
            for kind, label in (
                (OrganisationKind.COUNCIL, "Councils"),
                (OrganisationKind.TRUST, "NHS trusts"),
                (OrganisationKind.PCN, "Primary care networks"),
                (OrganisationKind.PRACTICE, "GP practices"),
            )
        ),
        _schemes(atlas, there, day),
        FigureColumn("since", "Since", {system.slug: system.opened_on for system in there}),
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


def _list(cited: Counter[tuple[str, int]]) -> _List:
    """The list that a kind was read in, from how often each source, by date and key, is cited."""
    least = PART_OF_A_LIST * cited.total()
    full = sorted(source for source, number in cited.items() if number >= least)
    dates = [published for published, _ in full if published]
    return _List(min(dates, default=""), tuple(key for _, key in full))


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
class _Rows:
    """Who is in a system on a day, each once however many roles it has, and who lists them all."""

    by_kind: dict[str, Members]
    lists: dict[OrganisationKind, _List]
    patients: dict[Hashable, tuple[int, date]]  # of practices that are members on the day
    first_patients: date | None

    @classmethod
    def on(cls, atlas: Atlas, day: date) -> Self:
        """Read every membership and council, in one query: lists are made of all of them."""
        by_kind: dict[str, Members] = defaultdict(lambda: defaultdict(set))
        cited: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
        patients: dict[Hashable, tuple[int, date]] = {}
        days: list[date] = []
        councils: dict[int, tuple[str, int]] = {}
        there = {system.slug for system in atlas.open_on(day)}
        for slug, code, one, kind, number, counted_on, published, source, holds in _rows(day):
            if slug:
                cited[kind][published, source] += 1
            else:
                councils[one] = (published, source)
                area = atlas.areas.get(code)
                system = area.system_on(day) if area else None
                slug = system.slug if system else ""
            if counted_on and kind == OrganisationKind.PRACTICE:
                days.append(counted_on)
            if holds and slug in there:
                by_kind[kind][slug].add(one)
                if number is not None and counted_on:
                    patients[one] = (number, counted_on)
        cited[OrganisationKind.COUNCIL].update(councils.values())
        lists = {kind: _list(cited[kind]) for kind in OrganisationKind}
        return cls(by_kind, lists, patients, min(days, default=None))

    def patients_by_system(self, day: date) -> dict[str, _Patients]:
        """Patients of the practices by system, and of all under the key "". None of a later day."""
        totals: dict[str, _Patients] = defaultdict(_Patients)
        practices = self.by_kind[OrganisationKind.PRACTICE]
        for system, members in [*practices.items(), ("", set().union(*practices.values()))]:
            for one in members & self.patients.keys():
                number, counted_on = self.patients[one]
                if counted_on <= day:
                    totals[system].add(number, counted_on)
        return totals


def _rows(day: date) -> QuerySet:
    """All memberships by system, and all councils by area, and which of them hold on `day`."""
    there = Organisation.objects.open_on(day).values("pk")
    ties = Membership.objects.holding_on(day).filter(organisation__in=there)
    of_systems = Membership.objects.order_by().values_list(
        *("system__slug", Value(""), "organisation", "organisation__kind"),
        *("organisation__patients", "organisation__patients_on", "source__published", "source"),
        Case(When(pk__in=ties.values("pk"), then=True), default=False),
    )
    councils = Organisation.objects.filter(kind=OrganisationKind.COUNCIL).order_by()
    of_areas = councils.values_list(
        *(Value(""), "council_areas__area__code", "pk", "kind"),
        *("patients", "patients_on", "source__published", "source"),
        Case(When(pk__in=there, then=True), default=False),
    )
    # Since Django 6.1 a union takes up the ordering of its first model, which cannot order values.
    return of_systems.union(of_areas, all=True).order_by()


def _counted(
    kind: OrganisationKind,
    label: str,
    members: Members,
    there: list[SystemFacts],
    listed: _List,
    day: date,
) -> FigureColumn:
    """How many members of a kind; none are known before the first list of that kind."""
    key = f"{kind.value}s"
    if not listed.covers(day):
        return FigureColumn(key, label, _nothing(there), first_known=say_partial(listed.first))
    values: dict[str, Figure] = {s.slug: len(members.get(s.slug, ())) for s in there}
    everybody = len(set().union(*members.values()))
    return FigureColumn(key, label, values, everybody, sources=listed.sources)


def _nothing(there: Iterable[SystemFacts]) -> dict[str, Figure]:
    return dict.fromkeys(system.slug for system in there)


def _patients(
    patients: dict[str, _Patients],
    there: list[SystemFacts],
    listed: _List,
    first_day: date | None,
) -> list[FigureColumn]:
    """Registered patients, and how many there are to a practice."""
    columns = (("patients", "Registered patients"), ("per_practice", "Patients per practice"))
    if not patients:
        first = say(first_day) if first_day else ""
        return [
            FigureColumn(key, label, _nothing(there), first_known=first) for key, label in columns
        ]
    everybody = patients[""]
    known = {s.slug: patients[s.slug] for s in there if s.slug in patients}
    return [
        FigureColumn(
            key,
            label,
            _nothing(there) | {slug: getattr(mine, key) for slug, mine in known.items()},
            getattr(everybody, key),
            days=tuple(sorted(everybody.days)) if key == "patients" else (),
            sources=listed.sources,
        )
        for key, label in columns
    ]


# --- Schemes ---------------------------------------------------------------------------------


def _schemes(atlas: Atlas, there: list[SystemFacts], day: date) -> FigureColumn:
    """How many schemes are listed on `day`, as on the page of each system."""
    rows = (
        Scheme.objects.known_on(day).listed_on(day).values_list("pk", "system__slug", "areas__code")
    )
    areas_by_scheme: dict[tuple[int, str | None], list[AreaFacts]] = defaultdict(list)
    for key, reported_by, code in rows.order_by("pk"):
        areas_by_scheme[key, reported_by] += [atlas.areas[code]] if code in atlas.areas else []
    numbers = dict.fromkeys((system.slug for system in there), 0)
    for (_, origin), areas in areas_by_scheme.items():
        for system in systems_with(atlas, atlas.systems.get(origin or ""), areas, day):
            numbers[system.slug] += 1
    return FigureColumn("schemes", "Schemes we know of", dict(numbers), len(areas_by_scheme))
