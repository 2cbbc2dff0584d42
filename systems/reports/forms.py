"""What people may write to the site and have stored."""

import re

from django import forms
from django.core.exceptions import ValidationError

from systems.models.reports import MAX_REPORT_LENGTH

MAX_LINKS = 3
_LINK = re.compile(r"https?://\S*|www\.\S*", re.IGNORECASE)
# Not for text: NUL, which PostgreSQL refuses, and the rest of its kind but tab and line feed.
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 127])


class Prose(forms.CharField):
    """Text of several lines, as both databases can hold it."""

    widget = forms.Textarea

    def to_python(self, value: object) -> str:
        # Browsers send two characters for the end of a line and count one.
        lines = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        kept = lines.translate(_CONTROLS).encode("utf-8", "replace").decode()
        return super().to_python(kept) or ""


class ReportForm(forms.Form):
    """What is wrong on a page, and perhaps who says so."""

    text = Prose(
        label="What is wrong?",
        max_length=MAX_REPORT_LENGTH,
        error_messages={
            "required": "Tell us what is wrong.",
            "max_length": "Make it shorter: %(show_value)d characters are too many, "
            "%(limit_value)d will do.",
        },
    )
    email = forms.EmailField(
        label="Your email address (optional)",
        required=False,
        max_length=254,
        error_messages={
            "invalid": "Enter an email address like name@example.org, or leave it empty."
        },
    )

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if not any(character.isalnum() for character in text):
            raise ValidationError(self.fields["text"].error_messages["required"])
        if len(_LINK.findall(text)) > MAX_LINKS:
            raise ValidationError(
                f"Include no more than {MAX_LINKS} links. We treat more as advertising."
            )
        return text
