"""Names that are meant by a text that is spelled a little wrong. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

MAX_CANDIDATES = 12  # names as near as each other
SHORT_WORD = 3  # letters


class Spelling:
    """Folded names, and which of them are nearest to a text."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for name in self.names:
            self._by_length[len(name)].append(name)

    def nearest(self, folded: str) -> list[str]:
        """The names with the fewest slips between them and the text, none if that is too many.

        A slip is a letter too many, missing, wrong, or swapped with its neighbour (optimal string
        alignment). Texts of under four letters are too short to tell: Ely is one slip from Fly.
        """
        allowed = _slips_allowed(len(folded))
        least = allowed
        matches: list[tuple[int, str]] = []
        # A slip makes a name one letter longer or shorter at most, so others need no look.
        for difference in sorted(range(-allowed, allowed + 1), key=abs):
            if names := self._by_length.get(len(folded) + difference):
                near = extract(
                    folded, names, scorer=OSA.distance, score_cutoff=least, limit=MAX_CANDIDATES
                )
                matches += [(int(slips), name) for name, slips, _ in near]
                least = min([least, *(slips for slips, _ in matches)])
        return sorted(
            name for slips, name in matches if slips == least and _short_words_are_in(folded, name)
        )


def _short_words_are_in(folded: str, name: str) -> bool:
    """A slip in a short word makes another one: QE Hospital is not QA Hospital with a slip."""
    typed = folded.split()
    words = name.split()
    return len(typed) != len(words) or all(
        len(word) > SHORT_WORD or word == other for word, other in zip(words, typed, strict=True)
    )


def _slips_allowed(length: int) -> int:
    """One in a short name, two in a long one, three in a very long one."""
    return sum(length >= enough for enough in (4, 8, 14))
