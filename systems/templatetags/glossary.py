"""Terms in a text lead to the glossary."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def term(slug: str, words: str) -> SafeString:
    """A link from `words` to what they mean: {% term "icb" "integrated care board (ICB)" %}.

    Nothing is looked up, so a page may have as many as it likes. That the help page has an entry
    with this `slug` is held by a test, which reads the templates.
    """
    return format_html('<a class="term" href="{}#{}">{}</a>', reverse("help"), slug, words)
