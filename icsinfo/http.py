"""Small helpers around requests and responses. They know neither app."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.cache import has_vary_header

_LENGTH = re.compile(r"[0-9]{1,18}")

View = Callable[..., HttpResponse]


def plain_requests(get_response: View) -> View:
    """Middleware: take a length that is no number for 0, and read every request as UTF-8.

    Browsers post UTF-8 to a page that is UTF-8. Other names reach Python's codecs, where some
    (rot13, hex) are no text encodings at all and would end in an error page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _LENGTH.fullmatch(request.META.get("CONTENT_LENGTH") or "0"):
            request.META["CONTENT_LENGTH"] = "0"  # as which Django has read the body
        if request.content_params and "charset" in request.content_params:
            request._encoding = None  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


class CompressWhatIsPublic(GZipMiddleware):
    """Middleware: compress what is the same for everybody, and nothing that depends on a cookie.

    How far an answer can be compressed tells something about what is in it (breachattack.com). On
    public pages there is no secret. A page with a session or a form's token varies on Cookie.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if has_vary_header(response, "Cookie"):
            return response
        return super().process_response(request, response)


def too_large(request: HttpRequest) -> bool:
    """Whether the body is larger than the site reads. Asked before anything of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def refuse_large_bodies(view: View) -> View:
    """Decorator: answer 413 with a page instead of reading a body that is too large."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if too_large(request):
            return render(request, "413.html", status=413)
        return view(request, *args, **kwargs)

    return wrapped


def absolute_paths(request: HttpRequest) -> Callable[[str], str]:
    """What makes whole addresses of paths, as `build_absolute_uri` does, but for thousands."""
    root = request.build_absolute_uri("/").removesuffix("/")
    return lambda path: root + path


def open_to_all(view: View) -> View:
    """Decorator: let programs in pages of any site read the answer, and ask if it still holds."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response.setdefault("Cache-Control", "no-cache")
        return response

    return wrapped
