"""PostgreSQL, whose answers are not waited for while it does not answer.

Its own timeouts end no wait for a server that hangs, and those of TCP end none on a machine that
is well, or on a socket of the same machine.
"""

import time
from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen

from icsinfo.circuit_breaker import breaker
from icsinfo.databases import GuardedDatabase

SECONDS_BETWEEN_LOOKS = 0.1


class DatabaseWrapper(GuardedDatabase, base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        connection: psycopg.Connection = super().get_new_connection(conn_params)
        # psycopg waits here for whatever it is that it waits for.
        vars(connection)["wait"] = partial(_wait, connection)
        return connection


def _wait(
    connection: psycopg.Connection,
    steps: PQGen[Any],
    interval: float = SECONDS_BETWEEN_LOOKS,
    timeout: float | None = None,
) -> Any:
    """Wait as psycopg does, unless the breaker opens or one's patience ends meanwhile."""
    if breaker.refuses():
        raise psycopg.OperationalError("the database does not answer")
    if timeout is None:  # else it is no answer that is waited for
        steps = _until_refused(connection, steps)
    return type(connection).wait(connection, steps, interval, timeout)


def _until_refused(connection: psycopg.Connection, steps: PQGen[Any]) -> PQGen[Any]:
    """The steps of psycopg, which hands in 0 where an interval went by with nothing."""
    began = time.monotonic()
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and breaker.refuses(time.monotonic() - began):
                connection.close()  # what it was asked may still be answered
                raise psycopg.OperationalError("the database does not answer")
            wanted = steps.send(ready)
    except StopIteration as end:
        return end.value
