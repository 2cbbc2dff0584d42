"""What Django's backends do behind the circuit breaker."""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from icsinfo.circuit_breaker import COMMAND, PUBLIC, STAFF, breaker
from icsinfo.databases.sqlite3.base import DatabaseWrapper
from tests.database import copy_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.sqlite3"


def opened(file: Path) -> BaseDatabaseWrapper:
    given = {
        "NAME": str(file),
        "OPTIONS": {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
        "CONN_HEALTH_CHECKS": False,
        "CONN_MAX_AGE": 0,
        "AUTOCOMMIT": True,
        "TIME_ZONE": None,
    }
    return DatabaseWrapper(connections.settings["default"] | given)


def execute(wrapper: BaseDatabaseWrapper, sql: str) -> list[tuple]:
    with wrapper.cursor() as cursor:
        return cursor.execute(sql).fetchall()


@pytest.mark.parametrize("keeps", [0, 40], ids=["no header left", "all but its end"])
def test_a_damaged_file_is_a_database_that_is_away(file: Path, keeps: int) -> None:
    wrapper = opened(file)
    execute(wrapper, "CREATE TABLE t AS SELECT hex(randomblob(9000)) AS x")
    wrapper.close()
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * keeps // 100] or b"not a database" * 400)
    with pytest.raises(OperationalError, match=r"malformed|not a database"):
        execute(wrapper, "SELECT * FROM t")
    wrapper.close()


def test_what_is_wrong_with_a_question_is_no_outage(file: Path) -> None:
    wrapper = opened(file)
    execute(wrapper, "CREATE TABLE t (x UNIQUE)")
    execute(wrapper, "INSERT INTO t VALUES (1)")
    with pytest.raises(Exception, match="UNIQUE") as raised:
        execute(wrapper, "INSERT INTO t VALUES (1)")
    assert raised.type.__name__ == "IntegrityError"
    wrapper.close()


def test_readers_wait_less_long_for_who_writes_than_editors_and_commands(file: Path) -> None:
    wrapper = opened(file)
    waits = {}
    for patience in (PUBLIC, STAFF, COMMAND):
        with breaker.patience(patience):
            [(waits[patience],)] = execute(wrapper, "PRAGMA busy_timeout")
    assert waits == {PUBLIC: 2_000, STAFF: 20_000, COMMAND: 20_000}
    wrapper.close()


def test_a_database_that_does_not_answer_is_asked_nothing_and_then_again(file: Path) -> None:
    wrapper = opened(file)
    assert execute(wrapper, "SELECT 1") == [(1,)]
    breaker.open()
    try:
        with pytest.raises(OperationalError, match="does not answer"):
            execute(wrapper, "SELECT 1")
        with breaker.patience(STAFF):  # for a moment
            assert execute(wrapper, "SELECT 1") == [(1,)]
        assert wrapper.get_autocommit()  # Django asks at the begin of each request
    finally:
        breaker.close()
    assert execute(wrapper, "SELECT 1") == [(1,)]
    wrapper.close()


def test_a_new_file_is_closed_to_other_users(file: Path) -> None:
    wrapper = opened(file)
    execute(wrapper, "CREATE TABLE t (x)")
    assert file.stat().st_mode & 0o777 == 0o600
    wrapper.close()


def test_a_file_in_a_folder_that_cannot_be_written_is_read_all_the_same() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "some.sqlite3"
        wrapper = opened(file)
        for sql in ("CREATE TABLE t (x)", "INSERT INTO t VALUES (7)"):
            execute(wrapper, sql)
        wrapper.close()
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            told = as_nobody(lambda: str(execute(opened(file), "SELECT x FROM t")))
            assert told == "[(7,)]"
            told = as_nobody(lambda: str(execute(opened(file), "DELETE FROM t")))
            assert told == "attempt to write a readonly database"
        finally:
            Path(folder).chmod(0o755)


def as_nobody(do: Callable[[], str]) -> str:
    """What it gives or says that is wrong, in a process that has no rights of an administrator."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            os.write(writing, do().encode())
        except BaseException as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return told.read()


def test_an_integrity_check_from_outside_finds_nothing_wrong(tmp_path: Path) -> None:
    """Without the functions that Django adds, of which some constraints are made."""
    copy_kept(tmp_path / "copy.sqlite3")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as outside:
        outside.execute("PRAGMA ignore_check_constraints = ON")
        assert outside.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
