"""Versions of what is stored: another one after each transaction that wrote, however it wrote.

Each statement that writes is looked at as it goes to the database, because signals say nothing of
`update`, `bulk_create` or a delete in bulk. The version is stored in the same transaction, so it
is seen exactly when the change is, and a rollback takes it back too.
"""

import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection as default_connection
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.dispatch import Signal

# Sent with the version's class as sender, after the commit of a transaction that raised it, or with
# `autocommit` after a statement outside one.
version_committed = Signal()

MAX_ROWS = 100  # of a version, before they are added up
_WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')
_SAVEPOINT = re.compile(r"\s*(ROLLBACK TO |RELEASE |)SAVEPOINT (\S+)")

# By table, in the order in which they are told of a commit.
_followers: dict[str, dict[type["DataVersion"], None]] = defaultdict(dict)
_is_migrating = False


def random_step() -> int:
    return secrets.randbelow(2**31 - 1) + 1


class Uncommitted:
    """A version that the transaction of a connection has raised and not committed yet.

    `cache` is for what was read in that transaction, which nobody else may see. It is empty after
    the transaction writes again, and filled again when that is rolled back to a savepoint.
    """

    def __init__(self, version: type["DataVersion"]) -> None:
        self.version = version
        self._state = object()  # another one after each write
        self._savepoints: dict[str, object] = {}
        self._read: dict[object, Any] = {}

    @property
    def cache(self) -> Any:
        return self._read.get(self._state)

    @cache.setter
    def cache(self, value: Any) -> None:
        self._read[self._state] = value

    def write(self) -> None:
        self._state = object()
        self._forget()

    def pass_savepoint(self, how: str, name: str) -> None:
        """Note that a savepoint is made, or released, or rolled back to."""
        if how == "RELEASE ":
            self._savepoints.pop(name, None)
            self._forget()
        elif how:
            self._state = self._savepoints.get(name) or object()
        else:
            self._savepoints[name] = self._state

    def _forget(self) -> None:
        """What no rollback leads back to."""
        reachable = {self._state, *self._savepoints.values()}
        self._read = {state: read for state, read in self._read.items() if state in reachable}

    def __call__(self) -> None:
        """Called by Django after the commit."""
        version_committed.send(self.version)
        self.version.add_up()


class DataVersion(models.Model):
    """The version is the sum of all rows, and each transaction that writes adds one.

    So no transaction waits for another, as it would for a row that all of them update. The steps
    are random: a database that was restored from a copy does not come to a version it had before.
    """

    step = models.BigIntegerField(default=random_step)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.step)

    @classmethod
    def current(cls) -> int:
        """The version of what this connection sees, by one query."""
        return cls._default_manager.aggregate(sum=models.Sum("step"))["sum"] or 0

    @classmethod
    def follow(cls, followed: Iterable[type[models.Model]]) -> None:
        """Raise the version with every transaction that writes rows of these models."""
        for model in followed:
            _followers[model._meta.db_table].setdefault(cls)

    @classmethod
    def follows(cls, model: type[models.Model]) -> bool:
        return cls in _followers.get(model._meta.db_table, ())

    @classmethod
    def uncommitted(
        cls, connection: BaseDatabaseWrapper = default_connection
    ) -> Uncommitted | None:
        """What the running transaction raised; None outside one, and if it wrote nothing."""
        for raised in _uncommitted(connection):
            if raised.version is cls:
                return raised
        return None

    @classmethod
    def add_up(cls) -> None:
        """Put one row in the place of many, once they are many. The version stays the same."""
        if cls._default_manager.count() <= MAX_ROWS:
            return
        with transaction.atomic():
            rows = cls._default_manager.select_for_update(skip_locked=True)
            steps = dict(rows.values_list("pk", "step"))
            cls._default_manager.filter(pk__in=steps).delete()
            cls._default_manager.create(step=sum(steps.values()))

    @classmethod
    def raise_once(cls, connection: BaseDatabaseWrapper) -> None:
        """Raise the version, unless this transaction has done it."""
        if raised := cls.uncommitted(connection):
            raised.write()
            return
        cls._default_manager.using(connection.alias).create()
        if connection.in_atomic_block:
            transaction.on_commit(Uncommitted(cls), connection.alias, robust=True)
        else:
            version_committed.send(cls, autocommit=True)


class GazetteerVersion(DataVersion):
    """Of what the gazetteer is read from."""


class ContentVersion(DataVersion):
    """Of all that public pages are made of."""


def _uncommitted(connection: BaseDatabaseWrapper) -> Iterator[Uncommitted]:
    """Django forgets these with the transaction, or the savepoint, that is rolled back."""
    for _, callback, *_ in connection.run_on_commit:
        if isinstance(callback, Uncommitted):
            yield callback


def _follow(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """An execute wrapper: see https://docs.djangoproject.com/en/5.2/topics/db/instrumentation/."""
    result = execute(sql, params, many, context)
    if isinstance(sql, str) and not _is_migrating:
        if written := _WRITE.match(sql):
            for version in _followers.get(written[1], ()):
                version.raise_once(context["connection"])
        elif passed := _SAVEPOINT.match(sql):
            for raised in _uncommitted(context["connection"]):
                raised.pass_savepoint(*passed.groups())
    return result


def follow_connection(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Look at what a connection writes, from its first use on."""
    if _follow not in connection.execute_wrappers:
        connection.execute_wrappers.append(_follow)


def pause_for_migrations(**kwargs: Any) -> None:
    """While tables change the versions may not be there."""
    global _is_migrating
    _is_migrating = True


def resume_after_migrations(**kwargs: Any) -> None:
    global _is_migrating
    _is_migrating = False
