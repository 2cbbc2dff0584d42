"""What a server has read before the first reader comes, and what its workers take from it."""

import gc
import os

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError

from systems import gazetteer
from systems.content import warming
from systems.models import GazetteerVersion, SystemName

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that warming asks for; the connection of the test is left open."""
    paths: list[str] = []
    ask = warming._ask

    def note(application, path: str) -> None:
        paths.append(path)
        ask(application, path)

    monkeypatch.setattr(warming, "_ask", note)
    monkeypatch.setattr(warming.connections, "close_all", lambda: None)
    monkeypatch.setattr("django.db.connection.close_if_unusable_or_obsolete", lambda: None)
    monkeypatch.setattr(gazetteer, "_cached", None)
    yield paths
    gc.unfreeze()


def test_everything_is_read_and_a_page_of_each_kind_made(asked: list[str]) -> None:
    statuses: list[str] = []
    handler = WSGIHandler()

    def application(environ, start_response):
        def start(status, headers, *error):
            statuses.append(status)
            return start_response(status, headers, *error)

        return handler(environ, start)

    warming.warm(application)
    assert {"/", "/ics/", "/map/", "/compare/", "/timeline/"} <= set(asked)
    for kind in ("ics", "areas", "organisations", "schemes", "timeline"):
        assert [path for path in asked if path.startswith(f"/{kind}/") and path != f"/{kind}/"]
    assert {status[:3] for status in statuses} == {"200"}
    assert "names" in vars(gazetteer._cached[1])
    assert gc.get_freeze_count() > 10_000


def test_a_server_starts_while_the_database_is_away(asked: list[str], monkeypatch, caplog) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(GazetteerVersion, "current", away)
    warming.warm(WSGIHandler())
    assert "Not all was read before the first request: OperationalError." in caplog.text


def test_a_worker_never_answers_from_what_its_server_read_long_ago(monkeypatch) -> None:
    """The worker is a fork: it has the reading, and what was changed since shows at once."""
    held = gazetteer.current()
    SystemName.objects.filter(name="Essex").update(name="Greater Essex")
    version = GazetteerVersion.current()
    monkeypatch.setattr(GazetteerVersion, "uncommitted", lambda: None)
    monkeypatch.setattr(gazetteer, "_cached", (version - 1, held))
    monkeypatch.setattr(gazetteer, "_read_by", os.getppid())
    essex = gazetteer.current().atlas.systems["essex"]
    assert "Greater Essex" in {fact.value for fact in essex.names}


def test_a_worker_that_found_nothing_changed_waits_for_no_later_change(monkeypatch) -> None:
    gazetteer.current()
    monkeypatch.setattr(gazetteer, "_read_by", os.getppid())
    gazetteer.current()
    assert gazetteer._read_by == os.getpid()
