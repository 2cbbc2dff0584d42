"""The values of the atlas: systems, areas, and what held of each from which day, with its source.

They are made once by `reading` and never change. Each system and area is one object in its atlas,
so they are compared by identity.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.urls import reverse

from systems.days.spans import ONE_DAY, Lasting, Span, row_on
from systems.models import Source
from systems.models.areas import Body, Certainty
from systems.models.base import CodeScheme
from systems.models.sources import OWN_KNOWLEDGE
from systems.models.systems import Region, SuccessionKind


@lru_cache(maxsize=1000)
def _page(view: str, slug: str) -> str:
    """The address of a page; a list of all systems and areas asks for 200 of them at 20 µs each."""
    return reverse(view, args=[slug])


@dataclass(frozen=True, slots=True)
class Fact:
    """A text that holds from a day until the owner's next of its kind: a name or a code."""

    date_from: date
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class CodeFact(Fact):
    """`note` says what is not certain about it."""

    scheme: CodeScheme
    note: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class AreaCodeFact(CodeFact):
    """A code of the local NHS body whose area this was, or was part of, with the body's name."""

    body: Body
    name: str


@dataclass(frozen=True, slots=True)
class AliasFact:
    """Another name, without dates."""

    name: str
    source: Source
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormerGroup(AliasFact):
    """A commissioning group by which an area may still be called, with its codes and its time."""

    codes: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None

    @property
    def last_day(self) -> date | None:
        return self.date_to - ONE_DAY if self.date_to else None


@dataclass(frozen=True, slots=True, eq=False)
class SystemFacts:
    """A system. `open` are the times in which an area is in it, the first one first.

    One that has never had an area is not open yet: `opened_on` is None, and it is open on no day.
    `codes` are of both schemes, earliest first.
    """

    pk: int
    slug: str
    region: str
    about: str
    about_source: Source | None
    names: tuple[Fact, ...]
    codes: tuple[CodeFact, ...]
    aliases: tuple[AliasFact, ...]
    open: tuple[Span[None], ...]

    def __str__(self) -> str:
        """What its rows are called too where they have no name."""
        return self.slug.replace("-", " ")

    def name_on(self, day: date) -> str:
        """Its name on `day`; before its first name, the first."""
        fact = row_on(self.names, day) or (self.names[0] if self.names else None)
        return fact.value if fact else str(self)

    def codes_of(self, scheme: CodeScheme) -> tuple[CodeFact, ...]:
        return tuple(code for code in self.codes if code.scheme == scheme)

    def code_on(self, scheme: CodeScheme, day: date) -> str | None:
        """Its code on `day`, None where it had none yet."""
        fact = row_on([code for code in self.codes if code.scheme == scheme], day)
        return fact.value if fact else None

    def ods_code_on(self, day: date) -> str | None:
        return self.code_on(CodeScheme.ODS, day)

    def ons_code_on(self, day: date) -> str | None:
        return self.code_on(CodeScheme.ONS, day)

    @property
    def also_known_as(self) -> list[AliasFact]:
        """Its other names that a source has; what this site alone knows helps to find it only."""
        return [alias for alias in self.aliases if alias.source.publisher != OWN_KNOWLEDGE]

    @property
    def opened_on(self) -> date | None:
        return self.open[0].start if self.open else None

    @property
    def closed_on(self) -> date | None:
        """The first day from which on it no longer exists; None while no such day is known."""
        return self.open[-1].end if self.open else None

    @property
    def last_day(self) -> date:
        """The last day on which it existed; the last there is while it is open."""
        return self.closed_on - ONE_DAY if self.closed_on else date.max

    @property
    def region_label(self) -> str:
        """NHS England's region in words; empty where it is not known."""
        return Region(self.region).label if self.region else ""

    def opened_by(self, day: date) -> bool:
        return self.opened_on is not None and self.opened_on <= day

    def closed_by(self, day: date) -> bool:
        return self.last_day < day

    def open_on(self, day: date) -> bool:
        return any(time.covers(day) for time in self.open)

    def opens_after(self, day: date) -> bool:
        """Whether it is known when it opens, and that is after `day`."""
        return self.opened_on is not None and self.opened_on > day

    def nearest_day(self, day: date) -> date | None:
        """The day nearest to `day` on which it is open; None if it is on none that is known."""
        ends = [(time.start, time.end - ONE_DAY if time.end else date.max) for time in self.open]
        days = [max(first, min(day, last)) for first, last in ends]
        return min(days, key=lambda near: abs(near - day), default=None)

    def get_absolute_url(self) -> str:
        return _page("systems:system", self.slug)


@dataclass(frozen=True, slots=True)
class PeriodFact:
    """From a day on an area is in a system, or in none: how sure that is, and who says so."""

    date_from: date
    system: SystemFacts | None
    certainty: Certainty
    note: str
    source: Source


@dataclass(frozen=True, slots=True)
class Stay(Lasting):
    """The time that an area spends in one system, or in none: neighbouring periods joined."""

    system: SystemFacts | None
    start: date
    end: date | None
    periods: tuple[PeriodFact, ...]

    @property
    def name(self) -> str:
        """The system's name then: the last one it had in this time."""
        if self.system is None:
            return "No integrated care system"
        return self.system.name_on(self.last_day or date.max)

    @property
    def planned(self) -> bool:
        return self.periods[0].certainty == Certainty.PLANNED

    def is_to_come(self, today: date) -> bool:
        """Whether it is planned still. What was planned is so from its day on."""
        return self.planned and self.start > today

    def certainty_on(self, today: date) -> Certainty:
        """How sure its beginning is. What was planned and not taken back is so from its day on."""
        has_begun = self.planned and self.start <= today
        return Certainty.EXACT if has_begun else self.periods[0].certainty

    @property
    def uncertain(self) -> str:
        """In words, what about its beginning was worked out and not stated by a source."""
        first = self.periods[0].certainty
        return "" if first in {Certainty.EXACT, Certainty.PLANNED} else first.label

    @property
    def notes(self) -> list[str]:
        return [period.note for period in self.periods if period.note]

    @property
    def sources(self) -> list[Source]:
        return [period.source for period in self.periods]


@dataclass(frozen=True, slots=True, eq=False)
class AreaFacts:
    """An area: the systems it was, is and will be in are its `stays`, earliest first."""

    pk: int
    code: str
    slug: str
    name: str
    residents: int
    live_postcodes: int
    districts: str
    source: Source
    stays: tuple[Stay, ...]
    codes: tuple[AreaCodeFact, ...]
    aliases: tuple[FormerGroup, ...]

    def stay_on(self, day: date) -> Stay | None:
        return next((stay for stay in self.stays if stay.covers(day)), None)

    def system_on(self, day: date) -> SystemFacts | None:
        for stay in self.stays:  # asked for every postcode, so without a detour
            if stay.covers(day):
                return stay.system
        return None

    def period_on(self, day: date) -> PeriodFact | None:
        """The period that says where it is on `day`."""
        return row_on([period for stay in self.stays for period in stay.periods], day)

    def get_absolute_url(self) -> str:
        return _page("systems:area", self.slug)


@dataclass(frozen=True, slots=True)
class SuccessionFact:
    """That a source says which system followed which, and how."""

    predecessor: SystemFacts
    successor: SystemFacts
    date: date
    kind: SuccessionKind
    source: Source


def residents_of(areas: Iterable[AreaFacts]) -> int:
    """Usual residents, 2021 Census."""
    return sum(area.residents for area in areas)


def sources_of(areas: Iterable[AreaFacts], day: date) -> list[Source]:
    """Where it is written which system each area is in on `day`."""
    return [period.source for area in areas if (period := area.period_on(day))]
