"""Error pages: 400, 410, 500 and 503. None of them needs the database."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from icsinfo.unavailable import UnavailableError

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def gone(
    request: HttpRequest, sentence: str, links: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """410 Gone. `sentence` says what is gone and since when.

    `links` are (name, address) of what to read instead.
    """
    context = {"sentence": sentence, "links": links}
    response = render(request, "410.html", context, status=HTTPStatus.GONE)
    # Browsers keep a 410 for ever unless told not to, and editors may take it back.
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def always_404(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """View: 404. Put before a URL pattern of Django's that this site must not answer."""
    raise Http404


class DatabaseUnavailableMiddleware:
    """Middleware: 503 with Retry-After if a view fails as the database or the directory is away."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (OperationalError, InterfaceError, UnavailableError)):
            return None
        return unavailable(request, exception)


def unavailable(request: HttpRequest, exception: BaseException) -> HttpResponse:
    logger.error("Database or directory unavailable: %s", type(exception).__name__)
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "30"
    return response
