"""Backups of the database: written aside, tried by restoring them, thinned out as they grow old.

A backup is one file: an SQLite database, or what `pg_dump` writes in its own format. It holds
names, password hashes and reports, so nobody but its owner can read it.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from systems.models import ContentVersion, GazetteerVersion

TRIAL = "restored"  # the alias of a database that a backup was restored into
_NAME = "icsinfo-%Y-%m-%dT%H-%M-%SZ"
_PATTERN = re.compile(r"(icsinfo-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)\.(?:sqlite3|dump)")
# Of how many backups one is kept: each of the last hour, one an hour of the last day, one a day.
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

Progress = Callable[[int, int], None]  # how much is done, of how much


class BackupError(Exception):
    """Why a backup could not be made, or cannot be restored, in a sentence for the operator."""


class Backups(Protocol):
    """How one kind of database is backed up and restored."""

    suffix: str

    def write(self, path: Path, progress: Progress) -> None:
        """Write what all transactions so far have committed. Nobody waits for it."""

    @contextmanager
    def restored(self, path: Path, progress: Progress) -> Iterator[BaseDatabaseWrapper]:
        """Restore a backup into a new database, which is deleted at the end unless it is live."""

    def put_live(self, progress: Progress) -> str:
        """Put the new database in the place of the site's, whole or not at all.

        Says where what was there before is.
        """


def path_for(folder: Path, moment: datetime, suffix: str) -> Path:
    return folder / f"{moment.astimezone(UTC):{_NAME}}{suffix}"


def moment_of(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for another file."""
    match = _PATTERN.fullmatch(path.name)
    return datetime.strptime(match[1], _NAME).replace(tzinfo=UTC) if match else None


def latest(folder: Path) -> datetime | None:
    """When the last backup in a folder was made."""
    moments = (moment_of(path) for path in folder.glob("icsinfo-*"))
    return max(filter(None, moments), default=None)


def superfluous(paths: Iterable[Path], now: datetime, days: int) -> list[Path]:
    """The backups to delete: the last of each hour, and after a day of each day, is kept."""
    dated = sorted((moment, path) for path in paths if (moment := moment_of(path)))
    last: dict[object, Path] = {}
    for moment, path in dated:
        age = now - moment
        if age < _HOUR:
            last[path] = path
        elif age < _DAY:
            last[f"{moment:%F %H}"] = path
        elif age < days * _DAY:
            last[moment.date()] = path
    kept = set(last.values())
    return [path for _, path in dated if path not in kept]


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path beside another, to be renamed to it once all is written and on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for killed in path.parent.glob(".icsinfo-*"):
        killed.unlink()
    aside = path.with_name(f".{path.name}")
    try:
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def another_database(name: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection like the site's, to another database."""
    connections.databases[TRIAL] = {**connections["default"].settings_dict, "NAME": name}
    try:
        yield connections[TRIAL]
    finally:
        connections[TRIAL].close()
        del connections[TRIAL]
        del connections.databases[TRIAL]


def check_migrations(database: BaseDatabaseWrapper) -> None:
    """Refuse a backup of something else, or of a later release than this."""
    loader = MigrationLoader(database)
    applied = {key for key in loader.applied_migrations or () if key[0] in loader.migrated_apps}
    if ("systems", "0001_initial") not in applied:
        raise BackupError("It is not a backup of this site: it has none of the site's tables.")
    if later := applied - loader.graph.nodes.keys():
        names = ", ".join(sorted(f"{app}.{name}" for app, name in later))
        raise BackupError(f"It was made by a later release than this one, with {names}.")


def rows_by_table(database: BaseDatabaseWrapper) -> dict[str, int]:
    """How many rows each table has."""
    with database.cursor() as cursor:
        numbers = {}
        for table in sorted(database.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {database.ops.quote_name(table)}")  # noqa: S608
            numbers[table] = cursor.fetchone()[0]
    return numbers


def raise_versions(database: BaseDatabaseWrapper) -> None:
    """Let every process read everything again once the database is live."""
    for version in (GazetteerVersion, ContentVersion):
        version._default_manager.using(database.alias).create()
