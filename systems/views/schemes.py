"""Local schemes: all of them, one of them, and those of a system."""

from datetime import date
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from systems.days.as_at import AsAtDate
from systems.facts.footnotes import Footnotes
from systems.facts.scheme_queries import schemes_of_system, systems_with
from systems.facts.shortcuts import get_system_or_404
from systems.filters import ListedSchemeFilter
from systems.gazetteer import GazetteerRequest
from systems.models import Scheme
from systems.models.schemes import Freshness, SchemeStatus
from systems.views.scheme_lists import scheme_page

WITHDRAWN = "We no longer list it: it has not been confirmed for a long time."


@require_safe
def schemes(request: GazetteerRequest) -> HttpResponse:
    """All schemes: those confirmed lately first, then the older, then what has ended."""
    today = timezone.localdate()
    here = reverse("systems:schemes")
    filterset = ListedSchemeFilter(
        request.GET, Scheme.objects.known_on(today), atlas=request.gazetteer.atlas
    )
    context = {
        "filter": filterset,
        "active": filterset.active(here),
        **scheme_page(request, filterset.qs, today),
    }
    status = HTTPStatus.OK if filterset.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/schemes.html", context, status=status)


@require_safe
def scheme(request: GazetteerRequest, slug: str, previewing: int | None = None) -> HttpResponse:
    """One scheme: what, where, for whom, how to get it, and how sure that is.

    `previewing` is the key of one that is to be shown though it is not public. No address says it.
    """
    today = timezone.localdate()
    wanted = Scheme.objects.filter(pk=previewing) if previewing else Scheme.objects.published()
    shown = get_object_or_404(
        wanted.fresh_first(today).select_related("source", "system"), slug=slug
    )
    atlas = request.gazetteer.atlas
    origin = atlas.systems.get(shown.system.slug) if shown.system else None
    areas = [atlas.areas[area.code] for area in shown.areas.all() if area.code in atlas.areas]
    footnotes = Footnotes()
    context = {
        "scheme": shown,
        "status": _status(shown, today),
        "areas": areas,
        "source": footnotes.number(shown.source),
        "origin": origin,
        "origin_name": origin.name_on(min(today, origin.last_day)) if origin else "",
        "systems": [
            (system.name_on(today), system.slug)
            for system in systems_with(atlas, origin, areas, today)
        ],
        "footnotes": footnotes,
    }
    return render(request, "systems/scheme.html", context)


def _status(shown: Scheme, today: date) -> tuple[str, str]:
    """Whether a scheme still runs, as far as is known: the words that matter, and the rest."""
    freshness = Freshness(shown.freshness)  # type: ignore[attr-defined]
    if freshness is Freshness.ENDED:
        return "It has ended", f", as of {shown.status_when}. We keep this page as a record."
    if freshness is Freshness.OLD:
        since = f" since {shown.last_when}" if shown.last_when else ""
        ask = f" Before you go, check with {shown.ask}." if shown.ask else ""
        past = f" {WITHDRAWN}" if shown.is_withdrawn_by(today) else ""
        return f"Not confirmed{since}.", f" We do not know whether it is still running.{past}{ask}"
    ask = f" To be sure, check with {shown.ask}." if shown.ask else ""
    if shown.status == SchemeStatus.RUNNING:
        return "Running", f", as of {shown.status_when or 'an unknown date'}.{ask}"
    known = f" as of {shown.known_when}" if shown.known_when else ""
    return "Reported", f"{known}. We do not know whether it is still running.{ask}"


@require_safe
def system_schemes(request: GazetteerRequest, slug: str) -> HttpResponse:
    """The schemes of a system on a date, with those that its areas brought along."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    known = schemes_of_system(atlas, shown, as_at.day).known_on(as_at.day).listed_on(as_at.day)
    context = {
        "as_at": as_at,
        "system": shown,
        "name": shown.name_on(as_at.day),
        "is_open": shown.open_on(as_at.today),
        **scheme_page(request, known, as_at.day),
    }
    return render(request, "systems/system_schemes.html", context, status=as_at.status)
