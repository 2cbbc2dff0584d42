"""Backups of an SQLite file."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from systems.backups import BackupError, Progress, another_database

_STEP = 20_000  # instructions of SQLite's machine between two looks at the progress
_PAGES = 500  # that are copied between two
_HEADER = b"SQLite format 3\0"


class SQLiteBackups:
    """`VACUUM INTO` reads one snapshot; readers and, with its log, writers go on meanwhile."""

    suffix = ".sqlite3"

    def __init__(self) -> None:
        self._live = Path(connection.settings_dict["NAME"])
        self._restored = self._live.with_name(f".{self._live.name}.restored")

    def write(self, path: Path, progress: Progress) -> None:
        if not self._live.exists():
            raise BackupError(f"There is no database at {self._live}.")
        size = self._live.stat().st_size
        # By Django's connection, which knows the REGEXP of the tables' constraints.
        with connection.cursor() as cursor:
            source: sqlite3.Connection = connection.connection
            source.set_progress_handler(lambda: progress(path.stat().st_size, size), _STEP)
            try:
                cursor.execute("VACUUM INTO %s", [str(path)])
            finally:
                source.set_progress_handler(None, 0)

    @contextmanager
    def restored(self, path: Path, progress: Progress) -> Iterator[BaseDatabaseWrapper]:
        with path.open("rb") as file:
            if file.read(len(_HEADER)) != _HEADER:
                raise BackupError("It is not an SQLite file.")
        os.close(os.open(self._restored, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        try:
            _copy(path, self._restored, progress)
            with another_database(str(self._restored)) as database:
                _check(database)
                yield database
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                self._restored.with_name(self._restored.name + suffix).unlink(missing_ok=True)

    def put_live(self, progress: Progress) -> str:
        """In one transaction of the live file, so processes that have it open see it at once."""
        before = self._live.with_name(f"{self._live.name}.before-{datetime.now(UTC):%FT%H-%M-%SZ}")
        if self._live.exists() and _is_sound():
            os.close(os.open(before, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self.write(before, progress)
            connection.close()
            _copy(self._restored, self._live, progress)
            return str(before)
        moved = ""
        for suffix in ("", "-wal", "-shm"):
            damaged = self._live.with_name(self._live.name + suffix)
            if damaged.exists():
                damaged.rename(before.with_name(before.name + suffix))
                moved = str(before)
        self._restored.rename(self._live)
        return moved


def _copy(source: Path, target: Path, progress: Progress) -> None:
    with closing(sqlite3.connect(source)) as a, closing(sqlite3.connect(target)) as b:
        a.backup(b, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))


def _check(database: BaseDatabaseWrapper) -> None:
    """Whether every page of the file can be read, and every row is as the tables want it."""
    try:
        with database.cursor() as cursor:
            for pragma in ("integrity_check", "foreign_key_check"):
                cursor.execute(f"PRAGMA {pragma}")
                if wrong := [row for row in cursor.fetchall() if row != ("ok",)]:
                    raise BackupError(f"It is damaged: {pragma} says {wrong[0]}.")
    except DatabaseError as error:
        raise BackupError(f"It is damaged: {error}.") from error


def _is_sound() -> bool:
    """Whether the live file can be read."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check")
            return cursor.fetchall() == [("ok",)]
    except DatabaseError:
        return False
    finally:
        connection.close()
