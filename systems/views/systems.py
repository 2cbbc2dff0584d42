"""The pages of systems."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from icsinfo.querysets import part_and_total
from icsinfo.wording import say_share
from systems.atlas import AreaFacts, Atlas, Change, Status, SystemFacts, residents_of
from systems.days.as_at import AsAtDate
from systems.facts import members
from systems.facts.footnotes import Footnotes
from systems.facts.schema_org import government_organisation
from systems.facts.scheme_queries import linked, schemes_of_system
from systems.facts.shortcuts import get_system_or_404
from systems.filters import SystemFilter
from systems.gazetteer import GazetteerRequest
from systems.models import Contact
from systems.models.systems import BOARDS_SINCE
from systems.views.contacts import contact_block
from systems.views.leaders import leader_block
from systems.views.scheme_lists import MAX_SCHEMES_SHOWN, in_groups, known_schemes


@require_safe
def systems(request: GazetteerRequest) -> HttpResponse:
    """All systems as at a date: filter and sort."""
    as_at = AsAtDate.of(request)
    atlas = request.gazetteer.atlas
    filterset = SystemFilter(request.GET, atlas=atlas, day=as_at.day)
    total = len(atlas.open_on(as_at.day))
    context = {
        "as_at": as_at,
        "filter": filterset,
        "active": filterset.active(reverse("systems:systems")),
        "systems": [_listed(atlas, system, as_at.day) for system in filterset.systems],
        "total": total,
        "how_many": as_at.there_are(total),
        "closed": [
            (system.name_on(as_at.day), system.slug, system.last_day)
            for system in atlas.closed_by(as_at.day)
        ],
        "coming": [
            (system.name_on(as_at.day), system.slug, system.opened_on)
            for system in atlas.opening_after(max(as_at.day, as_at.today))
        ],
    }
    status = as_at.status if filterset.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/systems.html", context, status=status)


def _listed(atlas: Atlas, system: SystemFacts, day: date) -> dict[str, Any]:
    """A row of the list."""
    areas = atlas.areas_on(system, day)
    return {
        "system": system,
        "name": system.name_on(day),
        "residents": residents_of(areas),
        "area_count": len(areas),
        "codes": (system.ods_code_on(day) or "", system.ons_code_on(day) or ""),
    }


@require_safe
def system(request: GazetteerRequest, slug: str) -> HttpResponse:
    """One system: how to reach it, its areas, its history; a closed one with its successors."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    status = atlas.status(shown, as_at.day)
    here = atlas.areas_on(shown, as_at.day)
    reached = list(Contact.objects.of(shown.pk))
    footnotes = Footnotes()
    context = {
        "as_at": as_at,
        "structured": government_organisation(
            shown,
            as_at.day,
            request.build_absolute_uri(shown.get_absolute_url()),
            contacts=reached,
            areas=here,
        ),
        "system": shown,
        "name": status.name,
        "opened": shown.opened_on,
        "closed": shown.closed_on,
        "is_open": status.is_open,
        "is_closed": status.is_closed,
        "count": len(atlas.open_on(as_at.day)) if status.is_open else None,
        "has_board": status.is_open and as_at.day >= BOARDS_SINCE,
        "ods_code": shown.ods_code_on(as_at.day),
        "ons_code": shown.ons_code_on(as_at.day),
        "about_source": footnotes.number(shown.about_source) if shown.about_source else None,
        "reach": contact_block(reached, atlas, footnotes, is_closed=status.is_closed),
        "leaders": leader_block(shown, atlas, as_at.day, footnotes)
        if status.is_open and as_at.day >= BOARDS_SINCE
        else None,
        "areas": here,
        "coming": _coming(atlas, shown, as_at, footnotes),
        "residents": residents_of(here),
        "last_day": status.last_day,
        "successors": _successors(status),
        "counts": members.counts(shown.pk, as_at.day) if status.is_open else [],
        "schemes": _schemes(atlas, shown, as_at.day) if status.is_open else None,
        "history": _history(atlas, shown, as_at.day, footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/system.html", context, status=as_at.status)


def _coming(
    atlas: Atlas, shown: SystemFacts, as_at: AsAtDate, footnotes: Footnotes
) -> list[tuple[AreaFacts, int]]:
    """The areas that a system is to begin with, while that is to come, and who says so."""
    opened = shown.opened_on
    if opened is None or opened <= max(as_at.day, as_at.today):
        return []
    return [
        (area, footnotes.number(period.source))
        for area in atlas.areas_on(shown, opened)
        if (period := area.period_on(opened))
    ]


def _schemes(atlas: Atlas, shown: SystemFacts, day: date) -> dict[str, Any]:
    """How many schemes a system has on `day`, and the freshest few."""
    schemes = known_schemes(schemes_of_system(atlas, shown, day), day)
    few, count = part_and_total(schemes, slice(0, MAX_SCHEMES_SHOWN))
    return {"count": count, "groups": in_groups(linked(atlas, few, day), day)}


@require_safe
def history(request: GazetteerRequest, slug: str) -> HttpResponse:
    """What changed in one system up to a day, by itself."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    footnotes = Footnotes()
    context = {
        "as_at": as_at,
        "system": shown,
        "name": shown.name_on(as_at.day),
        "history": _history(atlas, shown, as_at.day, footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/history.html", context, status=as_at.status)


def _history(
    atlas: Atlas, shown: SystemFacts, day: date, footnotes: Footnotes
) -> list[tuple[Change, list[int]]]:
    """Changes up to `day`, the latest first, with the numbers of their sources."""
    return [
        (change, [footnotes.number(source) for source in change.sources])
        for change in reversed(atlas.changes(shown))
        if change.day <= day
    ]


def _successors(status: Status) -> list[dict[str, Any]]:
    """Where the areas of a closed system are, with their share of its residents."""
    return [
        {
            "system": part.system,
            "name": part.system.name_on(status.day) if part.system else "",
            "areas": part.areas,
            "share": say_share(part.share),
        }
        for part in status.successors
    ]
