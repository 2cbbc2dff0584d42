"""What the public pages show before and after a merger, and whether that is what was planned.

What is there is asked of the functions that the pages use; what should be there is worked out
here a second time, from the decisions alone.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from systems.atlas import Atlas
from systems.editing.rights import Rights
from systems.facts.scheme_queries import schemes_of_system
from systems.models import Area, CouncilArea, Editorship, Membership, Organisation, System
from timeline.mergers.affected import Item, leading_to
from timeline.mergers.plan import Plan, midnight
from timeline.models import ANNOUNCED
from timeline.models.mergers import Affected, Choice
from timeline.related import entries_about, marked

# What is counted, in the order of the table.
COUNTED = ("Areas", "Residents", "Organisations", "Schemes", "Announcements", "Editors")
AREAS, RESIDENTS, MEMBERS, SCHEMES, ANNOUNCEMENTS, EDITORS = COUNTED

# For each of these, by the slug of each system that is open, the keys of what it has.
Shown = dict[str, dict[str, set[Any]]]


@dataclass(frozen=True)
class Line:
    """One kind of thing, counted once for each ICS that has it.

    `before` and what comes and goes by itself, and is copied, less what ends and what was in
    several that are one now, is `after`.
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


class Counting:
    """The systems of one plan and the people who edit them, and what each has on a day."""

    def __init__(self, plan: Plan, items: list[Item]) -> None:
        self.plan = plan
        self.items = items
        there = [one.system for one in plan.successors if one.system and not one.is_new]
        self.systems = [*plan.predecessors, *there]
        self.closing = {system.slug for system in plan.closing}
        leading = {*leading_to(plan), *(system.pk for system in there)}
        held = Editorship.objects.filter(system__in=leading)
        self.people = list(User.objects.filter(pk__in=held.values("user")))

    def shown(self, day: date, at: datetime, new: list[System], copies: dict[int, int]) -> Shown:
        """What is shown on a day, if it were that moment. A copy counts as its original."""
        atlas = Atlas.read()
        found: Shown = {what: {} for what in COUNTED if what != RESIDENTS}
        own = {user.pk: Rights.of(user, day).own for user in self.people}
        for system in [*self.systems, *new]:
            facts, slug = atlas.systems.get(system.slug), system.slug
            if facts is None or not facts.open_on(day):
                continue
            found[AREAS][slug] = {area.code for area in atlas.areas_of(facts, day)}
            found[MEMBERS][slug] = set(
                Organisation.objects.members_on(system, day).values_list("pk", flat=True)
            )
            schemes = schemes_of_system(atlas, slug, day, at).values_list("pk", flat=True)
            found[SCHEMES][slug] = {copies.get(pk, pk) for pk in schemes}
            entries = entries_about(atlas, facts, day, at=at).filter(kind__in=ANNOUNCED)
            about = marked(atlas, facts, list(entries.prefetch_related("systems")))
            found[ANNOUNCEMENTS][slug] = {one.entry.pk for one in about if not one.theirs}
            found[EDITORS][slug] = {pk for pk, systems in own.items() if system.pk in systems}
        return found

    def before(self) -> Shown:
        """The day before, to its last second."""
        return self.shown(self.plan.eve, midnight(self.plan.day) - timedelta(seconds=1), [], {})

    def after(self, new: list[System], copies: dict[int, int]) -> Shown:
        """The date, from its first second."""
        return self.shown(self.plan.day, midnight(self.plan.day), new, copies)

    # --- What should be there ------------------------------------------------------------------

    def expected(self, unchanged: Shown) -> Shown:
        """What is to be shown on the date, from what would be `unchanged`. Ask before writing."""
        slugs = [system.slug for system in self.systems if system.slug not in self.closing]
        slugs += [one.page_slug for one in self.plan.successors if one.is_new]
        found: Shown = {what: {slug: set() for slug in slugs} for what in unchanged}
        goes = {area.code: to.page_slug for area, _, to in self.plan.moving}
        for slug, codes in unchanged[AREAS].items():
            for code in codes:
                found[AREAS][goes.get(code, slug)].add(code)
        self._expect_members(found)
        self._expect_schemes(found, unchanged, goes)
        self._expect_what_is_listed(found, unchanged)
        return found

    def _decided(self, kind: Affected) -> dict[int, Item]:
        return {item.row.pk: item for item in self.items if item.kind is kind}

    def _expect_members(self, found: Shown) -> None:
        there = Organisation.objects.open_on(self.plan.day).values("pk")
        rows = Membership.objects.holding_on(self.plan.day).filter(
            system__in=self.systems, organisation__in=there
        )
        decided = self._decided(Affected.MEMBERSHIP)
        for row in rows.select_related("system"):
            for slug in self._places(decided.get(row.pk), row.system.slug):
                found[MEMBERS][slug].add(row.organisation_id)
        for slug, codes in found[AREAS].items():
            councils = CouncilArea.objects.filter(area__code__in=codes, council__in=there)
            found[MEMBERS][slug] |= set(councils.values_list("council", flat=True))

    def _places(self, item: Item | None, slug: str) -> list[str]:
        """Where a row of the system `slug` is afterwards."""
        if item is None:
            return [slug] if slug not in self.closing else []
        targets = [one.page_slug for one in item.targets]
        copied = item.fate.choice is Choice.COPIED and slug not in self.closing
        return [*targets, slug] if copied or item.fate.choice is Choice.STAYS else targets

    def _expect_schemes(self, found: Shown, unchanged: Shown, goes: dict[str, str]) -> None:
        decided = self._decided(Affected.SCHEME)
        holders = {code: slug for slug, codes in unchanged[AREAS].items() for code in codes}
        for slug, keys in unchanged[SCHEMES].items():
            for key in keys:
                item = decided.get(key)
                if item is None or item.fate.choice is Choice.STAYS:
                    places = {slug} - self.closing
                elif item.fate.choice is Choice.MOVED:
                    places = {goes.get(code, holders.get(code, "")) for code in item.areas} - {""}
                elif item.fate.choice is Choice.COPIED:
                    stays = any(fate.choice is Choice.STAYS for fate in item.options)
                    places = {one.page_slug for one in item.heirs} | ({slug} if stays else set())
                else:
                    places = set()
                for place in places:
                    found[SCHEMES][place].add(key)

    def _expect_what_is_listed(self, found: Shown, unchanged: Shown) -> None:
        """Announcements go on being listed where they are; editors do not unless they stay."""
        for what, kind in ((ANNOUNCEMENTS, Affected.ANNOUNCEMENT), (EDITORS, Affected.EDITOR)):
            held: dict[int, list[Item]] = defaultdict(list)
            for item in self._decided(kind).values():
                held[item.row.pk if what == ANNOUNCEMENTS else item.row.user_id].append(item)
            for slug, keys in unchanged[what].items():
                for key in keys:
                    mine = [
                        item
                        for item in held[key]
                        if slug in {system.slug for system in item.origins}
                    ]
                    if what == ANNOUNCEMENTS or not mine:
                        places = {slug} - self.closing
                        places |= {one.page_slug for item in mine for one in item.targets}
                    else:
                        places = {place for item in mine for place in self._places(item, slug)}
                    for place in places:
                        found[what][place].add(key)


# --- Comparing -----------------------------------------------------------------------------------


def lines(before: Shown, unchanged: Shown, after: Shown) -> list[Line]:
    """The table: each kind of thing on the day before and on the date, and what happened to it."""
    residents = dict(Area.objects.values_list("code", "residents"))
    found = []
    for what in COUNTED:
        kind = AREAS if what == RESIDENTS else what
        weights = residents if what == RESIDENTS else {}
        was, held, is_now = (_by_key(shown[kind]) for shown in (before, unchanged, after))
        moved = copied = ended = joined = 0
        for key in {*held, *is_now}:
            weight = weights.get(key, 1)
            gained, lost = len(is_now[key] - held[key]), len(held[key] - is_now[key])
            moved += min(gained, lost) * weight
            copied += max(gained - lost, 0) * weight
            less = max(lost - gained, 0) * weight
            ended, joined = (ended, joined + less) if is_now[key] else (ended + less, joined)
        totals = [
            sum(len(places) * weights.get(key, 1) for key, places in shown.items())
            for shown in (was, held, is_now)
        ]
        found.append(
            Line(
                what,
                *(totals[0], totals[1] - totals[0]),
                *(moved, copied, ended, joined, totals[2]),
            )
        )
    return found


def _by_key(shown: dict[str, set[Any]]) -> dict[Any, set[str]]:
    found: dict[Any, set[str]] = defaultdict(set)
    for slug, keys in shown.items():
        for key in keys:
            found[key].add(slug)
    return found


def disagreements(expected: Shown, found: Shown, names: dict[str, str], when: str) -> Iterator[str]:
    """A sentence for each system and kind of thing where the pages would show something else."""
    for what, by_slug in expected.items():
        for slug in {**by_slug, **found[what]}:
            should, is_there = by_slug.get(slug, set()), found[what].get(slug, set())
            if should != is_there:
                yield (
                    f"{what} of {names.get(slug, slug)} {when}: {len(should)} expected, "
                    f"{len(is_there)} found, {len(should & is_there)} of them the same."
                )
