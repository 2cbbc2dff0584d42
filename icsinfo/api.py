"""What every address under /api/ has in common. Knows neither app."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from icsinfo.http import View, too_large


def error(status: int, code: str, message: str, detail: list[str] | None = None) -> HttpResponse:
    """A fault of the request, in the one shape that all of them have."""
    body = {"error": {"code": code, "message": message, "detail": detail or []}}
    return JsonResponse(body, status=status)


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answers every address under /api/ that no operation answers, in the API's own shape."""
    return error(404, "not_found", "There is nothing at this address of the API.")


def in_one_shape(response: HttpResponse) -> HttpResponse:
    """An error of Django's own as one of the API's; the API's own errors as they are."""
    if response["Content-Type"].startswith("application/json"):
        return response
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allow = response["Allow"]
        shaped = error(405, "method_not_allowed", f"This address takes {allow}.")
        shaped["Allow"] = allow
        return shaped
    status = HTTPStatus(response.status_code)
    return error(status, status.name.lower(), f"{status.description or status.phrase}.")


def open_api(get_response: View) -> View:
    """Middleware for the addresses under /api/: cross-origin reading, one error shape, no cache.

    Any site may read the API from the browser: it has no cookies and answers everybody alike.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        if too_large(request):
            response = error(413, "too_large", "The body is larger than 256 kB.")
        elif request.method == "OPTIONS":
            response = HttpResponse(status=204)
        else:
            response = get_response(request)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                response = in_one_shape(response)
        response["Access-Control-Allow-Origin"] = "*"
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Content-Type"
            response["Access-Control-Max-Age"] = "86400"
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware
