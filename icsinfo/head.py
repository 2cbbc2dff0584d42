"""What the head of a page tells machines: {% load head %}. It knows neither app.

Title and description are written once, as blocks of the page; what social sites and search engines
want to read a second time is taken from there.
"""

import json
import re
from typing import Any

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

PICTURE = "img/social.png"
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="(.*?)">', re.DOTALL)
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
# JSON may hold these, and HTML would take them for the end of the script.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}


def canonical_address(request: HttpRequest) -> str:
    """The one address of a page, whatever date, filter or order it is shown with.

    A further page of a whole list is a page of its own.
    """
    number = request.GET.get("page", "")
    is_page = set(request.GET) == {"page"} and _PAGE_NUMBER.fullmatch(number) and number != "1"
    return request.build_absolute_uri(request.path) + (f"?page={number}" if is_page else "")


def picture_address(request: HttpRequest) -> str:
    """The one picture by which social sites and search engines show a page."""
    return request.build_absolute_uri(static(PICTURE))


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> SafeString:
    """The address of the page for search engines, and with its picture as Open Graph.

    Pages for errors have none: what was asked for may be private, or of a host that is not ours.
    """
    request = context["request"]
    return format_html(
        '<link rel="canonical" href="{0}">\n'
        '  <meta property="og:url" content="{0}">\n'
        '  <meta property="og:image" content="{1}">\n'
        '  <meta property="og:image:alt" content="ICS Info: England’s integrated care systems">',
        canonical_address(request),
        picture_address(request),
    )


class ShareNode(template.Node):
    """Title and description as they are, and once more as Open Graph."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        head = self.nodelist.render(context)
        tags = {
            "og:title": _found(_TITLE, head),
            "og:description": _found(_DESCRIPTION, head),
            "og:type": "website",
            "og:site_name": "ICS Info",
            "og:locale": "en_GB",
        }
        lines = format_html_join("", '\n  <meta property="{}" content="{}">', tags.items())
        return head + lines


def _found(pattern: re.Pattern[str], head: str) -> SafeString:
    """What the page says there. It is HTML already, except for quotation marks in a template."""
    found = pattern.search(head)
    return mark_safe(found[1].strip().replace('"', "&quot;") if found else "")  # noqa: S308


@register.tag
def share(parser: template.base.Parser, token: template.base.Token) -> ShareNode:
    """{% share %}<title>...</title><meta name="description" ...>{% endshare %}"""
    nodelist = parser.parse(["endshare"])
    parser.delete_first_token()
    return ShareNode(nodelist)


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """Facts in the words of schema.org, for search engines. Data: browsers run none of it."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text.translate(_ESCAPES)),  # noqa: S308
    )


@register.simple_tag(takes_context=True)
def breadcrumb_ld(context: template.RequestContext, url: str, label: str, here: str) -> SafeString:
    """The way to a page, as components/trail.html shows it."""
    request = context.request
    steps = [(label, url), (here, request.path)]
    items = [
        {
            "@type": "ListItem",
            "position": position,
            "name": str(name),
            "item": {"@type": "WebPage", "@id": request.build_absolute_uri(path)},
        }
        for position, (name, path) in enumerate(steps, start=1)
    ]
    return json_ld({"@type": "BreadcrumbList", "itemListElement": items})
