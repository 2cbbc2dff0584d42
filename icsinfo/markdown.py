"""What editors write in Markdown, as HTML that is safe to show.

The text is read by the CommonMark rules with HTML switched off; what comes of it is cleaned all the
same, so that a page rests on neither alone.
"""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

LONGEST = 20_000
TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "h3", "h4", "code", "hr"}
_rules = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def as_html(text: str) -> SafeString:
    """The text as HTML. Its headings come below those of the page. Never raises."""
    tokens = _rules.parse(text[:LONGEST])
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
