"""For the machines that watch the site: is it alive, and can it answer?"""

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from icsinfo.circuit_breaker import breaker
from systems.gazetteer import GazetteerRequest
from systems.reference.directory import DirectoryError


@require_safe
@never_cache
def alive(request: GazetteerRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: GazetteerRequest) -> JsonResponse:
    """Whether lookups can be answered, and what is degraded. 503 when they cannot be."""
    degraded = []
    if breaker.is_open:
        degraded.append("database")
    try:
        gazetteer = request.gazetteer
        if not gazetteer.atlas.areas:
            degraded.append("data: nothing is loaded")
        answers = bool(gazetteer.atlas.areas)
    except (OperationalError, InterfaceError, DirectoryError, OSError) as error:
        degraded.append(f"lookup: {type(error).__name__}")
        answers = False
    body = {"ready": answers, "degraded": degraded}
    return JsonResponse(body, status=200 if answers else 503)
