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
        r"|(?<= )(?:metropolitan )?(?:borough|district)$"
        r"|(?:london|royal|metropolitan) borough of|mbc",
        NamedBody.COUNCIL,
    ),
]
SMALL_WORDS = {"the", "of", "and", "at", "in"}
# Words that so many hospitals, practices and councils have in their names that they tell none from
# another.
GENERIC = {
    *SMALL_WORDS,
    *("a", "nhs", "trust", "foundation", "care", "service", "services", "site", "city", "center"),
    *("hospital", "hospitals", "infirmary", "general", "district", "community", "teaching"),
    *("university", "cottage", "acute", "surgery", "surgeries", "practice", "medical", "health"),
    *("centre", "clinic", "group", "partnership", "doctor", "doctors", "dr", "gp", "gps"),
    *("primary", "network", "borough", "county", "council"),
}
# What is left of a name without generic words, and yet tells no hospital from another: there is a
# Western General Hospital in Edinburgh, and a Western Community Hospital in Southampton.
_VAGUE = {
    *("north", "south", "east", "west", "northern", "southern", "eastern", "western"),
    *("central", "royal"),
}
# As lists of the NHS shorten words.
_SHORT_FORMS = {
    **dict.fromkeys(("ctr", "cntr", "center"), "centre"),
    **dict.fromkeys(("pract", "prac"), "practice"),
    **dict.fromkeys(("hlth", "hth"), "health"),
    "med": "medical",
    "surg": "surgery",
    "hosp": "hospital",
    "gen": "general",
    "grp": "group",
    "rd": "road",
    "ave": "avenue",
    "ln": "lane",
    "sq": "square",
    "gdns": "gardens",
}
_FACILITIES = re.compile(
    r"\b(?:(?P<hospital>hospitals?|infirmary)|(?P<practice>surger(?:y|ies)|practice|clinic|doctors?|gps?"
    r"|(?:health|medical) cent(?:re|er)|medical (?:group|partnership)))\b"
)
# As the ONS, Ordnance Survey and other lists mark the kind of a council.
_COUNCIL_FORM = re.compile(
    r"(?P<before>(?:(?:city|county|borough) of|lb|rb) )?(?P<name>.+?)"
    r"(?P<after>(?: (?:(?:city|county) of|city|county|(?:metropolitan )?district|london boro"
    r"|borough|unitary(?: authority)?|ua|b|[bcdm]c|m[bd]c?|lb))*)"
)
_BODIES = [(re.compile(rf"\b(?:{words})\b"), body) for words, body in _BODY_WORDS]


_SAINT = re.compile(r"\bsaint\b")


def fold(text: str) -> str:
    """A name without case, accents, apostrophes, hyphens and full stops; Saint is St, & is and.

    >>> fold("St. Helen's & Knowsley")
    'st helens and knowsley'
    """
    plain = text.translate(_JOINERS).casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).casefold()
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = " ".join(_MARKS.sub(" ", plain).split())
    return _SAINT.sub("st", plain) if "saint" in plain else plain


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


class Facility(Enum):
    """The kind of place of care that the words around a name ask for."""

    HOSPITAL = "hospital"
    PRACTICE = "practice"


def facility(folded: str) -> Facility | None:
    """What the generic words of a folded name ask for, the last of them if they are of two kinds.

    >>> facility("hospital road surgery")
    <Facility.PRACTICE: 'practice'>
    """
    if split_body(folded)[1]:
        return None
    kind = None
    for match in _FACILITIES.finditer(folded):
        kind = Facility(match.lastgroup)
    return kind


def distinctive(folded: str) -> str:
    """A folded name without generic words; the whole name where it has no others.

    >>> distinctive("pinderfields general hospital")
    'pinderfields'
    """
    return " ".join(word for word in folded.split() if word not in GENERIC) or folded


def is_vague(folded: str) -> bool:
    """Whether a folded name has no word that tells it from others.

    >>> is_vague("western general hospital")
    True
    """
    return _VAGUE.issuperset(distinctive(folded).split())


def council_form(folded: str) -> str | None:
    """The name of a council from a form of it that lists use, or None where it is none.

    >>> council_form("kingston upon hull city of")
    'kingston upon hull'
    """
    match = _COUNCIL_FORM.fullmatch(folded)
    return match["name"] if match and (match["before"] or match["after"]) else None


def spelled_out(folded: str) -> str:
    """A folded name without the short forms that lists have.

    >>> spelled_out("silverdale med ctr")
    'silverdale medical centre'
    """
    return " ".join(_SHORT_FORMS.get(word, word) for word in folded.split())


def _bare(folded: str) -> str:
    words = folded.split()
    for word in ("nhs", "the"):
        if len(words) > 1 and words[0] == word:
            words = words[1:]
    return " ".join(words)
