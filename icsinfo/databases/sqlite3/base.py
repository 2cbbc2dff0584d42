"""SQLite, for which nobody waits longer than they have patience."""

import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import DatabaseError, OperationalError
from django.db.backends.sqlite3 import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property

from icsinfo.circuit_breaker import breaker
from icsinfo.databases import GuardedDatabase


class DamageAsAbsence(DatabaseErrorWrapper):
    """A damaged file cannot be used just now, as one that is away: an OperationalError.

    SQLite says "malformed" and "not a database" by the DatabaseError of which all others are kinds.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            super().__exit__(kind, error, traceback)
        except DatabaseError as translated:
            if type(translated) is not DatabaseError:
                raise
            raise OperationalError(*translated.args) from error


class DatabaseWrapper(GuardedDatabase, base.DatabaseWrapper):
    _milliseconds: int | None = None  # for which this connection waits for who writes

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return DamageAsAbsence(self)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file; where nothing can be written beside it, as one that nobody changes.

        A log in which there are changes (`-wal`) is left out then, as SQLite cannot read it alone.
        """
        file = Path(conn_params["database"])
        if not self.is_in_memory_db() and not file.exists():
            with suppress(OSError):  # which SQLite says better
                file.touch(mode=0o600)  # names and password hashes are in it
        try:
            return super().get_new_connection(conn_params)
        except sqlite3.OperationalError:
            if not file.is_file() or os.access(file.parent, os.W_OK, effective_ids=True):
                raise
        unchanging = f"{file.absolute().as_uri()}?immutable=1"
        return super().get_new_connection(conn_params | {"database": unchanging})

    def connect(self) -> None:
        self._milliseconds = None
        super().connect()

    def create_cursor(self, name: str | None = None) -> Any:
        self._wait_for_writers()
        return super().create_cursor(name)

    @contextmanager
    def private_copy(self) -> Iterator[None]:
        """Work on a copy of the file in memory, which is forgotten at the end.

        Inside a transaction on the file itself, which sees what that has written.
        """
        if self.in_atomic_block:
            yield
            return
        self.ensure_connection()
        live = self.connection
        copy = super().get_new_connection(self.get_connection_params() | {"database": ":memory:"})
        try:
            live.backup(copy)
            self.connection, self._milliseconds = copy, None
            yield
        finally:
            self.connection, self._milliseconds = live, None
            copy.close()

    def _wait_for_writers(self) -> None:
        seconds = breaker.seconds_for_an_answer
        if math.isinf(seconds):
            seconds = self.settings_dict["OPTIONS"]["timeout"]
        milliseconds = int(seconds * 1000)
        if milliseconds != self._milliseconds:
            self.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
            self._milliseconds = milliseconds
