"""The rows that a merger affects, with the possible resolutions of each and the default one."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from systems.atlas import Atlas
from systems.days.as_at import midnight
from systems.facts.scheme_queries import placed_in
from systems.models import Editorship, Membership, Organisation, Scheme, Succession, System
from systems.models.editors import Role
from timeline.mergers.plan import MergerPlan
from timeline.models import Announcement, Decision, EntryKind, Successor
from timeline.models.mergers import AffectedKind, ResolutionChoice

# Labels of the choices by kind. `{}` is the target.
WORDS = {
    AffectedKind.SCHEME: {
        ResolutionChoice.MOVED: "Moves with its areas",
        ResolutionChoice.COPIED: "Copied: one for each successor",
        ResolutionChoice.ENDED: "Ends",
        ResolutionChoice.STAYS: "Stays",
    },
    AffectedKind.MEMBERSHIP: {
        ResolutionChoice.MOVED: "Moves to {}",
        ResolutionChoice.COPIED: "Copied to each successor",
        ResolutionChoice.ENDED: "Ends",
        ResolutionChoice.STAYS: "Stays",
    },
    AffectedKind.ANNOUNCEMENT: {
        ResolutionChoice.MOVED: "Also listed under {}",
        ResolutionChoice.COPIED: "Also listed under each successor",
        ResolutionChoice.ENDED: "Stays with the ICSs it was about",
    },
    AffectedKind.EDITOR: {
        ResolutionChoice.MOVED: "Edits {} instead",
        ResolutionChoice.COPIED: "Edits each successor",
        ResolutionChoice.ENDED: "Rights end",
        ResolutionChoice.STAYS: "Rights stay the same",
    },
}


@dataclass(frozen=True, slots=True)
class Resolution:
    """What becomes of a row. `target` is the one successor that it moves to, if it does."""

    choice: ResolutionChoice
    target: Successor | None = None

    @property
    def value(self) -> str:
        """The value of a form's option: "copied", "moved-12"."""
        return f"{self.choice}-{self.target.pk}" if self.target else str(self.choice)


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """A row that depends on a predecessor: the possible resolutions, and the one that holds.

    `origins` are the predecessors that it belongs to, `successors` those that it may go to, `areas`
    the codes of the areas that a scheme is for. `decided`: an editor chose the resolution.
    """

    kind: AffectedKind
    row: Any
    label: str
    origins: list[System]
    successors: list[Successor]
    options: list[Resolution]
    resolution: Resolution
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
        """The options of a form: (value, label)."""
        words = WORDS[self.kind]
        return [
            (resolution.value, words[resolution.choice].format(resolution.target))
            for resolution in self.options
        ]

    @property
    def said(self) -> str:
        """The label of its resolution."""
        return WORDS[self.kind][self.resolution.choice].format(self.resolution.target)

    @property
    def targets(self) -> list[Successor]:
        """The successors for which rows are written, so that they have it afterwards."""
        if self.resolution.choice is ResolutionChoice.COPIED:
            return self.successors
        return [self.resolution.target] if self.resolution.target else []


def affected_rows(plan: MergerPlan) -> list[AffectedRow]:
    """All that depends on the predecessors on the date, with its stored or default resolution."""
    rows = [*_schemes(plan), *_memberships(plan), *_announcements(plan), *_editors(plan)]
    decided = {(row.kind, row.object_id): row for row in plan.merger.decisions.all()}
    return [_with(item, decided.get(item.key)) for item in rows]


def _with(item: AffectedRow, decision: Decision | None) -> AffectedRow:
    """The item with the stored decision, if that is still among its options."""
    if decision is None:
        return item
    for resolution in item.options:
        target = resolution.target.pk if resolution.target else None
        if resolution.choice == decision.choice and target == decision.target_id:
            return replace(item, resolution=resolution, decided=True)
    return item


def _moves(successors: list[Successor]) -> list[Resolution]:
    """Moves to each of the successors alone, and a copy for all where there are several."""
    resolutions = [Resolution(ResolutionChoice.MOVED, one) for one in successors]
    copied = [Resolution(ResolutionChoice.COPIED)] if len(successors) > 1 else []
    return [*resolutions, *copied]


def _options(plan: MergerPlan, origins: list[System]) -> list[Resolution]:
    """The possible resolutions for a row that belongs to `origins`."""
    successors = plan.successors_of(origins)
    if all(plan.closes(system) for system in origins):
        return [*_moves(successors), Resolution(ResolutionChoice.ENDED)]
    both = [Resolution(ResolutionChoice.COPIED)] if len(successors) == 1 else []
    return [
        Resolution(ResolutionChoice.STAYS),
        *_moves(successors),
        *both,
        Resolution(ResolutionChoice.ENDED),
    ]


# --- Schemes -----------------------------------------------------------------------------------


def _schemes(plan: MergerPlan) -> Iterator[AffectedRow]:
    """Those for areas that go, and those for the whole of a predecessor.

    A scheme that is for areas elsewhere too is not copied or ended here. Nor is one copied that is
    not public: those who edit the successors could read it from the moment of the plan.
    """
    atlas, at = Atlas.read(), midnight(plan.day)
    holder = {area.code: system for area, system in plan.areas}
    goes = {area.code: to for area, _, to in plan.moving}
    here = [atlas.areas[code] for code in holder if code in atlas.areas]
    own = _written_by(plan, Scheme)
    rows = placed_in(Scheme.objects.exclude(pk__in=own), atlas, here, plan.day_before)
    rows = rows.filter(Q(published_until=None) | Q(published_until__gt=at))
    public = set(rows.published().values_list("pk", flat=True))
    for row in rows.select_related("system").prefetch_related("areas").order_by("name", "place"):
        explicit = {area.code for area in row.areas.all()}
        origin = atlas.systems.get(row.system.slug) if row.system else None
        whole = atlas.nearest_areas(origin, plan.day_before) if origin else []
        its = explicit or {area.code for area in whole}
        origins = list(dict.fromkeys(holder[code] for code in holder if code in its))
        successors = [one for one in plan.successors if one in {goes.get(code) for code in its}]
        if not successors:
            continue
        ends = row.published_from is None or row.published_from < at
        remains = not explicit and row.system in origins and not plan.closes(row.system)
        options = [Resolution(ResolutionChoice.STAYS if remains else ResolutionChoice.MOVED)]
        shared_out = len(successors) > 1 and its <= set(goes) and ends
        if row.pk in public and (remains or shared_out):
            options.append(Resolution(ResolutionChoice.COPIED))
        if ends and its <= set(holder):
            options.append(Resolution(ResolutionChoice.ENDED))
        yield AffectedRow(
            AffectedKind.SCHEME,
            row,
            str(row),
            origins,
            successors,
            options,
            options[0],
            areas=frozenset(its),
        )


def _written_by(plan: MergerPlan, model: Any) -> list[int]:
    """The keys of the rows of a model that the merger itself made."""
    kind = ContentType.objects.get_for_model(model)
    made = plan.merger.changes.filter(content_type=kind, before__isnull=True)
    return list(made.values_list("object_id", flat=True))


# --- Memberships -------------------------------------------------------------------------------


def _memberships(plan: MergerPlan) -> Iterator[AffectedRow]:
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
        options, successors = _options(plan, origins), plan.successors_of(origins)
        area = areas.get(row.organisation_id)
        label = f"{row.organisation}, {row.organisation.code}, {row.get_role_display()}"
        usual = _usual(options, plan.placed.get(area) if area else None, area in plan.placed)
        yield AffectedRow(AffectedKind.MEMBERSHIP, row, label, origins, successors, options, usual)


def _usual(options: list[Resolution], goes: Successor | None, placed: bool) -> Resolution:
    """The default: with its area where that is known; else it stays if it can, or goes to all."""
    if goes and Resolution(ResolutionChoice.MOVED, goes) in options:
        return Resolution(ResolutionChoice.MOVED, goes)
    if options[0].choice is ResolutionChoice.STAYS:
        return options[0]
    return options[0] if len(options) == 2 else Resolution(ResolutionChoice.COPIED)


def _areas_of_organisations(plan: MergerPlan, organisations: list[Organisation]) -> dict[int, int]:
    """The key of the area of each; that of a network is where most of its practices are."""
    areas = {one.pk: one.area_id for one in organisations if one.area_id}
    parts: dict[int, Counter[int]] = defaultdict(Counter)
    without = [one.pk for one in organisations if not one.area_id]
    rows = Organisation.objects.filter(part_of__in=without, area__isnull=False)
    for whole, area in rows.order_by("code").values_list("part_of", "area"):
        parts[whole][area] += 1  # type: ignore[index]
    return areas | {whole: counts.most_common(1)[0][0] for whole, counts in parts.items()}


# --- Announcements -----------------------------------------------------------------------------


def _announcements(plan: MergerPlan) -> Iterator[AffectedRow]:
    """Those that name a predecessor, drafts too. What is about one ICS alone goes along."""
    at = midnight(plan.day)
    rows = Announcement.objects.filter(systems__in=plan.predecessors).distinct()
    rows = rows.filter(Q(published_until=None) | Q(published_until__gt=at))
    for row in rows.prefetch_related("systems").order_by("-date", "slug"):
        named = {system.pk for system in row.systems.all()}
        origins = [system for system in plan.predecessors if system.pk in named]
        successors = [one for one in plan.successors_of(origins) if one.system_id not in named]
        if not successors:
            continue
        options = [*_moves(successors), Resolution(ResolutionChoice.ENDED)]
        follows = row.kind == EntryKind.LOCAL and all(plan.closes(system) for system in origins)
        usual = options[-2] if follows else options[-1]
        label = f"{row.title} ({row.date:%d/%m/%Y})"
        yield AffectedRow(
            AffectedKind.ANNOUNCEMENT, row, label, origins, successors, options, usual
        )


# --- Editors -----------------------------------------------------------------------------------


def _editors(plan: MergerPlan) -> Iterator[AffectedRow]:
    """Those who edit a predecessor, also because they followed one before it.

    Where one closes into another they go along; where it is split or goes on, nobody gets rights
    to another ICS unless somebody says so.
    """
    for pk, system in leading_to(plan).items():
        origins = [system]
        options, successors = _options(plan, origins), plan.successors_of(origins)
        alone = plan.closes(system) and len(successors) == 1
        usual = options[0] if alone or options[0].choice is ResolutionChoice.STAYS else options[-1]
        rows = Editorship.objects.holding_on(plan.day).filter(role=Role.SYSTEM, system=pk)
        rows = rows.filter(date_from__lt=plan.day)
        for row in rows.select_related("user").order_by("user__username"):
            label = row.user.get_username()
            yield AffectedRow(AffectedKind.EDITOR, row, label, origins, successors, options, usual)


def leading_to(plan: MergerPlan) -> dict[int, System]:
    """Keys of systems whose editors edit a predecessor on the day before, to that predecessor."""
    predecessor_of = {system.pk: system for system in plan.predecessors}
    declared = Succession.objects.filter(editors_follow=True, date__lte=plan.day_before).order_by(
        "-date"
    )
    for before, after in declared.values_list("predecessor", "successor"):
        if after in predecessor_of:
            predecessor_of.setdefault(before, predecessor_of[after])
    return predecessor_of
