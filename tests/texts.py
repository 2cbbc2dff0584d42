"""Odd texts of many kinds, for everything that people and programs can send."""

import random

SPACES = [chr(code) for code in range(0x10000) if chr(code).isspace()]
ODD = [
    *SPACES,
    *map(chr, [0, 1, 0x7F, 0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0xD800]),
    *map(chr, [0xDBFF, 0xDC00, 0xDFFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]),
    *map(chr, [*range(0x2060, 0x2070), 0x301, 0x1F3E0, 0x1F1EC, 0xE0067, 0x10FFFF, 0x130, 0x131]),
    *"ßſKÅﬁ①Ⅳ½²٣३๓〇０ＡＺａ－．",
    *"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
]
PIECES = [
    "SW1A 1AA",
    "gu90nz",
    "SWIA lAA",
    "SK1 1AA",
    "CH1 4QL",
    "TD15 1BT",
    "SW1A",
    "SW1A 1",
    "B11",
    "E1",
    "GIR 0AA",
    "ZZ99 3VZ",
    "BFPO 57",
    "KY1-1100",
    "JE2 3AB",
    "Frimley",
    "NHS Devon ICB",
    "E38000182",
    "E54000027",
    "St. Helen's",
    "943 476 5919",
    "+44 (0)20 7946 0018",
    "jane@example.org",
    "10 Downing Street, London",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "<script>",
    "%00",
    "../..",
]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789OIl01  "


def texts(count: int, seed: int) -> list[str]:
    """Texts of many kinds, the same on every run."""
    pick = random.Random(seed)

    def near_postcode() -> str:
        shape = pick.choice(["A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"])
        text = "".join(
            pick.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c == "A" else "0123456789")
            if c != " "
            else pick.choice(["", " ", "  ", "-", pick.choice(ODD)])
            for c in shape
        )
        return changed(text) if pick.random() < 0.5 else text

    def changed(text: str) -> str:
        at = pick.randrange(len(text) + 1)
        kind = pick.randrange(3)
        return text[:at] + (pick.choice(ODD) if kind else "") + text[at + (kind != 1) :]

    def noise() -> str:
        return "".join(pick.choice(ODD) for _ in range(pick.randrange(12)))

    def letters() -> str:
        return "".join(pick.choice(LETTERS) for _ in range(pick.randrange(1, 20)))

    def anything() -> str:
        return "".join(chr(pick.randrange(0x110000)) for _ in range(pick.randrange(1, 9)))

    def pieces() -> str:
        return pick.choice(ODD).join(pick.choices(PIECES, k=pick.randrange(1, 4)))

    def long() -> str:
        part = pick.choice([*PIECES, *ODD, "O0I1l", "S10 IAE ", "A1 ", "1A", "9 ", "@"])
        return part * pick.randrange(1, 4000 // len(part))

    makers = [near_postcode] * 6 + [noise, letters, letters, anything, pieces, pieces, pieces]
    return [long() if n % 200 == 0 else pick.choice(makers)() for n in range(count)]
