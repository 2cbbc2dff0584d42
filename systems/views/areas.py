"""The pages of areas."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from icsinfo.dates import say
from systems.atlas import AreaFacts, Atlas, Stay, SystemFacts
from systems.atlas.facts import AreaCodeFact
from systems.days.as_at import AsAtDate
from systems.facts.footnotes import Footnotes
from systems.facts.hospital_sites import hospital_sites
from systems.facts.scheme_queries import linked, schemes_of_area
from systems.facts.shortcuts import get_area_or_404
from systems.gazetteer import Gazetteer, GazetteerRequest
from systems.models import Contact, CouncilArea, Organisation
from systems.models.areas import Body
from systems.models.organisations import OrganisationKind
from systems.models.systems import BOARDS_SINCE
from systems.views.contacts import contact_block
from systems.views.rail import rail
from systems.views.scheme_lists import MAX_SCHEMES_SHOWN, in_groups, known_schemes

MAX_OWN_SCHEMES = 10  # of an area on its page; the list behind its link has all


@require_safe
def areas(request: GazetteerRequest) -> HttpResponse:
    """All areas with the system each is in as at a date."""
    as_at = AsAtDate.of(request)
    rows = [
        {"area": area, "system": system, "name": system.name_on(as_at.day) if system else ""}
        for area in request.gazetteer.atlas.areas.values()
        for system in [area.system_on(as_at.day)]
    ]
    return render(
        request, "systems/areas.html", {"as_at": as_at, "rows": rows}, status=as_at.status
    )


@require_safe
def area(request: GazetteerRequest, slug: str) -> HttpResponse:
    """One area: which system it is in, which it was in before, and which it will be in."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_area_or_404(atlas, slug)
    now = shown.stay_on(as_at.day)
    system = now.system if now else None
    footnotes = Footnotes()
    context = {
        "as_at": as_at,
        "area": shown,
        "has_ended": bool(now and now.last_day and now.last_day < as_at.today),
        "system": system,
        "name": system.name_on(as_at.day) if system else "",
        "stayed": _stayed(shown, now, as_at) if now else "",
        "before": [stay for stay in shown.stays if stay.end and stay.end <= as_at.day],
        "after": [
            (stay, _verb(stay, as_at.today), stay.is_to_come(as_at.today))
            for stay in shown.stays
            if stay.start > as_at.day
        ],
        "rail": rail(shown.stays, as_at, footnotes),
        "has_board": as_at.day >= BOARDS_SINCE,
        "first_board": _name_of_first_board(shown),
        "ccg": next((code for code in reversed(shown.codes) if code.body == Body.CCG), None),
        "codes": _codes(shown),
        "code_source": footnotes.number(shown.codes[0].source) if shown.codes else None,
        "residents_source": footnotes.number(shown.source),
        **_near(shown, atlas, as_at.day),
        "borders": _borders(shown, request.gazetteer, as_at.day),
        "reach": contact_block(
            Contact.objects.of(system.pk),
            atlas,
            footnotes,
            is_closed=system.closed_by(as_at.today),
        )
        if system
        else None,
        "hospitals": [
            (site, footnotes.number(site.source))
            for site in hospital_sites(as_at.day).filter(area=shown.pk)
        ],
        "footnotes": footnotes,
    }
    return render(request, "systems/area.html", context, status=as_at.status)


def _borders(shown: AreaFacts, gazetteer: Gazetteer, day: date) -> list[dict[str, Any]]:
    """Other systems that postcodes here are close to, with how many are, the most first."""
    system, atlas = shown.system_on(day), gazetteer.atlas
    counts: Counter[SystemFacts] = Counter()
    for (area, other), number in gazetteer.directory.near_borders.items():
        beyond = atlas.areas[other].system_on(day) if other in atlas.areas else None
        if area == shown.code and system and beyond and beyond is not system:
            counts[beyond] += number
    return [
        {"system": beyond, "name": beyond.name_on(day), "postcodes": number}
        for beyond, number in counts.most_common()
    ]


def _stayed(shown: AreaFacts, now: Stay, as_at: AsAtDate) -> str:
    """Since when an area is in its system, or from when until when it was."""
    if now.last_day:
        verb = "was" if now.last_day < as_at.today else "is"
        return f"{shown.name} {verb} in it from {say(now.start)} to {say(now.last_day)}."
    still = ", and still is" if as_at.is_past else ""
    return f"{shown.name} has been in it since {say(now.start)}{still}."


def _verb(stay: Stay, today: date) -> str:
    """The verb of a sentence about a stay that begins after the day of the page."""
    if stay.is_to_come(today):
        return "is planned to be"
    if stay.last_day and stay.last_day < today:
        return "was"
    return "is" if stay.start <= today else "will be"


def _codes(shown: AreaFacts) -> list[AreaCodeFact]:
    """Its codes, each once for each kind of body: one that is only renamed keeps its code."""
    first = {(code.value, code.body): code for code in reversed(shown.codes)}
    return [code for code in shown.codes if first[code.value, code.body] is code]


def _near(shown: AreaFacts, atlas: Atlas, day: date) -> dict[str, Any]:
    """What is on and who is there: schemes for the area itself, for all of its system, councils."""
    schemes = known_schemes(schemes_of_area(atlas, shown, day), day)
    own = schemes.filter(areas=shown.pk)[:MAX_OWN_SCHEMES]
    other = schemes.exclude(areas=shown.pk)[:MAX_SCHEMES_SHOWN]
    known = linked(atlas, [*own, *other], day)
    there = Organisation.objects.open_on(day)
    councils = CouncilArea.objects.filter(area=shown.pk).values("council")
    listed = there.filter(Q(pk__in=councils) | Q(area=shown.pk, kind=OrganisationKind.TRUST))
    kinds: dict[str, list[Organisation]] = defaultdict(list)
    for one in listed.order_by("name"):
        kinds[one.kind].append(one)
    return {
        "own_schemes": in_groups([one for one in known if shown in one.areas], day),
        "other_schemes": in_groups([one for one in known if shown not in one.areas], day),
        "councils": kinds[OrganisationKind.COUNCIL],
        "trusts": kinds[OrganisationKind.TRUST],
        "practices": there.filter(area=shown.pk, kind=OrganisationKind.PRACTICE).count(),
    }


def _name_of_first_board(shown: AreaFacts) -> str:
    """The name, on the day on which boards replaced commissioning groups, of the system then."""
    first = shown.system_on(BOARDS_SINCE)
    return first.name_on(BOARDS_SINCE) if first else ""
