"""What every address under /api/ has in common. Knows neither app."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.csrf import csrf_exempt

from icsinfo import addresses
from icsinfo.http import View, too_large
from icsinfo.throttle import throttle


def error(status: int, code: str, message: str, detail: list[str] | None = None) -> HttpResponse:
    """A fault of the request, in the one shape that all of them have."""
    body = {"error": {"code": code, "message": message, "detail": detail or []}}
    return JsonResponse(body, status=status)


def unavailable() -> HttpResponse:
    """The answer while database or directory are away."""
    response = error(503, "unavailable", "The data cannot be read just now. Try again shortly.")
    response["Retry-After"] = "30"
    return response


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answers every address under /api/ that no operation answers, in the API's own shape."""
    return error(404, "not_found", "There is nothing at this address of the API.")


def in_one_shape(response: HttpResponse) -> HttpResponse:
    """An error of Django's own as one of the API's; the API's own errors as they are."""
    if response["Content-Type"].startswith("application/json"):
        return response
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allow = allowed(response)
        shaped = error(405, "method_not_allowed", f"This address takes {allow}.")
        shaped["Allow"] = allow
        return shaped
    status = HTTPStatus(response.status_code)
    shaped = error(status, status.name.lower(), f"{status.description or status.phrase}.")
    if "Retry-After" in response:
        shaped["Retry-After"] = response["Retry-After"]
    return shaped


def allowed(refused: HttpResponse) -> str:
    """The methods that an address takes, from its refusal of another one."""
    methods = set(refused["Allow"].split(", ")) | {"OPTIONS"}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def too_many(request: HttpRequest) -> HttpResponse | None:
    """The answer to a client that has asked too often in the last minute."""
    most = settings.API_REQUESTS_A_MINUTE
    seconds = throttle.wait(addresses.of_client(request), most) if most else 0
    if not seconds:
        return None
    wait = "1 second" if seconds == 1 else f"{seconds} seconds"
    message = f"You have sent more than {most} requests in a minute. Wait {wait}."
    response = error(429, "too_many", message)
    response["Retry-After"] = str(seconds)
    return response


def answered(request: HttpRequest, get_response: View) -> HttpResponse:
    """The answer to a request, whatever it is, in JSON."""
    if too_large(request):
        return error(413, "too_large", "The body is larger than 256 kB.")
    if request.method != "OPTIONS" and (refusal := too_many(request)):
        return refusal
    response = get_response(request)
    if request.method == "OPTIONS" and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return HttpResponse(status=204, headers={"Allow": allowed(response)})
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return in_one_shape(response)
    return response


def kept_by_reader(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let readers keep what they got, and ask each time whether it still holds.

    The tag is made from the answer itself: so it is another one at midnight, when a text that was
    planned appears, and after any change of facts, and nobody has to think of what else may matter.
    """
    if response.status_code != HTTPStatus.OK or request.method != "GET":
        response["Cache-Control"] = "no-store"
        return response
    response["Cache-Control"] = "no-cache"
    set_response_etag(response)
    return get_conditional_response(request, response["ETag"], response=response) or response


def open_api(get_response: View) -> View:
    """Middleware for the addresses under /api/: cross-origin reading, one error shape, tags.

    Any site may read the API from the browser: it has no cookies and answers everybody alike.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = kept_by_reader(request, answered(request, get_response))
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
