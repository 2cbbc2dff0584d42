"""What the site answers, and pages that fail in the ways in which a page can."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from icsinfo.urls import *  # noqa: F403 - with the handlers of errors
from icsinfo.urls import urlpatterns as site

FAILURES = {403: PermissionDenied, 500: ZeroDivisionError, 503: OperationalError}


def fail(request: HttpRequest, status: int) -> HttpResponse:
    raise FAILURES[status]


urlpatterns = [path("fails/<int:status>/", fail), *site]
