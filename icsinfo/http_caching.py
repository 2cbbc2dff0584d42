"""What HTTP says of public answers: how long they may be kept, which they are, how compressed."""

import gzip
import hashlib
from collections.abc import Mapping
from http import HTTPStatus

import brotli  # type: ignore[import-untyped]
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, has_vary_header, patch_vary_headers

from icsinfo.http import View

MAX_AGE = 60
STALE_WHILE_REVALIDATE = 600
STALE_IF_ERROR = 86_400

NEVER_KEPT = ("/admin/", "/static/")  # static files have headers of their own
PACKET_BYTES = 1400
# Brotli's 11, the default, takes forty times as long as 5 and saves a seventh.
_THOROUGH = {"br": 5, "gzip": 6}
# For one reader: 900 kB of look-ups are 33 kB in 0.6 ms, and thoroughly 21 kB in 4.2 ms.
_FAST = {"br": 1, "gzip": 3}


def public_cache_control(seconds: float = STALE_WHILE_REVALIDATE + MAX_AGE) -> str:
    """The header of a public answer that will be another one in `seconds`."""
    age = min(MAX_AGE, int(seconds))
    return (
        f"public, max-age={age}, "
        f"stale-while-revalidate={min(STALE_WHILE_REVALIDATE, int(seconds) - age)}, "
        f"stale-if-error={STALE_IF_ERROR}"
    )


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]


def public_caching(get_response: View) -> View:
    """Middleware: `Cache-Control` and `ETag` of public answers, and 304 to whoever has one.

    An answer is public if it is a 200 to a GET or HEAD, neither sets nor varies on a cookie, and
    does not say otherwise itself.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            request.method not in {"GET", "HEAD"}
            or response.status_code != HTTPStatus.OK
            or response.cookies
            or has_vary_header(response, "Cookie")
            or request.path.startswith(NEVER_KEPT)
            or "Cache-Control" in response
        ):
            return response
        # Whoever has a cookie of ours is an editor, who looks at what was just changed.
        response["Cache-Control"] = "no-cache" if request.COOKIES else public_cache_control()
        if response.streaming:
            return response
        response["ETag"] = f'"{digest(response.content)}"'
        return get_conditional_response(request, response["ETag"], response=response) or response

    return middleware


def public_compression(get_response: View) -> View:
    """Middleware: compress answers but those that are short or vary on a cookie.

    What fits into a packet does not come sooner for being shorter. Compression leaks secrets
    through the length of an answer (BREACH, breachattack.com). Public pages hold none; a page with
    a session or a CSRF token has `Vary: Cookie`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            response.streaming
            or len(response.content) < PACKET_BYTES
            or has_vary_header(response, "Cookie")
            or "Content-Encoding" in response
        ):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        encoding = best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        body = compressed(response.content, encoding, _FAST)
        if len(body) < len(response.content):
            response.content = body
            response["Content-Encoding"], response["Content-Length"] = encoding, str(len(body))
            if response.get("ETag", "").startswith('"'):
                response["ETag"] = f"W/{response['ETag']}"
        return response

    return middleware


def compressed(body: bytes, encoding: str, levels: Mapping[str, int] = _THOROUGH) -> bytes:
    if encoding == "br":
        return brotli.compress(body, quality=levels["br"])
    return gzip.compress(body, levels["gzip"], mtime=0) if encoding else body


def best_encoding(accepted: str) -> str:
    """The best encoding of those in an Accept-Encoding header: "br", "gzip" or none."""
    taken = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        taken[name.strip()] = quality.replace(" ", "")
    for encoding in ("br", "gzip"):
        if encoding in taken and taken[encoding] not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            return encoding
    return ""


def is_known(etag: str, if_none_match: str) -> bool:
    """Whether the reader has this answer, in whatever encoding."""
    if if_none_match.strip() == "*":
        return True
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in if_none_match.split(","))
    return any(tag.removesuffix("-br").removesuffix("-gzip") == etag for tag in tags)
