"""Names that are meant by a text that is spelled a little wrong. Pure."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

MOST = 12  # names as near as each other


class Spelling:
    """Folded names, and which of them are nearest to a text."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))

    def nearest(self, folded: str) -> list[str]:
        """The names with the fewest slips between them and the text, none if that is too many.

        A slip is a letter too many, missing, wrong, or swapped with its neighbour (optimal string
        alignment). Texts of under four letters are too short to tell: Ely is one slip from Fly.
        """
        allowed = _slips_allowed(len(folded))
        if not allowed:
            return []
        found = extract(folded, self.names, scorer=OSA.distance, score_cutoff=allowed, limit=MOST)
        least = min((slips for _, slips, _ in found), default=0)
        return [name for name, slips, _ in found if slips == least]


def _slips_allowed(length: int) -> int:
    """One in a short name, two in a long one, three in a very long one."""
    return sum(length >= enough for enough in (4, 8, 14))
