"""Names as people type them. Pure."""

import re
import unicodedata
from enum import Enum

_JOINERS = str.maketrans({"'": "", "’": "", "‘": "", "ʼ": "", ".": "", ",": " ", "&": " and "})
_MARKS = re.compile(r"[-‐‑‒–—_/()\"“”]")


class NamedBody(Enum):
    """The kind of body that the words around a name ask for."""

    SYSTEM = "system"
    CCG = "ccg"
    PCN = "pcn"
    TRUST = "trust"
    COUNCIL = "council"


# Longest first, so that "integrated care system" is not left as "system".
_BODY_WORDS = [
    (r"integrated care (?:board|system|partnership)s?", NamedBody.SYSTEM),
    (r"clinical commissioning group", NamedBody.CCG),
    (r"(?:health and (?:social )?care|health) partnership", NamedBody.SYSTEM),
    (r"i ?c ?[bsp]", NamedBody.SYSTEM),
    (r"ccg", NamedBody.CCG),
    (r"primary care network|pcn", NamedBody.PCN),
    (r"(?:nhs )?(?:foundation )?trust|nhs ft", NamedBody.TRUST),
    (
        r"^city of (?=.*\bcouncil$)|^council of the"
        r"|(?:metropolitan )?(?:(?:borough|city|county|district|unitary) )?council"
        r"|(?:london|royal|metropolitan) borough of|mbc",
        NamedBody.COUNCIL,
    ),
]
_BODIES = [(re.compile(rf"\b(?:{words})\b"), body) for words, body in _BODY_WORDS]


def fold(text: str) -> str:
    """A name without case, accents, apostrophes, hyphens and full stops; Saint is St, & is and.

    >>> fold("St. Helen's & Knowsley")
    'st helens and knowsley'
    """
    plain = unicodedata.normalize("NFKD", text.translate(_JOINERS)).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = _MARKS.sub(" ", plain)
    return re.sub(r"\bsaint\b", "st", " ".join(plain.split()))


def split_body(folded: str) -> tuple[str, NamedBody | None]:
    """A folded name without the words for the kind of body, and the kind that they ask for.

    >>> split_body("nhs bassetlaw ccg")
    ('bassetlaw', <NamedBody.CCG: 'ccg'>)
    """
    for pattern, body in _BODIES:
        name, count = pattern.subn(" ", folded)
        if count:
            return _bare(name), body
    return _bare(folded), None


def _bare(folded: str) -> str:
    words = folded.split()
    for word in ("nhs", "the"):
        if len(words) > 1 and words[0] == word:
            words = words[1:]
    return " ".join(words)
