"""Guessing is stopped before anything is compared, for one name and for one address."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone

from icsinfo.addresses import of_client
from systems.models import SignInTry
from systems.models.signin import WINDOW, scrambled

WAIT = int(WINDOW.total_seconds())

Found = TypeVar("Found")


class LockedError(Exception):
    """There were too many wrong tries. Says nothing about whether there is such an account."""


def judged(
    request: HttpRequest, name: str, judge: Callable[[], Found | None], *, is_code: bool = False
) -> Found | None:
    """What `judge` finds; None, which it finds in something wrong, is counted. Raises LockedError.

    The try is stored before it is judged, so that many at once cannot all slip through, and is
    struck out if it was right. One that is refused is not counted: whoever goes on guessing does
    not make the lockout longer.
    """
    now = timezone.now()
    SignInTry.objects.stale(now).delete()
    own = SignInTry.objects.create(
        name=scrambled(name), address=scrambled(of_client(request)), is_code=is_code, at=now
    )
    if not SignInTry.objects.leave_room_for(own):
        own.delete()
        raise LockedError
    found = judge()
    if found is not None:
        own.delete()
    return found
