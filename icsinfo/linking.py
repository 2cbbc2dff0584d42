"""Template tags for those who link to the site: {% load linking %}. They know neither app."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from icsinfo.qr import qr_code

register = template.Library()


def bare(address: str) -> str:
    """An address as people read it out: without https:// and www."""
    return address.partition("://")[2].removeprefix("www.")


@register.filter
def as_read(address: str) -> str:
    return bare(address)


@register.inclusion_tag("components/qr.html")
def qr(address: str) -> dict[str, Any]:
    """The QR code of an address."""
    return {"code": qr_code(address), "address": bare(address)}


@register.inclusion_tag("components/link_here.html", takes_context=True)
def link_here(context: template.Context, title: str, query: str = "", embed: str = "") -> dict:
    """The page's address in every form in which people pass one on.

    `query` is the date that is shown (`?on=2026-03-31`); `embed` the address of a card.
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
    """What lets WordPress, Drupal and others find the card of a page from its address alone."""
    request = context["request"]
    asked = urlencode({"url": request.build_absolute_uri(request.path)})
    return {"title": title, "asked": f"{request.build_absolute_uri(reverse('oembed'))}?{asked}"}
