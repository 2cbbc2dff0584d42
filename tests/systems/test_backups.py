"""Backups: written while the site goes on, tried, thinned out, and restored whole or not at all."""

import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from systems.backups import latest, moment_of, path_for, superfluous
from tests.browser.started import SETTINGS, environment_of, serve
from tests.database import served_copy
from tests.source import ROOT

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


# --- Which are kept --------------------------------------------------------------------------


def folder_of_five_minutes(folder: Path, days: int) -> list[Path]:
    """A backup every five minutes for so many days up to NOW."""
    moments = [NOW - timedelta(minutes=5 * n) for n in range(days * 24 * 12)]
    paths = [path_for(folder, moment, ".sqlite3") for moment in moments]
    for path in paths:
        path.touch()
    return paths


def test_each_of_an_hour_one_an_hour_of_a_day_and_then_one_a_day_is_kept(tmp_path) -> None:
    folder_of_five_minutes(tmp_path, days=10)
    for path in superfluous(tmp_path.iterdir(), NOW, days=7):
        path.unlink()
    ages = sorted(NOW - moment_of(path) for path in tmp_path.iterdir())
    assert len([age for age in ages if age < timedelta(hours=1)]) == 12
    assert len([age for age in ages if age < timedelta(days=1)]) == 12 + 24
    assert len(ages) == 12 + 24 + 7
    assert ages[-1] < timedelta(days=7)


def test_what_is_no_backup_is_left_alone(tmp_path) -> None:
    (tmp_path / "icsinfo-notes.txt").touch()
    (tmp_path / "icsinfo-2020-01-01T00-00-00Z.sqlite3.gz").touch()
    assert superfluous(tmp_path.iterdir(), NOW, days=1) == []


def test_the_age_of_the_last_backup_is_read_off_its_name(tmp_path) -> None:
    assert latest(tmp_path / "not there") is None
    for path in folder_of_five_minutes(tmp_path, days=1)[3:]:
        path.unlink()
    assert latest(tmp_path) == NOW


# --- A site, its backups and what becomes of them ----------------------------------------------


class Site:
    """A database with the curated data, and the commands on it."""

    def __init__(self, state: Path, database: str) -> None:
        self.state, self.database = state, database

    def begin(self, *arguments: object) -> subprocess.Popen:
        return subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=environment_of(self.state, SETTINGS, self.database),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: object) -> str:
        """What a command says; what it says against it where it fails."""
        process = self.begin(*arguments)
        said, error = process.communicate()
        return said if process.returncode == 0 else error

    def query(self, sql: str) -> list[tuple]:
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(urlsplit(self.database).path)) as link, link:
                return link.execute(sql).fetchall()
        with psycopg.connect(self.database) as link:
            cursor = link.execute(sql)
            return cursor.fetchall() if cursor.description else []

    @property
    def schemes(self) -> int:
        return self.query("SELECT COUNT(*) FROM systems_scheme")[0][0]

    def lose_schemes(self) -> None:
        for table in ("areas", "topics", "audiences", "ways"):
            self.query(f"DELETE FROM systems_scheme_{table}")  # noqa: S608
        self.query("DELETE FROM systems_scheme")

    @property
    def backups(self) -> list[Path]:
        return sorted((self.state / "backups").glob("icsinfo-*"))

    @property
    def left_over(self) -> list[str]:
        """What a killed command left."""
        hidden = [path.name for path in self.state.rglob(".*")]
        if connection.vendor == "postgresql":
            name = urlsplit(self.database).path.strip("/")
            known = self.query("SELECT datname FROM pg_database")
            hidden += [other for (other,) in known if other.startswith(f"{name}_restored")]
        return hidden


@pytest.fixture
def site(django_db_setup: None, django_db_blocker, tmp_path: Path) -> Iterator[Site]:
    with django_db_blocker.unblock(), served_copy(connection, tmp_path) as database:
        made = Site(tmp_path, database)
        yield made
        if connection.vendor == "postgresql":
            for (name,) in made.query("SELECT datname FROM pg_database"):
                if name.startswith(f"{urlsplit(database).path.strip('/')}_"):
                    with connection._nodb_cursor() as cursor:
                        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db
@pytest.mark.slow
def test_what_was_lost_is_there_again_after_a_restore(site) -> None:
    had = site.schemes
    assert "rows in" in site.manage("backup")
    (backup,) = site.backups
    assert backup.stat().st_mode & 0o077 == 0
    site.lose_schemes()
    said = site.manage("restore", backup)
    assert "The site now uses the backup from" in said
    assert "The old database is in" in said
    assert (site.schemes, site.left_over) == (had, [])


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[: len(content) // 2] + bytes(60_000) + content[-20_000:],
        lambda content: b"",
        lambda content: b"<!doctype html><title>Not found</title>" * 1000,
    ],
    ids=["cut off", "overwritten", "empty", "a page"],
)
def test_a_damaged_backup_is_refused_and_the_site_stays_as_it_is(site, damage) -> None:
    site.manage("backup")
    (backup,) = site.backups
    backup.write_bytes(damage(backup.read_bytes()))
    site.lose_schemes()
    assert "Nothing was restored. " in site.manage("restore", backup)
    assert (site.schemes, site.left_over) == (0, [])


@pytest.mark.django_db
@pytest.mark.slow
def test_a_backup_of_something_else_is_refused_with_the_reason(site, tmp_path) -> None:
    assert "No such file" in site.manage("restore", tmp_path / f"no{suffix()}")
    (tmp_path / "wrong.zip").touch()
    assert "Backups of this database end in" in site.manage("restore", tmp_path / "wrong.zip")
    site.query("UPDATE django_migrations SET name = '9999_later' WHERE app = 'timeline'")
    assert "by a later release than this one, with timeline.9999_later" in site.manage("backup")
    assert site.backups == []
    site.query("DELETE FROM django_migrations")
    assert "not a backup of this site" in site.manage("backup")


def suffix() -> str:
    return ".dump" if connection.vendor == "postgresql" else ".sqlite3"


@pytest.mark.django_db
@pytest.mark.slow
def test_a_command_that_is_killed_leaves_the_old_state_or_the_new(site) -> None:
    """Twenty kills each, at moments spread over the time that the command takes."""
    had = site.schemes
    began = time.monotonic()
    site.manage("backup")
    takes = time.monotonic() - began
    first, *_ = site.backups
    for kill in range(20):
        process = site.begin("backup")
        time.sleep(takes * (0.5 + 0.5 * kill / 20))  # it takes half of that to begin
        process.send_signal(signal.SIGKILL)
        process.communicate()
    site.lose_schemes()
    for kill in range(20):
        process = site.begin("restore", first)
        time.sleep(takes * (0.5 + 0.6 * kill / 20))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert site.schemes in {0, had}
    # What has the name of a backup can be restored; and the next run tidies up.
    for backup in site.backups:
        assert "The site now uses the backup" in site.manage("restore", backup)
        assert site.schemes == had
    site.manage("backup")
    assert site.left_over == []


@pytest.mark.django_db
@pytest.mark.slow
def test_a_second_backup_at_the_same_time_is_refused(site) -> None:
    first, second = site.begin("backup"), site.begin("backup")
    said = first.communicate()[1] + second.communicate()[1]
    assert "Another backup or restore is running." in said or len(site.backups) == 2


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no file of its own")
def test_a_damaged_database_is_moved_aside_for_the_backup(site) -> None:
    had = site.schemes
    site.manage("backup")
    live = site.state / "db.sqlite3"
    live.write_bytes(live.read_bytes()[:100_000])
    assert "The old database is in" in site.manage("restore", site.backups[0])
    assert site.schemes == had
    (before,) = site.state.glob("db.sqlite3.before-*Z")
    assert before.stat().st_size == 100_000


LOSE_SCHEMES = "from systems.models import Scheme; Scheme.objects.all().delete()"


@pytest.mark.django_db
@pytest.mark.slow
def test_a_running_site_shows_what_was_restored(site) -> None:
    page = "/schemes/blood-pressure-checks-in-betting-shops-stockport/"
    site.manage("backup")
    with serve(site.state, SETTINGS, site.database, workers=2) as address:
        assert status(address + page) == HTTPStatus.OK
        site.manage(
            "shell", "-c", "from systems.models import Scheme; Scheme.objects.all().delete()"
        )
        assert comes_to(address + page, HTTPStatus.GONE)
        assert "The site now uses the backup" in site.manage("restore", site.backups[0])
        assert comes_to(address + page, HTTPStatus.OK)


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - our own
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def comes_to(url: str, wanted: int) -> bool:
    """Whether both processes answer so, in ten answers in a row, within 20 seconds."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if all(status(url) == wanted for _ in range(10)):
            return True
    return False
