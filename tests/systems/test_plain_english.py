"""Phrases that no native reader would write stay out of what this site says.

They are kinds and not single slips: each was once found on public pages, and each has a plainer
form, given with it. Quotations, and titles of other people's pages, are theirs.
"""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
# What is not said, and what is said instead.
PHRASES = {
    rf"(?<!end )(?<!start )(?<!middle )(?<!\bday )\bof {MONTH} \d{{4}}": "our October 2025 data",
    r"\bby our data\b|\bour data of \b": "our data lists it as",
    r"\bno place in\b": "not in any",
    r"\band no other\b": "every",
    r"\bas at any (?:date|day)\b": "for any date",
    r"\bbeside\b": "next to, alongside, as well as",
    r"\bstand(?:s|ing)? in for\b": "we use ... as",
    r"\b(?:some|no|every|any)body(?:’s|'s)?\b": "someone, no one, we, all organisations",
    r"\babove all\b": "especially",
    r"\bwhich is no\b": "which is not",
    r"(?<!there )\b(?:is|are|was) no (?:error|ICS|integrated|code|place)\b": "is not an ...",
    r"\btold of (?:its|the)\b": "notice about its",
    r"\b(?:is|are) said of\b": "accounts give",
    r"\bsees? to it that\b": "arranges",
    r"\bhas the last word\b": "makes final decisions",
    r"\bmust be meant\b": "probably a slip for",
    r"\bread off\b": "worked out from",
    r"\blikely way\b": "likely explanation",
    r"\bcannot be a postcode\b": "is not a valid postcode",
    r"\bwe found nothing\b": "we could not find anything",
    r"\bnothing by that name\b": "anything with that name",
    r"\bfits? these choices\b": "matches these choices",
    r"\bis (?:likely|most likely) in\b|\bwas likely in\b": "was probably in",
    r"\bthe one that you mean\b": "the one you mean",
    r"\bwho is in it\b|\bwho is in \{\{": "organisations in ... ICS",
    r"\bwhat it was, and when\b": "which ICS, and when",
    r"\bits board (?:pays|paid)\b|\bboard of [^.]* pays for\b": "funded by",
    r"\bat work on it\b": "still considering it",
    r"\bnot (?:your|my|our) doing\b": "you did nothing wrong",
    r"\bpass over what\b": "ignore any",
    r"\bare not drawn\b": "are not shown",
    r"\bdo not look for postcodes\b": "you cannot search this list by postcode",
    r"\bstood? behind\b": "endorse",
    r"\bdid not come\b": "we could not download",
    r"\be-mails?\b": "email",
    r"\bnobody knows\b|\bno list says\b": "is not known",
}
# The columns that are in our own words, of each file that has any.
OURS = {
    "announcements.csv": ["title", "summary", "note"],
    "area_periods.csv": ["note"],
    "contacts.csv": ["note"],
    "leaders.csv": ["note"],
    "clusters.csv": ["note"],
    "events.csv": ["title", "summary", "note"],
    "organisation_successions.csv": ["note"],
    "schemes.csv": ["name", "what", "for_whom", "how_to_get", "note"],
    "statements.csv": ["text", "reading"],
    "system_aliases.csv": ["note"],
    "system_codes.csv": ["note"],
    "systems.csv": ["about"],
    "terms.csv": ["name", "meaning"],
    "topics.csv": ["name"],
    "trusts.csv": ["note"],
}
APPS = ("icsinfo", "systems", "timeline")


def found_in(text: str) -> list[str]:
    """The phrases of `text` that are not said here, each with what is."""
    plain = " ".join(text.split())
    return [
        f"“{match[0]}”: rather {better}"
        for phrase, better in PHRASES.items()
        if (match := re.search(phrase, plain, re.IGNORECASE))
    ]


def of_template(path: Path) -> str:
    """What a template says: its text, and strings given to its tags, without its comments."""
    said, is_comment = [], False
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type is TokenType.BLOCK and token.contents in {"comment", "endcomment"}:
            is_comment = token.contents == "comment"
        elif is_comment or token.token_type is TokenType.COMMENT:
            continue
        elif token.token_type is TokenType.TEXT:
            said.append(token.contents)
        elif token.token_type is TokenType.VAR:
            said.append("{{ }}")
        else:
            said += re.findall(r'"([^"]* [^"]*)"', token.contents)
    return " ".join(said)


def of_module(path: Path) -> Iterator[str]:
    """The strings of a module, those of f-strings as one, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs, parts = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            docs.add(first.value if isinstance(first, ast.Expr) else None)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            texts = [one for one in node.values if isinstance(one, ast.Constant)]
            parts.update(texts)
            yield " ".join(str(one.value) for one in texts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in docs | parts:
            yield str(node.value)


def modules() -> list[Path]:
    paths = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts]


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "templates").rglob("*.html")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_template_is_in_plain_english(path: Path) -> None:
    assert found_in(of_template(path)) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_messages_labels_and_hints_are_in_plain_english(path: Path) -> None:
    assert [found for text in of_module(path) for found in found_in(text)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda p: p.name)
def test_a_script_is_in_plain_english(path: Path) -> None:
    code = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [
        found for text in re.findall(r'["`]([^"`\n]*)["`]', code) for found in found_in(text)
    ] == []


@pytest.mark.parametrize(("name", "columns"), OURS.items())
def test_what_we_say_in_the_fixtures_is_in_plain_english(name: str, columns: list[str]) -> None:
    with (settings.FIXTURES / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = {
        f"{name}, line {line}, {column}": found
        for line, row in enumerate(rows, start=2)
        for column in columns
        if (found := found_in(row[column]))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "said",
    [
        "BF1 6FA is a British Forces address, which is no place in England.",
        "NW1 2AU is no longer in use, by our data of October 2025.",
        "All of SK13 is in Derby and Derbyshire, and no other.",
        "{unit} is not in our data of November 2025.",
        "It stands beside the list.",
        "Everybody who is in Devon",
        "South East London told of its integrated care system",
        "Tables to download as at any date.",
        "The end of that month stands in for the date.",
    ],
)
def test_a_phrase_that_is_put_back_is_found(said: str) -> None:
    assert found_in(said)


@pytest.mark.parametrize(
    "said",
    [
        "It is due to finish at the end of September 2022.",
        "Our October 2025 data lists NW1 2AU as no longer in use.",
        "Besides, no other postcode begins with J.",
    ],
)
def test_plain_english_is_let_through(said: str) -> None:
    assert not found_in(said)
