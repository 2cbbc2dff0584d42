"""Django's database backends, behind a circuit breaker (`icsinfo.circuit_breaker`)."""

from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from icsinfo.circuit_breaker import breaker


class GuardedDatabase(BaseDatabaseWrapper):
    """Raises OperationalError instead of asking a database that does not answer."""

    def connect(self) -> None:
        _refuse_if_away()
        super().connect()

    def create_cursor(self, name: str | None = None) -> Any:
        _refuse_if_away()
        return super().create_cursor(name)


def _refuse_if_away() -> None:
    if breaker.refuses():
        raise OperationalError("The database does not answer.")
