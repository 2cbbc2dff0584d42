"""The page for an address that leads nowhere."""

from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from icsinfo.dates import say
from icsinfo.unavailable import UnavailableError
from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import GazetteerRequest
from systems.lookup.near_misses import nearest_by_name


def not_found(request: GazetteerRequest, exception: Exception) -> HttpResponse:
    """404, with the names that are nearest to the one in the address, if these can be had."""
    try:
        meanings = nearest_by_name(request.path, request.gazetteer.atlas)
    except (OperationalError, InterfaceError, UnavailableError):
        meanings = []
    context = {"names": [_link(thing) for thing in meanings]}
    return render(request, "404.html", context, status=HTTPStatus.NOT_FOUND)


def _link(thing: SystemFacts | AreaFacts) -> tuple[str, str, str]:
    """Its name, its address, and what it is."""
    if isinstance(thing, AreaFacts):
        return thing.name, thing.get_absolute_url(), "an area"
    today = timezone.localdate()
    what = "an integrated care system (ICS)"
    if thing.closed_by(today):
        what += f" until {say(thing.last_day)}"
    return thing.name_on(today), thing.get_absolute_url(), what
