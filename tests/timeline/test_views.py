"""The pages of the timeline, as a reader finds them."""

import gzip
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from systems.gazetteer import Gazetteer
from systems.models import Source, System
from tests.pages import read
from timeline.models import Announcement, Entry, Statement

pytestmark = pytest.mark.django_db


def titles(page: BeautifulSoup) -> list[str]:
    return [heading.get_text(strip=True) for heading in page.select(".rail h3")]


def all_titles(client: Client, query: str) -> list[str]:
    found, number = [], 1
    while True:
        page = read(client, f"/timeline/?{query}&page={number}")
        found += titles(page)
        if not page.find("a", rel="next"):
            return found
        number += 1


def test_every_entry_is_listed_once_latest_first(client: Client) -> None:
    known = Entry.objects.order_by("-date", "-slug").values_list("title", flat=True)
    assert all_titles(client, "") == list(known)
    assert f"{len(known)} entries" in read(client, "/timeline/").get_text()


def test_every_entry_has_an_anchor_and_a_page(client: Client) -> None:
    page = read(client, "/timeline/")
    for item in page.select(".rail > li"):
        assert item.h3.a["href"] == f"/timeline/{item['id']}/"
        assert read(client, item.h3.a["href"]).h1.get_text() == item.h3.get_text(strip=True)


@pytest.mark.parametrize(
    ("query", "has", "lacks"),
    [
        (
            "year=2019",
            "Three systems named, and three earlier ones absorbed",
            "Four more systems named",
        ),
        ("kind=law", "Health and Care Act 2022 becomes law", "Four more systems named"),
        ("system=gloucestershire", "Four more systems named", "Eleven more systems named"),
        ("region=london", "Eleven more systems named", "Four more systems named"),
        (
            "words=cumbria+absorbed",
            "Three systems named, and three earlier ones absorbed",
            "Four more",
        ),
    ],
)
def test_filters_narrow_the_list(client: Client, query: str, has: str, lacks: str) -> None:
    found = all_titles(client, query)
    assert has in found
    assert lacks not in found
    assert 0 < len(found) < Entry.objects.count()


def test_words_are_found_in_what_was_said(client: Client) -> None:
    statement = Statement.objects.get(number="S37")
    assert statement.entry.title in all_titles(client, "words=UnitedHealth")


def test_everything_fits_on_one_page_to_print(client: Client) -> None:
    page = read(client, "/timeline/?kind=national")
    whole = read(client, "/timeline/" + page.select_one("main .no-print a")["href"])
    assert titles(whole) == all_titles(client, "kind=national")
    assert whole.select_one("main .no-print") is None


@pytest.mark.parametrize("short", ["ICS", "icb", "CCG"])
def test_short_forms_find_what_is_written_in_full(client: Client, short: str) -> None:
    assert len(all_titles(client, f"words={short}")) > 5


def test_a_publisher_is_found_by_words(client: Client) -> None:
    published = Entry.objects.filter(source__publisher__contains="BBC").values_list("title")
    assert {title for (title,) in published} <= set(all_titles(client, "words=BBC"))


def test_each_filter_can_be_taken_away_alone(client: Client) -> None:
    page = read(client, "/timeline/?year=2022&kind=national&on=2024-01-01")
    removals = {
        link.get_text(" ", strip=True): parse_qs(urlsplit(link["href"]).query)
        for link in page.select("main .links a")
        if "Remove" in link.get_text()
    }
    assert removals["Remove Year : 2022 ✕".replace(" :", ":")] == {
        "kind": ["national"],
        "on": ["2024-01-01"],
    }
    assert removals["Remove As at: 2024-01-01 ✕"] == {"year": ["2022"], "kind": ["national"]}
    assert removals["Remove all"] == {}
    back = page.select_one(".banner a")["href"]
    assert parse_qs(back.removeprefix("?")) == {"year": ["2022"], "kind": ["national"]}


def test_a_choice_that_does_not_exist_is_shown_to_the_reader(client: Client) -> None:
    page = read(client, "/timeline/?kind=nonsense", status=400)
    assert page.title.get_text().startswith("Error:")
    assert "nonsense" in page.select_one(".error").get_text()


def test_nothing_found_says_how_to_go_on(client: Client) -> None:
    page = read(client, "/timeline/?words=xyzzy")
    assert "No entry matches these choices" in page.get_text()


def test_on_a_past_date_it_shows_what_was_known_then(client: Client) -> None:
    found = all_titles(client, "on=2020-01-01")
    assert "Three systems named, and three earlier ones absorbed" in found
    assert "Four more systems confirmed" not in found
    assert not any("2027" in title for title in found)
    assert any("2027" in title for title in all_titles(client, ""))
    banner = read(client, "/timeline/?on=2020-01-01").select_one(".banner").get_text()
    assert "1 January 2020" in banner


def test_a_month_counts_as_known_from_its_end_and_a_year_too(client: Client) -> None:
    month = Announcement.objects.get(slug="last-thirteen-approved-march-2021")
    for entry, before, after in [
        (month, "2021-03-30", "2021-03-31"),
        (Announcement.objects.get(slug="east-of-england-chairs-2025"), "2025-12-30", "2025-12-31"),
    ]:
        assert entry.title not in all_titles(client, f"on={before}")
        assert entry.title in all_titles(client, f"on={after}")


def test_what_is_dated_later_has_no_page_yet(client: Client) -> None:
    entry = Announcement.objects.create(
        slug="later",
        date=date(2026, 11, 22),
        precision="day",
        kind="national",
        title="Tomorrow",
        source=Source.objects.first(),
    )
    read(client, entry.get_absolute_url(), status=404)
    for path in ["/", "/timeline/", "/timeline/health-bill-committee-june-2026/"]:
        assert "Tomorrow" not in read(client, path).get_text()


@pytest.mark.slow
def test_one_entry_leads_to_the_next_and_none_is_passed_over(client: Client) -> None:
    path, seen = "/timeline/" + Entry.objects.earliest("date").slug + "/", []
    while path:
        seen.append(path)
        following = read(client, path).find("a", rel="next")
        path = following["href"] if following else ""
    assert len(seen) == len(set(seen)) == Entry.objects.count()


def test_the_pictures_can_be_read_without_styles(client: Client) -> None:
    page = read(client, "/timeline/")
    assert {path["fill"] for path in page.select("svg.steps path")} == {"none"}
    assert {box["fill"] for box in page.select("svg.steps rect.all")} == {"none"}


def test_a_date_that_is_none_is_an_error_with_todays_list(client: Client) -> None:
    page = read(client, "/timeline/?on=yesterday", status=400)
    assert "That is not a date" in page.select_one(".error-summary").get_text()
    assert titles(page)


def test_the_picture_and_its_table_say_the_same(client: Client) -> None:
    page = read(client, "/timeline/")
    drawn = [text.get_text() for text in page.select("svg .mark")]
    assert drawn == ["10", "14", "18", "29", "42", "36"]
    rows = [
        [cell.get_text(strip=True) for cell in row.select("th, td")]
        for row in page.select("details tbody tr")
    ]
    assert [row[1] for row in rows] == ["10", "14", "14", "18", "29", "42", "36"]
    assert rows[-1] == ["1 April 2026", "36", "100.0%"]
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.select("main svg"))


def test_the_count_page_shows_each_step_with_source_and_agreement(client: Client) -> None:
    page = read(client, "/count/")
    assert "There are 36 integrated care systems." in page.select_one(".answer").get_text()
    row = page.find(id="2026-04-01")
    cells = [cell.get_text(strip=True) for cell in row.select("td.num")]
    assert cells == ["42", "−6", "36"]
    assert "none stated" in row.get_text()  # 36 is our own count of what is in a file
    assert "42, agrees" in page.find(id="2022-07-01").get_text()
    assert row.select_one("sup.ref a")["href"].startswith("#source-")
    assert "differs" not in page.select_one("tbody").get_text()
    assert "42" in read(client, "/count/?on=2026-03-31").select_one(".answer").get_text()


def test_the_count_page_explains_the_puzzles(client: Client) -> None:
    page = read(client, "/count/")
    for puzzle in ["why-44", "why-12-or-14", "why-20", "why-two-dates", "why-36"]:
        assert len(page.find(id=puzzle).find_next_sibling("dd").get_text()) > 100


def test_a_change_names_the_law_it_rests_on_with_its_source_and_in_the_api(client: Client) -> None:
    slug = "statutory-july-2022"
    page = read(client, f"/timeline/{slug}/")
    law = page.find("h2", string="Legal basis").find_next("ul")
    assert "Transitional Provisions) Regulations 2022 (S.I. 2022/634)" in law.get_text()
    assert "In force from 1 July 2022" in " ".join(law.get_text().split())
    assert len(law.select("li")) == len(law.select("sup.ref a")) == 3
    rows = client.get("/api/v1/timeline", {"year": 2022, "limit": 100}).json()["results"]
    [given] = [row["legal_basis"] for row in rows if row["slug"] == slug]
    assert "S.I. 2022/634" in [one["number"] for one in given]
    assert given[0]["sources"][0]["url"].startswith("https://")


def test_a_planned_event_says_that_it_is_a_plan(client: Client) -> None:
    for entry in Entry.objects.filter(kind="planned"):
        assert "This is a plan" in read(client, entry.get_absolute_url()).get_text()


def test_a_merged_system_shows_its_predecessors_news_as_theirs(client: Client) -> None:
    page = read(client, "/ics/thames-valley/announcements/")
    items = {item.h3.get_text(strip=True): item.get_text(" ") for item in page.select(".rail > li")}
    merged = [text for title, text in items.items() if "before it:" in text]
    assert any("Frimley" in text for text in merged)
    own = next(text for title, text in items.items() if "six open" in title.lower())
    assert "before it:" not in own


def test_system_and_area_pages_show_the_latest_news(client: Client) -> None:
    for path in ["/ics/greater-manchester/", "/areas/stockport/"]:
        page = read(client, path)
        assert page.find("h2", string="Latest news about Greater Manchester")
        assert page.find("a", href="/ics/greater-manchester/announcements/")


def test_unknown_entries_are_not_found(client: Client) -> None:
    read(client, "/timeline/nothing-like-it/", status=404)
    read(client, "/ics/nowhere/announcements/", status=404)


PATHS = [
    "/timeline/",
    "/timeline/?page=2",
    "/timeline/?words=care&year=2022",
    "/timeline/?system=thames-valley",
    "/timeline/made-0/",
    "/count/",
    "/ics/thames-valley/announcements/",
    "/ics/thames-valley/",
    "/timeline/feed.atom",
    "/timeline/calendar.ics",
    "/ics/frimley/feed.atom",
]


@pytest.mark.parametrize("many", [500, pytest.param(5000, marks=pytest.mark.slow)])
def test_many_announcements_with_four_statements_each_take_no_more_queries_than_50(
    client: Client, many: int
) -> None:
    counts = []
    for number in (50, many):
        _make(number)
        counts.append({path: _queries(client, path) for path in PATHS})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 23


def _queries(client: Client, path: str) -> int:
    client.get("/readyz")  # what is held in memory is read before
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    return len(queries)


def _make(number: int) -> None:
    """Announcements made-0 and so on, with four statements each."""
    source = Source.objects.first()
    system = System.objects.get(slug="thames-valley")
    start = Announcement.objects.filter(slug__startswith="made-").count()
    fields = {"precision": "day", "kind": "local", "source": source}
    # Django makes no multi-table rows in bulk: the parents first, then the children by their ids.
    parents = Entry.objects.bulk_create(
        Entry(
            slug=f"made-{index}",
            date=date(2022, 1, 1) + timedelta(days=index % 1000),
            title=f"Care announcement {index}",
            **fields,
        )
        for index in range(start, number)
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO timeline_announcement (entry_ptr_id) VALUES (%s)",
            [(parent.pk,) for parent in parents],
        )
    Entry.systems.through.objects.bulk_create(
        Entry.systems.through(entry=parent, system=system) for parent in parents
    )
    Statement.objects.bulk_create(
        Statement(
            entry=parent,
            position=p,
            organisation="Somebody",
            stance="stated",
            text="x",
            source=source,
        )
        for parent in parents
        for p in range(4)
    )


def test_a_systems_history_stops_at_the_day_asked_for(client: Client) -> None:
    today = read(client, "/ics/humber-and-north-yorkshire/history/")
    names = [name.get_text(" ", strip=True) for name in today.select(".rail .name")]
    assert names[0].startswith("Now called Humber and North Yorkshire")
    then = read(client, "/ics/humber-and-north-yorkshire/history/?on=2021-01-01")
    assert "Began as Humber, Coast and Vale" in then.get_text()
    assert "Now called" not in then.get_text()


# --- What changed on the map -----------------------------------------------------------------


def maps(page: BeautifulSoup) -> dict[str, BeautifulSoup]:
    """The small maps of an entry by what they say."""
    return {" ".join(link.get_text().split()): link for link in page.select(".pair a")}


def test_an_event_that_changed_the_map_shows_it_before_and_after(client: Client) -> None:
    page = read(client, "/timeline/twelve-close-six-open-april-2026/")
    before, after = maps(page).items()
    assert before[0] == "Map of 31 March 2026: 42 ICSs"
    assert after[0] == "Map of 1 April 2026: 36 ICSs"
    assert before[1]["href"] == "/map/?on=2026-03-31"
    assert after[1]["href"] == "/map/?on=2026-04-01"
    assert [len(link.select('path[class^="h"]')) for _, link in (before, after)] == [42, 36]
    marked = [link.select_one("path.changed")["d"] for _, link in (before, after)]
    assert marked[0] == marked[1] != ""


def test_the_text_beside_the_maps_says_the_same(client: Client) -> None:
    page = read(client, "/timeline/twelve-close-six-open-april-2026/")
    said = page.get_text()
    assert "Opened: Central East; Essex; Norfolk and Suffolk" in said
    assert "Closed: Bedfordshire, Luton and Milton Keynes;" in said
    assert all(svg["aria-hidden"] == "true" for svg in page.select(".pair svg"))
    moved = read(client, "/timeline/small-boundary-change-april-2023/").get_text()
    assert "Moved: " in moved


def test_the_first_event_has_no_map_of_the_day_before(client: Client) -> None:
    page = read(client, "/timeline/first-eight-named-june-2017/")
    assert list(maps(page)) == ["Map of 15 June 2017: 10 ICSs"]


@pytest.mark.parametrize(
    "slug",
    [
        "44-planning-areas-named-march-2016",  # not of systems
        "renamed-integrated-care-systems-february-2018",  # another name, the same map
        "health-and-care-act-april-2022",
        "clustered-boards-to-merge-april-2027",  # a plan
        "health-foundation-task-not-equal-june-2022",  # an announcement
    ],
)
def test_what_did_not_change_the_map_shows_none(client: Client, slug: str) -> None:
    page = read(client, f"/timeline/{slug}/")
    assert maps(page) == {}
    assert "What changed on the map" not in page.get_text()


def test_every_day_on_which_the_map_changed_marks_just_what_did(gazetteer: Gazetteer) -> None:
    for turn in gazetteer.maps.map_changes:
        before, day = turn.day - timedelta(days=1), turn.day
        changed = {
            area.code
            for area in gazetteer.atlas.areas.values()
            if area.system_on(before) != area.system_on(day)
        }
        assert gazetteer.maps.changed(day) == gazetteer.maps.small.path(changed) != ""
        assert gazetteer.maps.changed(day + timedelta(days=1)) == ""


def test_entries_with_maps_stay_small(client: Client) -> None:
    style = (settings.BASE_DIR / "static/css/site.css").read_bytes()
    for entry in Entry.objects.filter(event__isnull=False):
        content = client.get(entry.get_absolute_url()).content
        size = len(gzip.compress(content, 6)) + len(gzip.compress(style, 6))
        assert size < 25_000, entry.slug
