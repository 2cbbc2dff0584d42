"""Applies a merger: writes the rows that hold from its date, through a ChangeRecorder."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from icsinfo.dates import say
from icsinfo.wording import name_list
from systems.days.as_at import midnight
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
from timeline.mergers.impact import AffectedRow
from timeline.mergers.plan import MergerPlan
from timeline.mergers.recorder import ChangeRecorder
from timeline.models import (
    AlsoListed,
    EntryKind,
    Event,
    Precision,
    Successor,
    Unit,
)
from timeline.models.mergers import AffectedKind, ResolutionChoice

MAX_SLUG_LENGTH = 100
MAX_TITLE_LENGTH = 200


def apply_plan(plan: MergerPlan, items: list[AffectedRow], by: Any = None) -> ChangeRecorder:
    """Write all rows of a merger. The plan must have no problems."""
    recorder = ChangeRecorder(plan.merger, by)
    _systems(recorder, plan)
    _areas(recorder, plan)
    _successions(recorder, plan)
    apply_resolutions(recorder, plan, items)
    _events(recorder, plan)
    recorder.finish()
    return recorder


def apply_resolutions(recorder: ChangeRecorder, plan: MergerPlan, items: list[AffectedRow]) -> None:
    """Write the rows that the resolutions of affected rows need."""
    schemes = [item for item in items if item.kind is AffectedKind.SCHEME]
    for item in schemes:
        _scheme(recorder, plan, item)
    _memberships(recorder, plan, [item for item in items if item.kind is AffectedKind.MEMBERSHIP])
    for item in items:
        if item.kind is AffectedKind.ANNOUNCEMENT:
            for one in item.targets:
                listed = AlsoListed(entry=item.row.entry_ptr, system=one.system)
                if not AlsoListed.objects.filter(entry=listed.entry, system=one.system).exists():
                    listed.date_from = plan.day
                    recorder.create(listed)
    _editors(recorder, plan, [item for item in items if item.kind is AffectedKind.EDITOR])


# --- Systems and areas -------------------------------------------------------------------------


def _systems(recorder: ChangeRecorder, plan: MergerPlan) -> None:
    """The new systems, with a name and codes from the date on. Their pages are there at once."""
    for one in plan.successors:
        if not one.is_new:
            continue
        [region, *others] = {system.region for system in plan.predecessors}
        made = System(slug=one.slug, region=one.region or ("" if others else region))
        recorder.create(made)
        made.clear_gone_record()
        one.system = made
        one.save()
        given = {"system": made, "date_from": plan.day, "source": plan.merger.source}
        recorder.create(SystemName(name=one.name, **given))
        for scheme, code in ((CodeScheme.ODS, one.ods_code), (CodeScheme.ONS, one.ons_code)):
            if code:
                recorder.create(SystemCode(scheme=scheme, code=code, **given))


def _areas(recorder: ChangeRecorder, plan: MergerPlan) -> None:
    recorder.create_all(
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


def _successions(recorder: ChangeRecorder, plan: MergerPlan) -> None:
    """A succession for each pair of a closing system and a successor of its areas.

    If all of it goes to one successor, the editors of that also edit what the closed one leaves.
    """
    for system in plan.closing:
        whole = _is_whole(plan, system)
        for one in plan.successors_of([system]):
            if whole:
                kind = SuccessionKind.MERGER if one.is_new else SuccessionKind.ABSORPTION
            else:
                kind = SuccessionKind.SPLIT if one.is_new else SuccessionKind.ACQUISITION
            recorder.create(
                Succession(
                    predecessor=system,
                    successor=one.system,
                    date=plan.day,
                    kind=kind,
                    editors_follow=whole,
                    source=plan.merger.source,
                )
            )


def _is_whole(plan: MergerPlan, system: System) -> bool:
    """Whether all moving areas of a predecessor go to one successor."""
    return len(plan.successors_of([system])) == 1


# --- What is affected --------------------------------------------------------------------------


def _scheme(recorder: ChangeRecorder, plan: MergerPlan, item: AffectedRow) -> None:
    """Copy or end a scheme. To move or stay needs no row: a scheme is wherever its areas are."""
    row, at = item.row, midnight(plan.day)
    if item.resolution.choice is ResolutionChoice.COPIED:
        copies = [_copy(recorder, plan, row, one).slug for one in item.successors]
        if not any(option.choice is ResolutionChoice.STAYS for option in item.options):
            recorder.update(row, published_until=at)
            note = "From that day each of the ICSs that replaced it has its own."
            _leads_on(recorder, row, "; ".join(copies), note, plan.day)
    elif item.resolution.choice is ResolutionChoice.ENDED:
        recorder.update(row, published_until=at)
        _leads_on(recorder, row, "", f"It ended when ICSs changed on {say(plan.day)}.", plan.day)


def _copy(recorder: ChangeRecorder, plan: MergerPlan, row: Scheme, one: Successor) -> Scheme:
    """A copy of a scheme for one successor, with those of its areas that go there."""
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
    recorder.create(made)
    recorder.copies[made.pk] = row.pk
    made.areas.set(areas)
    for name in ("topics", "audiences", "ways"):
        getattr(made, name).set(getattr(row, name).all())
    return made


def _free(model: Any, wanted: str) -> str:
    """The slug wanted, or with a number behind it, that no row has and no former one leads from."""
    wanted, number = wanted[:MAX_SLUG_LENGTH].strip("-"), 1
    slug = wanted
    while (
        model._default_manager.filter(slug=slug).exists()
        or FormerSlug.objects.filter(kind=model.ADDRESS, slug=slug).exclude(now="").exists()
    ):
        number += 1
        slug = f"{wanted[: MAX_SLUG_LENGTH - 4].strip('-')}-{number}"
    return slug


def _leads_on(recorder: ChangeRecorder, row: Any, now: str, note: str, day: date) -> None:
    """Redirect the page of a row, which is unpublished at the start of `day`, from then on.

    `now` are the slugs of what replaces it, separated by "; "; empty: it is gone. A draft that
    nobody will have read by then has no page to redirect.
    """
    opens = row.published_from
    if not row.had_page() and (opens is None or opens >= midnight(day)):
        return
    made = FormerSlug(kind=row.ADDRESS, slug=row.slug, now=now, note=note)
    recorder.create(made)
    FormerSlug.objects.filter(pk=made.pk).update(at=midnight(day))


def _memberships(recorder: ChangeRecorder, plan: MergerPlan, items: list[AffectedRow]) -> None:
    """End memberships with the day before, and create missing ones of the targets."""
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
    recorder.update_all(ending, date_to=plan.day)
    recorder.create_all(made)


def _leaves(plan: MergerPlan, item: AffectedRow) -> bool:
    """Whether a row is no longer its predecessor's from the date on."""
    if item.resolution.choice is ResolutionChoice.COPIED:
        return plan.closes(item.origins[0])
    return item.resolution.choice is not ResolutionChoice.STAYS


def _editors(recorder: ChangeRecorder, plan: MergerPlan, items: list[AffectedRow]) -> None:
    """End editorships with the day before, and create those of the targets."""
    for item in items:
        row = item.row
        for one in item.targets:
            has = Editorship.objects.holding_on(plan.day).filter(user=row.user, system=one.system)
            if not has.exists():
                recorder.create(
                    Editorship(
                        user=row.user,
                        role=Role.SYSTEM,
                        system=one.system,
                        date_from=plan.day,
                        date_to=row.date_to,
                    )
                )
        if _leaves(plan, item):
            recorder.update(row, date_to=plan.day)


# --- The timeline ------------------------------------------------------------------------------


def _events(recorder: ChangeRecorder, plan: MergerPlan) -> None:
    """Two events: the plan, unpublished at midnight, and what happened, published then.

    The slug of the first redirects to the second from then on.
    """
    merger, at = plan.merger, midnight(plan.day)
    slug = f"{slugify(merger.title)[:70].strip('-')}-{plan.day:%B-%Y}".lower().strip("-")
    given = {
        "date": plan.day,
        "unit": Unit.ICS,
        "note": merger.note,
        "source": merger.source,
        "title": merger.title[:MAX_TITLE_LENGTH],
    }
    happened = Event(
        slug=_free(Event, slug),
        precision=Precision.DAY,
        kind=EntryKind.MERGER
        if any(_is_whole(plan, one) for one in plan.closing)
        else EntryKind.BOUNDARY,
        summary=summary(plan, planned=False),
        published_from=at,
        **given,
    )
    recorder.create(happened)
    planned = Event(
        slug=_free(Event, f"plan-{slug}"),
        precision=Precision.PLANNED,
        kind=EntryKind.PLANNED,
        summary=summary(plan, planned=True),
        announced_on=timezone.localdate(),
        published_until=at,
        **given,
    )
    recorder.create(planned)
    about = [*plan.predecessors, *(one.system for one in plan.successors if one.system)]
    for event in (happened, planned):
        event.systems.set(about)
    _leads_on(recorder, planned, happened.slug, "", plan.day)


def summary(plan: MergerPlan, *, planned: bool) -> str:
    """A sentence with where the areas of each predecessor go; `planned` chooses its tense."""
    day = say(plan.day)
    first = f"From {day} this is planned" if planned else f"On {day} this changed"
    parts = [_what_becomes_of(plan, system) for system in plan.predecessors]
    return f"{first}: {'; '.join(parts)}."


def _what_becomes_of(plan: MergerPlan, system: System) -> str:
    successors = plan.successors_of([system])
    if plan.closes(system) and _is_whole(plan, system):
        return f"{system} becomes part of {successors[0]}"
    places = [f"{name_list(_names(plan, system, one))} to {one}" for one in successors]
    says = "closes" if plan.closes(system) else "continues, and gives up areas"
    return f"{system} {says}: {', '.join(places)}"


def _names(plan: MergerPlan, system: System, one: Successor) -> list[str]:
    return [area.name for area, holder, to in plan.moving if holder == system and to == one]
