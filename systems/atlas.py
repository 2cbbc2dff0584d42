"""The dated facts about systems and areas, read once from the database and held in memory.

A lookup answers from here, so it goes on answering while the database is away. When one of
`Atlas.MODELS` is written, `systems/gazetteer.py` has it read again; nothing else takes a query.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeVar

from systems.days.spans import ONE_DAY, Span, row_on, spans
from systems.models import (
    Area,
    AreaAlias,
    AreaCode,
    AreaPeriod,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
)
from systems.models.areas import Body
from systems.models.base import CodeScheme
from systems.text.names import NamedBody, fold, split_body


@dataclass(frozen=True, slots=True)
class Fact:
    """A text that holds from a day: a name or a code."""

    date_from: date
    value: str


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """A system as the lookup needs it. `opened_on` and `closed_on` follow from its areas.

    One that has never had an area is not open yet: `opened_on` is None, and it is open on no day.
    """

    slug: str
    region: str
    names: tuple[Fact, ...]
    ods_codes: tuple[Fact, ...]
    ons_codes: tuple[Fact, ...]
    opened_on: date | None
    closed_on: date | None

    def name_on(self, day: date) -> str:
        fact = row_on(self.names, day) or (self.names[0] if self.names else None)
        return fact.value if fact else self.slug

    def ods_code_on(self, day: date) -> str | None:
        fact = row_on(self.ods_codes, day)
        return fact.value if fact else None

    def ons_code_on(self, day: date) -> str | None:
        fact = row_on(self.ons_codes, day)
        return fact.value if fact else None

    @property
    def last_day(self) -> date:
        """The last day on which it existed; the last there is while it is open."""
        return self.closed_on - ONE_DAY if self.closed_on else date.max

    def opened_by(self, day: date) -> bool:
        return self.opened_on is not None and self.opened_on <= day

    def closed_by(self, day: date) -> bool:
        return self.last_day < day

    def open_on(self, day: date) -> bool:
        return self.opened_by(day) and not self.closed_by(day)


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """An area, and the systems it was, is and will be in, as spans of slugs or None."""

    code: str
    slug: str
    name: str
    residents: int
    spans: tuple[Span[str | None], ...]

    def system_on(self, day: date) -> str | None:
        for span in self.spans:
            if span.covers(day):
                return span.value
        return None


@dataclass(frozen=True)
class Atlas:
    """All systems by slug and areas by code, and what their names and codes stand for.

    `names` and `codes` lead to no system that has never had an area: a look-up has no use for it.
    """

    # Of what it is read: when one of these is written, it is read again.
    MODELS: ClassVar = (
        *(Area, AreaAlias, AreaCode, AreaPeriod),
        *(System, SystemAlias, SystemCode, SystemName),
    )

    systems: dict[str, SystemFacts]
    areas: dict[str, AreaFacts]
    codes: dict[str, tuple[SystemFacts | AreaFacts, ...]]
    names: dict[tuple[str, NamedBody | None], tuple[SystemFacts | AreaFacts, ...]]

    def closed_by(self, day: date) -> list[SystemFacts]:
        """The systems that have closed on or before `day`, the latest first, then by name."""
        closed = [system for system in self.systems.values() if system.closed_by(day)]
        by_name = sorted(closed, key=lambda system: system.name_on(day))
        return sorted(by_name, key=lambda system: system.last_day, reverse=True)

    def areas_of(self, system: SystemFacts, day: date) -> list[AreaFacts]:
        """Its areas on `day`, or on the day nearest to it on which the system existed.

        None of a system that is not open yet and whose opening nobody knows.
        """
        if system.opened_on is None:
            return []
        day = max(min(day, system.last_day), system.opened_on)
        return [area for area in self.areas.values() if area.system_on(day) == system.slug]

    def system_of(self, area: AreaFacts, day: date) -> SystemFacts | None:
        slug = area.system_on(day)
        return self.systems[slug] if slug else None

    @classmethod
    def read(cls) -> "Atlas":
        """Read everything from the database, in eight queries whatever its size."""
        periods = _grouped(AreaPeriod.objects.order_by("date_from"), lambda row: row.area_id)
        identities = System.objects.in_bulk()
        areas: dict[int, AreaFacts] = {}
        for area in Area.objects.all():
            rows = periods[area.pk]
            areas[area.pk] = AreaFacts(
                area.code,
                area.slug,
                area.name,
                area.residents,
                tuple(
                    spans(
                        rows, lambda row: identities[row.system_id].slug if row.system_id else None
                    )
                ),
            )
        systems = _read_systems(identities.values(), areas.values())
        index = _Index()
        _index_systems(index, systems)
        _index_areas(index, areas)
        return cls(
            {facts.slug: facts for facts in systems.values()},
            {facts.code: facts for facts in areas.values()},
            index.frozen(index.codes),
            index.frozen(index.names),
        )


Row = TypeVar("Row")


def _grouped(rows: Iterable[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _read_systems(
    identities: Iterable[System], areas: Iterable[AreaFacts]
) -> dict[int, SystemFacts]:
    names = _grouped(SystemName.objects.order_by("date_from"), lambda row: row.system_id)
    codes = _grouped(SystemCode.objects.order_by("date_from"), lambda row: row.system_id)
    held: dict[str, list[Span[str | None]]] = defaultdict(list)
    for area in areas:
        for span in area.spans:
            if span.value:
                held[span.value].append(span)
    systems = {}
    for system in identities:
        pk, slug = system.pk, system.slug
        ends = [span.end for span in held[slug]]
        ods, ons = (
            tuple(Fact(row.date_from, row.code) for row in codes[pk] if row.scheme == scheme)
            for scheme in (CodeScheme.ODS, CodeScheme.ONS)
        )
        systems[pk] = SystemFacts(
            slug,
            system.region,
            names=tuple(Fact(row.date_from, row.name) for row in names[pk]),
            ods_codes=ods,
            ons_codes=ons,
            opened_on=min((span.start for span in held[slug]), default=None),
            closed_on=None if None in ends else max((end for end in ends if end), default=None),
        )
    return systems


class _Index:
    """Codes and folded names while they are gathered."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[int, SystemFacts | AreaFacts]] = defaultdict(dict)
        self.names: dict[tuple[str, NamedBody | None], dict[int, SystemFacts | AreaFacts]] = (
            defaultdict(dict)
        )

    def name(self, text: str, meaning: SystemFacts | AreaFacts, *bodies: NamedBody | None) -> None:
        name, _ = split_body(fold(text))
        for body in bodies:
            self.names[name, body][id(meaning)] = meaning

    def code(self, text: str, meaning: SystemFacts | AreaFacts) -> None:
        self.codes[text][id(meaning)] = meaning

    @staticmethod
    def frozen(index: dict) -> dict:
        return {key: tuple(meanings.values()) for key, meanings in index.items()}


def _index_systems(index: _Index, systems: dict[int, SystemFacts]) -> None:
    systems = {pk: facts for pk, facts in systems.items() if facts.opened_on}
    for facts in systems.values():
        for fact in facts.names:
            index.name(fact.value, facts, None, NamedBody.SYSTEM)
        for fact in (*facts.ods_codes, *facts.ons_codes):
            index.code(fact.value, facts)
    for alias in SystemAlias.objects.all():
        if alias.system_id in systems:
            index.name(alias.name, systems[alias.system_id], None, NamedBody.SYSTEM)


def _index_areas(index: _Index, areas: dict[int, AreaFacts]) -> None:
    for facts in areas.values():
        index.name(facts.name, facts, None)
        index.code(facts.code, facts)
    for code in AreaCode.objects.all():
        index.code(code.code, areas[code.area_id])
        if code.body == Body.CCG and code.name:
            index.name(code.name, areas[code.area_id], NamedBody.CCG)
    for alias in AreaAlias.objects.all():
        index.name(alias.name, areas[alias.area_id], NamedBody.CCG)
