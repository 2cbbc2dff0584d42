"""Names that are meant by a text that is spelled a little wrong. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract, extractOne

from systems.text.names import GENERIC, distinctive

MAX_CANDIDATES = 12  # names as near as each other
LONG_WORD = 5  # letters; a slip in a shorter word makes another one
_LONG_GENERIC = [word for word in sorted(GENERIC) if len(word) > LONG_WORD]


class Spelling:
    """Folded names, and which of them are nearest to a text."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))
        self._of_core: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            self._of_core[distinctive(name)].append(name)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for core in self._of_core:
            self._by_length[len(core)].append(core)
        self._words = {word for name in self.names for word in name.split()}

    def without_slips(self, folded: str) -> str:
        """A folded text with its generic words spelled right: "stockport surgry".

        A text of one word has none: Brrough is meant for no borough.
        """
        if " " not in folded:
            return folded
        return " ".join(
            word if word in self._words else _generic(word) or word for word in folded.split()
        )

    def nearest(self, folded: str, fixed: Collection[str] = ()) -> list[str]:
        """The names with the fewest slips between them and the text, none if that is too many.

        A slip is a letter too many, missing, wrong, or swapped with its neighbour (optimal string
        alignment). Generic words are not compared; but if some of the names nearest have the same
        as the text, the others are left out. No slip is forgiven in a word that is in some name, in
        one of `fixed`, in one of under five letters, or in the first letter of a word: Ely is one
        slip from Fly, and who writes Burnham does not mean Farnham.
        """
        core = distinctive(folded)
        allowed = _slips_allowed(len(core))
        least = allowed
        near: list[tuple[int, str]] = []  # slips and what is distinctive of a name
        # A slip makes a name one letter longer or shorter at most, so others need no look.
        for difference in sorted(range(-allowed, allowed + 1), key=abs):
            if cores := self._by_length.get(len(core) + difference):
                closest = extract(
                    core, cores, scorer=OSA.distance, score_cutoff=least, limit=MAX_CANDIDATES
                )
                near += [(int(slips), meant) for meant, slips, _ in closest]
                least = min([least, *(slips for slips, _ in near)])
        names = [
            name
            for slips, meant in near
            if slips == least and self._may_be(core, meant, fixed)
            for name in self._of_core[meant]
        ]
        generic = GENERIC.intersection(folded.split())
        alike = [name for name in names if GENERIC.intersection(name.split()) == generic]
        return sorted(alike or names)

    def _may_be(self, core: str, meant: str, fixed: Collection[str]) -> bool:
        """Whether every word that is not as in the name meant can be a slip for that one."""
        typed, words = core.split(), meant.split()
        if len(typed) != len(words):
            is_joined = core.replace(" ", "") == meant.replace(" ", "")
            return is_joined and not all(word in self._words for word in typed)
        return all(
            word == other
            or (
                word not in self._words
                and word not in fixed
                and max(len(word), len(other)) >= LONG_WORD
                and (word[0] == other[0] or word[:2] == other[1::-1])
                and OSA.distance(word, other) <= _slips_allowed(len(word))
            )
            for word, other in zip(typed, words, strict=True)
        )


def _generic(word: str) -> str | None:
    """The generic word that one is meant for which is in no name."""
    near = extractOne(word, _LONG_GENERIC, scorer=OSA.distance, score_cutoff=1)
    return near[0] if near else None


def _slips_allowed(length: int) -> int:
    """One in a short name, two in a long one, three in a very long one."""
    return sum(length >= enough for enough in (4, 10, 14))
