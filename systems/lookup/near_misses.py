"""Names that exist, for an address that leads nowhere. What the address said is never shown."""

import re
from collections.abc import Iterator

from systems.atlas import AreaFacts, Atlas, SystemFacts
from systems.lookup.suggestions import PERHAPS_PRIVATE
from systems.reference.spelling import Spelling
from systems.text.names import fold, split_body

MAX_NAMES = 6
MAX_LENGTH = 80
SHORTEST_WORD = 4  # "and", "of" and "the" say nothing about what is meant
_LISTS = re.compile(r"^/(?:ics|areas)/")


def nearest_by_name(path: str, atlas: Atlas) -> list[SystemFacts | AreaFacts]:
    """The systems and areas whose names are nearest to the one in `path`, the best first.

    None where it has a digit or an @: that may be a postcode, or something as private.
    """
    typed = _LISTS.sub("", path).strip("/").partition("/")[0].replace("_", "-")
    if len(typed) > MAX_LENGTH or PERHAPS_PRIVATE.search(typed):
        return []
    name, _ = split_body(fold(typed))
    known = {known for known, _ in atlas.names}
    near = Spelling(known).nearest(name) or _of_the_same_words(name, known)
    meanings = dict.fromkeys(thing for one in near for thing in _called(atlas, one))
    return list(meanings)[:MAX_NAMES]


def _of_the_same_words(name: str, known: set[str]) -> list[str]:
    """The names that have the most words of `name`, the shortest first."""
    words = {word for word in name.split() if len(word) >= SHORTEST_WORD}
    shared = {one: len(words.intersection(one.split())) for one in known}
    most = max(shared.values(), default=0)
    names = [one for one, count in shared.items() if count == most] if most else []
    return sorted(names, key=lambda one: (len(one), one))


def _called(atlas: Atlas, name: str) -> Iterator[SystemFacts | AreaFacts]:
    for (known, _), things in atlas.names.items():
        if known == name:
            yield from things
