"""Which kind of backup a database takes, and progress for whoever waits for one."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError, InterfaceError
from django.db.backends.base.base import BaseDatabaseWrapper
from tqdm import tqdm

from icsinfo.file_lock import file_lock
from systems.backups import BackupError, Backups, Progress
from systems.backups.postgresql import PostgreSQLBackups
from systems.backups.sqlite import SQLiteBackups

# What ends a backup or a restore, with a sentence of its own.
FAILURES = (BackupError, OSError, DatabaseError, InterfaceError, sqlite3.Error, psycopg.Error)


@contextmanager
def backups_of(connection: BaseDatabaseWrapper) -> Iterator[Backups]:
    """For one process at a time, as each restores into a database of the same name."""
    with file_lock("backup", BackupError("Another backup or restore is running.")):
        yield PostgreSQLBackups() if connection.vendor == "postgresql" else SQLiteBackups()


@contextmanager
def progress_bar(what: str, verbosity: int) -> Iterator[Progress]:
    with tqdm(desc=what, unit="", leave=False, disable=verbosity == 0 or None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress
