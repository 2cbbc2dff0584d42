"""A system on other people's walls and sites: the poster, the card, and how to find the card."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from systems import gazetteer
from systems.asked_date import AskedDate
from systems.models import System
from systems.standing import standing


@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """One page of A4 for a waiting room; of a closed system, the way to its successors' posters."""
    asked = AskedDate.of(request)
    shown = get_object_or_404(System, slug=slug)
    context = {
        "asked": asked,
        "system": shown,
        "standing": standing(gazetteer.current().atlas, slug, asked.day),
        "address": request.build_absolute_uri(shown.get_absolute_url()),
    }
    return render(request, "systems/poster.html", context, status=asked.status)
