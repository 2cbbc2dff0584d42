"""Middleware of the API: CORS, one shape of errors, ETags, HEAD and OPTIONS, a rate limit."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.csrf import csrf_exempt

from icsinfo.client_ip import client_ip
from icsinfo.http import View, too_large
from icsinfo.http_caching import public_cache_control
from icsinfo.throttle import throttle


def error(status: int, code: str, message: str, detail: list[str] | None = None) -> HttpResponse:
    """An error response in the one shape that all errors of the API have."""
    body = {"error": {"code": code, "message": message, "detail": detail or []}}
    return JsonResponse(body, status=status)


def unavailable() -> HttpResponse:
    """503, while the database or the postcode directory cannot be read."""
    response = error(
        503, "unavailable", "We cannot read the data at the moment. Try again shortly."
    )
    response["Retry-After"] = "30"
    return response


@csrf_exempt
def not_found(request: HttpRequest) -> HttpResponse:
    """View: 404 in the API's shape, for every path under /api/ that no operation has.

    Where one has it without the slash at the end, `detail` has that address.
    """
    plain = request.path.rstrip("/")
    if plain != request.path and resolve(plain).func != not_found:
        message = "API addresses do not end with a slash. See detail."
        return error(404, "not_found", message, [request.build_absolute_uri(plain)])
    return error(404, "not_found", "There is nothing at this address of the API.")


def as_api_error(response: HttpResponse) -> HttpResponse:
    """Convert an HTML error response of Django's to JSON; JSON ones are returned as they are."""
    if response["Content-Type"].startswith("application/json"):
        return response
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allow = allowed(response)
        shaped = error(405, "method_not_allowed", f"This address only takes {allow}.")
        shaped["Allow"] = allow
        return shaped
    status = HTTPStatus(response.status_code)
    shaped = error(status, status.name.lower(), f"{status.description or status.phrase}.")
    if "Retry-After" in response:
        shaped["Retry-After"] = response["Retry-After"]
    return shaped


def allowed(refused: HttpResponse) -> str:
    """The methods that a path takes, for the Allow header, from its 405 to another one."""
    methods = set(refused["Allow"].split(", ")) | {"OPTIONS"}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def rate_limited(request: HttpRequest) -> HttpResponse | None:
    """429 with Retry-After if the client is over the rate limit; None, and counted, if it is not.

    The limit is settings.API_REQUESTS_A_MINUTE; 0 is none.
    """
    limit = settings.API_REQUESTS_A_MINUTE
    seconds = throttle.wait(client_ip(request), limit) if limit else 0
    if not seconds:
        return None
    wait = "1 second" if seconds == 1 else f"{seconds} seconds"
    message = f"You have sent more than {limit} requests in a minute. Wait {wait}."
    response = error(429, "too_many", message)
    response["Retry-After"] = str(seconds)
    return response


def get_json_response(request: HttpRequest, get_response: View) -> HttpResponse:
    """Call the view; whatever refuses the request, before it or in it, is answered in JSON."""
    if too_large(request):
        return error(413, "too_large", "The body is larger than 256 kB.")
    if request.method != "OPTIONS" and (refusal := rate_limited(request)):
        return refusal
    response = get_response(request)
    if request.method == "OPTIONS" and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return HttpResponse(status=204, headers={"Allow": allowed(response)})
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return as_api_error(response)
    return response


def add_etag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Add an ETag and `Cache-Control` to a 200 to GET, or answer 304 to a matching one.

    The ETag is a digest of the body, so it changes at midnight and when a scheduled text appears,
    as well as with any fact. All other responses get `no-store`.
    """
    if response.status_code != HTTPStatus.OK or request.method != "GET":
        response["Cache-Control"] = "no-store"
        return response
    response["Cache-Control"] = public_cache_control()
    set_response_etag(response)
    return get_conditional_response(request, response["ETag"], response=response) or response


def api_middleware(get_response: View) -> View:
    """Middleware for paths under /api/; all others pass through untouched.

    CORS allows every origin: the API has no cookies, and its answers do not depend on who asks.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = add_etag(request, get_json_response(request, get_response))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        if request.method == "OPTIONS" and "Allow" in response:
            response["Access-Control-Allow-Methods"] = response["Allow"]
            response["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        if is_head:
            request.method = "HEAD"
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return middleware
