"""One database with the curated data for the whole run; every test undoes what it does."""

import gc
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path

import django.test.client
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from hypothesis import settings as hypothesis_settings

from icsinfo.http import Utf8Request
from systems import gazetteer as gazetteer_module
from systems.gazetteer import Gazetteer
from systems.lookup import lookup
from systems.lookup.outcomes import Answer
from systems.models import Report, SignInTry
from tests.builders import TODAY
from tests.call_stack import in_one_piece
from tests.database import use_kept
from tests.roles import World, sign_in

# A busy machine may take its time: how long things take is for the benchmarks.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


def pytest_configure() -> None:
    # Garbage is collected among what is young. To look for it in the gazetteer too, with some
    # hundred thousand objects, and do so again and again, took a third of the time of all tests.
    gc.set_threshold(10_000, 50, 1_000)
    # Tests read the pages, not the hashed names of static files, which need a build.
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    django.test.client.WSGIRequest = Utf8Request  # as in icsinfo/wsgi.py
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(tryfirst=True)  # before pytest-django puts what is marked first
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The gazetteer is read from the database once, before the first test that uses it.
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "gazetteer" in fixtures:
            item.add_marker(pytest.mark.django_db)
        if item.get_closest_marker("django_db") or "django_db_setup" in fixtures:
            item.add_marker(pytest.mark.database)
    # A browser leaves an event loop running in its process, and Django refuses to use a database
    # beside one; so nothing may follow the browser tests there.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Give each test room for its calls."""
    pyfuncitem.obj = in_one_piece(pyfuncitem.obj)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    django_db_blocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Begin with a copy of the curated data."""
    with django_db_blocker.unblock():
        use_kept(connection, tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Take the file that is there as it is; a PostgreSQL database is made from its template."""
    return connection.vendor == "sqlite"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it TODAY at the edge, where views read the clock."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: TODAY)


@pytest.fixture(scope="session")
def gazetteer(django_db_setup: None, django_db_blocker) -> Gazetteer:
    with django_db_blocker.unblock():
        return gazetteer_module.read()


@pytest.fixture
def ask(gazetteer: Gazetteer):
    """Look something up as at TODAY, or as at `on`."""

    def _ask(text: str, on: str | None = None, today: date = TODAY) -> Answer:
        return lookup(text, on, today=today, gazetteer=gazetteer)

    return _ask


@pytest.fixture
def staff_client(db: None) -> Callable[[User], Client]:
    return sign_in


class SharedWorld:
    """The world of roles, in a transaction around the tests that use it."""

    made: World | None = None

    def open(self) -> None:
        if self.made is None:
            self._around = transaction.atomic()
            self._around.__enter__()
            self.made = World()

    def close(self) -> None:
        if self.made is not None:
            self.made = None
            transaction.set_rollback(True)
            self._around.__exit__(None, None, None)


@pytest.fixture(scope="session")
def shared_world(django_db_setup: None, django_db_blocker) -> Iterator[SharedWorld]:
    shared = SharedWorld()
    yield shared
    with django_db_blocker.unblock():
        shared.close()


@pytest.fixture
def _world_where_asked(
    request: pytest.FixtureRequest, shared_world: SharedWorld, django_db_blocker, _today: None
) -> None:
    with django_db_blocker.unblock():
        if "world" in request.fixturenames:
            shared_world.open()
        else:
            shared_world.close()


def _changes() -> tuple[object, int]:
    """How many rows the connection has changed so far, where SQLite says so."""
    held = connection.connection
    return held, getattr(held, "total_changes", 0)


@pytest.fixture
def _django_db_helper(_world_where_asked: None, _django_db_helper: None) -> Iterator[None]:
    """pytest-django's transaction around a test begins inside that of the world.

    Django ends it by checking every foreign key of every table, 3 ms: not where nothing changed.
    """
    before = _changes()
    yield
    if connection.vendor == "sqlite" and connection.in_atomic_block and _changes() == before:
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: SharedWorld, db: None) -> World:
    """The world of roles, to do with as one likes: neither rows nor objects are another test's."""
    return deepcopy(shared_world.made)


@pytest.fixture
def committed(
    _world_where_asked: None,
    django_db_setup: None,
    django_db_blocker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """A database in which threads see what others stored, and nothing is undone by itself.

    SQLite's is copied to a file, as in production: threads lock each other out of one in memory.
    """
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            copy = str(tmp_path / "copy.sqlite3")
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [copy])
            monkeypatch.setitem(connections.settings["default"], "NAME", copy)
        yield
        for model in (Report, SignInTry):  # what such tests store
            model.objects.all().delete()


@pytest.fixture
def database_away(monkeypatch):
    """Make every query fail, as it does while the database is being restarted."""

    def fail(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        for name in ("cursor", "chunked_cursor", "ensure_connection"):
            patch.setattr(connection, name, fail)
        yield
