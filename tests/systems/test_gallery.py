"""The gallery shows every part, from the templates that pages use."""

import re
from pathlib import Path

import pytest

from tests.pages import read

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
INCLUDED = re.compile(r'{% include "(components/\w+\.html)"')
LINKED = re.compile(r"""href="[^"]*"|{% url [^%]*%}""")
# Parts of another page, which the gallery would have to make up facts for.
ELSEWHERE = {
    "bar": "a figure in a table",
    "contacts": "the ways to reach a board: a summary list",
    "leaders": "who leads a board: a summary list and sentences",
    "link_here": "what is folded away under it is about one page",
    "linking": "a chapter of the page for developers",
    "oembed_links": "in the head of a page",
    "qr": "a picture in the part that links here",
    "find_again": "the search box with its date, after a date that could not be used",
    "entry_date": "a date in a sentence",
    "scheme": "an item of a list, with tags",
    "site_index": "at the foot of the gallery too, by a tag of its own",
    "scheme_status": "a tag of an item of a list",
    "scheme_groups": "lists under headings",
}


def included(path: Path) -> set[str]:
    """The components that a template includes, and those that they include."""
    found = set()
    for name in INCLUDED.findall(path.read_text()):
        found |= {Path(name).stem} | included(TEMPLATES / name)
    return found


def test_it_shows_every_component() -> None:
    shown = included(TEMPLATES / "gallery.html") | included(TEMPLATES / "base.html")
    known = {path.stem for path in (TEMPLATES / "components").glob("*.html")}
    assert known - shown == ELSEWHERE.keys()


def test_every_component_is_used_by_a_page() -> None:
    python = [
        path for app in ("icsinfo", "systems", "timeline") for path in Path(app).rglob("*.py")
    ]
    texts = [path.read_text() for path in [*TEMPLATES.rglob("*.html"), *python]]
    used = {name for text in texts for name in re.findall(r"components/(\w+)\.html", text)}
    assert {path.stem for path in (TEMPLATES / "components").glob("*.html")} - used == set()


def test_no_two_things_in_it_have_one_id_and_all_that_is_named_is_there(client) -> None:
    soup = read(client, "/gallery/")
    ids = [node["id"] for node in soup.find_all(id=True)]
    assert sorted(ids) == sorted(set(ids))
    for name in ("for", "aria-describedby", "aria-labelledby"):
        for node in soup.find_all(attrs={name: True}):
            assert set(node[name].split()) <= set(ids), node
    assert len(soup.select("[autofocus]")) == 0


@pytest.mark.parametrize(
    "states",
    [
        [".banner", ".error-summary", ".has-error", "[aria-invalid]", "details[open]"],
        [".notice", ".notice-planned", ".notice-warning", ".tag-open", ".tag-closed"],
        [".tabs [aria-current=page]", "[aria-sort=ascending]", "tfoot", ".stack"],
        [".rail > .now", ".rail > .planned", "blockquote", "figcaption", "svg.steps"],
        [".map a", ".locator circle", ".locator .around", ".sources li[id]", ".button.secondary"],
    ],
)
def test_it_shows_their_states(client, states) -> None:
    soup = read(client, "/gallery/")
    assert [state for state in states if not soup.select(state)] == []


def test_pictures_say_how_large_they_are_so_that_nothing_jumps(client) -> None:
    for drawn in read(client, "/gallery/").find_all(["svg", "img"]):
        assert drawn.has_attr("viewbox") or {"width", "height"} <= drawn.attrs.keys()


def test_it_is_for_those_who_build_the_site(client) -> None:
    assert read(client, "/gallery/").find("meta", {"name": "robots"})["content"] == "noindex"
    assert "/gallery/" not in client.get("/sitemap-pages.xml").content.decode()
    texts = [path.read_text() for path in TEMPLATES.rglob("*.html")]
    assert not any("gallery" in link for text in texts for link in LINKED.findall(text))
