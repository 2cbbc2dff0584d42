"""The curated data in a database that is kept between runs, for every run and worker to copy.

It is known by a digest of all that it is made of. Where that changes, the next run makes it anew.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.source import ROOT, imported_from

# What fills a database: their files, and every file of the project that these import.
MAKERS = [
    "icsinfo.settings",
    *(
        f"{app}.{part}"
        for app in ("systems", "timeline")
        for part in ("apps", "models", "fixtures", "management.commands.load_data")
    ),
]
# What is kept, so that one may go from branch to branch and from Python to Python.
MAX_KEPT = 4


def parts(root: Path = ROOT) -> Iterator[Path]:
    """All files that decide what is in the database."""
    yield from imported_from(MAKERS)
    yield from root.glob("*/migrations/*.py")
    yield from (path for path in (root / "fixtures").rglob("*") if path.is_file())
    yield root / "icsinfo/requirements.txt"


def digest_of(files: Iterable[Path], root: Path = ROOT) -> str:
    """Changes with the name or the content of any of the files, and with Django's version."""
    digest = hashlib.sha256(django.get_version().encode())
    for path in sorted(set(files)):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(root)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:20]


def use_kept(connection: BaseDatabaseWrapper, folder: Path) -> None:
    """Let pytest-django begin with a copy of the kept database; for SQLite, in `folder`."""
    key = digest_of(parts())
    test = connection.settings_dict["TEST"]
    with _locked():
        if connection.vendor == "sqlite":
            test["NAME"] = str(shutil.copy(_kept_file(key), folder / "test.sqlite3"))
        else:
            test["TEMPLATE"] = _kept_template(connection, key)


def copy_kept(target: Path) -> None:
    """Put a copy of the kept SQLite database at `target`."""
    with _locked():
        shutil.copy(_kept_file(digest_of(parts())), target)


@contextmanager
def served_copy(connection: BaseDatabaseWrapper, folder: Path) -> Iterator[str]:
    """The address of a copy of the kept database, for a server that a test starts."""
    if connection.vendor == "sqlite":
        copy_kept(folder / "db.sqlite3")
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    with _locked():
        kept = connection.settings_dict["TEST"]["TEMPLATE"]
        url = _create(connection, "served", f'TEMPLATE "{kept}"')
    yield url
    _drop(connection, "served")


@contextmanager
def empty_database(connection: BaseDatabaseWrapper, folder: Path) -> Iterator[str]:
    """The address of a database in which there is nothing yet."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder) as made:
            yield f"sqlite:///{made}/db.sqlite3"
        return
    yield _create(connection, "empty")
    _drop(connection, "empty")


def apart(act: Callable[[], Any]) -> Any:
    """What comes of something in a thread, with a connection of its own."""

    def run() -> Any:
        try:
            return act()
        finally:
            default_connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def _create(connection: BaseDatabaseWrapper, suffix: str, options: str = "") -> str:
    """The address of a new database on the server, in the place of one left there."""
    _drop(connection, suffix)
    name = f"{connection.settings_dict['NAME']}_{suffix}"
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'CREATE DATABASE "{name}" {options}')
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _drop(connection: BaseDatabaseWrapper, suffix: str) -> None:
    name = f"{connection.settings_dict['NAME']}_{suffix}"
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _kept_folder() -> Path:
    folder = settings.STATE_DIR / "kept"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _locked() -> Iterator[None]:
    """Let one worker build while the others wait for what it builds."""
    with (_kept_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fill(url: str) -> None:
    """Fill an empty database as somebody does who has just cloned the project."""
    with tempfile.TemporaryDirectory() as state:
        given = {"DATABASE_URL": url, "ICSINFO_STATE": state, "ICSINFO_LOCAL": "1"}
        for command in ("migrate", "load_data"):
            subprocess.run(  # noqa: S603 - our own
                [sys.executable, "manage.py", command, "-v", "0"],
                cwd=ROOT,
                env=os.environ | given | {"DJANGO_SETTINGS_MODULE": "icsinfo.settings"},
                check=True,
            )


def _kept_file(key: str) -> Path:
    folder = _kept_folder()
    kept = folder / f"{key}.sqlite3"
    if not kept.exists():
        for old in sorted(folder.glob("*.sqlite3"), key=os.path.getmtime)[: 1 - MAX_KEPT]:
            old.unlink()
        with tempfile.TemporaryDirectory(dir=folder) as building:
            made, whole = Path(building) / "made", Path(building) / "whole"
            _fill(f"sqlite:///{made}")
            # With what may still be in the log beside it.
            with (
                closing(sqlite3.connect(made)) as source,
                closing(sqlite3.connect(whole)) as target,
            ):
                source.backup(target)
            whole.rename(kept)
    os.utime(kept)
    return kept


def _kept_template(connection: BaseDatabaseWrapper, key: str) -> str:
    """The name of the kept database on the server, which is made where it is not there."""
    prefix = f"{connection.settings_dict['NAME']}_kept_"
    kept, building = prefix + key, f"{prefix}building"
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        there = {name for (name,) in cursor.fetchall()}
        if kept not in there:
            for name in there:
                cursor.execute(f'DROP DATABASE "{name}"')
            cursor.execute(f'CREATE DATABASE "{building}"')
            _fill(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{building}").geturl())
            cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{kept}"')
    return kept
