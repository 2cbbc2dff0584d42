"""Boards that share leaders: which of them do so on a day, which follows from who is open."""

from dataclasses import dataclass
from datetime import date

from icsinfo.dates import has_passed, say_partial
from systems.atlas.facts import SystemFacts
from systems.models import Source
from systems.models.leaders import ClusterCertainty, Shared


@dataclass(frozen=True, slots=True, eq=False)
class ClusterFacts:
    """A cluster. `systems` are all that ever were in it, `shares` None where that is not known."""

    name: str
    official_name: str
    systems: tuple[SystemFacts, ...]
    date_from: str  # as exact as known
    date_to: date | None
    shares: Shared | None
    certainty: ClusterCertainty
    note: str
    source: Source

    @property
    def since(self) -> str:
        """Its beginning in words, as exact as known."""
        return say_partial(self.date_from)

    @property
    def is_sure(self) -> bool:
        return self.certainty == ClusterCertainty.SURE

    @property
    def ended_on(self) -> date | None:
        """The first day on which it no longer exists, as fewer than two are left of it."""
        closings = sorted(system.closed_on or date.max for system in self.systems)
        alone = closings[-2] if len(closings) > 1 else date.min
        ended = min(alone, self.date_to or date.max)
        return None if ended == date.max else ended

    def holds_on(self, day: date) -> bool:
        """Whether it has begun by `day`, and two of its systems are there."""
        has_ended = self.date_to is not None and self.date_to <= day
        has_begun = has_passed(self.date_from, day) and len(self.members_on(day)) > 1
        return has_begun and not has_ended

    def members_on(self, day: date) -> list[SystemFacts]:
        """Those that are open on `day`, by name: one that closes leaves."""
        there = [system for system in self.systems if system.open_on(day)]
        return sorted(there, key=lambda system: system.name_on(day))

    def others(self, system: SystemFacts, day: date) -> list[SystemFacts]:
        """Those that a system is with in it on `day`."""
        return [other for other in self.members_on(day) if other is not system]

    def left_on(self, system: SystemFacts) -> date | None:
        """The first day on which a system is no longer in it; None while no such day is known."""
        days = [day for day in (system.closed_on, self.ended_on) if day]
        return min(days, default=None)
