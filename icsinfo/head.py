"""Template tags of every page: canonical URL, Open Graph, JSON-LD, its foot. {% load head %}

Title and description are written once, as blocks of the page; Open Graph repeats them from there.
"""

import json
import re
from functools import cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

PICTURE = "img/social.png"
_TITLE = re.compile(r"(?<=<title>).*?(?=</title>)", re.DOTALL)
_DESCRIPTION = re.compile(r'(?<=<meta name="description" content=").*?(?=">)', re.DOTALL)
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
# JSON may hold these, and HTML would take them for the end of the script.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}


def canonical_address(request: HttpRequest) -> str:
    """The absolute URL of a page without its query, but for `page` where that stands alone.

    Date, filters and order show the same page in another way; a further page of a list is another.
    """
    number = request.GET.get("page", "")
    is_page = set(request.GET) == {"page"} and _PAGE_NUMBER.fullmatch(number) and number != "1"
    return request.build_absolute_uri(request.path) + (f"?page={number}" if is_page else "")


def picture_address(request: HttpRequest) -> str:
    """The absolute URL of the picture for Open Graph and JSON-LD, the same for all pages."""
    return request.build_absolute_uri(static(PICTURE))


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> SafeString:
    """<link rel="canonical">, with og:url and og:image.

    Error pages leave it out: what was asked for may be private, or of a host that is not ours.
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
    """Renders its content, and its title and description once more as Open Graph."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        head = self.nodelist.render(context)
        for pattern in (_TITLE, _DESCRIPTION):
            head = mark_safe(pattern.sub(_on_one_line, head))  # noqa: S308
        tags = {
            "og:title": _text_of(_TITLE, head),
            "og:description": _text_of(_DESCRIPTION, head),
            "og:type": "website",
            "og:site_name": "ICS Info",
            "og:locale": "en_GB",
        }
        lines = format_html_join("", '\n  <meta property="{}" content="{}">', tags.items())
        return head + lines


def _text_of(pattern: re.Pattern[str], head: str) -> SafeString:
    """What the pattern matches: HTML already, except for quotation marks in a template."""
    match = pattern.search(head)
    return mark_safe(match[0].replace('"', "&quot;") if match else "")  # noqa: S308


def _on_one_line(match: re.Match[str]) -> str:
    """Templates may break a title or description into lines."""
    return " ".join(match[0].split())


@register.tag
def share(parser: template.base.Parser, token: template.base.Token) -> ShareNode:
    """{% share %}<title>...</title><meta name="description" ...>{% endshare %}"""
    nodelist = parser.parse(["endshare"])
    parser.delete_first_token()
    return ShareNode(nodelist)


@register.simple_tag
@cache
def site_index() -> SafeString:
    """The links to all parts of the site, the same at the foot of each page."""
    return render_to_string("components/site_index.html")


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """A JSON-LD script of schema.org `data`. Browsers do not run it, and CSP lets it be."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text.translate(_ESCAPES)),  # noqa: S308
    )


@register.simple_tag(takes_context=True)
def breadcrumb_ld(context: template.RequestContext, url: str, label: str, here: str) -> SafeString:
    """A schema.org BreadcrumbList of what components/trail.html shows."""
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
