"""A system on other people's walls and sites: the poster, the card, and how to find the card."""

import sys
from http import HTTPStatus
from urllib.parse import urlsplit
from xml.etree import ElementTree

from csp.decorators import csp_replace
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from systems.atlas import SystemFacts
from systems.days.as_at import AsAtDate
from systems.facts.scheme_queries import schemes_of_system
from systems.facts.shortcuts import get_system_or_404
from systems.gazetteer import GazetteerRequest
from systems.models import Contact
from systems.models.systems import ContactKind

ON_CARD = (ContactKind.WEBSITE, ContactKind.PHONE, ContactKind.EMAIL)
MAX_SCHEMES_ON_CARD = 3
WIDTH, HEIGHT = 600, 560  # of the frame, unless the other side has less room


@require_safe
def poster(request: GazetteerRequest, slug: str) -> HttpResponse:
    """One page of A4 for a waiting room; of a closed system, the way to its successors' posters."""
    as_at = AsAtDate.of(request)
    atlas = request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    context = {
        "as_at": as_at,
        "system": shown,
        "status": atlas.status(shown, as_at.day),
        "address": request.build_absolute_uri(shown.get_absolute_url()),
    }
    return render(request, "systems/poster.html", context, status=as_at.status)


# The one page that any site may show in a frame.
@csp_replace({"frame-ancestors": None})  # type: ignore[arg-type]  # it takes views with arguments
@xframe_options_exempt
@require_safe
def card(request: GazetteerRequest, slug: str) -> HttpResponse:
    """A system in a small frame: what it is, how to reach it, what is on, and the search."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    status = atlas.status(shown, as_at.day)
    schemes = schemes_of_system(atlas, shown, as_at.day).known_on(as_at.day).fresh_first(as_at.day)
    context = {
        "as_at": as_at,
        "system": shown,
        "status": status,
        "address": request.build_absolute_uri(shown.get_absolute_url()),
        "contacts": Contact.objects.of(shown.pk).filter(kind__in=ON_CARD),
        "schemes": schemes[:MAX_SCHEMES_ON_CARD] if status.is_open else [],
    }
    return render(request, "systems/card.html", context, status=as_at.status)


@require_safe
def oembed(request: GazetteerRequest) -> HttpResponse:
    """Describe the card of a system's page for programs that know only its address (oembed.com).

    404 where the address has no card, 501 for a format that we do not speak, as the
    specification says; 400 where a size is no number.
    """
    form = request.GET.get("format", "json")
    if form not in {"json", "xml"}:
        return _plain("Use format=json or format=xml.", HTTPStatus.NOT_IMPLEMENTED)
    try:
        width = min(WIDTH, _most(request, "maxwidth"))
        height = min(HEIGHT, _most(request, "maxheight"))
    except ValueError:
        return _plain("maxwidth and maxheight are whole numbers above 0.", HTTPStatus.BAD_REQUEST)
    slug = _slug_of(request.GET.get("url", ""), request.get_host())
    shown = request.gazetteer.atlas.systems.get(slug)
    if shown is None:
        return _plain("Cards are available only for ICS pages.", HTTPStatus.NOT_FOUND)
    described = _describe(request, shown, width, height)
    if form == "json":
        return JsonResponse(described)
    root = ElementTree.Element("oembed")
    for name, value in described.items():
        ElementTree.SubElement(root, name).text = str(value)
    text = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(text, content_type="text/xml; charset=utf-8")


def _most(request: GazetteerRequest, name: str) -> int:
    """A size that the other side cannot go beyond. Raises ValueError if it is none."""
    text = request.GET.get(name, "")
    if not text:
        return sys.maxsize
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise ValueError(f"{name} is no size")
    return int(text[:9])


def _slug_of(address: str, host: str) -> str:
    """The slug of the system whose page an absolute address is; empty if it is no such page."""
    try:
        parts = urlsplit(address)
        match = resolve(f"{parts.path.removesuffix('/')}/")  # pages redirect to that
    except (ValueError, Resolver404):
        return ""
    is_ours = parts.scheme in {"http", "https"} and parts.netloc == host
    return match.kwargs["slug"] if is_ours and match.view_name == "systems:system" else ""


def _describe(
    request: GazetteerRequest, shown: SystemFacts, width: int, height: int
) -> dict[str, str | int]:
    """The card as oEmbed says it: a frame, and a link for those who take frames out."""
    name = shown.name_on(timezone.localdate())
    page, card = (
        request.build_absolute_uri(reverse(f"systems:{view}", args=[shown.slug]))
        for view in ("system", "card")
    )
    html = format_html(
        '<iframe src="{}" title="{} ICS" width="{}" height="{}"></iframe><a href="{}">{} ICS</a>',
        *(card, name, width, height, page, name),
    )
    return {
        "version": "1.0",
        "type": "rich",
        "title": f"{name} ICS",
        "provider_name": "ICS Info",
        "provider_url": request.build_absolute_uri(reverse("home")),
        "html": str(html),
        "width": width,
        "height": height,
    }


def _plain(sentence: str, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=status)
