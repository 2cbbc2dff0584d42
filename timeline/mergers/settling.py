"""Rehearsing a merger, planning it, and taking it back: each as a whole or not at all."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models, transaction
from django.db.models.deletion import Collector
from django.utils import timezone
from django.utils.text import capfirst

from icsinfo.dates import say
from systems.editing.editions import edition_of
from systems.models import AreaPeriod, Revision
from systems.models.addressed import Addressed
from timeline.mergers.affected import Item, affected
from timeline.mergers.counting import Counting, Line, disagreements, lines
from timeline.mergers.forms import keep
from timeline.mergers.pen import Pen, remember_all, value_of
from timeline.mergers.plan import Plan, named
from timeline.mergers.writing import write, write_items
from timeline.models import Merger, Written
from timeline.models.mergers import State


class RefusedError(Exception):
    """What was asked for is not done, with a sentence for each reason."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)


@dataclass(frozen=True)
class Outcome:
    """What a merger comes to: the table, why it cannot be planned if so, and what is affected.

    `token` is another one as soon as anything is, so that nobody confirms what they did not see.
    """

    plan: Plan
    items: list[Item]
    lines: list[Line]
    problems: list[str]
    token: str


def rehearse(merger: Merger) -> Outcome:
    """Do all of it, count, and leave everything as it was."""
    with transaction.atomic():
        outcome = _do(merger, None)
        transaction.set_rollback(True)
    return outcome


def plan(merger: Merger, by: Any, token: str) -> Outcome:
    """Do it, if it comes to what was seen. Raises RefusedError where it is planned already."""
    with transaction.atomic():
        merger = Merger.objects.select_for_update().get(pk=merger.pk)
        if merger.is_planned:
            raise RefusedError("It is planned already.")
        outcome = _do(merger, by)
        if outcome.problems or outcome.token != token:
            transaction.set_rollback(True)
            return outcome
        _keep_decisions(merger, outcome.items)
        merger.lines = [asdict(line) for line in outcome.lines]
        _settle(merger, State.PLANNED, by)
    return outcome


def _settle(merger: Merger, state: State, by: Any) -> None:
    merger.state, merger.settled_at, merger.settled_by = state, timezone.now(), by
    merger.save()


def _do(merger: Merger, by: Any) -> Outcome:
    plan = Plan.of(merger)
    items = [] if (problems := plan.problems()) else affected(plan)
    counted: list[Line] = []
    seen = [_what_is_planned(plan), *(_said(item) for item in items)]
    if not problems:
        try:
            with transaction.atomic():
                counted, problems = _counted(plan, items, by)
        except IntegrityError:
            problems = [
                "Somebody else wrote something at this moment that takes its place: an area’s "
                "next step, an address or a code. Look at this page again."
            ]
    seen += [repr(counted), *problems]
    token = hashlib.sha256("\n".join(seen).encode()).hexdigest()
    return Outcome(plan, items, counted, problems, token)


def _counted(plan: Plan, items: list[Item], by: Any) -> tuple[list[Line], list[str]]:
    counting = Counting(plan, items)
    before, unchanged = counting.before(), counting.after([], {})
    expected = counting.expected(unchanged)
    pen = write(plan, items, by)
    new = [one.system for one in plan.successors if one.is_new and one.system]
    found = counting.after(new, pen.copies)
    table = lines(before, unchanged, found)
    names = {system.slug: str(system) for system in counting.systems}
    names |= {one.page_slug: str(one) for one in plan.successors}
    wrong = [
        *disagreements(before, counting.before(), names, f"on {say(plan.eve)}"),
        *disagreements(expected, found, names, f"on {say(plan.day)}"),
        *(f"{line.what} do not add up." for line in table if not line.adds_up),
    ]
    return table, wrong


def _what_is_planned(plan: Plan) -> str:
    merger = plan.merger
    successors = [
        (one.pk, one.name, one.slug, one.region, one.ods_code, one.ons_code)
        for one in plan.successors
    ]
    moving = [(area.pk, system.pk, to.pk) for area, system, to in plan.moving]
    return repr((merger.title, merger.date, merger.source_id, merger.note, successors, moving))


def _said(item: Item) -> str:
    return repr((*item.key, item.fate.value, edition_of(item.row)))


def _keep_decisions(merger: Merger, items: list[Item]) -> None:
    """What became of each, so that what comes later can be told from it."""
    keep(merger, [(item, item.fate) for item in items])


# --- What came later -----------------------------------------------------------------------------


def undecided(merger: Merger) -> list[Item]:
    """What came to the predecessors after it was planned."""
    return [item for item in affected(Plan.of(merger)) if not item.decided]


def decide_the_rest(merger: Merger, by: Any) -> int:
    """Do with what came later as is usual. Returns how many there were."""
    with transaction.atomic():
        merger = Merger.objects.select_for_update().get(pk=merger.pk)
        if not merger.is_planned or merger.date <= timezone.localdate():
            raise RefusedError("Only what is planned for a day to come can be added to.")
        items = undecided(merger)
        pen = Pen(merger, by)
        write_items(pen, Plan.of(merger), items)
        pen.put_away()
        _keep_decisions(merger, items)
    return len(items)


# --- Undoing -------------------------------------------------------------------------------------


def undo(merger: Merger, by: Any) -> None:
    """Take back exactly what was written. Raises RefusedError where that would lose something."""
    with transaction.atomic():
        merger = Merger.objects.select_for_update().get(pk=merger.pk)
        if not merger.is_planned:
            raise RefusedError("It is not planned, so there is nothing to undo.")
        if merger.date <= timezone.localdate():
            raise RefusedError(
                f"It has held since {say(merger.date)}. What has happened is not undone: enter "
                "what followed it."
            )
        made, changed = _written(merger)
        lost = [*_edited(made), *_changed_again(changed), *_built_upon(merger, made)]
        for record, row in changed if not lost else []:
            _restore(record, row)
        merger.successors.exclude(name="").update(system=None)
        for _, row in reversed(made):  # what refers to a row was made after it
            hanging = list(_hanging_on(row)) if not lost else []
            lost += hanging
            if lost:
                continue
            if isinstance(row, Addressed):
                row.remember_gone(f"It was planned for {say(merger.date)}; that was taken back.")
            row.delete()
        if lost:
            raise RefusedError(*lost)
        remember_all([row for _, row in changed], by, f"Undone: {merger.title}")
        merger.written.all().delete()
        _settle(merger, State.UNDONE, by)
        Revision.bump()


def changed_since(merger: Merger) -> Iterator[str]:
    """What is no longer as it was planned, a sentence each."""
    made, changed = _written(merger)
    if gone := merger.written.count() - len(made) - len(changed):
        yield f"{gone} of the rows that were written for it {'is' if gone == 1 else 'are'} gone."
    for record, row in [*made, *changed]:
        if record.before is None and edition_of(row) != record.edition:
            yield f"{_called(row)} was changed."
        for name, (_, left) in (record.before or {}).items():
            if value_of(row, name) != left:
                label = row._meta.get_field(name).verbose_name
                yield f"{_called(row)}: “{label}” is no longer as it was planned."


Rows = list[tuple[Written, Any]]


def _written(merger: Merger) -> tuple[Rows, Rows]:
    """What it made and what it changed, with the rows as they are now; what is gone is left out."""
    records = list(merger.written.select_related("content_type"))
    keys: dict[ContentType, list[int]] = defaultdict(list)
    for record in records:
        keys[record.content_type].append(record.object_id)
    rows = {
        (kind, key): row
        for kind, mine in keys.items()
        for key, row in cast("Any", kind.model_class())._base_manager.in_bulk(mine).items()
    }
    found = [
        (record, rows[place])
        for record in records
        if (place := (record.content_type, record.object_id)) in rows
    ]
    made = [pair for pair in found if pair[0].before is None]
    return made, [pair for pair in found if pair[0].before is not None]


def _edited(made: Rows) -> Iterator[str]:
    """What somebody wrote into a row that would be deleted."""
    for record, row in made:
        if edition_of(row) != record.edition:
            yield (
                f"{_called(row)} was changed since. Bring it back to how it was planned, with its "
                "history, and undo this then."
            )


def _changed_again(changed: Rows) -> Iterator[str]:
    """Rows of which somebody changed just what the merger had changed."""
    for record, row in changed:
        for name, was_and_is in (record.before or {}).items():
            if value_of(row, name) not in was_and_is:
                label = row._meta.get_field(name).verbose_name
                yield (
                    f"{_called(row)}: “{label}” was changed since. Take that back, with its "
                    "history, and undo this then."
                )


def _built_upon(merger: Merger, made: Rows) -> Iterator[str]:
    """What is planned for later, for areas that would then not come from where that says."""
    moved = [row.area_id for _, row in made if isinstance(row, AreaPeriod)]
    later = AreaPeriod.objects.filter(area__in=moved, date_from__gt=merger.date)
    for row in later.select_related("area"):
        where = named(row.system_id, row.date_from)
        yield f"{row.area} is to be in {where} from {say(row.date_from)}. Undo that first."


def _hanging_on(row: Any) -> Iterator[str]:
    """What others wrote since that would go along with a row, or that needs it."""
    collector = Collector(using=DEFAULT_DB_ALIAS)
    itself = {type(row), *row._meta.get_parent_list()}
    try:
        collector.collect([row])
    except models.ProtectedError as error:
        others = list(error.protected_objects)
    else:
        gone = [other for found in collector.data.values() for other in found]
        others = [other for other in gone if type(other) not in itself]
        for rows in collector.fast_deletes:
            others += [] if rows.model._meta.auto_created else list(rows)
    for other in sorted(others, key=str):
        yield f"{_called(other)} was entered since, and needs {_called(row)}. Delete it first."


def _called(row: Any) -> str:
    return f"{capfirst(row._meta.verbose_name)} “{row}”"


def _restore(record: Written, row: Any) -> None:
    for name, (was, _) in (record.before or {}).items():
        setattr(row, name, row._meta.get_field(name).to_python(was))
    row.save()
