"""Addresses that were published once go on leading somewhere, or say that they do not."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.timezone import localtime

from icsinfo.dates import say
from icsinfo.errors import gone
from icsinfo.http import View
from systems.models import FormerSlug
from systems.models.addressed import Addressed

_ADDRESS = re.compile(r"(?P<start>/api/v1/|/)(?P<kind>[a-z]+)/(?P<slug>[-\w]+)(?P<rest>/?.*)", re.A)
# What the API or a code's address calls a kind of thing.
_KINDS = {"systems": "ics", "code": "organisations"}


def former_addresses(get_response: View) -> View:
    """Middleware: where nothing is found, see whether something was once.

    One thing that took its place is redirected to, with the rest of the address. Several are
    listed, as only the reader knows which; and what is gone answers 410 and says so.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 404 or not (found := _ADDRESS.fullmatch(request.path_info)):
            return response
        kind = _KINDS.get(found["kind"], found["kind"])
        if kind not in Addressed.kinds():
            return response
        former = FormerSlug.objects.latest_of(kind, found["slug"])
        return _answer(request, former, found) if former else response

    return middleware


def _answer(request: HttpRequest, former: FormerSlug, found: re.Match[str]) -> HttpResponse:
    if len(former.successors) == 1:
        path = f"{found['start']}{found['kind']}/{former.now}{found['rest']}"
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(path + (f"?{query}" if query else ""))
    if former.successors:
        message = "What had this address is in several places now. Choose the one that is yours."
    else:
        message = f"What had this address was taken off this site on {say(localtime(former.at))}."
    model = Addressed.kinds()[former.kind]
    now = model._default_manager.filter(**{f"{model.SLUG}__in": former.successors})
    links = [(str(one), f"{reverse('home')}{former.kind}/{one.page_slug}/") for one in now]
    return gone(request, f"{message} {former.note}".strip(), links)
