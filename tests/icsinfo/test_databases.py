"""What Django's backends do behind the circuit breaker."""

from pathlib import Path

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from icsinfo.circuit_breaker import COMMAND, PUBLIC, STAFF, breaker
from icsinfo.databases.sqlite3.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.sqlite3"


def opened(file: Path) -> BaseDatabaseWrapper:
    given = {
        "NAME": str(file),
        "OPTIONS": {"timeout": 20},
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
