"""What the site answers, and pages that fail in the ways in which a page can."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from icsinfo.errors import gone
from icsinfo.urls import *  # noqa: F403 - with the handlers of errors
from icsinfo.urls import urlpatterns as site

FAILURES = {403: PermissionDenied, 500: ZeroDivisionError, 503: OperationalError}


def fail(request: HttpRequest, status: int) -> HttpResponse:
    raise FAILURES[status]


def taken_off(request: HttpRequest) -> HttpResponse:
    sentence = "This page has been replaced by several others. Choose the one you want."
    return gone(request, sentence, [("Stockport", "/areas/stockport/"), ("Devon", "/areas/devon/")])


urlpatterns = [path("fails/410/", taken_off), path("fails/<int:status>/", fail), *site]
