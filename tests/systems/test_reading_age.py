"""What residents read can be read at the age of 12.

The measure is the Automated Readability Index (E. A. Smith and R. J. Senter, AMRL-TR-66-220,
Aerospace Medical Research Laboratories, 1967): a school grade, from the length of words and of
sentences. It counts letters and no syllables, so it needs no dictionary and comes out the same
everywhere. Grade 1 begins at the age of six, so the age is the grade and five.

The bound is for a page and not for a sentence: a long one may stand between short ones. There is no
lower bound. The aim is 9 to 12, but a page of two short sentences cannot help being easier, and
plainer words shut nobody out.

Glossary terms are exempt: a name, its plural and its initials count as one short word, as they lead
to where they are explained. So do variables, whose values are names, dates and numbers.
"""

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.template.base import Lexer, Token, TokenType

from tests.inputs import ROWS
from tests.pages import read

OLDEST = 12.0
ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
# A term or a value in a sentence counts as this.
WORD = "word"
# Elements that hold running text, and those in them that are no part of it.
TEXTS = ["p", "li", "dd", "td", "figcaption"]
NO_TEXT = ["h1", "h2", "h3", "th", "dt", "label", "nav", "svg", "sup", "button", "title", "select"]
BLOCK = re.compile(r"<(p|li|dd|div|section|ul|ol|h[1-6]|td|figure)\b")
SENTENCE = re.compile(r"(?<=[.?!])[”)]?\s+")
ENDS = re.compile(r"[.?!][”)]?$")


def reading_age(sentences: list[str]) -> float:
    """The age at which `sentences` are read with ease, by the Automated Readability Index."""
    words = [word for sentence in sentences for word in sentence.split() if _signs(word)]
    signs = sum(_signs(word) for word in words)
    grade = 4.71 * signs / len(words) + 0.5 * len(words) / len(sentences) - 21.43
    return max(0.0, grade + 5)


def _signs(word: str) -> int:
    return sum(sign.isalnum() for sign in word)


@cache
def _terms() -> re.Pattern[str]:
    """Names and initials of the glossary, the longest first, in the singular and the plural."""
    with (settings.FIXTURES / "terms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {name for row in rows for name in [*row["name"].split(", "), row["short"]] if name}
    longest_first = sorted((re.escape(name) for name in names), key=len, reverse=True)
    either = "|".join(longest_first)
    return re.compile(rf"\b({either})s?\b(\s*\(({either})s?\))?", re.IGNORECASE)


def sentences_of(text: str) -> list[str]:
    """The whole sentences of a text: labels, and what has fewer than four words, are left out."""
    plain = " ".join(_terms().sub(WORD, " ".join(text.split())).split())
    return [part for part in SENTENCE.split(plain) if ENDS.search(part) and part.count(" ") >= 3]


def sentences_in(html: str) -> list[str]:
    """The whole sentences of a page, without its headings, labels and sources."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in [*soup.find_all(NO_TEXT), *soup.select(".sources, .visually-hidden, .tag")]:
        tag.decompose()
    found = []
    for tag in soup.find_all(TEXTS):
        if not tag.find(TEXTS):
            found += sentences_of(tag.get_text())
    return found


# --- Templates -------------------------------------------------------------------------------


def fixed_text(tokens: list[Token], choice: int) -> str:
    """A template's text with its tags taken out, and of each choice inside a sentence one branch.

    `choice` is the number of the branch to take; the last one where there are fewer. Branches that
    are paragraphs of their own are all kept.
    """
    text, _ = _read(iter(tokens), choice)
    return text


def _read(tokens, choice: int, until: str = "") -> tuple[str, str]:
    """The text up to the end of the block `until`."""
    branches, now = [], ""
    for token in tokens:
        if token.token_type == TokenType.TEXT:
            now += token.contents
        elif token.token_type == TokenType.VAR:
            now += "" if now[-1:].isalpha() else WORD  # after a letter it is an ending
        elif token.token_type == TokenType.BLOCK:
            name, _, rest = token.contents.partition(" ")
            if name == "term":
                now += re.findall(r'"([^"]*)"', rest)[1]
            elif name in {"firstof", "cycle", "now"} and " as " not in rest:
                now += WORD
            elif name in {"if", "for", "comment"}:
                inside, _ = _read(tokens, choice, until=f"end{name}")
                now += "" if name == "comment" else inside
            elif name in {"else", "elif", "empty"}:
                branches.append(now)
                now = ""
            elif name == until:
                break
    branches.append(now)
    if until == "endif" and len(branches) == 1:
        branches.append("")  # what is there without an else: nothing
    if any(BLOCK.search(branch) for branch in branches):
        return " ".join(branches), until
    return branches[min(choice, len(branches) - 1)], until


@cache
def template_sentences(path: Path) -> tuple[str, ...]:
    """Every whole sentence that a template may give, each once."""
    tokens = Lexer(path.read_text(encoding="utf-8")).tokenize()
    found: dict[str, None] = {}
    for choice in range(5):
        found |= dict.fromkeys(sentences_in(fixed_text(tokens, choice)))
    return tuple(found)


def with_sentences() -> list[Path]:
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if template_sentences(path)]


def test_the_measure_is_the_formula() -> None:
    # Two sentences, 10 words, 49 letters and figures: 4.71 * 4.9 + 0.5 * 5 - 21.43 is grade 4.1.
    sentences = ["Five new boards took over.", "Nobody's hospital changed in 2026."]
    assert reading_age(sentences) == pytest.approx(4.149 + 5)


def test_terms_and_values_count_as_short_words() -> None:
    said = sentences_of("The integrated care boards (ICBs) met today.")
    assert said == [f"The {WORD} met today."]
    source = '<p>{{ a }} {% if b %}was{% else %}is{% endif %} now an {% term "x" "ICS" %}.</p>'
    tokens = Lexer(source).tokenize()
    assert [sentences_in(fixed_text(tokens, choice)) for choice in (0, 1, 2)] == [
        [f"{WORD} was now an {WORD}."],
        [f"{WORD} is now an {WORD}."],
        [f"{WORD} is now an {WORD}."],
    ]


def test_headings_labels_and_fragments_are_not_measured() -> None:
    html = "<h2>A heading.</h2><p>Opened: one; two</p><dl><dt>A.</dt><dd>So it is now.</dd></dl>"
    assert sentences_in(html) == ["So it is now."]


@pytest.mark.parametrize(
    "path", with_sentences(), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_the_fixed_text_of_a_template_can_be_read_at_12(path: Path) -> None:
    sentences = list(template_sentences(path))
    hardest = sorted(sentences, key=lambda sentence: -reading_age([sentence]))[:3]
    assert reading_age(sentences) <= OLDEST, hardest


PAGES_OF_TEXT = [
    "/help/",
    "/help/easy-read/",
    "/about/",
    "/privacy/",
    "/developers/",
    "/accessibility/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES_OF_TEXT)
def test_a_page_of_text_can_be_read_at_12(client, path: str) -> None:
    page = read(client, path)
    sentences = sentences_in(str(page.main))
    assert len(sentences) > 15
    assert reading_age(sentences) <= OLDEST


def test_the_meanings_in_the_glossary_can_be_read_at_12() -> None:
    with (settings.FIXTURES / "terms.csv").open(encoding="utf-8", newline="") as file:
        meanings = [row["meaning"] for row in csv.DictReader(file)]
    assert reading_age([s for meaning in meanings for s in sentences_of(meaning)]) <= OLDEST
    assert all(sentences_of(meaning) for meaning in meanings)


def test_the_answers_of_the_search_can_be_read_at_12(ask, gazetteer) -> None:
    """What the lookup says, outcome by outcome. Names, and what was typed, are variables."""
    atlas = gazetteer.atlas
    names = {fact.value for system in atlas.systems.values() for fact in system.names}
    names |= {area.name for area in atlas.areas.values()}
    known = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
    said: dict[str, dict[str, None]] = defaultdict(dict)
    for row in ROWS:
        answer = ask(row.q, row.on)
        typed = [text for text in (answer.read_as, row.q.strip()) if text]
        for text in (answer.message, *answer.repairs):
            plain = re.sub("|".join(map(re.escape, typed)) or "$^", WORD, text)
            said[answer.outcome.value] |= dict.fromkeys(sentences_of(known.sub(WORD, plain)))
    ages = {outcome: reading_age(list(texts)) for outcome, texts in said.items() if texts}
    assert {outcome: age for outcome, age in ages.items() if age > OLDEST} == {}
