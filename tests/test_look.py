"""The style sheet and the scripts: small, and nothing in them that no page uses."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "static"
SHEET = (STATIC / "css" / "site.css").read_text()
MOST_CSS = 24_000
MOST_JAVASCRIPT = 15_000

LOADED = re.compile(r"""(?:\{% static '|/static/)((?:css|js)/[\w./-]+)""")
IMPORTED = re.compile(r"""\b(?:from|import)\s*\(?\s*["']\./([\w./-]+)["']""")
CLASSES = re.compile(r'class(?:="|: ")((?:\{%.*?%\}|\{\{.*?\}\}|[^"{])*)"')

# Classes without a rule of their own, and what they are for.
WITHOUT_RULES: dict[str, str] = {}
# Rules for classes that no template has yet, and who will.
AHEAD_OF_TEMPLATES = {
    "button": "links to a card or a poster, which look like buttons",
    "tabs": "the pages under a system",
}


def public_templates() -> list[Path]:
    templates = ROOT / "templates"
    return [path for path in templates.rglob("*.html") if (templates / "admin") not in path.parents]


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


def test_all_style_sheets_of_public_pages_together_are_at_most_24_kb() -> None:
    assert STATIC / "css" / "site.css" in loaded("css")
    assert sum(path.stat().st_size for path in loaded("css")) <= MOST_CSS


def test_all_scripts_of_public_pages_together_are_at_most_15_kb() -> None:
    assert STATIC / "js" / "suggest.js" in loaded("js")
    assert sum(path.stat().st_size for path in loaded("js")) <= MOST_JAVASCRIPT


# --- Classes ---------------------------------------------------------------------------------


def classes_in_sheet() -> set[str]:
    bare = re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL)
    selectors = [part for part in re.findall(r"([^{}]+)\{", bare) if "@" not in part]
    return {name for part in selectors for name in re.findall(r"\.([a-z][\w-]*)", part)}


def class_names(text: str) -> Iterator[str]:
    """The classes in a template, in a script or in Python; "tag-*" for what is put together."""
    for value in CLASSES.findall(text):
        words = re.sub(r"\{\{.*?\}\}", "*", re.sub(r"\{%.*?%\}", " ", value)).split()
        yield from (word for word in words if word != "*")


def classes_in_use() -> set[str]:
    code = [*loaded("js"), *(ROOT / "systems").rglob("*.py"), *(ROOT / "timeline").rglob("*.py")]
    texts = [path.read_text() for path in [*public_templates(), *code]]
    return {name for text in texts for name in class_names(text)}


def fits(name: str, pattern: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", r"\w+"), name))


def test_every_class_in_the_style_sheet_is_used_by_a_page() -> None:
    used = classes_in_use()
    unused = {
        name for name in classes_in_sheet() if not any(fits(name, pattern) for pattern in used)
    }
    assert unused == AHEAD_OF_TEMPLATES.keys()


def test_every_class_that_a_page_uses_has_a_rule() -> None:
    known = classes_in_sheet()
    unknown = {
        pattern
        for pattern in classes_in_use()
        if not any(fits(name, pattern) for name in known)
    }
    assert unknown == WITHOUT_RULES.keys()
