"""The pages of systems."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from icsinfo.wording import per_cent, say_share
from systems.atlas import Atlas
from systems.days.as_at import AskedDate
from systems.days.spans import ONE_DAY, by_start, row_on
from systems.facts import members
from systems.facts.footnotes import Footnotes
from systems.facts.schema_org import government_organisation
from systems.facts.scheme_queries import schemes_of_system
from systems.filters import SystemFilter
from systems.gazetteer import GazetteerRequest
from systems.histories import Change, changes, destinations, system_on
from systems.models import Area, System
from systems.models.base import CodeScheme
from systems.models.systems import BOARDS_SINCE
from systems.views.contacts import numbered_contacts
from systems.views.schemes import FEW, in_groups, known_schemes


@require_safe
def systems(request: GazetteerRequest) -> HttpResponse:
    """All systems as at a date: filter and sort."""
    asked = AskedDate.of(request)
    listed = (
        System.objects.open_on(asked.day)
        .named_on(asked.day)
        .coded_on(asked.day)
        .sized_on(asked.day)
        .with_since()
        .order_by("name")  # type: ignore[misc]
    )
    atlas = request.gazetteer.atlas
    found = SystemFilter(request.GET, listed, atlas=atlas)
    total = listed.count()
    context = {
        "asked": asked,
        "filter": found,
        "active": found.active(reverse("systems:systems")),
        "systems": list(found.qs),
        "total": total,
        "closed": [
            (system.name_on(asked.day), system.slug, system.last_day)
            for system in atlas.closed_by(asked.day)
        ],
        "coming": [
            (system.name_on(asked.day), system.slug, system.opened_on)
            for system in atlas.systems.values()
            if system.opened_on and system.opened_on > max(asked.day, asked.today)
        ],
    }
    status = asked.status if found.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/systems.html", context, status=status)


@require_safe
def system(request: GazetteerRequest, slug: str) -> HttpResponse:
    """One system: how to reach it, its areas, its history; a closed one with its successors."""
    asked = AskedDate.of(request)
    shown = get_object_or_404(
        System.objects.with_names()
        .with_contacts()
        .select_related("about_source")
        .prefetch_related("aliases"),
        slug=slug,
    )
    areas = list(Area.objects.ever_in(shown).with_history())
    known = changes(shown, areas)
    opened = next((change.day for change in known if change.opened), None)
    closed = next((change.day for change in known if change.closed), None)
    is_closed = closed is not None and closed <= asked.day
    is_open = opened is not None and opened <= asked.day and not is_closed
    here = [area for area in areas if system_on(area, asked.day) == shown]
    footnotes = Footnotes()
    context = {
        "asked": asked,
        "structured": government_organisation(
            shown,
            asked.day,
            request.build_absolute_uri(shown.get_absolute_url()),
            contacts=shown.contacts.all(),
            areas=here,
            opened=opened,
            closed=closed,
        ),
        "system": shown,
        "name": shown.name_on(asked.day),
        "opened": opened,
        "closed": closed,
        "is_open": is_open,
        "is_closed": is_closed,
        "count": System.objects.open_on(asked.day).count() if is_open else None,
        "has_board": is_open and asked.day >= BOARDS_SINCE,
        "ods_code": shown.code_on(CodeScheme.ODS, asked.day),
        "ons_code": shown.code_on(CodeScheme.ONS, asked.day),
        "about_source": footnotes.number(shown.about_source) if shown.about_source else None,
        "contacts": numbered_contacts(shown, footnotes),
        "areas": here,
        "coming": _coming(shown, areas, opened, asked, footnotes),
        "residents": sum(area.residents for area in here),
        "last_day": closed - ONE_DAY if closed else None,
        "successors": _successors(shown, areas, asked.day) if is_closed else [],
        "counts": members.counts(shown, asked.day) if is_open else [],
        "schemes": _schemes(request.gazetteer.atlas, slug, asked.day) if is_open else None,
        "history": _numbered([c for c in known if c.day <= asked.day], footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/system.html", context, status=asked.status)


def _coming(
    shown: System, areas: list[Area], opened: date | None, asked: AskedDate, footnotes: Footnotes
) -> list[tuple[Area, int]]:
    """The areas that a system is to begin with, while that is to come, and who says so."""
    if opened is None or opened <= max(asked.day, asked.today):
        return []
    rows = ((area, row_on(by_start(area.periods.all()), opened)) for area in areas)
    return [
        (area, footnotes.number(row.source)) for area, row in rows if row and row.system == shown
    ]


def _schemes(atlas: Atlas, slug: str, day: date) -> dict[str, Any]:
    """How many schemes a system has on `day`, and the freshest few."""
    found = known_schemes(schemes_of_system(atlas, slug, day), day)
    return {"count": found.count(), "groups": in_groups(found[:FEW], atlas, day)}


@require_safe
def history(request: GazetteerRequest, slug: str) -> HttpResponse:
    """What changed in one system up to a day, by itself."""
    asked = AskedDate.of(request)
    shown = get_object_or_404(System.objects.with_names(), slug=slug)
    footnotes = Footnotes()
    areas = Area.objects.ever_in(shown).with_history()
    known = [change for change in changes(shown, areas) if change.day <= asked.day]
    context = {
        "asked": asked,
        "system": shown,
        "name": shown.name_on(asked.day),
        "history": _numbered(known, footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/history.html", context, status=asked.status)


def _numbered(history: list[Change], footnotes: Footnotes) -> list[tuple[Change, list[int]]]:
    """Changes, the latest first, with the numbers of their sources."""
    return [
        (change, [footnotes.number(source) for source in change.sources])
        for change in reversed(history)
    ]


def _successors(shown: System, areas: list[Area], day: date) -> list[dict[str, Any]]:
    """Where the areas of a closed system are on `day`, with their share of its residents."""
    found = destinations(shown, areas, day)
    total = sum(area.residents for _, theirs in found for area in theirs)
    return [
        {
            "system": other,
            "name": other.name_on(day) if other else "",
            "areas": theirs,
            "share": say_share(per_cent(sum(area.residents for area in theirs), total)),
        }
        for other, theirs in found
    ]
