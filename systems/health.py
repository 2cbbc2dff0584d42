"""For the machines that watch the site: is it alive, can it answer, and how old is what it has?"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from icsinfo.circuit_breaker import breaker
from systems import backups
from systems.gazetteer import GazetteerRequest
from systems.reference.directory import DirectoryError

MAX_BACKUP_AGE = timedelta(hours=1)  # one is made every five minutes


@require_safe
@never_cache
def alive(request: GazetteerRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: GazetteerRequest) -> JsonResponse:
    """Whether lookups can be answered, what is degraded, and from when backup and postcodes are.

    503 when they cannot be. Reads memory and a folder, so it waits for nothing.
    """
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
    backup = backups.latest(settings.BACKUPS)
    if _is_too_old(backup):
        degraded.append(f"backup: the last is of {backup:%FT%TZ}" if backup else "backup: none")
    body = {
        "ready": answers,
        "degraded": degraded,
        "backup": backup,
        "postcodes": gazetteer.vintage if answers else None,
    }
    return JsonResponse(body, status=200 if answers else 503)


def _is_too_old(backup: datetime | None) -> bool:
    """Whether a backup is missing that should be there. A developer's own site needs none."""
    if backup is None:
        return not settings.LOCAL
    return timezone.now() - backup > MAX_BACKUP_AGE
