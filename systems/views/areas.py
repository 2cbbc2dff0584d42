"""The pages of areas."""

from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from systems.atlas import Atlas
from systems.days.as_at import AskedDate
from systems.facts.footnotes import Footnotes
from systems.facts.hospital_sites import hospital_sites
from systems.facts.scheme_queries import schemes_of_area
from systems.gazetteer import GazetteerRequest
from systems.histories import Stay, rail, stays, system_on
from systems.models import Area, Organisation
from systems.models.areas import Body
from systems.models.organisations import OrganisationKind
from systems.models.systems import BOARDS_SINCE
from systems.views.contacts import numbered_contacts
from systems.views.schemes import FEW, in_groups, known_schemes


@require_safe
def areas(request: GazetteerRequest) -> HttpResponse:
    """All areas with the system each is in as at a date."""
    asked = AskedDate.of(request)
    rows = [
        {"area": area, "system": found, "name": found.name_on(asked.day) if found else ""}
        for area in Area.objects.with_history()
        for found in [system_on(area, asked.day)]
    ]
    return render(
        request, "systems/areas.html", {"asked": asked, "rows": rows}, status=asked.status
    )


@require_safe
def area(request: GazetteerRequest, slug: str) -> HttpResponse:
    """One area: which system it is in, which it was in before, and which it will be in."""
    asked = AskedDate.of(request)
    shown = get_object_or_404(
        Area.objects.with_history().select_related("source").prefetch_related("codes", "aliases"),
        slug=slug,
    )
    history = stays(shown.periods.all())
    now = next((stay for stay in history if stay.covers(asked.day)), None)
    codes = list(shown.codes.all())
    if now and now.system:
        prefetch_related_objects([now.system], "contacts__source")
    footnotes = Footnotes()
    context = {
        "asked": asked,
        "area": shown,
        "now": now,
        "system": now.system if now else None,
        "name": now.system.name_on(asked.day) if now and now.system else "",
        "before": [stay for stay in history if stay.end and stay.end <= asked.day],
        "after": [stay for stay in history if stay.start > asked.day],
        "rail": rail(history, asked, footnotes),
        "has_board": asked.day >= BOARDS_SINCE,
        "first_board": _name_of_first_board(history),
        "ccg": next((code for code in codes if code.body == Body.CCG), None),
        "codes": codes,
        "code_source": footnotes.number(codes[0].source) if codes else None,
        "residents_source": footnotes.number(shown.source),
        **_near(shown, request.gazetteer.atlas, asked.day),
        "contacts": numbered_contacts(now.system if now else None, footnotes),
        "hospitals": [
            (site, footnotes.number(site.source))
            for site in hospital_sites(asked.day).filter(area=shown)
        ],
        "footnotes": footnotes,
    }
    return render(request, "systems/area.html", context, status=asked.status)


def _near(shown: Area, atlas: Atlas, day: date) -> dict[str, Any]:
    """What is on and who is there: schemes for the area itself, for all of its system, councils."""
    found = known_schemes(schemes_of_area(atlas, atlas.areas[shown.code], day), day)
    own = found.filter(pk__in=shown.schemes.values("pk"))
    councils = Organisation.objects.open_on(day).filter(council_areas__area=shown)
    housed = shown.organisations.open_on(day)
    return {
        "own_schemes": in_groups(own, atlas, day),
        "other_schemes": in_groups(found.exclude(pk__in=own.values("pk"))[:FEW], atlas, day),
        "councils": councils.order_by("name"),
        "trusts": housed.filter(kind=OrganisationKind.TRUST).order_by("name"),
        "practices": housed.filter(kind=OrganisationKind.PRACTICE).count(),
    }


def _name_of_first_board(history: list[Stay]) -> str:
    """The name, on the day on which boards replaced commissioning groups, of the system then."""
    first = next((stay.system for stay in history if stay.covers(BOARDS_SINCE)), None)
    return first.name_on(BOARDS_SINCE) if first else ""
