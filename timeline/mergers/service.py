"""Dry run, planning and undo of a merger, each in one transaction."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models, transaction
from django.db.models.deletion import Collector
from django.utils import timezone
from django.utils.text import capfirst

from icsinfo.dates import say
from icsinfo.dry_run import rolled_back
from systems.editing.optimistic_lock import lock_rows, row_version
from systems.models import AreaPeriod, Organisation
from systems.models.permanent_url import PermanentUrl
from timeline.mergers.apply import apply_plan, apply_resolutions
from timeline.mergers.impact import AffectedRow, Resolution, affected_rows
from timeline.mergers.plan import MergerPlan, system_name
from timeline.mergers.recorder import ChangeRecorder, save_fields, save_versions, value_of
from timeline.mergers.verification import CountLine, Verification, count_lines, disagreements
from timeline.models import Decision, Merger, MergerChange
from timeline.models.mergers import AffectedKind, State


class MergerRefusedError(Exception):
    """Nothing was done. `sentences` has the reasons, for the user."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)


@dataclass(frozen=True)
class PlanResult:
    """The table of counts, the affected rows, and the problems that prevent planning.

    `token` is a digest of all of that, so that only what was seen can be confirmed.
    """

    plan: MergerPlan
    items: list[AffectedRow]
    lines: list[CountLine]
    problems: list[str]
    token: str


def dry_run(merger: Merger) -> PlanResult:
    """Plan the merger, verify the counts, and roll back."""
    with rolled_back():
        return _do(merger, None)


def plan(merger: Merger, by: Any, token: str) -> PlanResult:
    """Plan the merger if it has no problems and `token` still holds; else roll back.

    Raises MergerRefusedError if it is planned already.
    """
    with transaction.atomic():
        merger = Merger.objects.select_for_update().get(pk=merger.pk)
        if merger.is_planned:
            raise MergerRefusedError("It is already planned.")
        result = _do(merger, by)
        if result.problems or result.token != token:
            transaction.set_rollback(True)
            return result
        store_decisions(merger, [(item, item.resolution) for item in result.items])
        merger.lines = [asdict(line) for line in result.lines]
        _settle(merger, State.PLANNED, by)
    return result


def _settle(merger: Merger, state: State, by: Any) -> None:
    merger.state, merger.settled_at, merger.settled_by = state, timezone.now(), by
    merger.save()


def _do(merger: Merger, by: Any) -> PlanResult:
    plan = MergerPlan.of(merger)
    items = [] if (problems := plan.problems()) else _locked_rows(plan)
    counted: list[CountLine] = []
    seen = [_what_is_planned(plan), *(_said(item) for item in items)]
    if not problems:
        try:
            with transaction.atomic():
                counted, problems = _counted(plan, items, by)
        except IntegrityError:
            problems = [
                "Someone else has just saved something that conflicts: an area’s "
                "next step, an address or a code. Check this page again."
            ]
    seen += [repr(counted), *problems]
    token = hashlib.sha256("\n".join(seen).encode()).hexdigest()
    return PlanResult(plan, items, counted, problems, token)


def _locked_rows(plan: MergerPlan) -> list[AffectedRow]:
    """The affected rows, locked: nobody changes or deletes them before they are written.

    An organisation is locked before its memberships, as on its page: so no deadlock.
    """
    rows: dict[AffectedKind, list[Any]] = defaultdict(list)
    for item in affected_rows(plan):
        rows[item.kind].append(item.row)
    lock_rows(Organisation, [row.organisation_id for row in rows[AffectedKind.MEMBERSHIP]])
    for mine in filter(None, rows.values()):
        lock_rows(type(mine[0]), [row.pk for row in mine])
    return affected_rows(plan)


def _counted(
    plan: MergerPlan, items: list[AffectedRow], by: Any
) -> tuple[list[CountLine], list[str]]:
    verification = Verification(plan, items)
    before, unchanged = verification.before(), verification.after([], {})
    expected = verification.expected(unchanged)
    recorder = apply_plan(plan, items, by)
    new = [one.system for one in plan.successors if one.is_new and one.system]
    after = verification.after(new, recorder.copies)
    table = count_lines(before, unchanged, after)
    names = {system.slug: str(system) for system in verification.systems}
    names |= {one.page_slug: str(one) for one in plan.successors}
    wrong = [
        *disagreements(before, verification.before(), names, f"on {say(plan.day_before)}"),
        *disagreements(expected, after, names, f"on {say(plan.day)}"),
        *(f"{line.what} do not add up." for line in table if not line.adds_up),
    ]
    return table, wrong


def _what_is_planned(plan: MergerPlan) -> str:
    merger = plan.merger
    successors = [
        (one.pk, one.name, one.slug, one.region, one.ods_code, one.ons_code)
        for one in plan.successors
    ]
    moving = [(area.pk, system.pk, to.pk) for area, system, to in plan.moving]
    return repr((merger.title, merger.date, merger.source_id, merger.note, successors, moving))


def _said(item: AffectedRow) -> str:
    return repr((*item.key, item.resolution.value, row_version(item.row)))


# --- Decisions ----------------------------------------------------------------------------------


def decide(merger: Merger, chosen: Iterable[tuple[AffectedRow, str]]) -> int:
    """Store resolutions by their form values, where a row has that option. Returns how many."""
    possible = [
        (item, resolution)
        for item, value in chosen
        for resolution in item.options
        if resolution.value == value
    ]
    store_decisions(merger, possible)
    return len(possible)


def store_decisions(merger: Merger, resolutions: Iterable[tuple[AffectedRow, Resolution]]) -> None:
    """Store the resolutions of rows, replacing earlier decisions about them."""
    Decision.objects.bulk_create(
        [
            Decision(
                merger=merger,
                kind=item.kind,
                object_id=item.row.pk,
                choice=resolution.choice,
                target=resolution.target,
            )
            for item, resolution in resolutions
        ],
        update_conflicts=True,
        unique_fields=["merger", "kind", "object_id"],
        update_fields=["choice", "target"],
    )


# --- What came later -----------------------------------------------------------------------------


def undecided(merger: Merger) -> list[AffectedRow]:
    """Affected rows that were entered after it was planned."""
    return [item for item in affected_rows(MergerPlan.of(merger)) if not item.decided]


def resolve_remaining(merger: Merger, by: Any) -> int:
    """Apply the default resolutions to rows that were entered later. Returns their number."""
    with transaction.atomic():
        merger = Merger.objects.select_for_update().get(pk=merger.pk)
        if not merger.is_planned or merger.date <= timezone.localdate():
            raise MergerRefusedError("You can only add to a change planned for a future day.")
        plan = MergerPlan.of(merger)
        items = [item for item in _locked_rows(plan) if not item.decided]
        recorder = ChangeRecorder(merger, by)
        apply_resolutions(recorder, plan, items)
        recorder.finish()
        store_decisions(merger, [(item, item.resolution) for item in items])
    return len(items)


# --- Undoing -------------------------------------------------------------------------------------


def undo(merger: Merger, by: Any) -> None:
    """Delete what the merger created and restore what it updated.

    Raises MergerRefusedError if that would lose what somebody wrote since.
    """
    with transaction.atomic():
        merger = Merger.objects.select_for_update().get(pk=merger.pk)
        if not merger.is_planned:
            raise MergerRefusedError("It is not planned, so there is nothing to undo.")
        if merger.date <= timezone.localdate():
            raise MergerRefusedError(
                f"It has applied since {say(merger.date)}. You cannot undo what has "
                "happened: enter what happened next."
            )
        made, changed = _written(merger, lock=True)
        lost = [*_edited(made), *_changed_again(changed), *_built_upon(merger, made)]
        for record, row in changed if not lost else []:
            _restore(record, row)
        merger.successors.exclude(name="").update(system=None)
        for _, row in reversed(made):  # what refers to a row was made after it
            hanging = list(_hanging_on(row)) if not lost else []
            lost += hanging
            if lost:
                continue
            if isinstance(row, PermanentUrl):
                row.remember_gone(f"It was planned for {say(merger.date)}; the plan was withdrawn.")
            row.delete()
        if lost:
            raise MergerRefusedError(*lost)
        save_versions([row for _, row in changed], by, f"Undone: {merger.title}")
        merger.changes.all().delete()
        _settle(merger, State.UNDONE, by)


def changed_since(merger: Merger) -> Iterator[str]:
    """The rows that were edited or deleted since it was planned, a sentence each."""
    made, changed = _written(merger)
    if gone := merger.changes.count() - len(made) - len(changed):
        yield f"{gone} of the rows written for it {'is' if gone == 1 else 'are'} gone."
    for record, row in [*made, *changed]:
        if record.before is None and row_version(row) != record.edition:
            yield f"{_called(row)} was changed."
        for name, (_, left) in (record.before or {}).items():
            if value_of(row, name) != left:
                label = row._meta.get_field(name).verbose_name
                yield f"{_called(row)}: “{label}” has changed since it was planned."


Rows = list[tuple[MergerChange, Any]]


def _written(merger: Merger, *, lock: bool = False) -> tuple[Rows, Rows]:
    """Created and updated rows with their records, as they are now; deleted ones are left out.

    With `lock`, they stay so until the transaction ends.
    """
    records = list(merger.changes.select_related("content_type"))
    keys: dict[ContentType, list[int]] = defaultdict(list)
    for record in records:
        keys[record.content_type].append(record.object_id)
    for kind, mine in keys.items() if lock else ():
        lock_rows(cast("Any", kind.model_class()), mine)
    rows = {
        (kind, key): row
        for kind, mine in keys.items()
        for key, row in cast("Any", kind.model_class())._base_manager.in_bulk(mine).items()
    }
    recorded = [
        (record, rows[place])
        for record in records
        if (place := (record.content_type, record.object_id)) in rows
    ]
    made = [pair for pair in recorded if pair[0].before is None]
    return made, [pair for pair in recorded if pair[0].before is not None]


def _edited(made: Rows) -> Iterator[str]:
    """Created rows that were edited since, and would be deleted."""
    for record, row in made:
        if row_version(row) != record.edition:
            yield (
                f"{_called(row)} has changed since. Use its history to restore it to how it "
                "was planned, and then undo this."
            )


def _changed_again(changed: Rows) -> Iterator[str]:
    """Updated rows whose very fields were edited since."""
    for record, row in changed:
        for name, was_and_is in (record.before or {}).items():
            if value_of(row, name) not in was_and_is:
                label = row._meta.get_field(name).verbose_name
                yield (
                    f"{_called(row)}: “{label}” has changed since. Use its history to restore it, "
                    "and then undo this."
                )


def _built_upon(merger: Merger, made: Rows) -> Iterator[str]:
    """Later periods of the moved areas, which rest on this merger."""
    moved = [row.area_id for _, row in made if isinstance(row, AreaPeriod)]
    later = AreaPeriod.objects.filter(area__in=moved, date_from__gt=merger.date)
    for row in later.select_related("area"):
        where = system_name(row.system_id, row.date_from)
        yield f"{row.area} is due to be in {where} from {say(row.date_from)}. Undo that first."


def _hanging_on(row: Any) -> Iterator[str]:
    """Rows that were added since, and would be deleted with this one or protect it."""
    collector = Collector(using=DEFAULT_DB_ALIAS)
    itself = {type(row), *row._meta.get_parent_list()}
    try:
        collector.collect([row])
    except models.ProtectedError as error:
        others = list(error.protected_objects)
    else:
        gone = [other for rows in collector.data.values() for other in rows]
        others = [other for other in gone if type(other) not in itself]
        for rows in collector.fast_deletes:
            others += [] if rows.model._meta.auto_created else list(rows)
    for other in sorted(others, key=str):
        yield f"{_called(other)} was added since, and needs {_called(row)}. Delete it first."


def _called(row: Any) -> str:
    return f"{capfirst(row._meta.verbose_name)} “{row}”"


def _restore(record: MergerChange, row: Any) -> None:
    before = record.before or {}
    for name, (was, _) in before.items():
        setattr(row, name, row._meta.get_field(name).to_python(was))
    save_fields(row, before)
