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
from systems.views.contacts import numbered_contacts
from systems.views.schemes import MAX_SCHEMES_SHOWN, in_groups, known_schemes


@require_safe
def systems(request: GazetteerRequest) -> HttpResponse:
    """All systems as at a date: filter and sort."""
    asked = AsAtDate.of(request)
    atlas = request.gazetteer.atlas
    found = SystemFilter(request.GET, atlas=atlas, day=asked.day)
    context = {
        "asked": asked,
        "filter": found,
        "active": found.active(reverse("systems:systems")),
        "systems": [_listed(atlas, system, asked.day) for system in found.systems],
        "total": len(atlas.open_on(asked.day)),
        "closed": [
            (system.name_on(asked.day), system.slug, system.last_day)
            for system in atlas.closed_by(asked.day)
        ],
        "coming": [
            (system.name_on(asked.day), system.slug, system.opened_on)
            for system in atlas.opening_after(max(asked.day, asked.today))
        ],
    }
    status = asked.status if found.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/systems.html", context, status=status)


def _listed(atlas: Atlas, system: SystemFacts, day: date) -> dict[str, Any]:
    """A row of the list."""
    areas = atlas.areas_in(system, day)
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
    asked, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    status = atlas.status(shown, asked.day)
    here = atlas.areas_in(shown, asked.day)
    reached = list(Contact.objects.of(shown.pk))
    footnotes = Footnotes()
    context = {
        "asked": asked,
        "structured": government_organisation(
            shown,
            asked.day,
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
        "count": len(atlas.open_on(asked.day)) if status.is_open else None,
        "has_board": status.is_open and asked.day >= BOARDS_SINCE,
        "ods_code": shown.ods_code_on(asked.day),
        "ons_code": shown.ons_code_on(asked.day),
        "about_source": footnotes.number(shown.about_source) if shown.about_source else None,
        "contacts": numbered_contacts(reached, footnotes),
        "areas": here,
        "coming": _coming(atlas, shown, asked, footnotes),
        "residents": residents_of(here),
        "last_day": status.last_day,
        "successors": _successors(status),
        "counts": members.counts(shown.pk, asked.day) if status.is_open else [],
        "schemes": _schemes(atlas, shown, asked.day) if status.is_open else None,
        "history": _history(atlas, shown, asked.day, footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/system.html", context, status=asked.status)


def _coming(
    atlas: Atlas, shown: SystemFacts, asked: AsAtDate, footnotes: Footnotes
) -> list[tuple[AreaFacts, int]]:
    """The areas that a system is to begin with, while that is to come, and who says so."""
    opened = shown.opened_on
    if opened is None or opened <= max(asked.day, asked.today):
        return []
    return [
        (area, footnotes.number(period.source))
        for area in atlas.areas_in(shown, opened)
        if (period := area.period_on(opened))
    ]


def _schemes(atlas: Atlas, shown: SystemFacts, day: date) -> dict[str, Any]:
    """How many schemes a system has on `day`, and the freshest few."""
    found = known_schemes(schemes_of_system(atlas, shown, day), day)
    few, count = part_and_total(found, slice(0, MAX_SCHEMES_SHOWN))
    return {"count": count, "groups": in_groups(linked(atlas, few, day), day)}


@require_safe
def history(request: GazetteerRequest, slug: str) -> HttpResponse:
    """What changed in one system up to a day, by itself."""
    asked, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    footnotes = Footnotes()
    context = {
        "asked": asked,
        "system": shown,
        "name": shown.name_on(asked.day),
        "history": _history(atlas, shown, asked.day, footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/history.html", context, status=asked.status)


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
