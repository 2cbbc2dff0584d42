"""Writing a merger down: rows that hold from its date, each remembered so that it can be undone."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from icsinfo.dates import say
from icsinfo.wording import name_list
from systems.models import (
    AreaPeriod,
    Editorship,
    FormerSlug,
    Membership,
    Scheme,
    Succession,
    System,
    SystemCode,
    SystemName,
)
from systems.models.areas import Certainty
from systems.models.base import CodeScheme
from systems.models.editors import Role
from systems.models.systems import SuccessionKind
from timeline.mergers.affected import Item
from timeline.mergers.pen import Pen
from timeline.mergers.plan import Plan, midnight
from timeline.models import (
    AlsoListed,
    Event,
    Kind,
    Precision,
    Successor,
    Unit,
)
from timeline.models.mergers import Affected, Choice

LONGEST_SLUG = 100
LONGEST_TITLE = 200


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
                    listed.date_from = plan.day
                    pen.make(listed)
    _editors(pen, plan, [item for item in items if item.kind is Affected.EDITOR])


# --- Systems and areas -------------------------------------------------------------------------


def _systems(pen: Pen, plan: Plan) -> None:
    """The new ones, with a name and codes from the date on. Their addresses lead there at once."""
    for one in plan.successors:
        if not one.is_new:
            continue
        [region, *others] = {system.region for system in plan.predecessors}
        made = System(slug=one.slug, region=one.region or ("" if others else region))
        pen.make(made)
        made.forget_gone()
        one.system = made
        one.save()
        given = {"system": made, "date_from": plan.day, "source": plan.merger.source}
        pen.make(SystemName(name=one.name, **given))
        for scheme, code in ((CodeScheme.ODS, one.ods_code), (CodeScheme.ONS, one.ons_code)):
            if code:
                pen.make(SystemCode(scheme=scheme, code=code, **given))


def _areas(pen: Pen, plan: Plan) -> None:
    pen.make_all(
        [
            AreaPeriod(
                area=area,
                date_from=plan.day,
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
        whole = _is_whole(plan, system)
        for one in plan.heirs([system]):
            if whole:
                kind = SuccessionKind.MERGER if one.is_new else SuccessionKind.ABSORPTION
            else:
                kind = SuccessionKind.SPLIT if one.is_new else SuccessionKind.ACQUISITION
            pen.make(
                Succession(
                    predecessor=system,
                    successor=one.system,
                    date=plan.day,
                    kind=kind,
                    editors_follow=whole,
                    source=plan.merger.source,
                )
            )


def _is_whole(plan: Plan, system: System) -> bool:
    """Whether all of a predecessor becomes part of one successor."""
    return len(plan.heirs([system])) == 1


# --- What is affected --------------------------------------------------------------------------


def _scheme(pen: Pen, plan: Plan, item: Item) -> None:
    """One that moves or stays needs nothing: a scheme is wherever its areas are."""
    row, at = item.row, midnight(plan.day)
    if item.fate.choice is Choice.COPIED:
        copies = [_copy(pen, plan, row, one).slug for one in item.heirs]
        if not any(option.choice is Choice.STAYS for option in item.options):
            pen.change(row, published_until=at)
            note = "From that day on each of the ICSs that followed has its own."
            _leads_on(pen, row, "; ".join(copies), note, plan.day)
    elif item.fate.choice is Choice.ENDED:
        pen.change(row, published_until=at)
        _leads_on(pen, row, "", f"It ended when ICSs changed on {say(plan.day)}.", plan.day)


def _copy(pen: Pen, plan: Plan, row: Scheme, one: Successor) -> Scheme:
    """The scheme as one of the successors has it: for those of its areas that go there."""
    at = midnight(plan.day)
    explicit = {area.pk for area in row.areas.all()}
    areas = [
        area
        for area, system, to in plan.moving
        if to == one and (area.pk in explicit if explicit else system == row.system)
    ]
    left_out = {"id", "slug", "system", "published_from", "published_until", "changed_at"}
    values = {
        f.attname: getattr(row, f.attname) for f in row._meta.fields if f.name not in left_out
    }
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
    there: set[tuple[int, int | None, str]] = set(
        Membership.objects.holding_on(plan.day)
        .filter(system__in=[one.system_id for one in plan.successors])
        .values_list("organisation", "system", "role")
    )
    made = []
    ending = [item.row for item in items if _leaves(plan, item)]
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
                        date_from=plan.day,
                        date_to=row.date_to,
                        source=plan.merger.source,
                    )
                )
    pen.change_all(ending, date_to=plan.day)
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
            has = Editorship.objects.holding_on(plan.day).filter(user=row.user, system=one.system)
            if not has.exists():
                pen.make(
                    Editorship(
                        user=row.user,
                        role=Role.SYSTEM,
                        system=one.system,
                        date_from=plan.day,
                        date_to=row.date_to,
                    )
                )
        if _leaves(plan, item):
            pen.change(row, date_to=plan.day)


# --- The timeline ------------------------------------------------------------------------------


def _events(pen: Pen, plan: Plan) -> None:
    """Two texts: of a plan, which is taken off at midnight; and of what happened, which appears.

    The address of the first leads to the second from then on.
    """
    merger, at = plan.merger, midnight(plan.day)
    slug = f"{slugify(merger.title)[:70].strip('-')}-{plan.day:%B-%Y}".lower().strip("-")
    given = {
        "date": plan.day,
        "unit": Unit.ICS,
        "note": merger.note,
        "source": merger.source,
        "title": merger.title[:LONGEST_TITLE],
    }
    happened = Event(
        slug=_free(Event, slug),
        precision=Precision.DAY,
        kind=Kind.MERGER if any(_is_whole(plan, one) for one in plan.closing) else Kind.BOUNDARY,
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
    about = [*plan.predecessors, *(one.system for one in plan.successors if one.system)]
    for event in (happened, planned):
        event.systems.set(about)
    _leads_on(pen, planned, happened.slug, "", plan.day)


def summary(plan: Plan, *, planned: bool) -> str:
    """What a merger does, in sentences: of each that closes or gives up areas, where they go."""
    day = say(plan.day)
    first = f"From {day} this is planned" if planned else f"On {day} this changed"
    parts = [_fate_of(plan, system) for system in plan.predecessors]
    return f"{first}: {'; '.join(parts)}."


def _fate_of(plan: Plan, system: System) -> str:
    heirs = plan.heirs([system])
    if plan.closes(system) and _is_whole(plan, system):
        return f"{system} becomes part of {heirs[0]}"
    places = [f"{name_list(_names(plan, system, one))} to {one}" for one in heirs]
    says = "closes" if plan.closes(system) else "goes on, and gives up areas"
    return f"{system} {says}: {', '.join(places)}"


def _names(plan: Plan, system: System, one: Successor) -> list[str]:
    return [area.name for area, holder, to in plan.moving if holder == system and to == one]
