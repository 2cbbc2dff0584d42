"""What held on a day: the one place that says it of systems and areas, read once into memory.

Names, codes, areas and their periods, open or closed, history, predecessors and successors, each
with its source. A lookup answers from here, so it goes on answering while the database is away.
When one of `Atlas.MODELS` is written, `systems/gazetteer.py` has it read again; nothing else takes
a query.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import ClassVar, Self

from icsinfo.wording import per_cent
from systems.atlas import reading
from systems.atlas.changes import Change, changes
from systems.atlas.clusters import ClusterFacts
from systems.atlas.facts import (
    AreaFacts,
    Fact,
    Stay,
    SuccessionFact,
    SystemFacts,
    residents_of,
    sources_of,
)
from systems.atlas.index import Index, Meanings, Name
from systems.atlas.parts import Part, SuccessorPart, group_by_system
from systems.atlas.status import Status
from systems.days.spans import ONE_DAY
from systems.models import Source

__all__ = [
    "AreaFacts",
    "Atlas",
    "Change",
    "ClusterFacts",
    "Fact",
    "Part",
    "Status",
    "Stay",
    "SuccessionFact",
    "SuccessorPart",
    "SystemFacts",
    "group_by_system",
    "residents_of",
    "sources_of",
]


@dataclass(frozen=True, eq=False)
class Atlas:
    """All systems by slug, areas by code in the order of their names, and sources by key.

    `successions` are what sources say of who followed whom, and `clusters` of who shares leaders,
    earliest first.
    """

    MODELS: ClassVar = reading.MODELS

    systems: dict[str, SystemFacts]
    areas: dict[str, AreaFacts]
    successions: tuple[SuccessionFact, ...] = ()
    sources: dict[int, Source] = field(default_factory=dict)
    clusters: tuple[ClusterFacts, ...] = ()

    @classmethod
    def read(cls) -> Self:
        """Read everything from the database, in twelve queries whatever its size."""
        facts = reading.read()
        return cls(
            {system.slug: system for system in facts.systems},
            {area.code: area for area in facts.areas},
            tuple(facts.successions),
            facts.sources,
            tuple(facts.clusters),
        )

    @cached_property
    def _index(self) -> Index:
        return Index(self.systems.values(), self.areas.values())

    @property
    def codes(self) -> dict[str, Meanings]:
        """What each code has ever stood for; no system that has never had an area."""
        return self._index.codes

    def coded(self, code: str, day: date) -> Meanings:
        """What a code stands for on `day`, or else did last before, or else was the first to."""
        return self._index.coded(code, day)

    @property
    def names(self) -> dict[Name, Meanings]:
        """What each folded name stands for; no system that has never had an area."""
        return self._index.names

    @cached_property
    def areas_by_slug(self) -> dict[str, AreaFacts]:
        return {area.slug: area for area in self.areas.values()}

    # --- Which systems there are ---------------------------------------------------------------

    def open_on(self, day: date) -> list[SystemFacts]:
        """The systems that an area belongs to on `day`, by name."""
        there = [system for system in self.systems.values() if system.open_on(day)]
        return sorted(there, key=lambda system: system.name_on(day))

    def closed_by(self, day: date) -> list[SystemFacts]:
        """The systems that have closed on or before `day`, the latest first, then by name."""
        closed = [system for system in self.systems.values() if system.closed_by(day)]
        by_name = sorted(closed, key=lambda system: system.name_on(day))
        return sorted(by_name, key=lambda system: system.last_day, reverse=True)

    def opening_after(self, day: date) -> list[SystemFacts]:
        """The systems that are to open after `day`."""
        return [system for system in self.systems.values() if system.opens_after(day)]

    # --- Which areas a system has --------------------------------------------------------------

    def areas_on(self, system: SystemFacts, day: date) -> list[AreaFacts]:
        """Its areas on `day`; none while it is not open."""
        return [*self._areas_of_systems(day).get(system.slug, ())]

    @cached_property
    def _areas_of_systems(self) -> Callable[[date], dict[str, list[AreaFacts]]]:
        """The areas of all systems on a day: a page asks for those of each system, on few days."""

        @lru_cache(maxsize=100)
        def of_systems(day: date) -> dict[str, list[AreaFacts]]:
            by_system: dict[str, list[AreaFacts]] = defaultdict(list)
            for area in self.areas.values():
                if system := area.system_on(day):
                    by_system[system.slug].append(area)
            return by_system

        return of_systems

    def nearest_areas(self, system: SystemFacts, day: date) -> list[AreaFacts]:
        """Its areas on `day`, or on the day nearest to it on which the system was open.

        None of a system that is not open yet and whose opening nobody knows.
        """
        nearest = system.nearest_day(day)
        return self.areas_on(system, nearest) if nearest else []

    def areas_by_system(self, system: SystemFacts, day: date) -> tuple[Part, ...]:
        """Its `nearest_areas`, by the system that each is in on `day`."""
        return group_by_system(
            ((area, area.residents) for area in self.nearest_areas(system, day)), day
        )

    # --- What came before and after ------------------------------------------------------------

    def status(self, system: SystemFacts, day: date) -> Status:
        return Status(system, day, self.successors(system, day))

    def successors(self, system: SystemFacts, day: date) -> tuple[SuccessorPart, ...]:
        """Where the areas are on `day` that a closed system had at its end, most residents first.

        Empty of one that has not closed by `day`.
        """
        if not system.closed_by(day):
            return ()
        parts = self.areas_by_system(system, day)
        whole = sum(part.residents or 0 for part in parts)
        stated = {row.successor: row for row in self.successions if row.predecessor is system}
        return tuple(
            SuccessorPart(
                part.system,
                part.areas,
                part.residents,
                share=per_cent(part.residents or 0, whole),
                stated=stated.get(part.system) if part.system else None,
            )
            for part in parts
        )

    def predecessors(self, system: SystemFacts) -> list[SystemFacts]:
        """The systems that closed on the day this one opened, and whose areas it took."""
        if system.opened_on is None:
            return []
        before = system.opened_on - ONE_DAY
        origins = [area.system_on(before) for area in self.areas_on(system, system.opened_on)]
        return list(
            dict.fromkeys(one for one in origins if one and one.closed_on == system.opened_on)
        )

    def followers(self, system: SystemFacts) -> list[SystemFacts]:
        """The systems its areas went to when it closed; theirs where they closed too, and so on."""
        followers: dict[SystemFacts, None] = {}
        waiting = [system]
        while waiting:
            one = waiting.pop()
            after = self.successors(one, one.closed_on) if one.closed_on else ()
            new = [part.system for part in after if part.system and part.system not in followers]
            followers |= dict.fromkeys(new)
            waiting += new
        return list(followers)

    def stated_predecessors(self, system: SystemFacts) -> list[SuccessionFact]:
        """What sources say of the systems that it followed, earliest first."""
        return [row for row in self.successions if row.successor is system]

    def clusters_on(self, day: date) -> list[ClusterFacts]:
        return [cluster for cluster in self.clusters if cluster.holds_on(day)]

    def clusters_of(self, system: SystemFacts, day: date) -> list[ClusterFacts]:
        """Those that `system` is in on `day`; none while it is not open."""
        return [one for one in self.clusters_on(day) if system in one.members_on(day)]

    def changes(self, system: SystemFacts) -> list[Change]:
        """Everything dated that is known of `system`, earliest first."""
        return changes(system, self.areas.values())

    def days_of_change(self, system: SystemFacts) -> set[date]:
        """The days on which areas joined or left a system, or its name changed."""
        stays = [
            stay for area in self.areas.values() for stay in area.stays if stay.system is system
        ]
        ends = {stay.end for stay in stays if stay.end}
        return {fact.date_from for fact in system.names} | {stay.start for stay in stays} | ends

    # --- Who says so ---------------------------------------------------------------------------

    def sources_of_opening(self, system: SystemFacts) -> list[Source]:
        """The sources of its first areas; none while it has none."""
        if system.opened_on is None:
            return []
        return sources_of(self.areas_on(system, system.opened_on), system.opened_on)

    def sources_of_closing(self, system: SystemFacts) -> list[Source]:
        """The sources of what came after it; none while it is open."""
        if system.closed_on is None:
            return []
        return sources_of(self.areas_on(system, system.last_day), system.closed_on)

    def sources_of_moves(self, day: date) -> list[Source]:
        """Where it is written that areas changed system on `day`, each source once."""
        return list(dict.fromkeys(self._sources_by_start.get(day, ())))

    @cached_property
    def _sources_by_start(self) -> dict[date, list[Source]]:
        sources: dict[date, list[Source]] = defaultdict(list)
        for area in self.areas.values():
            for period in (period for stay in area.stays for period in stay.periods):
                sources[period.date_from].append(period.source)
        return sources
