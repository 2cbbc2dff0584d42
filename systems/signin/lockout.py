"""Lockout after too many wrong tries to sign in, by user name and by IP address."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone

from icsinfo.client_ip import client_ip
from systems.models import SignInTry
from systems.models.signin import WINDOW, scrambled

WAIT = int(WINDOW.total_seconds())

Result = TypeVar("Result")


class LockedError(Exception):
    """There were too many wrong tries, be there such an account or not."""


def with_lockout(
    request: HttpRequest, name: str, check: Callable[[], Result | None], *, is_code: bool = False
) -> Result | None:
    """Call `check`, unless the user name or the client is locked out, which raises LockedError.

    What `check` returns is returned; None is a wrong try. The try is stored before the check, so
    that concurrent requests cannot all slip through, and deleted if it was right. One that is
    refused is not counted, and writes nothing: whoever goes on guessing neither makes the lockout
    longer nor keeps others from writing.
    """
    now = timezone.now()
    own = SignInTry(
        name=scrambled(name), address=scrambled(client_ip(request)), is_code=is_code, at=now
    )
    if not SignInTry.objects.leave_room_for(own):
        raise LockedError
    SignInTry.objects.stale(now).delete()
    own.save()
    if not SignInTry.objects.leave_room_for(own):
        own.delete()
        raise LockedError
    result = check()
    if result is not None:
        own.delete()
    return result
