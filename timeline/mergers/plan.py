"""A merger with its relations, read once, and its validation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.utils import timezone

from icsinfo.dates import say
from icsinfo.wording import name_list
from systems.days.as_at import last_day
from systems.days.spans import ONE_DAY
from systems.models import Area, AreaPeriod, Editorship, Membership, System
from timeline.models import Merger, Successor


@dataclass(frozen=True)
class MergerPlan:
    """A merger with its relations. Systems are named as on the day before.

    `areas` are those of the predecessors on the day before, each with its predecessor. `placed`
    maps the key of each area that is decided to its successor, None where it stays.
    """

    merger: Merger
    predecessors: list[System]
    successors: list[Successor]
    areas: list[tuple[Area, System]]
    placed: dict[int, Successor | None]

    @classmethod
    def of(cls, merger: Merger) -> Self:
        """Read a merger, in six queries."""
        day_before = merger.date - ONE_DAY
        predecessors = {system.pk: system for system in merger.predecessors.named_on(day_before)}
        successors = {one.pk: one for one in merger.successors.all()}
        names = System.objects.named_on(merger.date).in_bulk(
            [one.system_id for one in successors.values() if one.system_id]
        )
        for one in successors.values():
            one.system = names.get(one.system_id)
        periods = AreaPeriod.objects.holding_on(day_before).filter(system__in=predecessors)
        return cls(
            merger,
            sorted(predecessors.values(), key=str),
            list(successors.values()),
            [
                (row.area, predecessors[row.system_id])  # type: ignore[index]
                for row in periods.select_related("area").order_by("area__name")
            ],
            {
                row.area_id: successors.get(row.successor_id)  # type: ignore[arg-type]
                for row in merger.placements.all()
            },
        )

    @property
    def day(self) -> date:
        return self.merger.date

    @property
    def day_before(self) -> date:
        """The last day before the change."""
        return self.day - ONE_DAY

    def goes(self, area: Area) -> Successor | None:
        return self.placed.get(area.pk)

    @property
    def moving(self) -> list[tuple[Area, System, Successor]]:
        """The areas that move: (area, predecessor, successor)."""
        placed = [(area, system, self.goes(area)) for area, system in self.areas]
        return [(area, system, to) for area, system, to in placed if to]

    def successors_of(self, predecessors: Iterable[System]) -> list[Successor]:
        """The successors that get an area of one of `predecessors`, in their own order."""
        keys = {system.pk for system in predecessors}
        got = {to.pk for _, system, to in self.moving if system.pk in keys}
        return [one for one in self.successors if one.pk in got]

    def closes(self, system: System) -> bool:
        """Whether a predecessor gives up all of its areas."""
        return all(self.goes(area) for area, holder in self.areas if holder == system)

    @property
    def closing(self) -> list[System]:
        return [system for system in self.predecessors if self.closes(system)]

    # --- What is wrong -------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """Why it cannot be planned, a sentence each; empty if it can."""
        if wrong := date_problem(self.day):
            return [wrong]
        return [
            *self._without_parts(),
            *self._of_predecessors(),
            *self._of_successors(),
            *self._of_areas(),
            *self._of_those_to_come(),
        ]

    def _without_parts(self) -> Iterator[str]:
        if not self.predecessors:
            yield "Say which ICSs close or give up areas."
        if not self.successors:
            yield "Say which ICSs have the areas from then on."

    def _of_predecessors(self) -> Iterator[str]:
        holders = {system.pk for _, system in self.areas}
        successors = {one.system_id for one in self.successors}
        for system in self.predecessors:
            if system.pk not in holders:
                yield f"{system} has no areas on {say(self.day_before)}, so it has none to give up."
            if system.pk in successors:
                yield f"{system} is on both sides. Choose whether it gives up areas or gets them."

    def _of_successors(self) -> Iterator[str]:
        gets = {one.pk for one in self.successors_of(self.predecessors)}
        names: set[str] = set()
        for one in self.successors:
            if one.pk not in gets:
                yield f"No areas go to {one}."
            if str(one) in names:
                yield f"{one} is there twice."
            names.add(str(one))
            try:
                one.clean()
            except ValidationError as error:
                yield from (f"{one}: {message}" for message in error.messages)
            if one.system_id and not one.is_new and not self._is_open(one.system_id):
                yield (
                    f"{one} is not open on {say(self.day_before)}, or is planned to close after "
                    "that."
                )

    def _is_open(self, key: int) -> bool:
        days = AreaPeriod.objects.filter(date_from__gt=self.day_before).values_list(
            "date_from", flat=True
        )
        return all(
            System.objects.open_on(day).filter(pk=key).exists()
            for day in [self.day_before, *set(days)]
        )

    def _of_areas(self) -> Iterator[str]:
        waiting = [area.name for area, _ in self.areas if area.pk not in self.placed]
        if waiting:
            yield f"Say where these areas go: {name_list(waiting)}."
        later = AreaPeriod.objects.filter(
            area__in=[area for area, _ in self.areas], date_from__gt=self.day_before
        )
        for row in later.select_related("area").order_by("date_from", "area__name"):
            to = f"be in {system_name(row.system_id, row.date_from)}"
            yield (
                f"Something else is planned for {row.area}: to {to} from {say(row.date_from)}. "
                "Undo that first, or choose another date."
            )

    def _of_those_to_come(self) -> Iterator[str]:
        """Memberships and editorships of a predecessor that start after it has closed."""
        members = Membership.objects.filter(system__in=self.closing, date_from__gt=self.day_before)
        for member in members.select_related("organisation"):
            yield (
                f"{member.organisation} is due to join "
                f"{system_name(member.system_id, self.day)} after it has closed. "
                "Change that membership first."
            )
        editors = Editorship.objects.filter(system__in=self.closing, date_from__gt=self.day_before)
        for editor in editors.select_related("user"):
            yield (
                f"{editor.user} is due to edit {system_name(editor.system_id, self.day)} "
                "after it has closed. Change that editorship first."
            )


def system_name(key: int | None, day: date) -> str:
    """The name of a system on a day, for a sentence."""
    return str(System.objects.named_on(day).get(pk=key)) if key else "no ICS"


def date_problem(day: date) -> str:
    """Why nothing can be planned for a day, as a sentence; empty if it can."""
    today = timezone.localdate()
    if day <= today:
        return "The date must be tomorrow or later: enter past changes as they happened."
    if day > last_day(today):
        return f"Choose a date up to {say(last_day(today))}: pages do not look further ahead."
    return ""
