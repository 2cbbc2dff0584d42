"""Checks that the public pages show after a merger what its plan and decisions say.

What they show is asked of the functions that the pages use; what they should show is computed here,
independently, from the decisions alone.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from systems.atlas import Atlas
from systems.days.as_at import midnight
from systems.editing.rights import Rights
from systems.facts.scheme_queries import schemes_of_system
from systems.models import Area, CouncilArea, Editorship, Membership, Organisation, System
from timeline.mergers.impact import AffectedRow, leading_to
from timeline.mergers.plan import MergerPlan
from timeline.models import ANNOUNCED
from timeline.models.mergers import AffectedKind, ResolutionChoice
from timeline.related import entries_about, with_predecessors

# What is counted, in the order of the table.
COUNTED = ("Areas", "Residents", "Organisations", "Schemes", "Announcements", "Editors")
AREAS, RESIDENTS, MEMBERS, SCHEMES, ANNOUNCEMENTS, EDITORS = COUNTED

# What pages show on a day: by COUNTED, but for residents, then by slug of open systems, the keys.
Snapshot = dict[str, dict[str, set[Any]]]


@dataclass(frozen=True)
class CountLine:
    """A line of the table of counts: pairs of a thing and an ICS that has it.

    before + by_itself + copied - ended - joined = after. `by_itself` would come or go without the
    merger; `joined` was in several ICSs that are one now.
    """

    what: str
    before: int
    by_itself: int
    moved: int
    copied: int
    ended: int
    joined: int
    after: int

    @property
    def adds_up(self) -> bool:
        came = self.by_itself + self.copied
        return self.before + came - self.ended - self.joined == self.after


class Verification:
    """Snapshots of what the systems of one plan have on a day, and what they should have."""

    def __init__(self, plan: MergerPlan, items: list[AffectedRow]) -> None:
        self.plan = plan
        self.items = items
        there = [one.system for one in plan.successors if one.system and not one.is_new]
        self.systems = [*plan.predecessors, *there]
        self.closing = {system.slug for system in plan.closing}
        leading = {*leading_to(plan), *(system.pk for system in there)}
        editorships = Editorship.objects.filter(system__in=leading)
        self.people = list(User.objects.filter(pk__in=editorships.values("user")))

    def snapshot(
        self, day: date, at: datetime, new: list[System], copies: dict[int, int]
    ) -> Snapshot:
        """What pages show about `day` at the moment `at`. A copy counts as its original."""
        atlas = Atlas.read()
        shown: Snapshot = {what: {} for what in COUNTED if what != RESIDENTS}
        own = {user.pk: Rights.of(user, day).own for user in self.people}
        for system in [*self.systems, *new]:
            facts, slug = atlas.systems.get(system.slug), system.slug
            if facts is None or not facts.open_on(day):
                continue
            shown[AREAS][slug] = {area.code for area in atlas.areas_on(facts, day)}
            shown[MEMBERS][slug] = set(
                Organisation.objects.members_on(system, day).values_list("pk", flat=True)
            )
            schemes = schemes_of_system(atlas, facts, day, at).values_list("pk", flat=True)
            shown[SCHEMES][slug] = {copies.get(pk, pk) for pk in schemes}
            entries = entries_about(atlas, facts, day, at=at).filter(kind__in=ANNOUNCED)
            related = with_predecessors(atlas, facts, list(entries))
            shown[ANNOUNCEMENTS][slug] = {one.entry.pk for one in related if not one.predecessors}
            shown[EDITORS][slug] = {pk for pk, systems in own.items() if system.pk in systems}
        return shown

    def before(self) -> Snapshot:
        """The day before, at its last second."""
        return self.snapshot(
            self.plan.day_before, midnight(self.plan.day) - timedelta(seconds=1), [], {}
        )

    def after(self, new: list[System], copies: dict[int, int]) -> Snapshot:
        """The date, at its first second."""
        return self.snapshot(self.plan.day, midnight(self.plan.day), new, copies)

    # --- What should be there ------------------------------------------------------------------

    def expected(self, unchanged: Snapshot) -> Snapshot:
        """What should be shown on the date, from what would be `unchanged`. Call it first."""
        slugs = [system.slug for system in self.systems if system.slug not in self.closing]
        slugs += [one.page_slug for one in self.plan.successors if one.is_new]
        expected_then: Snapshot = {what: {slug: set() for slug in slugs} for what in unchanged}
        goes = {area.code: to.page_slug for area, _, to in self.plan.moving}
        for slug, codes in unchanged[AREAS].items():
            for code in codes:
                expected_then[AREAS][goes.get(code, slug)].add(code)
        self._expect_members(expected_then)
        self._expect_schemes(expected_then, unchanged, goes)
        self._expect_what_is_listed(expected_then, unchanged)
        return expected_then

    def _decided(self, kind: AffectedKind) -> dict[int, AffectedRow]:
        return {item.row.pk: item for item in self.items if item.kind is kind}

    def _expect_members(self, shown: Snapshot) -> None:
        there = Organisation.objects.open_on(self.plan.day).values("pk")
        rows = Membership.objects.holding_on(self.plan.day).filter(
            system__in=self.systems, organisation__in=there
        )
        decided = self._decided(AffectedKind.MEMBERSHIP)
        for row in rows.select_related("system"):
            for slug in self._places(decided.get(row.pk), row.system.slug):
                shown[MEMBERS][slug].add(row.organisation_id)
        for slug, codes in shown[AREAS].items():
            councils = CouncilArea.objects.filter(area__code__in=codes, council__in=there)
            shown[MEMBERS][slug] |= set(councils.values_list("council", flat=True))

    def _places(self, item: AffectedRow | None, slug: str) -> list[str]:
        """The slugs of the systems that have a row of the system `slug` afterwards."""
        if item is None:
            return [slug] if slug not in self.closing else []
        targets = [one.page_slug for one in item.targets]
        copied = item.resolution.choice is ResolutionChoice.COPIED and slug not in self.closing
        return (
            [*targets, slug]
            if copied or item.resolution.choice is ResolutionChoice.STAYS
            else targets
        )

    def _expect_schemes(self, shown: Snapshot, unchanged: Snapshot, goes: dict[str, str]) -> None:
        decided = self._decided(AffectedKind.SCHEME)
        holders = {code: slug for slug, codes in unchanged[AREAS].items() for code in codes}
        for slug, keys in unchanged[SCHEMES].items():
            for key in keys:
                item = decided.get(key)
                if item is None or item.resolution.choice is ResolutionChoice.STAYS:
                    places = {slug} - self.closing
                elif item.resolution.choice is ResolutionChoice.MOVED:
                    places = {goes.get(code, holders.get(code, "")) for code in item.areas} - {""}
                elif item.resolution.choice is ResolutionChoice.COPIED:
                    stays = any(
                        resolution.choice is ResolutionChoice.STAYS for resolution in item.options
                    )
                    places = {one.page_slug for one in item.successors} | (
                        {slug} if stays else set()
                    )
                else:
                    places = set()
                for place in places:
                    shown[SCHEMES][place].add(key)

    def _expect_what_is_listed(self, shown: Snapshot, unchanged: Snapshot) -> None:
        """Announcements stay listed where they are as well; editors only if they stay."""
        for what, kind in (
            (ANNOUNCEMENTS, AffectedKind.ANNOUNCEMENT),
            (EDITORS, AffectedKind.EDITOR),
        ):
            by_key: dict[int, list[AffectedRow]] = defaultdict(list)
            for item in self._decided(kind).values():
                by_key[item.row.pk if what == ANNOUNCEMENTS else item.row.user_id].append(item)
            for slug, keys in unchanged[what].items():
                for key in keys:
                    mine = [
                        item
                        for item in by_key[key]
                        if slug in {system.slug for system in item.origins}
                    ]
                    if what == ANNOUNCEMENTS or not mine:
                        places = {slug} - self.closing
                        places |= {one.page_slug for item in mine for one in item.targets}
                    else:
                        places = {place for item in mine for place in self._places(item, slug)}
                    for place in places:
                        shown[what][place].add(key)


# --- Comparing -----------------------------------------------------------------------------------


def count_lines(before: Snapshot, unchanged: Snapshot, after: Snapshot) -> list[CountLine]:
    """The table of counts, from what is shown before, would be without the merger, and is after."""
    residents = dict(Area.objects.values_list("code", "residents"))
    table = []
    for what in COUNTED:
        kind = AREAS if what == RESIDENTS else what
        weights = residents if what == RESIDENTS else {}
        was, unchanged_places, is_now = (
            _systems_by_key(shown[kind]) for shown in (before, unchanged, after)
        )
        moved = copied = ended = joined = 0
        for key in {*unchanged_places, *is_now}:
            weight = weights.get(key, 1)
            gained, lost = (
                len(is_now[key] - unchanged_places[key]),
                len(unchanged_places[key] - is_now[key]),
            )
            moved += min(gained, lost) * weight
            copied += max(gained - lost, 0) * weight
            less = max(lost - gained, 0) * weight
            ended, joined = (ended, joined + less) if is_now[key] else (ended + less, joined)
        totals = [
            sum(len(places) * weights.get(key, 1) for key, places in shown.items())
            for shown in (was, unchanged_places, is_now)
        ]
        table.append(
            CountLine(
                what,
                *(totals[0], totals[1] - totals[0]),
                *(moved, copied, ended, joined, totals[2]),
            )
        )
    return table


def _systems_by_key(shown: dict[str, set[Any]]) -> dict[Any, set[str]]:
    systems_of: dict[Any, set[str]] = defaultdict(set)
    for slug, keys in shown.items():
        for key in keys:
            systems_of[key].add(slug)
    return systems_of


def disagreements(
    expected: Snapshot, actual: Snapshot, names: dict[str, str], when: str
) -> Iterator[str]:
    """A sentence for each system and kind of thing that differs."""
    for what, by_slug in expected.items():
        for slug in {**by_slug, **actual[what]}:
            should, is_there = by_slug.get(slug, set()), actual[what].get(slug, set())
            if should != is_there:
                yield (
                    f"{what} of {names.get(slug, slug)} {when}: {len(should)} expected, "
                    f"{len(is_there)} found, {len(should & is_there)} of them the same."
                )
