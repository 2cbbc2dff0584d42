"""Backups of a PostgreSQL database, by its own programs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from systems.backups import BackupError, Progress, another_database

_TABLE_BEGINS = {"pg_dump": "dumping contents of table", "pg_restore": "processing data for table"}
_MAINTENANCE = "postgres"  # the database to be in while others are made, renamed and dropped
_CREATE = "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0"
_DISCONNECT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)"
_TRIES = 20  # to rename a database that others connect to; each waits for some seconds


class PostgreSQLBackups:
    """`pg_dump` reads one snapshot, and nobody waits for it."""

    suffix = ".dump"

    def __init__(self) -> None:
        self._name = connection.settings_dict["NAME"]
        self._restored = f"{self._name}_restored"

    def write(self, path: Path, progress: Progress) -> None:
        tables = len(connection.introspection.table_names())
        _run("pg_dump", ["--format=custom", f"--file={path}"], self._name, tables, progress)

    @contextmanager
    def restored(self, path: Path, progress: Progress) -> Iterator[BaseDatabaseWrapper]:
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        with _maintenance() as admin:
            self._drop(admin)  # that of a run that was killed
            try:
                admin.execute(_query(_CREATE, self._restored))
            except psycopg.errors.InsufficientPrivilege as error:
                raise BackupError(
                    "A backup is tried by restoring it into a new database, and the role may make "
                    f'none: as the superuser, ALTER ROLE "{connection.settings_dict["USER"]}" '
                    "CREATEDB."
                ) from error
            try:
                arguments = [*options, f"--dbname={self._restored}", str(path)]
                _run("pg_restore", arguments, None, _tables_in(path), progress)
                with another_database(self._restored) as database:
                    yield database
            finally:
                self._drop(admin)  # none if it went live

    def _drop(self, admin: psycopg.Connection[Any]) -> None:
        admin.execute(_query("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._restored))

    def put_live(self, progress: Progress) -> str:
        """Both databases are renamed in one transaction. The site's processes connect again."""
        before = f"{self._name}_before_{datetime.now(UTC):%Y%m%d%H%M%S}"
        connection.close()
        with _maintenance() as admin:
            known = "SELECT datname FROM pg_database WHERE datname = %s"
            renamed = [(self._restored, self._name)]
            if is_there := bool(admin.execute(known, [self._name]).fetchone()):
                renamed.insert(0, (self._name, before))
            for _ in range(_TRIES):
                admin.execute(_DISCONNECT, [[self._name, self._restored]])
                with suppress(psycopg.errors.ObjectInUse), admin.transaction():
                    for names in renamed:
                        admin.execute(_query("ALTER DATABASE {} RENAME TO {}", *names))
                    return f"the database {before}" if is_there else ""
        raise BackupError(
            f"Others connected to {self._name} again and again. Stop the site, then try once more."
        )


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection[Any]]:
    """A connection to another database of the server, outside transactions."""
    params = {
        **connection.get_connection_params(),
        "dbname": _MAINTENANCE,
        "autocommit": True,
    }
    for name in ("cursor_factory", "context", "prepare_threshold"):
        params.pop(name, None)
    with closing(psycopg.connect(**params)) as admin:
        yield admin


def _query(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def _tables_in(path: Path) -> int:
    listed = _run("pg_restore", ["--list", str(path)], None, 0, lambda done, total: None)
    return listed.count(" TABLE DATA ")


def _run(
    program: str, arguments: list[str], name: str | None, tables: int, progress: Progress
) -> str:
    """Run a program of PostgreSQL's client as Django would connect, and return what it prints."""
    if not shutil.which(program):
        raise BackupError(f"{program} is not installed. On Debian: apt install postgresql-client.")
    settings = {**connection.settings_dict, "NAME": name or _MAINTENANCE}
    (_, *to_connect, database), env = connection.client.settings_to_cmd_args_env(settings, [])
    reads_file = program == "pg_restore" and "--list" in arguments
    command = [program, *([] if reads_file else [*to_connect, "--verbose"]), *arguments]
    if name:
        command.append(database)
    process = subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **(env or {}), "LC_MESSAGES": "C", "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        printed = process.stdout.read() if reads_file and process.stdout else ""
        said, done = [], 0
        for line in process.stderr or ():
            said.append(line.rstrip())
            if _TABLE_BEGINS[program] in line:
                done += 1
                progress(done, tables)
    if process.returncode:
        reason = next((line for line in said if "error:" in line), said[-1] if said else "")
        raise BackupError(f"{program} failed. {reason.partition('error: ')[2] or reason}")
    return printed
