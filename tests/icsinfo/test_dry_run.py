"""A dry run writes nothing, and keeps nobody else from writing."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from icsinfo.dry_run import rolled_back
from systems.models import GazetteerVersion, Source
from tests.database import apart


def write_elsewhere() -> None:
    """As another process does, which waits for nobody."""
    write = "INSERT INTO systems_contentversion (step) VALUES (1)"
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other, other:
            other.execute(write)
        return
    params: Any = connection.get_connection_params()
    with psycopg.connect(**params) as other:
        other.execute("SET lock_timeout = 1")
        other.execute(write)


def nobodys() -> bool:
    return Source.objects.filter(publisher="Nobody").exists()


def test_what_a_dry_run_writes_is_seen_in_it_and_gone_after_it(committed) -> None:
    def run() -> tuple[bool, bool, bool]:
        version = GazetteerVersion.current()
        with rolled_back():
            Source.objects.create(publisher="Nobody", title="Nothing")
            within = nobodys()
        return within, nobodys(), GazetteerVersion.current() == version

    assert apart(run) == (True, False, True)


def test_somebody_else_writes_meanwhile(committed) -> None:
    def run() -> None:
        with rolled_back():
            Source.objects.create(publisher="Nobody", title="Nothing")
            write_elsewhere()

    apart(run)


def test_the_database_is_the_sites_again_after_an_error(committed) -> None:
    def run() -> tuple[bool, bool]:
        with pytest.raises(IntegrityError), rolled_back():
            Source.objects.create(publisher="", title="")
        made = Source.objects.create(publisher="Nobody", title="Something")
        there = apart(nobodys)
        made.delete()
        return there, apart(nobodys)

    assert apart(run) == (True, False)


def test_in_a_transaction_it_sees_what_that_has_written(committed) -> None:
    def run() -> bool:
        with transaction.atomic():
            made = Source.objects.create(publisher="Nobody", title="Something")
            with rolled_back():
                Source.objects.filter(pk=made.pk).delete()
            there = nobodys()
            transaction.set_rollback(True)
        return there

    assert apart(run)
