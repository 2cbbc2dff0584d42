"""Who and what a merger affects, and what may become of each."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from systems.atlas import Atlas
from systems.facts.scheme_queries import placed_in
from systems.models import Editorship, Membership, Organisation, Scheme, Succession, System
from systems.models.editors import Role
from timeline.mergers.plan import Plan, midnight
from timeline.models import Announcement, Decision, Kind, Successor
from timeline.models.mergers import Affected, Choice

# What each choice is called for each kind. `{}` is the successor that it is moved to.
WORDS = {
    Affected.SCHEME: {
        Choice.MOVED: "Moves with its areas",
        Choice.COPIED: "Copied: one for each successor",
        Choice.ENDED: "Ends",
        Choice.STAYS: "Stays",
    },
    Affected.MEMBERSHIP: {
        Choice.MOVED: "Moves to {}",
        Choice.COPIED: "Copied to each successor",
        Choice.ENDED: "Ends",
        Choice.STAYS: "Stays",
    },
    Affected.ANNOUNCEMENT: {
        Choice.MOVED: "Also listed under {}",
        Choice.COPIED: "Also listed under each successor",
        Choice.ENDED: "Stays with what it was about",
    },
    Affected.EDITOR: {
        Choice.MOVED: "Edits {} instead",
        Choice.COPIED: "Edits each successor",
        Choice.ENDED: "Rights end",
        Choice.STAYS: "Rights stay as they are",
    },
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a row. `target` is the one successor that it moves to, where that is said."""

    choice: Choice
    target: Successor | None = None

    @property
    def value(self) -> str:
        """As a form says it: copied, moved-12."""
        return f"{self.choice}-{self.target.pk}" if self.target else str(self.choice)


@dataclass(frozen=True, slots=True)
class Item:
    """A row that is affected: what may become of it, what does, and whether somebody said so.

    `origins` are the predecessors that it belongs to, `heirs` the successors it may go to; `areas`
    are the codes of those that a scheme is for.
    """

    kind: Affected
    row: Any
    label: str
    origins: tuple[System, ...]
    heirs: tuple[Successor, ...]
    options: tuple[Fate, ...]
    fate: Fate
    areas: frozenset[str] = frozenset()
    decided: bool = False

    @property
    def key(self) -> tuple[str, int]:
        return str(self.kind), self.row.pk

    @property
    def where(self) -> str:
        return "; ".join(str(system) for system in self.origins)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Values and words for a form."""
        words = WORDS[self.kind]
        return [(fate.value, words[fate.choice].format(fate.target)) for fate in self.options]

    @property
    def said(self) -> str:
        """What becomes of it, in words."""
        return WORDS[self.kind][self.fate.choice].format(self.fate.target)

    @property
    def targets(self) -> tuple[Successor, ...]:
        """The successors that have it afterwards, as far as a row is written for that."""
        if self.fate.choice is Choice.COPIED:
            return self.heirs
        return (self.fate.target,) if self.fate.target else ()


def affected(plan: Plan) -> list[Item]:
    """Everything that depends on the predecessors on the date, with what is decided or usual."""
    found = [*_schemes(plan), *_memberships(plan), *_announcements(plan), *_editors(plan)]
    decided = {(row.kind, row.object_id): row for row in plan.merger.decisions.all()}
    return [_with(item, decided.get(item.key)) for item in found]


def _with(item: Item, decision: Decision | None) -> Item:
    """An item with what was decided, as long as that can be chosen still."""
    if decision is None:
        return item
    for fate in item.options:
        target = fate.target.pk if fate.target else None
        if fate.choice == decision.choice and target == decision.target_id:
            return replace(item, fate=fate, decided=True)
    return item


def _moves(heirs: list[Successor]) -> list[Fate]:
    """To one of the successors, or where there are several to each of them."""
    fates = [Fate(Choice.MOVED, one) for one in heirs]
    return [*fates, Fate(Choice.COPIED)] if len(heirs) > 1 else fates


def _options(plan: Plan, origins: list[System]) -> list[Fate]:
    """What may become of a row that belongs to `origins`."""
    heirs = plan.heirs(origins)
    if all(plan.closes(system) for system in origins):
        return [*_moves(heirs), Fate(Choice.ENDED)]
    both = [] if len(heirs) > 1 else [Fate(Choice.COPIED)] if heirs else []
    return [Fate(Choice.STAYS), *_moves(heirs), *both, Fate(Choice.ENDED)]


# --- Schemes -----------------------------------------------------------------------------------


def _schemes(plan: Plan) -> Iterator[Item]:
    """Those for areas that go, and those for the whole of a predecessor.

    A scheme that is for areas elsewhere too is not copied or ended here.
    """
    atlas, at = Atlas.read(), midnight(plan.day)
    holder = {area.code: system for area, system in plan.areas}
    goes = {area.code: to for area, _, to in plan.moving}
    here = [atlas.areas[code] for code in holder if code in atlas.areas]
    own = _written_by(plan, Scheme)
    rows = placed_in(Scheme.objects.exclude(pk__in=own), atlas, here, plan.eve)
    rows = rows.filter(Q(published_until=None) | Q(published_until__gt=at))
    for row in rows.select_related("system").prefetch_related("areas").order_by("name", "place"):
        explicit = {area.code for area in row.areas.all()}
        origin = atlas.systems.get(row.system.slug) if row.system else None
        whole = {area.code for area in atlas.areas_of(origin, plan.eve)} if origin else set()
        its = explicit or whole
        origins = list(dict.fromkeys(holder[code] for code in holder if code in its))
        heirs = [one for one in plan.successors if one in {goes.get(code) for code in its}]
        if not heirs:
            continue
        ends = row.published_from is None or row.published_from < at
        remains = not explicit and row.system in origins and not plan.closes(row.system)
        if remains:
            options = [Fate(Choice.STAYS), Fate(Choice.COPIED)]
        elif len(heirs) > 1 and its <= set(goes) and ends:
            options = [Fate(Choice.MOVED), Fate(Choice.COPIED)]
        else:
            options = [Fate(Choice.MOVED)]
        if ends and its <= set(holder):
            options.append(Fate(Choice.ENDED))
        item = _item(Affected.SCHEME, row, str(row), origins, heirs, options, options[0])
        yield replace(item, areas=frozenset(its))


def _item(
    kind: Affected,
    row: Any,
    label: str,
    origins: list[System],
    heirs: list[Successor],
    options: list[Fate],
    usual: Fate,
) -> Item:
    return Item(kind, row, label, tuple(origins), tuple(heirs), tuple(options), usual)


def _written_by(plan: Plan, model: Any) -> list[int]:
    """The keys of the rows of a model that the merger itself made."""
    kind = ContentType.objects.get_for_model(model)
    made = plan.merger.written.filter(content_type=kind, before__isnull=True)
    return list(made.values_list("object_id", flat=True))


# --- Memberships -------------------------------------------------------------------------------


def _memberships(plan: Plan) -> Iterator[Item]:
    """Those of the predecessors that would go on. An organisation goes where its address does."""
    rows = Membership.objects.holding_on(plan.day).filter(
        system__in=plan.predecessors, organisation__in=Organisation.objects.open_on(plan.day)
    )
    rows = rows.filter(Q(date_from=None) | Q(date_from__lt=plan.day))
    rows = rows.select_related("organisation").order_by("organisation__name", "organisation__code")
    systems = {system.pk: system for system in plan.predecessors}
    areas = _areas_of_organisations(plan, [row.organisation for row in rows])
    for row in rows:
        origins = [systems[row.system_id]]
        options = _options(plan, origins)
        area = areas.get(row.organisation_id)
        label = f"{row.organisation}, {row.organisation.code}, {row.get_role_display()}"
        usual = _usual(options, plan.placed.get(area) if area else None, area in plan.placed)
        yield _item(Affected.MEMBERSHIP, row, label, origins, plan.heirs(origins), options, usual)


def _usual(options: list[Fate], goes: Successor | None, placed: bool) -> Fate:
    """Where it is known to where its area goes, there; or else to all, or it stays."""
    if goes and Fate(Choice.MOVED, goes) in options:
        return Fate(Choice.MOVED, goes)
    if options[0].choice is Choice.STAYS:
        return options[0]
    return options[0] if len(options) == 2 else Fate(Choice.COPIED)


def _areas_of_organisations(plan: Plan, organisations: list[Organisation]) -> dict[int, int]:
    """The key of the area of each; that of a network is where most of its practices are."""
    areas = {one.pk: one.area_id for one in organisations if one.area_id}
    parts: dict[int, Counter[int]] = defaultdict(Counter)
    without = [one.pk for one in organisations if not one.area_id]
    rows = Organisation.objects.filter(part_of__in=without, area__isnull=False)
    for whole, area in rows.order_by("code").values_list("part_of", "area"):
        parts[whole][area] += 1  # type: ignore[index]
    return areas | {whole: found.most_common(1)[0][0] for whole, found in parts.items()}


# --- Announcements -----------------------------------------------------------------------------


def _announcements(plan: Plan) -> Iterator[Item]:
    """Those that name a predecessor, drafts too. What is about one ICS alone goes along."""
    at = midnight(plan.day)
    rows = Announcement.objects.filter(systems__in=plan.predecessors).distinct()
    rows = rows.filter(Q(published_until=None) | Q(published_until__gt=at))
    for row in rows.prefetch_related("systems").order_by("-date", "slug"):
        named = {system.pk for system in row.systems.all()}
        origins = [system for system in plan.predecessors if system.pk in named]
        heirs = [one for one in plan.heirs(origins) if one.system_id not in named]
        if not heirs:
            continue
        options = [*_moves(heirs), Fate(Choice.ENDED)]
        follows = row.kind == Kind.LOCAL and all(plan.closes(system) for system in origins)
        usual = options[-2] if follows else options[-1]
        label = f"{row.title} ({row.date:%d/%m/%Y})"
        yield _item(Affected.ANNOUNCEMENT, row, label, origins, heirs, options, usual)


# --- Editors -----------------------------------------------------------------------------------


def _editors(plan: Plan) -> Iterator[Item]:
    """Those who edit a predecessor, also because they followed one before it.

    Where one closes into another they go along; where it is split or goes on, nobody gets rights
    to another ICS unless somebody says so.
    """
    for pk, system in leading_to(plan).items():
        origins = [system]
        options = _options(plan, origins)
        alone = plan.closes(system) and len(plan.heirs(origins)) == 1
        usual = options[0] if alone or options[0].choice is Choice.STAYS else options[-1]
        rows = Editorship.objects.holding_on(plan.day).filter(role=Role.SYSTEM, system=pk)
        rows = rows.filter(date_from__lt=plan.day)
        for row in rows.select_related("user").order_by("user__username"):
            label = row.user.get_username()
            yield _item(Affected.EDITOR, row, label, origins, plan.heirs(origins), options, usual)


def leading_to(plan: Plan) -> dict[int, System]:
    """The systems whose editors edit a predecessor on the day before, with that predecessor."""
    found = {system.pk: system for system in plan.predecessors}
    declared = Succession.objects.filter(editors_follow=True, date__lte=plan.eve).order_by("-date")
    for before, after in declared.values_list("predecessor", "successor"):
        if after in found:
            found.setdefault(before, found[after])
    return found
