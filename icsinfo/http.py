"""Middleware and decorators for requests and responses."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.cache import has_vary_header

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


class PublicGZipMiddleware(GZipMiddleware):
    """Middleware: gzip all responses but those that vary on Cookie.

    Compression leaks secrets through the length of a response (BREACH, breachattack.com). Public
    pages hold none; a page with a session or a CSRF token has `Vary: Cookie`.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if has_vary_header(response, "Cookie"):
            return response
        return super().process_response(request, response)


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
    root = request.build_absolute_uri("/").removesuffix("/")
    return lambda path: root + path


def open_to_all(view: View) -> View:
    """View decorator: CORS for every origin."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return wrapped
