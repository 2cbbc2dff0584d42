"""What a system is on a day."""

from dataclasses import dataclass
from datetime import date

from systems.atlas.facts import SystemFacts
from systems.atlas.parts import SuccessorPart


@dataclass(frozen=True, slots=True)
class Status:
    """What a system is on a day: still to come, open, or closed; and what followed a closed one."""

    system: SystemFacts
    day: date
    successors: tuple[SuccessorPart, ...]

    @property
    def name(self) -> str:
        return self.system.name_on(self.day)

    @property
    def is_open(self) -> bool:
        return self.system.open_on(self.day)

    @property
    def is_closed(self) -> bool:
        return self.system.closed_by(self.day)

    @property
    def opened_on(self) -> date | None:
        return self.system.opened_on

    @property
    def last_day(self) -> date | None:
        """The last day on which it exists, passed or to come; None if none is known."""
        return self.system.last_day if self.system.closed_on else None

    @property
    def followed_by(self) -> list[tuple[str, str]]:
        """The names and slugs of the systems that have its areas now, most residents first."""
        systems = [part.system for part in self.successors if part.system]
        return [(system.name_on(self.day), system.slug) for system in systems]
