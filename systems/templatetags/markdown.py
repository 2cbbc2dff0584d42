"""Texts that editors wrote."""

from django import template
from django.utils.safestring import SafeString

from icsinfo.markdown import as_html

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """A text in Markdown as HTML that is safe to show."""
    return as_html(text)
