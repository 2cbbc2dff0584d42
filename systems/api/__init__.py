"""The API, read only. The addresses of each subject are in a module of its own.

What is on the timeline is added to it by icsinfo/urls.py, as this app knows nothing of that.
"""

from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja.errors import HttpError, ValidationError

from icsinfo.api import error, not_found, unavailable
from icsinfo.openapi import FaultError, ReadOnlyAPI
from icsinfo.unavailable import UnavailableError
from systems.api import areas, datasets, lookup, organisations, schemes, systems
from systems.gazetteer import GazetteerRequest

api = ReadOnlyAPI(
    title="ICS Info",
    version="1",
    description=(
        "Which integrated care system (ICS) serves a place in England, its organisations and local "
        "schemes, for any date since June 2017. Read /developers/ first."
    ),
    docs_url=None,
    openapi_url=None,  # answered by `description`, as ninja's own view tells us of no request
    urls_namespace="api-1",
)
for part in (lookup, systems, areas, organisations, schemes, datasets):
    api.add_router("", part.router)


def description(request: GazetteerRequest) -> HttpResponse:
    """The description of the API, with the choices that there are now: `openapi.json`."""
    return JsonResponse(api.get_openapi_schema(facts=request.gazetteer))


@api.exception_handler(FaultError)
def _fault(request: HttpRequest, fault: FaultError) -> HttpResponse:
    return error(fault.status, fault.code, fault.message, fault.detail)


@api.exception_handler(ValidationError)
def _wrong_form(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    return _fault(request, lookup.wrong_form(request, problem))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, problem: HttpError) -> HttpResponse:
    if problem.status_code == HTTPStatus.BAD_REQUEST:
        return error(400, "not_json", "The body is not JSON.")
    return error(problem.status_code, "error", str(problem))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, problem: Http404) -> HttpResponse:
    return not_found(request)


@api.exception_handler(OperationalError)
@api.exception_handler(UnavailableError)
@api.exception_handler(InterfaceError)
def _away(request: HttpRequest, problem: Exception) -> HttpResponse:
    return unavailable()
