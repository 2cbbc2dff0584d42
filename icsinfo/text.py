"""Which characters a text may have that pages, feeds and databases are to hold."""

import re

from django.core.exceptions import ValidationError

# Those that XML 1.0 leaves out (section 2.2): controls but tab and ends of lines, surrogates, and
# two that are no characters. NUL, which PostgreSQL refuses, Django's forms refuse themselves.
UNPRINTABLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def validate_printable(text: str) -> None:
    """Raise ValidationError for a text with a character that cannot be shown, and say where."""
    if match := UNPRINTABLE.search(str(text)):
        before = str(text)[: match.start()].split()[-3:]
        where = f"after “{' '.join(before)}”" if before else "at the beginning"
        raise ValidationError(f"Delete the invisible character {where}, and type it again.")
