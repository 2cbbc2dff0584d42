"""The feed of schemes."""

from datetime import date, timedelta

import feedparser
import pytest
from django.test import Client
from django.utils import timezone

from systems.models import Scheme

pytestmark = pytest.mark.django_db

FEED = "/schemes/feed.atom"


def read(client: Client) -> dict[str, feedparser.FeedParserDict]:
    """Its items by the slug of the scheme, in their order."""
    response = client.get(FEED)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return {entry.link.rsplit("/", 2)[1]: entry for entry in parsed.entries}


def a_listed_scheme() -> Scheme:
    listed = Scheme.objects.listed_on(timezone.localdate()).exclude(source__url="")
    return listed.order_by("name")[5]


def test_the_scheme_that_was_changed_last_comes_first(client: Client) -> None:
    scheme = a_listed_scheme()
    before = read(client)[scheme.slug]
    scheme.what = "Now on Tuesdays."
    scheme.save()
    [(slug, first), *_] = read(client).items()
    assert slug == scheme.slug
    assert first.summary.startswith("Now on Tuesdays.")
    assert first.id == before.id
    assert first.updated > before.updated
    assert first.published == before.published


def test_a_scheme_that_is_published_later_is_news_then(client: Client) -> None:
    scheme = a_listed_scheme()
    Scheme.objects.filter(pk=scheme.pk).update(published_from=timezone.now() + timedelta(hours=1))
    assert scheme.slug not in read(client)
    Scheme.objects.filter(pk=scheme.pk).update(published_from=timezone.now())
    assert next(iter(read(client))) == scheme.slug


def test_an_item_says_what_for_whom_how_to_get_it_and_how_sure_that_is(client: Client) -> None:
    scheme = a_listed_scheme()
    Scheme.objects.filter(pk=scheme.pk).update(
        name="Walks",
        place="Exeter",
        what="Walks on Mondays.",
        for_whom="everyone",
        how_to_get="just come along.",
        known_as_of="2026-05",
        status="not-known",
        status_as_of="",
    )
    item = read(client)[scheme.slug]
    assert item.title == "Walks, Exeter"
    assert item.summary == (
        "Walks on Mondays. For: everyone. How to get it: just come along. Last confirmed: May 2026."
    )
    assert any(link.rel == "via" and link.href == scheme.source.url for link in item.links)


def test_one_that_has_ended_says_so(client: Client) -> None:
    scheme = a_listed_scheme()
    Scheme.objects.filter(pk=scheme.pk).update(status="ended", status_as_of="2026-10-01")
    assert read(client)[scheme.slug].summary.endswith("Ended: 1 October 2026.")


def test_a_scheme_that_is_no_longer_listed_is_not_in_the_feed(client: Client) -> None:
    scheme = a_listed_scheme()
    Scheme.objects.filter(pk=scheme.pk).update(check_by=date(2024, 1, 1))
    assert scheme.slug not in read(client)


def test_a_feed_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    first = client.get(FEED)
    again = client.get(FEED, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    a_listed_scheme().save()
    assert client.get(FEED, headers={"if-none-match": first["ETag"]}).status_code == 200
