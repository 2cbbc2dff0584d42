"""Feeds and calendars, read with the programs that readers use."""

from datetime import date

import feedparser
import pytest
from django.test import Client
from icalendar import Calendar

from systems.models import System
from timeline.models import Entry, Event

pytestmark = pytest.mark.django_db

FEEDS = ["/timeline/feed.atom", "/ics/greater-manchester/feed.atom", "/ics/frimley/feed.atom"]
CALENDARS = [path.replace("feed.atom", "calendar.ics") for path in FEEDS]


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
    entry = Entry.objects.get(slug="first-eight-named-june-2017")
    entry.title = "Reworded"
    entry.save()
    response = client.get(FEEDS[0], headers={"host": "localhost"})
    after = feedparser.parse(response.content)
    assert [e.id for e in before.entries] == [e.id for e in after.entries]
    (old,) = [e for e in before.entries if "first-eight-named" in e.link]
    (new,) = [e for e in after.entries if "first-eight-named" in e.link]
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
    Event.objects.filter(slug="first-eight-named-june-2017").update(summary="a <b>bold</b> & b")
    (entry,) = [e for e in read(client, FEEDS[0]).entries if "first-eight-named" in e.link]
    assert "<b>" not in entry.summary
    assert "&lt;b&gt;bold" in entry.summary


def test_a_plan_is_dated_by_its_announcement_not_by_its_day(client: Client) -> None:
    (plan,) = [e for e in read(client, FEEDS[0]).entries if "april-2027" in e.link]
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
        assert (event["dtend"].dt - event["dtstart"].dt).days == 1
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


@pytest.mark.parametrize("path", ["/ics/nowhere/feed.atom", "/ics/nowhere/calendar.ics"])
def test_a_system_that_never_was_has_no_feed(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


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
    entry = Entry.objects.get(slug="first-eight-named-june-2017")
    Entry.objects.filter(pk=entry.pk).update(title=f"Odd{odd}title", summary=f"Odd{odd}text")
    [shown] = [
        one for one in read(client, FEEDS[0]).entries if one.link.endswith(f"/{entry.slug}/")
    ]
    assert (shown.title, shown.summary[:7]) == ("Oddtitle", "Oddtext")
