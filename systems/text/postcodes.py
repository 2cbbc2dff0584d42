"""Reading postcodes in what people type. Pure: no data, no models, no requests.

The grammar is Royal Mail's (PAF Programmers' Guide, "UK postcode format"): an outward code of one
or two letters, a digit, and perhaps a digit or letter; then a digit and two letters. Q, V and X
never come first; I, J and Z never second; a letter after the digit is one of a few; the last two
letters are never C, I, K, M, O or V.

    >>> read_unit("sw1a1aa")
    'SW1A 1AA'
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

# Letters of the unit, in the order in which the directory numbers them.
UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"

_AREA = r"[A-PR-UWYZ][A-HK-Y]?"
_ONE_LETTER = r"[A-PR-UWYZ](?:[1-9]?[0-9]|[0-9][A-HJKMNPR-Y])"
_TWO_LETTERS = r"[A-PR-UWYZ][A-HK-Y](?:[1-9]?[0-9]|[0-9][ABEHMNPRVWXY])"
_OUTWARD = rf"(?:{_ONE_LETTER}|{_TWO_LETTERS})"
_UNIT = rf"[0-9][{UNIT_LETTERS}]{{2}}"

UNIT = re.compile(rf"({_OUTWARD})({_UNIT})")
OUTWARD = re.compile(_OUTWARD)
SECTOR = re.compile(rf"({_OUTWARD})([0-9])")
INCOMPLETE = re.compile(rf"({_OUTWARD})([0-9])[{UNIT_LETTERS}]")
AREA = re.compile(_AREA)

# The same shapes without the rules about letters: what "looks like a postcode".
LOOKS_LIKE_UNIT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_LOOKS_LIKE_PART = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?(?:[0-9][A-Z]?)?")
# With a letter or digit too many somewhere.
_LOOKS_LIKE_TOO_MUCH = re.compile(r"[A-Z]{1,2}[0-9]{1,2}[A-Z]{0,2}[0-9]{1,2}[A-Z]{2,3}[0-9]?")
LOOKS_LIKE = re.compile(
    "|".join(shape.pattern for shape in (LOOKS_LIKE_UNIT, _LOOKS_LIKE_PART, _LOOKS_LIKE_TOO_MUCH))
)
# With a digit for the first letter, or for the last two: 5W1A 1AA, NW1 999.
LOOKS_LIKE_NUMBERS = re.compile(
    r"[0-9][A-Z]?[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]{3}"
)
# In a longer text a postcode stands between blanks, or the marks that people write around words.
_BEFORE = r"(?:^|(?<=[\s,;:(\[<\"'/|“‘„‚«‹*•·]))"
_AFTER = r"(?=$|[\s.,;:)\]>\"'/|!?”’“‘»›*…。、])"
FOUND = re.compile(
    rf"{_BEFORE}([A-Z]{{1,2}}[0-9][A-Z0-9]?)(?: ?|[-‐‑‒–—])([0-9][A-Z]{{2}}){_AFTER}"
)
FOUND_APART = re.compile(rf"{_BEFORE}([A-Z]{{1,2}}) ([0-9][A-Z0-9]?) ?([0-9][A-Z]{{2}}){_AFTER}")
WORD = re.compile(rf"{_BEFORE}[A-Z0-9]+{_AFTER}")
_TOKEN = re.compile(r"[A-Z0-9]+")
# What a postcode with a slip may be: with a digit, which a word has not, and not the code of a GP
# practice; or letters alone, in two halves as on an envelope. And two halves with a mark between.
PIECE = re.compile(r"(?=[A-Z]*[0-9])(?![A-Z][0-9]{5}$)[A-Z0-9]{5,7}")
LETTERS = re.compile(r"[A-Z]{5,7}")
HALVES = re.compile(r"[A-Z]{2,4} [A-Z]{3}")
MARK = re.compile(r"([A-Za-z0-9]{2,4}) ?[-‐‑‒–—._/] ?([0-9][A-Za-z]{2})")
_MAX_SLIP_LENGTH = 16
MAX_CHANGES = 2  # of a postcode that is taken as meant without asking

# Why a text that looks like a postcode is none: the first pattern that is in it without blanks,
# and the sentence (systems/lookup/sentences.py) about the letter that it finds.
WHY_INVALID = {
    "invalid_mark": re.compile(r"()[\W_]"),
    "invalid_first": re.compile(r"^([QVX])"),
    "invalid_second": re.compile(r"^.([IJZ])"),
    "invalid_last": re.compile(rf"^(?={LOOKS_LIKE_UNIT.pattern}$).*?([CIKMOV])[A-Z]?$"),
    "invalid": re.compile("()"),
}

# Full-width forms are what Japanese and Chinese keyboards give for the same letters. Nothing else
# is folded: a circled 1 or a Greek capital alpha was not meant as 1 or A.
_FOLDED: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Soft hyphen, zero-width spaces and joiners, marks of writing direction, BOM.
_INVISIBLE = [0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
INVISIBLE = "".join(map(chr, [*_INVISIBLE, *range(0x2060, 0x2070)]))
_FOLDED |= {ord(sign): None for sign in INVISIBLE}
_CAPITALS = {ord(letter): ord(letter) - 32 for letter in "abcdefghijklmnopqrstuvwxyz"}
EDGES = " .,;:!?'\"`()[]{}<>*_-–—/\\|‘’“”„‚«»‹›…。、•·+=#@"

# Characters that people mistake for one another, with what each may have been meant as.
_ALIKE = ("0O", "1IL", "5S", "8B")
CONFUSED = {sign: alike for alike in _ALIKE for sign in alike}
REPAIRS = {
    ("O", "0"): "the letter O as the number 0",
    ("0", "O"): "the number 0 as the letter O",
    ("I", "1"): "the letter I as the number 1",
    ("1", "I"): "the number 1 as the letter I",
    ("L", "1"): "the letter L as the number 1",
    ("1", "L"): "the number 1 as the letter L",
    ("I", "L"): "the letter I as the letter L",
    ("L", "I"): "the letter L as the letter I",
    ("S", "5"): "the letter S as the number 5",
    ("5", "S"): "the number 5 as the letter S",
    ("B", "8"): "the letter B as the number 8",
    ("8", "B"): "the number 8 as the letter B",
}


def tidy(text: str) -> str:
    """Fold full-width characters, drop invisible ones, and make every run of space one blank."""
    return " ".join((text if text.isascii() else text.translate(_FOLDED)).split())


def trim(text: str) -> str:
    """Take punctuation and blanks off both ends, as they stick to what is copied from a letter."""
    return text.strip(EDGES)


def capitals(text: str) -> str:
    """Upper case for a to z alone: other scripts have letters whose capital is an S or an I."""
    return text.upper() if text.isascii() else text.translate(_CAPITALS)


def spaced(unit: str) -> str:
    """Write a full postcode without spaces as people do: SW1A1AA as SW1A 1AA."""
    return f"{unit[:-3]} {unit[-3:]}"


def read_unit(text: str) -> str | None:
    """The full postcode that `text` is, in any spacing and case, or None."""
    squeezed = capitals(text.replace(" ", ""))
    return spaced(squeezed) if UNIT.fullmatch(squeezed) else None


@dataclass(frozen=True, slots=True)
class Partial:
    """What part of a postcode a text may be: an area (SW), outward codes (SW1A), or a sector."""

    area: str | None = None
    outward: str | None = None
    sector: str | None = None
    incomplete: str | None = None


def read_partial(text: str) -> Partial | None:
    """The ways in which `text` is a part of a postcode, or None.

    A space decides between an outward code and a sector that read alike: `B1 1` is a sector,
    `B11` may be either, and the caller knows which of them exist.
    """
    upper = capitals(text)
    squeezed = upper.replace(" ", "")
    if AREA.fullmatch(squeezed):
        return Partial(area=squeezed)
    outward = squeezed if OUTWARD.fullmatch(squeezed) else None
    if match := SECTOR.fullmatch(squeezed):
        sector = f"{match[1]} {match[2]}"
        if upper == sector:
            outward = None
    else:
        sector = None
    match = INCOMPLETE.fullmatch(squeezed)
    incomplete = f"{match[1]} {match[2]}" if match else None
    if outward or sector or incomplete:
        return Partial(outward=outward, sector=sector, incomplete=incomplete)
    return None


def looks_like_postcode(text: str) -> bool:
    """Whether somebody who typed `text` surely meant a postcode or part of one.

    Punctuation inside counts as a slip of the finger here; it is never taken out to find an answer.
    """
    if len(text) > _MAX_SLIP_LENGTH:
        return False
    if LOOKS_LIKE_NUMBERS.fullmatch(capitals(text)):
        return True
    squeezed = "".join(_TOKEN.findall(capitals(text)))
    return LOOKS_LIKE.fullmatch(squeezed) is not None


def find_units(text: str) -> list[str]:
    """Every different full postcode that stands by itself in a longer text, in order."""
    units = (m[1] + m[2] for m in FOUND.finditer(capitals(text)))
    return list(dict.fromkeys(spaced(unit) for unit in units if UNIT.fullmatch(unit)))


def find_units_apart(text: str) -> list[str]:
    """Full postcodes in a longer text with a blank after the letters: London SW 1A 1AA.

    That can be chance (No 1 1AB), so the caller should know that such a postcode exists.
    """
    units = (m[1] + m[2] + m[3] for m in FOUND_APART.finditer(capitals(text)))
    return list(dict.fromkeys(spaced(unit) for unit in units if UNIT.fullmatch(unit)))


@dataclass(frozen=True, slots=True)
class Repair:
    """A postcode that may have been meant, and what was read as what: "the letter O as ...".

    `changes` counts what was read as something else; O for 0, however often, is one.
    """

    unit: str
    words: str
    changes: int


def repairs(text: str) -> Iterator[Repair]:
    """Every well-formed postcode that differs from `text` only in characters that look alike.

    `text` is a `PIECE`, with spaces anywhere, or letters alone: one word of them, which may be a
    name, has repairs only where a number must be. Other text has none.
    """
    squeezed = capitals(text.replace(" ", ""))
    is_word = LETTERS.fullmatch(capitals(text)) is not None
    if not (is_word or PIECE.fullmatch(squeezed) or HALVES.fullmatch(capitals(text))):
        return
    for letters in product(*(CONFUSED.get(char, char) for char in squeezed)):
        unit = "".join(letters)
        if unit != squeezed and UNIT.fullmatch(unit):
            changes = dict.fromkeys(
                pair for pair in zip(squeezed, unit, strict=True) if pair[0] != pair[1]
            )
            to_letters = any(meant.isalpha() for _, meant in changes)
            if not (is_word and to_letters):
                words = " and ".join(REPAIRS[pair] for pair in changes)
                yield Repair(spaced(unit), words, len(changes))


def pieces(text: str) -> Iterator[str]:
    """The words of a longer text, and each two neighbours, that may be a postcode with a slip."""
    tokens = [(m.start(), m.end(), m[0]) for m in WORD.finditer(capitals(text))]
    for index, (_, end, token) in enumerate(tokens):
        if PIECE.fullmatch(token):
            yield token
        if index + 1 < len(tokens):
            start, _, following = tokens[index + 1]
            is_pair = text[end:start] == " " and 2 <= len(token) <= 4 and len(following) == 3
            if is_pair and PIECE.fullmatch(token + following):
                yield f"{token} {following}"


def split_by_mark(text: str) -> str | None:
    """The postcode in a text whose two halves are joined by a dash, dot or slash, or None."""
    match = MARK.fullmatch(text)
    return read_unit(match[1] + match[2]) if match else None
