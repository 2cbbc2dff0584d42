"""Feeds and calendars, read with the programs that readers use."""

import re
from datetime import date, timedelta

import feedparser
import pytest
from django.test import Client
from django.utils.text import slugify
from icalendar import Calendar, Component

from systems.models import Area, AreaPeriod, CouncilArea, Organisation, Source, System
from timeline.models import AlsoListed, Entry, Event

pytestmark = pytest.mark.django_db

FEEDS = [
    *["/timeline/feed.atom", "/ics/greater-manchester/feed.atom", "/ics/frimley/feed.atom"],
    *["/areas/surrey-heath-and-farnham/feed.atom", "/organisations/E10000030/feed.atom"],
]
CALENDARS = [path.replace("feed.atom", "calendar.ics") for path in FEEDS[:3]]


def read(client: Client, path: str) -> feedparser.FeedParserDict:
    response = client.get(path)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    return parsed


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_has_what_atom_asks_for(client: Client, path: str) -> None:
    parsed = read(client, path)
    assert parsed.feed.id.startswith("urn:uuid:")
    assert parsed.feed.updated
    assert parsed.feed.author == "ICS Info"
    assert any(link.rel == "self" and link.href.endswith(path) for link in parsed.feed.links)
    ids = [entry.id for entry in parsed.entries]
    assert len(ids) == len(set(ids)) > 3
    for entry in parsed.entries:
        assert entry.title
        assert entry.updated
        assert entry.link.startswith("http://testserver/")


def test_an_item_is_ours_and_leads_to_what_it_sums_up(client: Client) -> None:
    items = {item.link.rsplit("/", 2)[1]: item for item in read(client, FEEDS[0]).entries}
    entry = Entry.objects.filter(slug__in=items).exclude(source__url="").first()
    item = items[entry.slug]
    assert "author" not in item
    (via,) = [link for link in item.links if link.rel == "via"]
    assert via.href == entry.source.url
    assert entry.source.publisher in via.title


def test_ids_stay_when_an_entry_is_reworded_or_the_site_moves(client: Client) -> None:
    before = read(client, FEEDS[0])
    entry = Entry.objects.get(slug="statutory-july-2022")
    entry.title = "Reworded"
    entry.save()
    response = client.get(FEEDS[0], headers={"host": "localhost"})
    after = feedparser.parse(response.content)
    assert [e.id for e in before.entries] == [e.id for e in after.entries]
    (old,) = [e for e in before.entries if "statutory-july-2022" in e.link]
    (new,) = [e for e in after.entries if "statutory-july-2022" in e.link]
    assert new.title == "Reworded"
    assert new.updated > old.updated


def test_a_closed_systems_feed_names_its_successors_and_goes_on_with_theirs(
    client: Client,
) -> None:
    entries = read(client, "/ics/frimley/feed.atom").entries
    (closing,) = [entry for entry in entries if "has closed" in entry.title]
    for name in ["Thames Valley", "Surrey and Sussex", "Hampshire and Isle of Wight"]:
        assert name in closing.summary
    news = Entry.objects.create(
        slug="news",
        date=date(2026, 10, 1),
        precision="day",
        kind="local",
        title="Thames Valley opens an office",
        source=Entry.objects.first().source,
    )
    assert news.title not in [e.title for e in read(client, "/ics/frimley/feed.atom").entries]
    news.systems.add(System.objects.get(slug="thames-valley"))
    assert news.title in [e.title for e in read(client, "/ics/frimley/feed.atom").entries]
    assert news.title not in [e.title for e in read(client, "/ics/dorset/feed.atom").entries]


def test_a_feed_goes_on_through_a_second_closing(client: Client) -> None:
    # Berkshire West was absorbed in 2019 by a system that closed in 2026.
    titles = [entry.title for entry in read(client, "/ics/berkshire-west/feed.atom").entries]
    event = Event.objects.get(slug="twelve-close-six-open-april-2026")
    assert event.title in titles
    news = Entry.objects.filter(date__gte=date(2026, 4, 1), systems__slug="thames-valley")
    assert {entry.title for entry in news} <= set(titles)


def test_marks_in_a_text_do_not_become_markup(client: Client) -> None:
    Event.objects.filter(slug="statutory-july-2022").update(summary="a <b>bold</b> & b")
    (entry,) = [e for e in read(client, FEEDS[0]).entries if "statutory-july-2022" in e.link]
    assert "<b>" not in entry.summary
    assert "&lt;b&gt;bold" in entry.summary


def test_a_plan_is_dated_by_its_announcement_not_by_its_day(client: Client) -> None:
    (plan,) = [e for e in read(client, FEEDS[0]).entries if "clustered-boards-to-merge" in e.link]
    assert plan.published.startswith("2026-04-01")


@pytest.mark.parametrize("path", CALENDARS)
def test_a_calendar_reads_back(client: Client, path: str) -> None:
    response = client.get(path)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"\r\n" in response.content
    calendar = Calendar.from_ical(response.content)
    events = list(calendar.walk("VEVENT"))
    assert len({str(event["uid"]) for event in events}) == len(events) > 3
    for event in events:
        assert event["summary"]
        assert event["dtstamp"].dt.tzinfo
        assert event["dtstart"].dt < event["dtend"].dt
        assert max(map(len, response.content.split(b"\r\n"))) <= 75


@pytest.mark.parametrize("path", [*FEEDS, *CALENDARS])
def test_what_has_not_changed_is_not_sent_again(client: Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    entry = Entry.objects.filter(date__lte=date(2026, 4, 1)).order_by("-date").first()
    Entry.objects.filter(pk__in=Entry.objects.values("pk")).update(title="Changed")
    assert entry
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *["/ics/nowhere/feed.atom", "/ics/nowhere/calendar.ics", "/areas/nowhere/feed.atom"],
        *["/organisations/E19999999/feed.atom", "/organisations/RRU/feed.atom"],
        "/organisations/E06000028/feed.atom",  # Bournemouth, which has no areas since 2019
    ],
)
def test_what_never_was_or_has_no_areas_has_no_feed(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


# --- Areas and councils ---------------------------------------------------------------------------


def announce(title: str, day: date, system: str, precision: str = "day") -> Entry:
    entry = Entry.objects.create(
        slug=slugify(title),
        title=title,
        date=day,
        precision=precision,
        kind="local",
        source=Source.objects.first(),
    )
    entry.systems.add(System.objects.get(slug=system))
    return entry


def titles(client: Client, path: str) -> list[str]:
    return [entry.title for entry in read(client, path).entries]


def test_an_areas_feed_goes_on_with_the_system_that_it_went_to_and_no_other(
    client: Client,
) -> None:
    announce("for Frimley", date(2025, 5, 1), "frimley")
    announce("for Surrey and Sussex", date(2026, 10, 1), "surrey-and-sussex")
    announce("for Thames Valley", date(2026, 10, 1), "thames-valley")
    read_titles = titles(client, "/areas/surrey-heath-and-farnham/feed.atom")
    assert "for Frimley" in read_titles
    assert "for Surrey and Sussex" in read_titles
    assert "for Thames Valley" not in read_titles
    assert "Surrey Heath and Farnham joins Surrey and Sussex ICS" in read_titles
    assert "for Thames Valley" in titles(client, "/ics/frimley/feed.atom")


@pytest.mark.parametrize(
    ("slug", "day", "system", "is_told"),
    [
        ("glossop", date(2021, 5, 1), "greater-manchester", True),
        ("glossop", date(2022, 7, 1), "greater-manchester", True),  # the day it left
        ("glossop", date(2022, 7, 2), "greater-manchester", False),  # which went on without it
        ("glossop", date(2022, 6, 30), "derby-and-derbyshire", False),  # which was there before
        ("glossop", date(2022, 7, 1), "derby-and-derbyshire", True),
        # One that opens with the area, and one that closes with it, are its own at any time.
        ("surrey-heath-and-farnham", date(2025, 9, 1), "surrey-and-sussex", True),
        ("surrey-heath-and-farnham", date(2026, 6, 1), "frimley", True),
    ],
)
def test_news_of_a_system_is_for_an_area_while_it_is_there(
    client: Client, slug: str, day: date, system: str, is_told: bool
) -> None:
    announce("news", day, system)
    assert ("news" in titles(client, f"/areas/{slug}/feed.atom")) is is_told


def test_a_step_of_the_rollout_is_for_the_areas_of_the_systems_that_it_changed(
    client: Client,
) -> None:
    moved = Event.objects.get(slug="small-boundary-change-april-2023").title
    assert moved in titles(client, "/areas/west-sussex/feed.atom")
    assert moved not in titles(client, "/areas/devon/feed.atom")


def test_an_entry_for_some_areas_of_a_system_is_in_no_feed_of_the_others(client: Client) -> None:
    entry = announce("a new council", date(2026, 10, 1), "surrey-and-sussex")
    entry.areas.add(Area.objects.get(slug="surrey-heath-and-farnham"))
    assert "a new council" in titles(client, "/areas/surrey-heath-and-farnham/feed.atom")
    assert "a new council" in titles(client, "/organisations/E10000030/feed.atom")  # Surrey
    assert "a new council" not in titles(client, "/areas/west-sussex/feed.atom")
    assert "a new council" in titles(client, "/ics/surrey-and-sussex/feed.atom")


def test_what_an_editor_lists_under_a_system_too_is_for_its_areas(client: Client) -> None:
    entry = announce("elsewhere", date(2025, 5, 1), "dorset")
    assert "elsewhere" not in titles(client, "/areas/devon/feed.atom")
    devon = System.objects.get(slug="devon")
    AlsoListed.objects.create(entry=entry, system=devon, date_from=date(2026, 10, 1))
    assert "elsewhere" in titles(client, "/areas/devon/feed.atom")


def test_an_area_without_a_system_has_an_empty_feed_that_stays_the_same(client: Client) -> None:
    AreaPeriod.objects.filter(area__slug="devon").delete()
    parsed = read(client, "/areas/devon/feed.atom")
    assert (parsed.entries, parsed.feed.updated) == ([], "2017-06-15T00:00:00+00:00")


def test_a_councils_feed_is_about_the_systems_of_its_areas(client: Client) -> None:
    announce("for Frimley", date(2025, 5, 1), "frimley")
    announce("for Thames Valley", date(2026, 10, 1), "thames-valley")
    announce("for Surrey and Sussex", date(2026, 10, 1), "surrey-and-sussex")
    read_titles = titles(client, "/organisations/E10000030/feed.atom")  # Surrey
    assert {"for Frimley", "for Surrey and Sussex"} <= set(read_titles)
    assert "for Thames Valley" not in read_titles


def test_a_councils_feed_leaves_out_a_system_with_a_sliver_of_its_residents(
    client: Client,
) -> None:
    council = Organisation.objects.get(code="E10000008")  # Devon
    sliver = Area.objects.get(slug="barnsley")
    piece = CouncilArea.objects.create(council=council, area=sliver, residents=100)
    announce("for South Yorkshire", date(2026, 10, 1), "south-yorkshire")
    assert "for South Yorkshire" not in titles(client, "/organisations/E10000008/feed.atom")
    CouncilArea.objects.filter(pk=piece.pk).update(residents=100_000)
    assert "for South Yorkshire" in titles(client, "/organisations/E10000008/feed.atom")


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/timeline/", "/timeline/feed.atom"),
        ("/ics/devon/", "/ics/devon/feed.atom"),
        ("/ics/devon/announcements/", "/ics/devon/feed.atom"),
        ("/areas/devon/", "/areas/devon/feed.atom"),
        ("/organisations/E10000008/", "/organisations/E10000008/feed.atom"),
        ("/schemes/", "/schemes/feed.atom"),
    ],
)
def test_a_page_links_to_its_feed_for_programs_and_for_people(
    client: Client, page: str, feed: str
) -> None:
    html = client.get(page).content.decode()
    [link] = re.findall(r'<link rel="alternate" type="application/atom[+]xml"[^>]*>', html)
    assert f'href="{feed}"' in link
    assert re.search(f'<a\\s+href="{feed}"', html)
    assert 'href="/help/#news"' in html


def test_an_organisation_that_is_no_council_has_no_link_to_a_feed(client: Client) -> None:
    assert "feed.atom" not in client.get("/organisations/RRU/").content.decode()


# --- Calendars ----------------------------------------------------------------------------------


def events_of(client: Client, path: str) -> dict[str, Component]:
    calendar = Calendar.from_ical(client.get(path).content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_a_plan_is_tentative_in_a_calendar_and_all_else_confirmed(client: Client) -> None:
    plans = {entry.title for entry in Entry.objects.filter(kind="planned")}
    events = events_of(client, CALENDARS[0])
    assert plans
    for title, event in events.items():
        assert event["status"] == ("TENTATIVE" if title in plans else "CONFIRMED")


@pytest.mark.parametrize(
    ("precision", "day", "days"),
    [
        ("day", date(2024, 2, 10), (date(2024, 2, 10), date(2024, 2, 11))),
        ("month", date(2024, 2, 1), (date(2024, 2, 1), date(2024, 3, 1))),
        ("by", date(2024, 12, 31), (date(2024, 12, 1), date(2025, 1, 1))),
        ("year", date(2024, 12, 31), None),
    ],
)
def test_a_calendar_shows_no_day_that_is_not_known(client: Client, precision, day, days) -> None:
    announce("news", day, "devon", precision=precision)
    event = events_of(client, "/ics/devon/calendar.ics").get("news")
    assert (event and (event["dtstart"].dt, event["dtend"].dt)) == days


def test_a_feed_says_how_exact_a_date_is(client: Client) -> None:
    announce("news", date(2024, 12, 31), "devon", precision="by")
    [item] = [one for one in read(client, "/ics/devon/feed.atom").entries if one.title == "news"]
    assert item.summary == "By the end of December 2024: the exact day is not known."


@pytest.mark.parametrize(
    ("path", "name", "file"),
    [
        ("/timeline/calendar.ics", "ICS Info: the timeline", "ics-info-timeline.ics"),
        ("/ics/devon/calendar.ics", "ICS Info: Devon", "ics-info-devon.ics"),
    ],
)
def test_a_calendar_has_a_name_and_says_when_to_look_again(
    client: Client, path: str, name: str, file: str
) -> None:
    response = client.get(path)
    assert response["Content-Disposition"] == f'inline; filename="{file}"'
    calendar = Calendar.from_ical(response.content)
    assert (calendar["name"], calendar["x-wr-calname"]) == (name, name)
    assert calendar["refresh-interval"].dt == timedelta(days=1)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:P1D\r\n" in response.content
    assert calendar["x-published-ttl"] == "P1D"


def test_what_is_announced_later_is_in_no_feed_yet(client: Client) -> None:
    Entry.objects.create(
        slug="later",
        date=date(2026, 11, 22),
        precision="day",
        kind="national",
        title="Tomorrow",
        source=Entry.objects.first().source,
    )
    assert "Tomorrow" not in [entry.title for entry in read(client, FEEDS[0]).entries]


@pytest.mark.parametrize("odd", ["\x01", "\x0b", "\x1f", "\ufffe"])
def test_a_character_that_xml_cannot_hold_does_not_take_a_feed_away(client: Client, odd) -> None:
    entry = Entry.objects.get(slug="statutory-july-2022")
    Entry.objects.filter(pk=entry.pk).update(title=f"Odd{odd}title", summary=f"Odd{odd}text")
    [shown] = [
        one for one in read(client, FEEDS[0]).entries if one.link.endswith(f"/{entry.slug}/")
    ]
    assert (shown.title, shown.summary[:7]) == ("Oddtitle", "Oddtext")


def test_a_plan_for_some_areas_is_in_the_feeds_of_those_alone(client: Client) -> None:
    surrey, sussex = (
        {entry.title for entry in read(client, f"/areas/{slug}/feed.atom").entries}
        for slug in ("east-surrey", "east-sussex")
    )
    assert "Surrey's twelve councils due to become two" in surrey - sussex
    assert "New councils due in Sussex" in sussex - surrey
