"""Django's session, user, message and OTP middleware, limited to paths under /admin/.

So a public page cannot set a cookie, read one, or differ for somebody who is signed in.
"""

import math
import time
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django_otp.middleware import OTPMiddleware

from icsinfo.errors import unavailable

# Session key: when it began, in seconds since 1970. Set by signing in.
BEGAN = "began"
# From signing in, however busy somebody is; idle ones end after settings.SESSION_COOKIE_AGE.
MAX_SESSION = timedelta(hours=12)


def for_staff(request: HttpRequest) -> bool:
    return request.path_info.startswith("/admin/")


class ForStaff:
    """Mixin of a middleware: it does nothing but under /admin/."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not for_staff(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class SessionStore(DatabaseSessionStore):
    """Database sessions that expire MAX_SESSION after signing in; an expired one loads empty."""

    def load(self) -> dict[str, Any]:
        session = super().load()
        if time.time() - session.get(BEGAN, math.inf) <= MAX_SESSION.total_seconds():
            return session
        self.delete()
        self._session_key = None
        return {}


class StaffSessions(ForStaff, SessionMiddleware):
    """Sessions, and a page in place of a sign-in form for who follows a link of another site."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if for_staff(request):
            _refuse_nul(request)
        if for_staff(request) and _is_sent_by_another_site(request):
            address = {"address": request.get_full_path()}
            response = render(request, "signin/arrived.html", address)
            add_never_cache_headers(response)
            return response
        return super().__call__(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Leave the session alone after a 5xx: reading it may be what failed.

        Django takes a session that cannot be written for one that was deleted meanwhile, a 400.
        """
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return response
        try:
            return super().process_response(request, response)
        except SessionInterrupted as interrupted:
            update = interrupted.__context__
            if update and isinstance(update.__context__, OperationalError):
                return unavailable(request, update.__context__)
            raise


def _refuse_nul(request: HttpRequest) -> None:
    """Raise BadRequest for an address with a NUL, and pass over a cookie with one.

    PostgreSQL refuses to look for it. Forms refuse it themselves; Django's lists, choices and
    sessions hand it on as it is. Nobody could mend a cookie in answer to an error.
    """
    given = [text for texts in request.GET.lists() for text in (texts[0], *texts[1])]
    if any("\0" in text for text in given):
        raise BadRequest("NUL is in no text that a database holds.")
    for name in [name for name, text in request.COOKIES.items() if "\0" in text]:
        del request.COOKIES[name]


def _is_sent_by_another_site(request: HttpRequest) -> bool:
    """Whether it is a cross-site navigation, to which browsers add no SameSite=Strict cookie.

    Such a person would have to sign in again, and by that be signed out in their other windows.
    """
    followed = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    elsewhere = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return followed and elsewhere and not request.COOKIES


class StaffUsers(ForStaff, AuthenticationMiddleware):
    pass


class StaffMessages(ForStaff, MessageMiddleware):
    pass


class StaffFactors(ForStaff, OTPMiddleware):
    """Sets `request.user.otp_device`: whether the session has shown a second factor."""
