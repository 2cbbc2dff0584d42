"""Writing a merger down: rows that hold from its date, each remembered so that it can be undone."""

from datetime import date
from typing import Any

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.text import slugify

from icsinfo.dates import say
from systems.editing import history
from systems.editing.editions import edition_of
from systems.lookup.asked import name_list
from systems.models import (
    AreaPeriod,
    Editorship,
    FormerSlug,
    Membership,
    Revision,
    Scheme,
    Succession,
    System,
    SystemCode,
    SystemName,
)
from systems.models.addressed import Addressed
from systems.models.areas import Certainty
from systems.models.base import CodeScheme
from systems.models.editors import Role
from systems.models.systems import SuccessionKind
from timeline.mergers.affected import Item
from timeline.mergers.plan import Plan, midnight
from timeline.models import (
    AlsoListed,
    Event,
    Kind,
    Merger,
    Precision,
    Successor,
    Unit,
    Written,
)
from timeline.models.mergers import Affected, Choice

LONGEST_SLUG = 100
LONGEST_TITLE = 200


class Pen:
    """Writes rows for one merger, and keeps what is needed to take each of them back.

    `by` is who plans it; without anybody the history of the rows is not written, as for a preview.
    """

    def __init__(self, merger: Merger, by: Any = None) -> None:
        self.merger = merger
        self.by = by
        self.copies: dict[int, int] = {}  # of schemes, with their originals
        self.rows: dict[tuple[type[models.Model], int], dict[str, Any] | None] = {}

    def make(self, row: models.Model) -> None:
        """Store a new row."""
        if self.by:
            self._remember_first(row)
        row.save()
        self._note(row, None)

    def make_all(self, rows: list[Any]) -> None:
        """Store many of one model at once. Their owners' histories begin with how they were."""
        if not rows:
            return
        for row in rows if self.by else []:
            self._remember_first(row)
        for row in type(rows[0])._default_manager.bulk_create(rows):
            self._note(row, None)

    def change(self, row: models.Model, **values: Any) -> None:
        """Give a row other values."""
        if self.by:
            self._remember_first(row)
        before = {name: value_of(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        self._note(row, {name: (was, value_of(row, name)) for name, was in before.items()})

    def _note(self, row: models.Model, before: dict[str, Any] | None) -> None:
        self.rows.setdefault((type(row), row.pk), before)

    def _remember_first(self, row: models.Model) -> None:
        owner = _owner(row)
        if owner.pk and reversion.is_registered(type(owner)):
            history.remember_first(owner)

    def put_away(self) -> None:
        """Store what was written, as it is now; and the history, if anybody wrote it."""
        by_model: dict[type[models.Model], list[int]] = {}
        for model, key in self.rows:
            by_model.setdefault(model, []).append(key)
        owners: dict[tuple[type, int], models.Model] = {}
        for model, keys in by_model.items():
            kind = ContentType.objects.get_for_model(model)
            found = model._default_manager.in_bulk(keys)
            Written.objects.bulk_create(
                Written(
                    merger=self.merger,
                    content_type=kind,
                    object_id=key,
                    before=self.rows[model, key],
                    edition=edition_of(found[key]),
                )
                for key in keys
            )
            for row in found.values():
                owner = _owner(row)
                # What is new and has no page has no history before somebody changes it.
                if isinstance(owner, Addressed) or self.rows[model, row.pk] is not None:
                    owners[type(owner), owner.pk] = owner
        if self.by:
            for owner in owners.values():
                if reversion.is_registered(type(owner)):
                    history.remember(owner, self.by, f"Planned: {self.merger.title}")
        Revision.bump()  # what is stored in bulk tells nobody


def value_of(row: models.Model, name: str) -> str | None:
    """A value as JSON can keep it."""
    field = row._meta.get_field(name)
    return None if getattr(row, name) is None else field.value_to_string(row)


def _owner(row: Any) -> models.Model:
    """The row in whose history a change of this one is told."""
    if isinstance(row, AreaPeriod):
        return row.area
    return row.system if isinstance(row, SystemName | SystemCode) else row


def write(plan: Plan, items: list[Item], by: Any = None) -> Pen:
    """Write all of a merger. The plan must have no problems."""
    pen = Pen(plan.merger, by)
    _systems(pen, plan)
    _areas(pen, plan)
    _successions(pen, plan)
    write_items(pen, plan, items)
    _events(pen, plan)
    pen.put_away()
    return pen


def write_items(pen: Pen, plan: Plan, items: list[Item]) -> None:
    """Write what becomes of those affected."""
    schemes = [item for item in items if item.kind is Affected.SCHEME]
    for item in schemes:
        _scheme(pen, plan, item)
    _memberships(pen, plan, [item for item in items if item.kind is Affected.MEMBERSHIP])
    for item in items:
        if item.kind is Affected.ANNOUNCEMENT:
            for one in item.targets:
                listed = AlsoListed(entry=item.row.entry_ptr, system=one.system)
                if not AlsoListed.objects.filter(entry=listed.entry, system=one.system).exists():
                    listed.date_from = plan.date
                    pen.make(listed)
    _editors(pen, plan, [item for item in items if item.kind is Affected.EDITOR])


# --- Systems and areas -------------------------------------------------------------------------


def _systems(pen: Pen, plan: Plan) -> None:
    """The new ones, with a name and codes from the date on. Their addresses lead there at once."""
    for one in plan.successors:
        if not one.is_new:
            continue
        made = System(slug=one.slug, region=one.region)
        pen.make(made)
        made.forget_gone()
        one.system = made
        one.save()
        given = {"system": made, "date_from": plan.date, "source": plan.merger.source}
        pen.make(SystemName(name=one.name, **given))
        for scheme, code in ((CodeScheme.ODS, one.ods_code), (CodeScheme.ONS, one.ons_code)):
            if code:
                pen.make(SystemCode(scheme=scheme, code=code, **given))


def _areas(pen: Pen, plan: Plan) -> None:
    pen.make_all(
        [
            AreaPeriod(
                area=area,
                date_from=plan.date,
                system=to.system,
                certainty=Certainty.PLANNED,
                source=plan.merger.source,
            )
            for area, _, to in plan.moving
        ]
    )


def _successions(pen: Pen, plan: Plan) -> None:
    """One for each that takes over from one that closes. Areas that only move follow nobody.

    Where one closes into another, whoever edits that edits what the closed one leaves.
    """
    for system in plan.closing:
        heirs = plan.heirs([system])
        for one in heirs:
            if len(heirs) > 1:
                kind = SuccessionKind.SPLIT if one.is_new else SuccessionKind.ACQUISITION
            else:
                kind = SuccessionKind.MERGER if one.is_new else SuccessionKind.ABSORPTION
            pen.make(
                Succession(
                    predecessor=system,
                    successor=one.system,
                    date=plan.date,
                    kind=kind,
                    editors_follow=len(heirs) == 1,
                    source=plan.merger.source,
                )
            )


# --- What is affected --------------------------------------------------------------------------


def _scheme(pen: Pen, plan: Plan, item: Item) -> None:
    """One that moves or stays needs nothing: a scheme is wherever its areas are."""
    row, at = item.row, midnight(plan.date)
    if item.fate.choice is Choice.COPIED:
        copies = [_copy(pen, plan, row, one).slug for one in item.heirs]
        if not any(option.choice is Choice.STAYS for option in item.options):
            pen.change(row, published_until=at)
            note = "From that day on each of the ICSs that followed has its own."
            _leads_on(pen, row, "; ".join(copies), note, plan.date)
    elif item.fate.choice is Choice.ENDED:
        pen.change(row, published_until=at)
        _leads_on(pen, row, "", f"It ended when ICSs changed on {say(plan.date)}.", plan.date)


def _copy(pen: Pen, plan: Plan, row: Scheme, one: Successor) -> Scheme:
    """The scheme as one of the successors has it: for those of its areas that go there."""
    at = midnight(plan.date)
    explicit = {area.pk for area in row.areas.all()}
    areas = [
        area
        for area, system, to in plan.moving
        if to == one and (area.pk in explicit if explicit else system == row.system)
    ]
    left_out = {"id", "slug", "system", "published_from", "published_until", "changed_at"}
    values = {f.attname: getattr(row, f.attname) for f in row._meta.fields if f.name not in left_out}
    made = Scheme(
        **values,
        slug=_free(Scheme, f"{row.slug}-{one.page_slug}"),
        system=one.system,
        published_from=row.published_from and max(row.published_from, at),
        published_until=row.published_until,
    )
    pen.make(made)
    pen.copies[made.pk] = row.pk
    made.areas.set(areas)
    for name in ("topics", "audiences", "ways"):
        getattr(made, name).set(getattr(row, name).all())
    return made


def _free(model: Any, wanted: str) -> str:
    """An address like the one wanted that nothing has or had."""
    wanted, number = wanted[:LONGEST_SLUG].strip("-"), 1
    found = wanted
    while (
        model._default_manager.filter(slug=found).exists()
        or FormerSlug.objects.filter(kind=model.ADDRESS, slug=found).exclude(now="").exists()
    ):
        number += 1
        found = f"{wanted[: LONGEST_SLUG - 4].strip('-')}-{number}"
    return found


def _leads_on(pen: Pen, row: Any, now: str, note: str, day: date) -> None:
    """Where an address leads from a day on, when what is there is taken off by then."""
    made = FormerSlug(kind=row.ADDRESS, slug=row.slug, now=now, note=note)
    pen.make(made)
    FormerSlug.objects.filter(pk=made.pk).update(at=midnight(day))


def _memberships(pen: Pen, plan: Plan, items: list[Item]) -> None:
    """Each ends with the day before, and another begins; one that is there already is enough."""
    there = set(
        Membership.objects.holding_on(plan.date)
        .filter(system__in=[one.system_id for one in plan.successors])
        .values_list("organisation", "system", "role")
    )
    made = []
    for item in items:
        row = item.row
        for one in item.targets:
            key = (row.organisation_id, one.system_id, row.role)
            if key not in there:
                there.add(key)
                made.append(
                    Membership(
                        organisation=row.organisation,
                        system=one.system,
                        role=row.role,
                        date_from=plan.date,
                        date_to=row.date_to,
                        source=plan.merger.source,
                    )
                )
        if _leaves(plan, item):
            pen.change(row, date_to=plan.date)
    pen.make_all(made)


def _leaves(plan: Plan, item: Item) -> bool:
    """Whether a row that belongs to one system is no longer its own from the date on."""
    if item.fate.choice is Choice.COPIED:
        return plan.closes(item.origins[0])
    return item.fate.choice is not Choice.STAYS


def _editors(pen: Pen, plan: Plan, items: list[Item]) -> None:
    """Rights to one ICS end with the day before, and those to another begin."""
    for item in items:
        row = item.row
        for one in item.targets:
            has = Editorship.objects.holding_on(plan.date).filter(user=row.user, system=one.system)
            if not has.exists():
                pen.make(
                    Editorship(
                        user=row.user,
                        role=Role.SYSTEM,
                        system=one.system,
                        date_from=plan.date,
                        date_to=row.date_to,
                    )
                )
        if _leaves(plan, item):
            pen.change(row, date_to=plan.date)


# --- The timeline ------------------------------------------------------------------------------


def _events(pen: Pen, plan: Plan) -> None:
    """Two texts: of a plan, which is taken off at midnight; and of what happened, which appears.

    The address of the first leads to the second from then on.
    """
    merger, at = plan.merger, midnight(plan.date)
    slug = f"{slugify(merger.title)[:70].strip('-')}-{plan.date:%B-%Y}".lower().strip("-")
    given = {
        "date": plan.date,
        "unit": Unit.ICS,
        "note": merger.note,
        "source": merger.source,
        "title": merger.title[:LONGEST_TITLE],
    }
    happened = Event(
        slug=_free(Event, slug),
        precision=Precision.DAY,
        kind=Kind.MERGER if plan.closing else Kind.BOUNDARY,
        summary=summary(plan, planned=False),
        published_from=at,
        **given,
    )
    pen.make(happened)
    planned = Event(
        slug=_free(Event, f"plan-{slug}"),
        precision=Precision.PLANNED,
        kind=Kind.PLANNED,
        summary=summary(plan, planned=True),
        announced_on=timezone.localdate(),
        published_until=at,
        **given,
    )
    pen.make(planned)
    about = [*plan.predecessors, *(one.system for one in plan.successors)]
    for event in (happened, planned):
        event.systems.set(about)
    _leads_on(pen, planned, happened.slug, "", plan.date)


def summary(plan: Plan, *, planned: bool) -> str:
    """What a merger does, in sentences: of each that closes or gives up areas, where they go."""
    day = say(plan.date)
    first = f"From {day} this is planned" if planned else f"On {day} this changed"
    parts = [_fate_of(plan, system) for system in plan.predecessors]
    return f"{first}: {'; '.join(parts)}."


def _fate_of(plan: Plan, system: System) -> str:
    heirs = plan.heirs([system])
    if plan.closes(system) and len(heirs) == 1:
        return f"{system} becomes part of {heirs[0]}"
    places = [f"{name_list(_names(plan, system, one))} to {one}" for one in heirs]
    says = "closes" if plan.closes(system) else "goes on, and gives up areas"
    return f"{system} {says}: {', '.join(places)}"


def _names(plan: Plan, system: System, one: Successor) -> list[str]:
    return [area.name for area, holder, to in plan.moving if holder == system and to == one]
