"""The style sheet and the scripts: small, and nothing in them that no page uses."""

import gzip
import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "static"
SHEET = (STATIC / "css" / "site.css").read_text()
PAGES_OF_THEIR_OWN = ("card", "poster")  # with a sheet of their own
MOST_CSS = 24_000
MOST_JAVASCRIPT = 15_000

LOADED = re.compile(r"""(?:\{% static '|/static/)((?:css|js)/[\w./-]+)""")
IMPORTED = re.compile(r"""\b(?:from|import)\s*\(?\s*["']\./([\w./-]+)["']""")
CLASSES = re.compile(r'class(?:="|: ")((?:\{%.*?%\}|\{\{.*?\}\}|[^"{])*)"')

# Classes without a rule of their own, and what they are for.
WITHOUT_RULES = {
    "link-here": "what a script looks for",
    "statements": "all that was said on one occasion",
}


def public_templates() -> list[Path]:
    templates = ROOT / "templates"
    for_editors = {templates / "admin", templates / "signin"}
    return [path for path in templates.rglob("*.html") if not for_editors & {*path.parents}]


def test_a_line_of_a_template_fits_on_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > 200
    ]
    assert long == []


def loaded(kind: str) -> set[Path]:
    """The style sheets or scripts that public pages load, with what these import."""
    texts = [path.read_text() for path in public_templates()]
    waiting = [STATIC / name for text in texts for name in LOADED.findall(text)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found and path.suffix == f".{kind}":
            found.add(path)
            waiting += [path.parent / name for name in IMPORTED.findall(path.read_text())]
    return found


def size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def test_the_style_sheets_of_a_page_are_at_most_24_kb_before_compression() -> None:
    sheets = loaded("css")
    card = STATIC / "css" / "card.css"  # stands alone: no page with a card in it has another sheet
    assert STATIC / "css" / "site.css" in sheets
    assert card in sheets
    assert size(sheets - {card}) <= MOST_CSS


def test_the_scripts_of_a_page_are_at_most_15_kb() -> None:
    """Before compression; what matches spreadsheets, on the one page that does, as it is sent."""
    scripts = loaded("js")
    matching = {STATIC / "js" / name for name in ("match.js", "postcodes.js")}
    assert STATIC / "js" / "suggest.js" in scripts
    assert size(scripts - matching) <= MOST_JAVASCRIPT
    assert sum(len(gzip.compress(path.read_bytes())) for path in matching) <= MOST_JAVASCRIPT


# --- Classes ---------------------------------------------------------------------------------


def classes_in_sheet() -> set[str]:
    own = [(STATIC / "css" / f"{name}.css").read_text() for name in PAGES_OF_THEIR_OWN]
    bare = re.sub(r"/\*.*?\*/", "", "".join([SHEET, *own]), flags=re.DOTALL)
    selectors = [part for part in re.findall(r"([^{}]+)\{", bare) if "@" not in part]
    return {name for part in selectors for name in re.findall(r"\.([a-z][\w-]*)", part)}


def class_names(text: str) -> Iterator[str]:
    """The classes in a template, in a script or in Python; "tag-*" for what is put together."""
    for value in CLASSES.findall(text):
        words = re.sub(r"\{\{.*?\}\}", "*", re.sub(r"\{%.*?%\}", " ", value)).split()
        yield from (word for word in words if word != "*")


def classes_in_use() -> set[str]:
    code = [*loaded("js"), *(ROOT / "systems").rglob("*.py"), *(ROOT / "timeline").rglob("*.py")]
    code = [path for path in code if (ROOT / "systems" / "editing") not in path.parents]
    texts = [path.read_text() for path in [*public_templates(), *code]]
    return {name for text in texts for name in class_names(text)}


def fits(name: str, pattern: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", r"\w+"), name))


def test_every_class_in_the_style_sheet_is_used_by_a_page() -> None:
    used = classes_in_use()
    unused = {
        name for name in classes_in_sheet() if not any(fits(name, pattern) for pattern in used)
    }
    assert unused == set()


def test_every_class_that_a_page_uses_has_a_rule() -> None:
    known = classes_in_sheet()
    unknown = {
        pattern for pattern in classes_in_use() if not any(fits(name, pattern) for name in known)
    }
    assert unknown == WITHOUT_RULES.keys()


# --- Colours ---------------------------------------------------------------------------------

# Text on its ground: 7:1. Then what one must be able to make out: 4.5:1 for text on the maps, 3:1
# for the borders of controls, marks and shapes (WCAG 2.2, 1.4.6, 1.4.3 and 1.4.11).
TEXT = [
    *[(ink, ground) for ink in ("ink", "quiet") for ground in ("paper", "raised", "field")],
    *[("ink", ground) for ground in ("accent-pale", "amber", "brick-pale")],
    *[("quiet", ground) for ground in ("accent-pale", "amber")],
    *[(link, ground) for link in ("accent", "visited") for ground in ("paper", "raised")],
    *[("accent", "accent-pale"), ("accent-deep", "paper"), ("accent-deep", "accent-pale")],
    *[("on-accent", "accent"), ("on-accent", "accent-deep")],
    *[("brick", "paper"), ("brick", "raised")],
]
ON_MAPS = [("on-hue", f"hue-{number}") for number in range(1, 7)]
MARKS = [
    *[("edge", ground) for ground in ("paper", "raised", "field")],
    *[("amber-edge", "paper"), ("amber-edge", "amber"), ("accent", "rule")],
    *[("focus", ground) for ground in ("paper", "raised", "amber", "accent-pale", "halo")],
]
LEAST = dict.fromkeys(TEXT, 7.0) | dict.fromkeys(ON_MAPS, 4.5) | dict.fromkeys(MARKS, 3.0)


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme, by name: what the dark one does not say is as in the light one."""
    light, dark = re.findall(r":root \{(.*?)\}", SHEET, flags=re.DOTALL)[:2]
    texts = light if theme == "light" else light + dark
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", texts))


def luminance(colour: str) -> float:
    """The relative luminance of #rgb or #rrggbb, as WCAG defines it."""
    digits = colour.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000", "#ffffff") == 21
    assert round(contrast("#777", "#fff"), 2) == 4.48


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out_from_what_they_are_on(theme: str) -> None:
    colours = tokens(theme)
    weak = {
        pair: round(found, 2)
        for pair, least in LEAST.items()
        if (found := contrast(colours[pair[0]], colours[pair[1]])) < least
    }
    assert weak == {}


# --- Pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size", "most_bytes"),
    [("social.png", (1200, 630), 60_000), ("apple-touch-icon.png", (180, 180), 10_000)],
)
def test_pictures_have_the_size_that_others_ask_for(name, size, most_bytes) -> None:
    picture = (STATIC / "img" / name).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == size
    assert len(picture) <= most_bytes
