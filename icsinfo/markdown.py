"""Markdown of editors (CommonMark) as safe HTML.

The parser has HTML switched off, and its output is sanitised all the same, so that a page rests on
neither alone.
"""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

MAX_LENGTH = 20_000  # characters
TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "h3", "h4", "code", "hr"}
# https://nhs.uk@example.org leads to example.org; browsers take it without the slashes too.
_WITH_USER = re.compile(r"(https?:[/\\]*|[/\\]{2,})[^/\\?#]*@", re.IGNORECASE)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - of markdown-it
        """Whether a link is made of what was typed; else it is text, as it was typed."""
        return super().validateLink(url) and not _WITH_USER.match(url)


# Without references: 20,000 characters could say one long address 2,000 times, 13 MB of HTML.
_rules = _Markdown("commonmark", {"html": False}).disable(
    ["image", "html_block", "html_inline", "reference"]
)


def as_html(text: str) -> SafeString:
    """Up to MAX_LENGTH characters of `text` as HTML; headings become h3 and h4. Never raises."""
    tokens = _rules.parse(text[:MAX_LENGTH])
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3" if token.tag in {"h1", "h2"} else "h4"
    html = _rules.renderer.render(tokens, _rules.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - what nh3 lets through is the list above
