"""Two processes serve the site: each sends what the other's editors wrote, at once."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.db import connection

from tests.browser.started import SETTINGS, SIGN_IN, run_command, serve
from tests.database import served_copy
from tests.editing import form_of
from tests.serving import Site
from tests.source import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SLUG = "howard-estate-blood-pressure-bury-st-edmunds"
SCHEDULE = """
from datetime import UTC, datetime, timedelta, timezone
from systems.models import Scheme
at = datetime.fromtimestamp({moment}, tz=timezone.utc)
Scheme.objects.filter(slug="{slug}").update(
    published_from=at, published_until=at + timedelta(seconds=3)
)
"""
ELSEWHERE = f"""
from systems.models import Scheme
Scheme.objects.filter(slug="{SLUG}").update(
    what="With a string quartet.", published_from="2020-01-01 00:00Z", published_until=None
)
"""
KEY = f"""
from systems.models import Scheme
print(Scheme.objects.get(slug="{SLUG}").pk)
"""


@pytest.fixture(scope="module")
def served(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    state = tmp_path_factory.mktemp("served")
    application = "tests.named_processes:application"
    with (
        django_db_blocker.unblock(),
        served_copy(connection, state) as database,
        serve(state, SETTINGS, database, application, workers=2) as address,
    ):
        yield Site(address, state, database)


def seconds_until_seen(served: Site, path: str, text: str, since: float) -> float:
    """When the first request began that got `text`, in the process that was the later one."""
    seen: dict[str, float] = {}
    while len(seen) < 2:
        began = time.monotonic() - since
        answer = served.ask(path)
        if text in answer.text:
            seen.setdefault(answer.process, began)
        assert began < 60, f"seen by {len(seen)} of two"
    return max(seen.values())


def test_an_edit_in_the_admin_shows_in_every_process_at_once(served: Site) -> None:
    path = f"/schemes/{SLUG}/"
    for _ in range(2):  # kept by then
        assert not [answer for answer in served.ask_both(path) if "brass band" in answer.text]
    key = served.manage("shell", "-c", KEY).split()[-1]
    session = served.manage("shell", "-c", SIGN_IN.format(role="central")).split()[-2:]
    change = f"/admin/systems/scheme/{key}/change/"
    page = served.ask(change, Cookie="=".join(session))
    cookies = SimpleCookie(page.headers["Set-Cookie"])
    for other in page.headers.get_all("Set-Cookie"):
        cookies.load(other)
    saved = served.ask(
        change,
        form_of(page) | {"what": "With a brass band.", "_save": "Save"},
        Cookie="; ".join(
            ["=".join(session), *(f"{n}={m.value}" for n, m in cookies.items() if n != session[0])]
        ),
    )
    since = time.monotonic()
    assert saved.status == 302
    assert seconds_until_seen(served, path, "brass band", since) < 0.1


def test_what_is_scheduled_appears_and_goes_at_its_moment(served: Site) -> None:
    """With kept pages in both processes, and nobody who writes anything at that moment."""
    moment = (datetime.now(UTC) + timedelta(seconds=5)).timestamp()
    served.manage("shell", "-c", SCHEDULE.format(moment=moment, slug=SLUG))
    listed = "/schemes/?topic=blood-pressure-and-heart"
    seen: list[bool] = []
    while seen[-3:] != [False, True, False]:
        is_there = all(f"/{SLUG}/" in answer.text for answer in served.ask_both(listed))
        if seen[-1:] != [is_there]:
            seen.append(is_there)
        assert time.time() < moment + 60, seen


def test_what_another_machine_writes_shows_without_the_memory_that_they_share(
    served: Site, tmp_path: Path
) -> None:
    """By NOTIFY where the database is PostgreSQL, else within the second between two questions."""
    path = f"/schemes/{SLUG}/"
    served.ask_both(path)
    run_command(tmp_path, "shell", "-c", ELSEWHERE, database=served.database)
    since = time.monotonic()
    seconds = 0.1 if connection.vendor == "postgresql" else 2
    assert seconds_until_seen(served, path, "string quartet", since) < seconds


@pytest.mark.parametrize("path", ["/timeline/?kind=merger", "/admin/login/?next=/admin/"])
def test_a_query_is_answered_in_whatever_charset_it_claims_to_be(served: Site, path: str) -> None:
    kind = {"Content-Type": "text/plain; charset=rot13", "Cookie": "a=b"}  # not a page that is kept
    assert served.ask(path, **kind).status == 200


def test_no_visitor_says_where_the_site_begins(served: Site) -> None:
    """gunicorn takes that from whoever asks from this machine, as a proxy does for everybody."""
    assert served.ask("/schemes/", SCRIPT_NAME="/admin").status == 200
    units = [f"deploy/systemd/icsinfo{name}.service" for name in ("@", "-admin")]
    for file in ("dev", "docs/production.md", *units):
        assert "--forwarder-headers= " in (ROOT / file).read_text(), file
