"""What public pages are made of, as one value that is another one after each change.

Every process knows it without asking the database. On one machine a counter in shared memory tells
the others of a commit at once; PostgreSQL tells the processes of other machines (`NOTIFY`); and a
thread asks the database four times a second, for what came neither way. No reader waits for any of
this.

The same thread knows so whether the database answers, and opens or closes the circuit breaker.
"""

import logging
import mmap
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from time import sleep
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Min
from django.utils import timezone

from icsinfo.circuit_breaker import PROBE, breaker
from systems.days.as_at import midnight
from systems.days.spans import ONE_DAY
from systems.models import ContentVersion
from systems.models.base import Published
from systems.models.data_versions import version_committed

CHANNEL = "icsinfo_content"
SECONDS_BETWEEN_QUERIES = 0.25
_COUNTER_BYTES = 8

logger = logging.getLogger(__name__)


class SharedCounter:
    """A value that all processes of the machine see, in a file that they map into memory.

    Where the file cannot be had, only those see it that a server forks.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a+b") as file:
                if file.tell() < _COUNTER_BYTES:
                    file.write(bytes(_COUNTER_BYTES - file.tell()))
                    file.flush()
                self._memory = mmap.mmap(file.fileno(), _COUNTER_BYTES)
        except OSError as error:
            logger.error("%s. Edits of other programs show up to a second late.", error)
            self._memory = mmap.mmap(-1, _COUNTER_BYTES)

    def value(self) -> bytes:
        return self._memory[:]

    def change(self) -> None:
        """Another value. A random one, so that no two processes count the same step."""
        self._memory[:] = secrets.token_bytes(_COUNTER_BYTES)


class PublicContent:
    """The version of what public pages show, and when they change by themselves."""

    def __init__(self, path: Path) -> None:
        self._counter = SharedCounter(path)
        self._stored: int | None = None  # the version in the database, as last seen
        self._watched_by = 0  # the process whose thread watches; a fork has no threads
        self._lock = Lock()
        self._next_change: tuple[object, datetime] | None = None

    def version(self) -> tuple[bytes, int | None]:
        if self._watched_by != os.getpid():
            self._watch()
        return self._counter.value(), self._stored

    def changed(self, **kwargs: Any) -> None:
        """Tell all processes that a transaction has changed something."""
        self._counter.change()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])

    def next_change(self) -> datetime:
        """Midnight in London, or when the next text appears or goes, if that is sooner."""
        now, version = timezone.now(), self.version()
        held = self._next_change
        if held is None or held[0] != version or held[1] <= now:
            try:
                self._next_change = held = (version, _next_change(now))
            except (DatabaseError, InterfaceError):
                return now  # nothing is kept while nobody can say
        return held[1]

    def _watch(self) -> None:
        """Start the thread, and wait for what it finds, but no longer than a reader would."""
        with self._lock:
            if self._watched_by == os.getpid():
                return
            asked = Event()
            Thread(
                target=self._follow_database, args=[asked], daemon=True, name="content version"
            ).start()
            if not asked.wait(PROBE.answer):
                breaker.open()
            self._watched_by = os.getpid()

    def _follow_database(self, asked: Event) -> None:
        with breaker.patience(PROBE):
            while True:
                try:
                    for _ in _moments():
                        self._stored = ContentVersion.current()
                        breaker.close()
                        asked.set()
                except Exception as error:
                    if not isinstance(error, (DatabaseError, InterfaceError, psycopg.Error)):
                        logger.exception("The version of the content cannot be followed")
                    breaker.open(error)
                    asked.set()
                with suppress(Exception):
                    connection.close()
                sleep(SECONDS_BETWEEN_QUERIES)


def _next_change(now: datetime) -> datetime:
    tomorrow = timezone.localdate(now) + ONE_DAY
    moments = [
        moment
        for model in apps.get_models()
        if issubclass(model, Published)
        for field in ("published_from", "published_until")
        if (
            moment := model._default_manager.filter(**{f"{field}__gt": now}).aggregate(
                first=Min(field)
            )["first"]
        )
    ]
    return min([midnight(tomorrow), *moments])


def _moments() -> Iterator[None]:
    """When to ask the database: on PostgreSQL also as soon as it notifies of a commit.

    SQLite is opened again each time, as a file that was put in its place is another one.
    """
    if connection.vendor != "postgresql":
        while True:
            yield
            connection.close()
            sleep(SECONDS_BETWEEN_QUERIES)
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    while True:
        yield
        for _ in connection.connection.notifies(timeout=SECONDS_BETWEEN_QUERIES, stop_after=1):
            pass


def public_content() -> PublicContent:
    """The one of this process, told of what this process commits."""
    content = PublicContent(settings.STATE_DIR / "content-version")
    version_committed.connect(content.changed, sender=ContentVersion, weak=False)
    return content
