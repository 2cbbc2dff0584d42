"""Template tags that help others to link to a page: address, QR code, embed. {% load linking %}"""

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from icsinfo.qr import qr_code

register = template.Library()


@register.filter
def as_read(address: str) -> str:
    """A URL as people read it out: without its scheme and www."""
    return address.partition("://")[2].removeprefix("www.")


@register.inclusion_tag("components/qr.html")
def qr(address: str) -> dict[str, Any]:
    """The QR code of a URL, with the URL under it."""
    return {"code": qr_code(address), "address": as_read(address)}


@register.inclusion_tag("components/link_here.html", takes_context=True)
def link_here(context: template.Context, title: str, query: str = "", embed: str = "") -> dict:
    """ "Link to this page": its absolute URL, code for an embedded card, and a search form.

    `query` is the date that is shown (`?on=2026-03-31`); `embed` the path of the card.
    """
    request = context["request"]
    return {
        "title": title,
        "address": request.build_absolute_uri(request.path) + query,
        "card": request.build_absolute_uri(embed) if embed else "",
        "find": request.build_absolute_uri(reverse("find")),
        "today": timezone.localdate(),
    }


@register.inclusion_tag("components/oembed_links.html", takes_context=True)
def oembed_links(context: template.Context, title: str) -> dict[str, Any]:
    """<link> elements for oEmbed discovery of the card of this page (WordPress, Drupal)."""
    request = context["request"]
    query = urlencode({"url": request.build_absolute_uri(request.path)})
    return {
        "title": title,
        "description": f"{request.build_absolute_uri(reverse('oembed'))}?{query}",
    }
