"""Public answers kept in front of Django: what is kept, for whom, and for how long."""

import gzip
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Event, Thread

import brotli
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from icsinfo import page_cache
from icsinfo.circuit_breaker import breaker
from icsinfo.page_cache import PageCache
from icsinfo.rendering import ENVIRON_KEY
from icsinfo.segmented_lru import SegmentedLRU
from systems.models import Scheme, Source
from systems.published_urls import read_register
from tests.builders import TODAY, make_scheme
from tests.editing import address
from tests.roles import World

SOON = timedelta(hours=1)


@dataclass
class Content:
    """A version and a moment of change that a test sets itself."""

    number: int = 1
    changes_at: datetime = field(default_factory=lambda: datetime.now(UTC) + SOON)

    def version(self) -> int:
        return self.number

    def next_change(self) -> datetime:
        return self.changes_at


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Site:
    """Django behind a page cache; counts how often Django is asked."""

    def __init__(self, application: Callable | None = None) -> None:
        self.django = application or WSGIHandler()
        self.content = Content()
        self.made = 0
        self.cache = PageCache(self._count, self.content)

    def _count(self, environ, start_response):
        self.made += 1
        return self.django(environ, start_response)

    def ask(self, address: str, method: str = "GET", **headers: str) -> Answer:
        environ = RequestFactory(headers=headers).generic(method, address).environ
        environ.pop("HTTP_COOKIE", None)
        if "cookie" in headers:
            environ["HTTP_COOKIE"] = headers["cookie"]
        told: list = []
        with _connection_of_the_test():
            body = self.cache(
                environ, lambda status, headers, *error: told.extend([status, headers])
            )
            answer = Answer(int(told[0][:3]), dict(told[1]), b"".join(body))
            if hasattr(body, "close"):
                body.close()
        return answer


@pytest.fixture
def site(db: None) -> Site:
    return Site()


@contextmanager
def _connection_of_the_test() -> Iterator[None]:
    """As Django's own test client: an answer that ends does not close the connection."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_a_page_is_made_once_and_sent_to_all(site: Site) -> None:
    first, second = site.ask("/ics/devon/"), site.ask("/ics/devon/")
    assert (first.status, second.status, site.made) == (200, 200, 1)
    assert b"Devon" in first.body
    assert first == second


def test_a_kept_page_asks_the_database_nothing(site: Site, django_assert_num_queries) -> None:
    site.ask("/ics/devon/")
    with django_assert_num_queries(0):
        site.ask("/ics/devon/")


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/areas/stockport/", "/schemes/", "/timeline/", "/map/", "/compare/", "/count/"),
        *("/ics/devon/card/", "/timeline/feed.atom", "/timeline/calendar.ics", "/data/members.csv"),
        *("/data/datapackage.json", "/sitemap.xml", "/api/v1/systems", "/compare.csv", "/help/"),
        "/oembed/?url=http://testserver/ics/devon/",
    ],
)
def test_each_kind_of_public_answer_is_kept_with_what_caches_need(site: Site, address: str) -> None:
    first, again = site.ask(address), site.ask(address)
    assert (first.status, site.made) == (200, 1)
    assert again.body == first.body
    assert first.headers["Cache-Control"] == (
        "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
    )
    assert first.headers["Vary"] == "Accept-Encoding"
    known = site.ask(address, **{"if-none-match": first.headers["ETag"]})
    assert (known.status, known.body) == (304, b"")
    assert known.headers["ETag"] == first.headers["ETag"]
    head = site.ask(address, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == first.headers


@pytest.mark.parametrize("accepted", ["br, gzip", "gzip", "gzip;q=0.5, br;q=0", "identity", ""])
def test_a_page_is_compressed_as_the_reader_takes_it_with_a_tag_for_each(
    site: Site, accepted: str
) -> None:
    plain = site.ask("/ics/devon/")
    answer = site.ask("/ics/devon/", **{"accept-encoding": accepted})
    encoding = answer.headers.get("Content-Encoding", "")
    assert encoding == {"br, gzip": "br", "identity": "", "": ""}.get(accepted, "gzip")
    opened = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding](answer.body)
    assert opened == plain.body
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert (answer.headers["ETag"] == plain.headers["ETag"]) is (encoding == "")
    assert site.made == 1


def test_head_on_what_is_not_kept_yet_answers_as_get_would(site: Site) -> None:
    head = site.ask("/ics/devon/", "HEAD")
    assert head.body == b""
    assert head.headers == site.ask("/ics/devon/").headers
    assert site.made == 1


def test_unknown_parameters_change_nothing_and_fill_nothing(site: Site) -> None:
    plain = site.ask("/ics/")
    for junk in ("utm_source=mail", "q=SW1A+1AA", "x=1&y=2&z="):
        assert site.ask(f"/ics/?{junk}").body == plain.body
    assert (site.made, len(site.cache._answers)) == (1, 1)
    dated = site.ask("/ics/?on=2021-05-01")
    assert dated.body != plain.body
    assert site.ask("/ics/?fbclid=1&on=2021-05-01").body == dated.body
    assert (site.made, len(site.cache._answers)) == (2, 2)


def test_known_parameters_count_in_any_order_and_each_value_has_its_page(site: Site) -> None:
    site.ask("/schemes/")
    one = site.ask("/schemes/?topic=blood-pressure-and-heart&way=walk-in")
    assert site.ask("/schemes/?way=walk-in&topic=blood-pressure-and-heart").body == one.body
    assert site.ask("/schemes/?way=walk-in").body != one.body
    assert site.made == 3


def test_a_query_is_right_before_anybody_asked_for_the_page_without_it(site: Site) -> None:
    """What an answer depends on is known only after one was made."""
    first = site.ask("/areas/surrey-heath-and-farnham/?on=2026-03-31")
    other = site.ask("/areas/surrey-heath-and-farnham/?on=2026-04-01")
    assert b"Frimley" in first.body
    assert first.body != other.body
    assert site.ask("/areas/surrey-heath-and-farnham/").body not in {first.body, other.body}


def test_a_query_in_another_charset_gets_no_page_kept_for_others(site: Site) -> None:
    """In EBCDIC other bytes are "on": what is kept as the plain page would be one of 2021."""
    name, value = (
        "".join(f"%{byte:02X}" for byte in text.encode("cp037")) for text in ("on", "2021-05-01")
    )
    site.ask(f"/ics/?{name}={value}", **{"content-type": "text/html; charset=cp037"})
    assert site.ask("/ics/").body == Site().ask("/ics/").body


def test_columns_of_a_comparison_stay_in_the_order_asked_for(site: Site) -> None:
    site.ask("/compare/")
    one = site.ask("/compare/?system=devon&system=essex")
    other = site.ask("/compare/?system=essex&system=devon")
    assert one.body != other.body


def test_links_to_further_pages_carry_no_unknown_parameter(site: Site) -> None:
    body = site.ask("/organisations/?kind=practice&utm_source=SW1A").body
    assert b"kind=practice&amp;page=2" in body
    assert b"SW1A" not in body


@pytest.mark.parametrize(
    "address",
    [
        "/healthz",
        "/readyz",
        "/find/",
        "/report/",
        "/nowhere/",
        "/ics/?on=yesterday",
        "/code/QNQ/",
        "/schemes/?words=brass",
    ],
)
def test_what_is_not_a_plain_public_answer_is_made_each_time(site: Site, address: str) -> None:
    site.ask(address)
    site.ask(address)
    assert (site.made, len(site.cache._answers)) == (2, 0)


def test_a_search_is_kept_by_no_cache_on_the_way(site: Site) -> None:
    for path in ("/schemes/?words=brass", "/organisations/?words=SW1A&kind=practice"):
        assert site.ask(path).headers["Cache-Control"] == "no-store"
    assert site.ask("/organisations/?kind=practice").headers["Cache-Control"].startswith("public")


def test_very_long_addresses_are_answered_and_fill_nothing(site: Site) -> None:
    port = "0" * 1000 + "80"
    many = "&".join(f"page={number}" for number in range(60))
    for ask in (
        lambda: site.ask("/ics/", host=f"testserver:{port}"),
        lambda: site.ask(f"/schemes/?{many}"),
    ):
        assert ask().status == 200
    assert (len(site.cache._answers), len(site.cache._parameters)) == (0, 0)


def test_admin_cookies_and_forms_pass_by(site: Site) -> None:
    site.ask("/ics/devon/")
    for request in (
        lambda: site.ask("/ics/devon/", cookie="session=1"),
        lambda: site.ask("/ics/devon/", authorization="Basic eA=="),
        lambda: site.ask("/admin/login/"),
        lambda: site.ask("/find/", "POST"),
    ):
        before = site.made
        request()
        assert site.made == before + 1
    assert len(site.cache._answers) == 1


def test_the_browser_of_an_editor_asks_again_each_time(site: Site) -> None:
    answer = site.ask("/ics/devon/", cookie="session=1")
    assert answer.headers["Cache-Control"] == "no-cache"
    known = site.ask("/ics/devon/", cookie="session=1", **{"if-none-match": answer.headers["ETag"]})
    assert known.status == 304


def test_another_host_or_scheme_has_its_own_pages(site: Site) -> None:
    site.ask("/ics/devon/card/", host="testserver")
    other = site.ask("/ics/devon/card/", host="localhost")
    assert (site.made, other.status) == (2, 200)
    assert b"http://localhost/" in other.body
    assert site.ask("/", host="evil.example").status == 400
    assert len(site.cache._answers) == 2


def test_a_changed_page_is_made_again(site: Site) -> None:
    scheme = Scheme.objects.published().first()
    address = scheme.get_absolute_url()
    before = site.ask(address)
    Scheme.objects.filter(pk=scheme.pk).update(what="Now with a brass band.")
    assert site.ask(address).body == before.body
    site.content.number += 1
    after = site.ask(address)
    assert b"brass band" in after.body
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_page_ends_at_midnight_and_at_the_next_scheduled_moment(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.content.changes_at = datetime.now(UTC) + timedelta(milliseconds=500)
    today = site.ask("/ics/?on=2026-11-21")
    assert today.headers["Cache-Control"].startswith("public, max-age=0, stale-while-revalidate=0")
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: TODAY + timedelta(days=1))

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=1)

    assert site.made == 1
    monkeypatch.setattr(page_cache, "datetime", Later)
    site.content.changes_at += SOON
    tomorrow = site.ask("/ics/?on=2026-11-21")
    assert site.made == 2
    # On the day itself there is no date banner, on the next day there is.
    assert b"Date shown" not in today.body
    assert b"Date shown" in tomorrow.body


def test_a_page_that_midnight_passes_while_it_is_made_is_not_kept_for_another_day(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.content.changes_at = datetime.now(UTC) + timedelta(seconds=40.5)

    def day_and_then_midnight(*args: object) -> date:
        site.content.changes_at += timedelta(days=1)
        return TODAY

    monkeypatch.setattr("django.utils.timezone.localdate", day_and_then_midnight)
    assert "max-age=40, stale-while-revalidate=0" in site.ask("/ics/").headers["Cache-Control"]


def test_caches_elsewhere_hold_a_page_no_longer_than_it_is_right(site: Site) -> None:
    site.content.changes_at = datetime.now(UTC) + timedelta(seconds=40.5)
    assert site.ask("/").headers["Cache-Control"] == (
        "public, max-age=40, stale-while-revalidate=0, stale-if-error=86400"
    )
    site.content.changes_at = datetime.now(UTC) + timedelta(seconds=100.5)
    assert "max-age=60, stale-while-revalidate=40," in site.ask("/help/").headers["Cache-Control"]


def test_feeds_and_files_say_when_they_changed_and_pages_do_not(site: Site) -> None:
    assert "Last-Modified" not in site.ask("/").headers
    feed = site.ask("/timeline/feed.atom")
    since = feed.headers["Last-Modified"]
    assert site.ask("/timeline/feed.atom", **{"if-modified-since": since}).status == 304
    site.content.number += 1  # made again, and the same as before
    assert site.ask("/timeline/feed.atom").headers["Last-Modified"] == since
    assert site.made == 3


def test_what_changes_twice_in_a_second_has_another_date(site: Site) -> None:
    first = site.ask("/data/schemes.csv").headers["Last-Modified"]
    Scheme.objects.published().first().delete()
    site.content.number += 1
    second = site.ask("/data/schemes.csv", **{"if-modified-since": first})
    assert second.status == 200
    assert second.headers["Last-Modified"] != first


def test_a_page_of_an_old_gazetteer_is_not_kept(site: Site, monkeypatch) -> None:
    current = __import__("systems.gazetteer", fromlist=["_current"])._current
    monkeypatch.setattr("systems.gazetteer._current", lambda wait: (current(wait)[0], True))
    site.ask("/ics/devon/")
    assert len(site.cache._answers) == 0


QUERIES = [
    *(
        "",
        "on=2021-05-01",
        "on=2026-03-31&page=2",
        "page=2",
        "region=london&sort=name",
        "sort=-name",
    ),
    *("topic=health-checks", "way=walk-in&topic=health-checks", "area=stockport", "system=devon"),
    *("system=devon&area=exeter", "kind=practice", "kind=practice&page=3", "show=all", "year=2022"),
    *("system=devon&system=essex", "system=essex&system=devon&sort=residents", "format=xml"),
    *("audience=children", "kind=local", "on=2021-05-01&region=london&kind=trust&utm=1"),
]


@pytest.mark.parametrize(
    "path",
    [
        *("/ics/", "/schemes/", "/organisations/", "/timeline/", "/compare/", "/api/v1/systems"),
        *(
            pytest.param(path, marks=pytest.mark.slow)
            for path in (
                *("/ics/devon/", "/ics/devon/members/", "/ics/devon/schemes/", "/areas/stockport/"),
                *("/ics/devon/announcements/", "/count/", "/ics/devon/card/", "/data/systems.csv"),
                *("/compare.csv", "/code/QNQ/", "/gallery/", "/", "/map/", "/areas/"),
            )
        ),
    ],
)
def test_no_query_ever_gets_the_answer_to_another(site: Site, path: str) -> None:
    made = {query: Site().ask(f"{path}?{query}") for query in QUERIES}
    for query in [*QUERIES, *QUERIES]:
        kept = site.ask(f"{path}?{query}")
        assert (kept.status, kept.body) == (made[query].status, made[query].body), query


def test_nothing_leaks_into_what_is_kept(site: Site, world: World) -> None:
    """A walk through the register as visitor and editor, with drafts, previews and typed texts."""
    source = Source.objects.create(key="zyzzyva", publisher="Zyzzyva", title="Zyzzyva")
    draft = make_scheme("zyzzyva", world.own, source, what="Zyzzyva", published_from=None)
    client = world.clients["system"]
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    preview = address("systems.scheme", "preview", draft)
    assert "Zyzzyva" in client.get(preview).content.decode()
    by_kind: dict[str, list[str]] = defaultdict(list)
    for path in [*read_register(), "/find/?q=zyzzyva", "/schemes/?words=zyzzyva", preview]:
        by_kind[re.sub(r"(?<=.)/[^/]+", "/x", path, count=1)].append(path)
    for path in (path for some in by_kind.values() for path in some[:3]):
        for headers in ({}, {"cookie": cookie}, {}):
            site.ask(path, **headers)
    assert len(site.cache._answers) > 50
    for answer, _ in [*site.cache._answers._once.values(), *site.cache._answers._often.values()]:
        text = answer.body("").decode("utf-8", "replace")
        for secret in ("yzzyva", "csrfmiddlewaretoken", session):
            assert secret not in text
        assert "set-cookie" not in {name.lower() for name, _ in answer.headers}


# What needs no Django: an application that answers what the test wants.


def application(body: Callable[[], bytes], *headers: tuple[str, str], query: str = ""):
    def answer(environ, start_response):
        rendering = environ.get(ENVIRON_KEY)
        if rendering:
            rendering.changes_at = rendering.content.next_change()
            rendering.read |= {query} - {""}
        start_response("200 OK", [("Content-Type", "text/html"), *headers])
        return [body()]

    return answer


@pytest.mark.parametrize(
    "header",
    [
        ("Set-Cookie", "a=b"),
        ("Cache-Control", "private"),
        ("Cache-Control", "no-store"),
        ("Vary", "Cookie"),
        ("Vary", "Accept-Encoding, Cookie"),
        ("Vary", "Accept-Language"),
    ],
)
def test_an_answer_that_is_for_one_reader_is_never_kept(header: tuple[str, str]) -> None:
    site = Site(application(lambda: b"secret " * 100, header))
    answer = site.ask("/", **{"accept-encoding": "gzip"})
    site.ask("/")
    assert site.made == 2
    if "Cookie" in " ".join(header):  # its length says nothing of a secret in it
        assert answer.body == b"secret " * 100


def test_many_readers_of_one_page_wait_for_the_one_that_makes_it() -> None:
    go, begun = Event(), Event()

    def slow() -> bytes:
        begun.set()
        assert go.wait(20)
        return b"made"

    site = Site(application(slow))
    answers: list[Answer] = []
    threads = [Thread(target=lambda: answers.append(site.ask("/"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    go.set()
    for thread in threads:
        thread.join()
    assert ({answer.body for answer in answers}, site.made) == ({b"made"}, 1)


def test_while_a_changed_page_is_made_others_get_the_last_one() -> None:
    texts, go, begun = iter([b"old", b"new"]), Event(), Event()
    go.set()

    def slow() -> bytes:
        begun.set()
        assert go.wait(20)
        return next(texts)

    site = Site(application(slow))
    site.ask("/")
    begun.clear()
    go.clear()
    site.content.number += 1
    maker: list[Answer] = []
    thread = Thread(target=lambda: maker.append(site.ask("/")))
    thread.start()
    assert begun.wait(20)
    last = site.ask("/")
    assert last.body == b"old"
    assert last.headers["Cache-Control"].startswith("public, max-age=0, stale-while-revalidate=0,")
    go.set()
    thread.join()
    assert (maker[0].body, site.ask("/").body) == (b"new", b"new")


def test_the_last_page_is_sent_where_there_can_be_no_other_now_and_says_so(site: Site) -> None:
    """While the database is away, past the end of the page and after an edit."""
    before = site.ask("/ics/devon/?on=2026-03-31")
    site.content.number += 1
    breaker.open()
    try:
        never_made = site.ask("/ics/frimley/")
        last = site.ask("/ics/devon/?on=2026-03-31")
    finally:
        breaker.close()
    assert never_made.status == 503
    assert (last.status, last.body) == (200, before.body)
    assert last.headers["Warning"] == '110 - "Response is Stale"'
    assert last.headers["Age"] == "0"
    assert last.headers["Cache-Control"].startswith("public, max-age=5, stale-while-revalidate=0,")
    assert "Warning" not in site.ask("/ics/devon/?on=2026-03-31").headers


def test_of_a_page_that_is_gone_nobody_gets_the_last_one() -> None:
    go, asked, is_gone = Event(), Event(), Event()
    go.set()

    def answer(environ, start_response):
        rendering = environ[ENVIRON_KEY]
        gone = is_gone.is_set()
        rendering.changes_at = None if gone else rendering.content.next_change()
        asked.set()
        assert go.wait(20)
        start_response("410 Gone" if gone else "200 OK", [("Content-Type", "text/html")])
        return [b"page"]

    site = Site(answer)
    assert site.ask("/").status == 200
    is_gone.set()
    site.content.number += 1
    assert site.ask("/").status == 410
    asked.clear()
    go.clear()
    statuses: list[int] = []
    threads = [Thread(target=lambda: statuses.append(site.ask("/").status)) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert asked.wait(20)
    go.set()
    for thread in threads:
        thread.join()
    assert statuses == [410, 410]


def test_readers_who_wait_for_one_query_never_get_the_answer_to_another() -> None:
    together = Barrier(2, timeout=20)

    def answer(environ, start_response):
        rendering = environ[ENVIRON_KEY]
        rendering.changes_at = rendering.content.next_change()
        rendering.read.add("on")
        together.wait()
        start_response("200 OK", [("Content-Type", "text/html")])
        return [environ["QUERY_STRING"].encode()]

    site, answers = Site(answer), {}
    threads = [
        Thread(target=lambda query=query: answers.update({query: site.ask(f"/?{query}").body}))
        for query in ("on=a", "on=b")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"on=a": b"on=a", "on=b": b"on=b"}


def test_what_an_answer_depends_on_holds_after_it_is_forgotten(monkeypatch) -> None:
    """Of very many pages; and not each answer at an address shows all of it."""
    monkeypatch.setattr(page_cache, "MAX_PATHS", 1)

    def answer(environ, start_response):
        rendering = environ[ENVIRON_KEY]
        rendering.changes_at = rendering.content.next_change()
        query = environ["QUERY_STRING"]
        rendering.read |= {"system", "sort"} if "system" in query else {"system"}
        start_response("200 OK", [("Content-Type", "text/html")])
        return [query.encode()]

    site = Site(answer)
    for asked in ("/?system=a", "/another/", "/"):
        site.ask(asked)
    assert site.ask("/?system=a&sort=b").body == b"system=a&sort=b"


def test_a_fault_is_nobodys_page_but_the_one_who_met_it() -> None:
    def fail() -> bytes:
        raise ZeroDivisionError

    site = Site(application(fail))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            site.ask("/")
    assert site.made == 2


def test_a_very_long_answer_goes_through_as_it_comes(monkeypatch) -> None:
    monkeypatch.setattr(page_cache, "MAX_BODY_BYTES", 1000)
    closed = []

    class Parts(list):
        def close(self) -> None:
            closed.append(True)

    def answer(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/csv")])
        return Parts([b"x" * 600] * 5)

    site = Site(answer)
    assert site.ask("/data/all.csv").body == b"x" * 3000
    assert (closed, len(site.cache._answers)) == ([True], 0)
    assert site.ask("/data/all.csv", "HEAD").body == b""
    assert closed == [True, True]


# The bounded cache.


@dataclass(frozen=True)
class Item:
    size: int


def test_what_is_asked_for_often_survives_a_walk_through_everything() -> None:
    kept: SegmentedLRU[Item] = SegmentedLRU(1000)
    for page in ("home", "devon"):
        kept.put(page, Item(100))
        assert kept.get(page)
    for number in range(500):
        assert kept.get(number) is None
        kept.put(number, Item(100))
    assert kept.get("home")
    assert kept.get("devon")
    assert kept.bytes <= 1000
    assert len(kept) == 10


def test_a_crawl_by_a_bot_drives_out_no_page_that_people_read() -> None:
    """Through the cache itself: 3,000 addresses, rare filters and 404s among them."""
    site = Site(application(lambda: io.BytesIO(b"page " * 2000).getvalue(), query="topic"))
    site.cache._answers.max_bytes = 200_000
    for path in ("/", "/", "/ics/devon/", "/ics/devon/"):
        site.ask(path)
    before = site.made
    for number in range(1500):
        site.ask(f"/organisations/{number}/")
        site.ask(f"/schemes/?topic={number}")
    assert site.made == before + 3000
    site.ask("/")
    site.ask("/ics/devon/")
    assert site.made == before + 3000
    assert site.cache._answers.bytes <= 200_000


def test_sizes_add_up_whatever_is_put_and_got() -> None:
    kept: SegmentedLRU[Item] = SegmentedLRU(1000)
    for number in range(300):
        kept.put(number % 7, Item(50 + number % 90))
        kept.get(number % 3)
        if number % 11 == 0:
            kept.discard(number % 5)
    entries = [*kept._once.values(), *kept._often.values()]
    assert kept.bytes == sum(size for _, size in entries)
    assert kept._often_bytes == sum(size for _, size in kept._often.values())
