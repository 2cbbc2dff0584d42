"""Matching a spreadsheet in the reader's own browser."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from systems.days.as_at import FIRST_DAY, last_day
from systems.gazetteer import GazetteerRequest
from systems.matching.browser_bundle import browser_bundle


@require_safe
def match_page(request: GazetteerRequest) -> HttpResponse:
    """The page that matches. It is sent no row of anybody's."""
    gazetteer = request.gazetteer
    today = timezone.localdate()
    context = {
        "facts": browser_bundle(gazetteer),
        "today": today,
        "first_day": FIRST_DAY,
        "last_day": last_day(today),
        "vintage": gazetteer.vintage,
    }
    return render(request, "systems/match.html", context)


@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def match_facts(request: GazetteerRequest, digest: str) -> HttpResponse:
    """What the page answers from. The digest in the address changes with the facts."""
    facts = browser_bundle(request.gazetteer)
    if digest != facts.digest:
        raise Http404("The facts have changed. Load the page again.")
    return HttpResponse(facts.compressed, content_type="application/gzip")
