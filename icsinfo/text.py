"""Which characters a text may have that pages, feeds and databases are to hold."""

import re
import unicodedata

from django.core.exceptions import ValidationError

# Those that XML 1.0 leaves out (section 2.2): controls but tab and ends of lines, surrogates, and
# two that are no characters. NUL, which PostgreSQL refuses, Django's forms refuse themselves.
# A text of nothing but these looks empty. Hangul fillers and the blank of Braille are letters and a
# symbol to Unicode.
INVISIBLE = {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"}  # categories
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
# They turn the direction of what follows, also after the text: of the rest of a line of a list.
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
UNPRINTABLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def validate_printable(text: str) -> None:
    """Raise ValidationError for a text with a character that cannot be shown, and say where."""
    _refuse(UNPRINTABLE, str(text))


def validate_direction(text: str) -> None:
    """Raise ValidationError for a text with a character that turns its direction."""
    _refuse(BIDI, str(text))


def validate_visible(text: str) -> None:
    """Raise ValidationError for a text in which there is nothing to see."""
    if all(unicodedata.category(char) in INVISIBLE or char in BLANKS for char in str(text)):
        raise ValidationError("Enter text that can be seen: these characters are invisible.")


LINES = [validate_printable, validate_visible]
ONE_LINE = [*LINES, validate_direction]


def _refuse(characters: re.Pattern[str], text: str) -> None:
    if match := characters.search(text):
        before = text[: match.start()].split()[-3:]
        where = f"after “{' '.join(before)}”" if before else "at the beginning"
        raise ValidationError(f"Delete the invisible character {where}, and try again.")
