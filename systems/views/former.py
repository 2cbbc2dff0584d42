"""Addresses that were published once go on leading somewhere, or say that they do not."""

import re
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.timezone import localtime

from icsinfo import api
from icsinfo.dates import say
from icsinfo.errors import gone
from icsinfo.http import View
from systems.models import FormerSlug
from systems.models.permanent_url import PermanentUrl

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
        if response.status_code != 404 or not (match := _ADDRESS.fullmatch(request.path_info)):
            return response
        kind = _KINDS.get(match["kind"], match["kind"])
        if kind not in PermanentUrl.kinds():
            return response
        former = _last_of(kind, match["slug"])
        return response if former is None else _answer(request, former, match)

    return middleware


def _last_of(kind: str, slug: str) -> FormerSlug | None:
    """What was said last of an address and of those that it led to since.

    None where that is not for the public to know of, or not yet: an address in between may be one
    that a draft had and nobody ever read.
    """
    model, seen = PermanentUrl.kinds()[kind], set()
    former = FormerSlug.objects.latest_of(kind, slug)
    while former and former.successors and former.slug not in seen:
        there = {f"{model.SLUG}__in": former.successors}
        if model.public().filter(**there).exists():
            return former
        seen.add(former.slug)
        former = FormerSlug.objects.latest_of(kind, former.successors[0])
    return former if former and not former.successors else None


def _answer(request: HttpRequest, former: FormerSlug, match: re.Match[str]) -> HttpResponse:
    if len(former.successors) == 1:
        path = f"{match['start']}{match['kind']}/{former.now}{match['rest']}"
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(path + (f"?{query}" if query else ""))
    if former.successors:
        message = "This page has been replaced by several others. Choose the one you want."
    else:
        message = f"This page was removed from the site on {say(localtime(former.at))}."
    model = PermanentUrl.kinds()[former.kind]
    now = model.public().filter(**{f"{model.SLUG}__in": former.successors})
    links = [(str(one), f"{reverse('home')}{former.kind}/{one.page_slug}/") for one in now]
    message = f"{message} {former.note}".strip()
    if match["start"] != "/":
        return api.error(HTTPStatus.GONE, "gone", message)
    return gone(request, message, links)
