"""Middleware and decorators for requests and responses."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

_LENGTH = re.compile(r"[0-9]{1,18}")

View = Callable[..., HttpResponse]
Absolute = Callable[[str], str]  # from a path to a whole address


class Utf8Request(WSGIRequest):
    """A request whose query and body are read as UTF-8, whatever charset its Content-Type claims.

    Browsers post UTF-8 to a page that is UTF-8. Other charsets reach Python's codecs, where some
    (rot13, hex) are no text encodings at all and raise; for a query Django asks before any
    middleware could answer.
    """

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, claimed: str | None) -> None:
        pass


def normalise_length(get_response: View) -> View:
    """Middleware: a Content-Length that is no number becomes 0."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _LENGTH.fullmatch(request.META.get("CONTENT_LENGTH") or "0"):
            request.META["CONTENT_LENGTH"] = "0"  # as which Django has read the body
        return get_response(request)

    return middleware


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Middleware: the policy of the settings, which is put together once.

    django-csp does that for each response; it still does where a view has a policy of its own.
    """

    def __init__(self, get_response: View) -> None:
        super().__init__(get_response)
        self._policy = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """No nonce: nothing that would need one is written into a page."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if settings.DEBUG or any(name.startswith("_csp_") for name in vars(response)):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._policy)
        return response


def too_large(request: HttpRequest) -> bool:
    """Whether Content-Length exceeds DATA_UPLOAD_MAX_MEMORY_SIZE. Reads nothing of the body."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def refuse_large_bodies(view: View) -> View:
    """View decorator: answer a body that is `too_large` with a 413 page, unread."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if too_large(request):
            return render(request, "413.html", status=413)
        return view(request, *args, **kwargs)

    return wrapped


def absolute_paths(request: HttpRequest) -> Absolute:
    """From a path to its absolute URL: `build_absolute_uri`, fast enough for thousands."""
    root = f"{request.scheme}://{request.get_host()}"
    return lambda path: root + path


def json_response(answer: object) -> HttpResponse:
    """An answer of dictionaries, lists, dataclasses, dates and texts as JSON."""
    return HttpResponse(orjson.dumps(answer), content_type="application/json")


def open_to_all(view: View) -> View:
    """View decorator: CORS for every origin."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return wrapped
