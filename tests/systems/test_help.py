"""The help page and its glossary, as a resident reads them."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.template import Context, Template

from systems.models import Source, System, Term
from systems.views.help import CITED
from tests.pages import read

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# The questions that the page must answer, and words that the answer cannot do without.
QUESTIONS = {
    "who": ["integrated care system (ICS)", "Today there are 36"],
    "ask": ["Patient Advice and Liaison Service (PALS)", "Healthwatch", "council"],
    "complain": [
        *("the organisation that provided the care, or to the body that paid for it", "your ICB"),
        *("12 months", "3 working days", "Parliamentary and Health Service Ombudsman"),
        "Local Government and Social Care Ombudsman",
    ],
    "advocacy-help": ["NHS complaints advocate", "This is free", "your council must arrange"],
    "healthwatch-plan": ["this is a plan", "June 2025", "check that it is open"],
    "name": ["Your GP practice and hospital stay the same", "1 April 2026"],
    "news": ["a feed for each ICS", "each area and each council", "do not recommend one"],
    "search": ["full postcode"],
    "words": [],
}
# Sentences about this site itself need no source.
OURS = re.compile(r"\b(this site|our|us|we)\b", re.IGNORECASE)


def terms() -> list[dict[str, str]]:
    with (settings.FIXTURES / "terms.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(node) -> str:
    return " ".join(node.get_text("").split())


@pytest.fixture
def page(client) -> BeautifulSoup:
    return read(client, "/help/")


def sources_of(page: BeautifulSoup, node) -> list[str]:
    """The lines at the foot of the page that the small numbers in `node` lead to."""
    refs = [ref["href"].removeprefix("#") for ref in node.select("sup.ref a")]
    return [words(page.find(id=ref)) for ref in refs]


def test_every_term_is_in_the_glossary_with_its_meaning_and_its_source(page) -> None:
    titles = {source.key: source.title for source in Source.objects.all()}
    assert len(terms()) >= 30
    for row in terms():
        entry = page.select_one("#words").find("dt", id=row["slug"])
        meaning = entry.find_next_sibling("dd")
        assert words(entry) == (f"{row['name']} ({row['short']})" if row["short"] else row["name"])
        assert row["meaning"] in words(meaning)
        [source] = sources_of(page, meaning)
        assert titles[row["source"]] in source


def test_the_glossary_is_in_the_order_of_the_alphabet(page) -> None:
    shown = [words(entry) for entry in page.select("#words dt")]
    assert shown == [str(term) for term in Term.objects.all()]
    assert shown[0].startswith("A")


def test_an_editors_term_is_shown_like_any_other(client) -> None:
    source = Source.objects.create(key="made", publisher="A maker", title="Made", dating="new")
    Term.objects.create(slug="made", name="Made word", meaning="It was made.", source=source)
    soup = read(client, "/help/")
    meaning = soup.find("dt", id="made").find_next_sibling("dd")
    assert "It was made." in words(meaning)
    assert sources_of(soup, meaning) == ["A maker, Made, new."]


@pytest.mark.parametrize(("anchor", "needed"), QUESTIONS.items())
def test_every_question_is_answered(page, anchor: str, needed: list[str]) -> None:
    section = page.find("section", id=anchor)
    assert words(section.h2).endswith("?")
    assert [phrase for phrase in needed if phrase not in words(section)] == []


def test_the_contents_lead_to_every_question(page) -> None:
    contents = {link["href"]: words(link) for link in page.main.select("nav ul.index a")}
    sections = {f"#{section['id']}": words(section.h2) for section in page.select("section[id]")}
    assert contents == sections
    assert set(contents) == {f"#{anchor}" for anchor in QUESTIONS}


def test_it_says_first_that_it_gives_no_medical_advice_and_whom_to_call(page) -> None:
    notice = page.main.find("h1").find_next_sibling()
    assert "notice-warning" in notice["class"]
    for phrase in ["call 999", "NHS 111", "cannot give medical advice"]:
        assert phrase in words(notice)


def test_every_paragraph_with_facts_has_a_source(page) -> None:
    sections = [page.find(id="urgent"), *page.select("section[id]")]
    paragraphs = [tag for section in sections for tag in section.find_all(["p", "dd", "li"])]
    assert len(paragraphs) > 50
    bare = [words(tag) for tag in paragraphs if not tag.select("sup.ref")]
    heading = "If you need medical help now"
    assert [text for text in bare if not OURS.search(text) and text != heading] == []


def test_the_numbers_run_from_1_in_the_order_in_which_they_are_met(page) -> None:
    met = [int(ref["href"].rpartition("-")[2]) for ref in page.select("main sup.ref a")]
    assert list(dict.fromkeys(met)) == list(range(1, max(met) + 1))
    assert len(page.select("section.sources li")) == max(met)


def test_every_source_that_the_page_names_is_known_and_cited(page) -> None:
    template = (TEMPLATES / "pages/help.html").read_text(encoding="utf-8")
    assert list(dict.fromkeys(re.findall(r"number=cite\.(\w+)", template))) == list(CITED)
    assert set(CITED.values()) <= set(Source.objects.values_list("key", flat=True))


def test_a_source_that_an_editor_deleted_does_not_break_the_page(client) -> None:
    Source.objects.get(key="east-sussex-2025-nhs-reforms").delete()
    assert client.get("/help/").status_code == 200


def test_no_two_things_have_the_same_anchor_and_every_anchor_is_there(page) -> None:
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    inside = [a["href"].removeprefix("/help/") for a in page.main.find_all("a", href=True)]
    assert {href[1:] for href in inside if href.startswith("#")} <= set(ids)


def test_every_link_into_the_site_resolves(client, page) -> None:
    paths = {a["href"].partition("#")[0] for a in page.main.find_all("a", href=True)}
    for path in paths:
        if path.startswith("/"):
            assert client.get(path).status_code == 200, path
        else:
            assert path == "" or path.startswith(("https://", "http://"))


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 31), 42), (date(2026, 4, 1), 36)])
def test_the_number_of_systems_is_that_of_the_day(client, monkeypatch, day, count) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: day)
    assert System.objects.open_on(day).count() == count
    soup = read(client, "/help/")
    assert f"Today there are {count}," in words(soup.find(id="who"))


def test_a_hundred_more_terms_take_no_more_queries(client, django_assert_max_num_queries) -> None:
    for number in range(100):
        source = Source.objects.create(
            key=f"made-{number}", publisher="A maker", title=f"Made {number}", dating="new"
        )
        Term.objects.create(slug=f"made-{number}", name="Made", meaning="It was.", source=source)
    client.get("/help/")  # so that the gazetteer is held
    with django_assert_max_num_queries(3):
        assert b"made-99" in client.get("/help/").content


# --- Terms in the text -----------------------------------------------------------------------


def test_a_term_is_a_link_to_its_entry_and_asks_the_database_nothing(
    django_assert_num_queries,
) -> None:
    template = Template('{% load glossary %}{% term "icb" words %}')
    with django_assert_num_queries(0):
        shown = template.render(Context({"words": "boards & <others>"}))
    assert shown == '<a class="term" href="/help/#icb">boards &amp; &lt;others&gt;</a>'


def used() -> list[tuple[str, str, str]]:
    """Every term that a template links to: the template, the slug, the words."""
    return [
        (str(path.relative_to(TEMPLATES)), slug, shown)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for slug, shown in re.findall(
            r'{% term "([^"]*)" "([^"]*)" %}', path.read_text(encoding="utf-8")
        )
    ]


def test_every_term_that_a_template_links_to_is_in_the_glossary() -> None:
    known = {row["slug"] for row in terms()}
    assert len(used()) > 20
    assert [use for use in used() if use[1] not in known] == []
    tags = sum(
        path.read_text(encoding="utf-8").count("{% term ") for path in TEMPLATES.rglob("*.html")
    )
    assert tags == len(used())  # none is written in a way that this test cannot read


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/areas/", "/areas/devon/", "/ics/devon/", "/ics/frimley/", "/code/E38000182/"),
        *("/count/", "/timeline/", "/about/", "/privacy/", "/data/", "/help/", "/nothing/"),
    ],
)
def test_a_page_links_each_term_once_at_most_and_never_in_a_heading(client, path: str) -> None:
    soup = read(client, path, 404 if path == "/nothing/" else 200)
    linked = [link["href"] for link in soup.select("a.term")]
    assert linked
    assert len(linked) == len(set(linked))
    assert soup.select("h1 a.term, h2 a.term, h3 a.term, summary a.term") == []


def test_the_easy_read_page_says_one_short_thing_a_line(client) -> None:
    soup = read(client, "/help/easy-read/")
    for ref in soup.select("sup"):
        ref.decompose()
    lines = [words(line) for line in soup.select(".easy > p, .easy li") if line.find("ul") is None]
    assert len(lines) > 30
    for line in lines:
        assert len(line.split()) <= 15, line
        assert len(re.findall(r"[.?]", line)) <= 2, line


def test_the_easy_read_page_has_its_sources_and_the_box(page, client) -> None:
    soup = read(client, "/help/easy-read/")
    assert len(sources_of(soup, soup.main)) > 8
    assert soup.main.find("form", {"action": "/find/"})
    assert soup.main.find("svg")
    assert "England has 36 ICSs." in words(soup.main)


@pytest.mark.parametrize("path", ["/", "/areas/stockport/", "/areas/devon/"])
def test_easy_read_is_one_click_away(client, path) -> None:
    assert read(client, path).main.find("a", href="/help/easy-read/")
