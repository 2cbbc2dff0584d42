"""Shares, lists of names and tenses in sentences, as every page and answer words them. Pure."""

from datetime import date
from math import floor

UNDER_ONE = "under 1%"
OVER_NINETY_NINE = "over 99%"


def per_cent(part: float, whole: float) -> float:
    """A share to one decimal that is never rounded to nothing, nor to all.

    Halves go up, here and in `say_share`, as they do in a browser. All of nothing is 100.
    """
    if part == whole:
        return 100.0
    return min(99.9, max(0.1, floor(1000 * part / whole + 0.5) / 10))


def say_share(share: float | None) -> str:
    """A share in a sentence: 62%, or "under 1%"; nothing where it is not known."""
    if share is None:
        return ""
    if share < 1:
        return UNDER_ONE
    return OVER_NINETY_NINE if 99 < share < 100 else f"{floor(share + 0.5)}%"


def name_list(names: list[str]) -> str:
    """Names in a sentence. A semicolon parts them where one has a comma or an "and" of its own."""
    if len(names) < 2:
        return "".join(names)
    mark = ";" if any("," in name or " and " in name for name in names) else ","
    return f"{f'{mark} '.join(names[:-1])}{mark if mark == ';' else ''} and {names[-1]}"


def to_be(day: date, today: date) -> str:
    """The verb of a sentence about `day`."""
    if day == today:
        return "is"
    return "was" if day < today else "will be"
