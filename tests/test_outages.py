"""What readers see while the database is stopped, hung or locked, and while a disk fails.

Run with -s these tests say how long it took: the figures of docs/reliability.md.
"""

import json
import time
from collections.abc import Iterator

import pytest

from tests.browser.started import SETTINGS, SIGN_IN, serve
from tests.postgresql import PROGRAMS, PostgreSQL, postgresql
from tests.serving import Answer, Site

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL is not installed: .ci/run does that"),
]

KEPT = ["/", "/ics/devon/", "/areas/devon/", "/schemes/", "/timeline/", "/map/", "/compare/"]
NEVER_RENDERED = "/organisations/"
POSTCODES = [
    f"{out} {n}{a}{b}" for out in ("SW1A", "GU9") for n in "012" for a in "AN" for b in "AZ"
]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def site(server: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    state = tmp_path_factory.mktemp("outages")
    application = "tests.named_processes:application"
    with serve(state, SETTINGS, server.url, application, workers=2) as address:
        site = Site(address, state, server.url)
        for path in KEPT:
            site.ask_both(path)
        yield site


@pytest.fixture(scope="module")
def session(site: Site) -> str:
    return "=".join(site.manage("shell", "-c", SIGN_IN.format(role="central")).split()[-2:])


def ask_all(site: Site, what: str) -> None:
    """Kept pages, look-ups and health are answered by both processes, each within a second."""
    slowest = {"kept page": 0.0, "look-up": 0.0, "readyz": 0.0}

    def timed(kind: str, path: str, sent: dict | None = None) -> Answer:
        began = time.monotonic()
        answer = site.ask(path, sent)
        slowest[kind] = max(slowest[kind], time.monotonic() - began)
        return answer

    processes = set()
    for path in KEPT * 4:
        answer = timed("kept page", path)
        assert answer.status == 200, path
        processes.add(answer.process)
    for postcode in POSTCODES * 4:
        found = timed("look-up", "/find/", {"q": postcode})
        assert found.status in {200, 303}, postcode
        processes.add(found.process)
    assert len(processes) == 2
    told = timed("readyz", "/readyz")
    assert (told.status, json.loads(told.content)["degraded"]) == (200, ["database"])
    print(f"{what}:", ", ".join(f"{kind} {seconds:.3f} s" for kind, seconds in slowest.items()))
    assert max(slowest.values()) < 1


def seconds_until(site: Site, is_so) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < 20
    return time.monotonic() - began


def is_degraded(site: Site) -> bool:
    return all(b"database" in answer.content for answer in site.ask_both("/readyz"))


def is_well(site: Site) -> bool:
    return all(b"database" not in answer.content for answer in site.ask_both("/readyz"))


@pytest.mark.parametrize("how", ["hung", "stopped"])
def test_readers_notice_nothing_while_postgresql_is_away(
    site: Site, server: PostgreSQL, session: str, how: str
) -> None:
    with getattr(server, how)():
        seconds = seconds_until(site, lambda: is_degraded(site))
        print(f"{how}: noticed by both processes after {seconds:.2f} s")
        assert seconds < 3
        ask_all(site, how)
        for _ in range(4):
            began = time.monotonic()
            answer = site.ask(NEVER_RENDERED)
            seconds = time.monotonic() - began
            assert (answer.status, 'action="/find/"' in answer.text) == (503, True)
            assert seconds < 1
        print(f"{how}: never rendered {seconds:.3f} s")
        began = time.monotonic()
        assert site.ask("/admin/systems/scheme/", Cookie=session).status == 503
        seconds = time.monotonic() - began
        print(f"{how}: admin {seconds:.3f} s")
        assert seconds < 5
    seconds = seconds_until(site, lambda: is_well(site))
    print(f"{how}: recovered after {seconds:.2f} s")
    assert seconds < 5
    assert site.ask("/schemes/?topic=blood-pressure-and-heart").status == 200


def test_a_request_in_a_query_ends_when_postgresql_hangs(
    site: Site, server: PostgreSQL, session: str
) -> None:
    """First renderings and the admin, sent in the moment in which nobody knows yet."""
    assert site.ask("/admin/systems/scheme/", Cookie=session).status == 200
    with server.hung():
        slowest = 0.0
        for path, headers in [("/ics/kent-and-medway/", {}), ("/admin/", {"Cookie": session})]:
            began = time.monotonic()
            assert site.ask(path, **headers).status == 503
            slowest = max(slowest, time.monotonic() - began)
        print(f"in a query: {slowest:.2f} s")
        assert slowest < 5
    seconds_until(site, lambda: is_well(site))


def test_a_page_past_its_end_is_sent_as_it_was_and_says_so(site: Site, server: PostgreSQL) -> None:
    before = site.ask_both("/schemes/")[0]
    with server.hung():
        seconds_until(site, lambda: is_degraded(site))
        (site.state / "content-version").write_bytes(b"changed.")  # as any commit does
        for answer in site.ask_both("/schemes/"):
            assert (answer.status, answer.text) == (200, before.text)
            assert answer.headers["Warning"] == '110 - "Response is Stale"'
            assert int(answer.headers["Age"]) >= 0
            assert "max-age=5," in answer.headers["Cache-Control"]
    seconds_until(site, lambda: is_well(site))
    assert "Warning" not in site.ask("/schemes/").headers


def test_readers_do_not_wait_for_a_lock(site: Site, server: PostgreSQL) -> None:
    """Of a migration, say. Kept pages are sent, and what is not kept is refused in seconds."""
    with server.locked("systems_scheme"):
        began = time.monotonic()
        answer = site.ask("/schemes/blood-pressure-checks-in-betting-shops-stockport/")
        seconds = time.monotonic() - began
        print(f"locked: never rendered {seconds:.2f} s")
        assert (answer.status, seconds < 5) == (503, True)
        assert site.ask("/schemes/").status == 200
        assert site.ask("/find/", {"q": "SW1A 1AA"}).status == 303


@pytest.mark.parametrize("how", ["hung", "stopped"])
def test_a_server_that_starts_while_postgresql_is_away_answers(
    site: Site, server: PostgreSQL, how: str
) -> None:
    """With the pages that one before has kept, and look-ups."""
    with getattr(server, how)():
        application = "tests.named_processes:application"
        began = time.monotonic()
        with serve(
            site.state, SETTINGS, server.url, application, workers=2, is_prepared=True
        ) as address:
            print(f"{how}: started in {time.monotonic() - began:.1f} s")
            new = Site(address, site.state, server.url)
            for path in ("/ics/devon/", "/schemes/"):
                # The address of the host is part of what a page is kept by.
                answer = new.ask(path, Host=site.host)
                assert (answer.status, answer.headers["Warning"][:4]) == (200, "110 "), path
            found = new.ask("/find/", {"q": "SW1A 1AA"})
            assert (found.status, found.headers["Location"]) == (303, "/areas/north-west-london/")
            assert new.ask("/organisations/", Host=site.host).status == 503
    seconds_until(site, lambda: is_well(site))
