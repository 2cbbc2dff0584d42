"""`./dev bench --growth`: what a page takes where there are 10 and 100 times as many rows.

Run by itself, with how many times, it multiplies the rows of its database and prints a figure a
line as JSON: its name, and seconds of processor for a first and a later rendering.
"""

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from wsgiref.util import setup_testing_defaults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icsinfo.settings")

import django

django.setup()

from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from icsinfo import content_cache
from systems import gazetteer
from systems.models import (
    CouncilArea,
    Membership,
    Organisation,
    OrganisationAlias,
    OrganisationSuccession,
    Scheme,
)
from tests.benchmarks.figures import LOOK_UP, PAGES, PAST_THE_CACHE
from tests.benchmarks.servers import Site
from tests.database import served_copy
from timeline.models import Announcement, Entry, Statement

READING = "reading the gazetteer"
LINEAR = {"members.csv", READING}  # what holds all that there is; all else is to be bounded
ROUNDS = 5
MAX_SECONDS = 5.0  # of rounds for one page, once there was one
STEP = 100_000  # from the keys of rows to those of their next copies
# The words of SQL for what a copy has in a column that may not be the same, nor too long.
COPIED = {
    "slug": "n || '-' || slug",
    "code": "code || 'X' || n",
    "former_codes": "''",
    "number": "''",
    "name": "name || ' ' || n",
}
GROWN: list[type[models.Model]] = [
    Organisation,
    OrganisationAlias,
    OrganisationSuccession,
    Membership,
    CouncilArea,
    Scheme,
    *(getattr(Scheme, field).through for field in ("topics", "audiences", "ways", "areas")),
    Entry,
    Announcement,
    Entry.systems.through,
    Statement,
]
# Of the timeline only announcements: the events are those of the systems.
ANNOUNCED = "IN (SELECT entry_ptr_id FROM timeline_announcement)"
ONLY = {
    Entry: f"id {ANNOUNCED}",
    Entry.systems.through: f"entry_id {ANNOUNCED}",
    Statement: f"entry_id {ANNOUNCED}",
}


def multiply(times: int) -> None:
    """Let there be `times` as many organisations, schemes and announcements, with their links.

    A copy is in the same systems and areas, and what links two rows links their copies.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for model in GROWN:
            columns = {field.column: _copied(field) for field in model._meta.local_concrete_fields}
            key = model._meta.pk.column
            cursor.execute(
                f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns)}) '  # noqa: S608 - ours
                "WITH RECURSIVE copies(n) AS "
                "(SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n + 1 < %s) "
                f"SELECT {', '.join(columns.values())} FROM {model._meta.db_table}, copies "
                f"WHERE {key} < {STEP} AND {ONLY.get(model, '1 = 1')} AND n < %s",
                [times, times],
            )


def _copied(field: models.Field) -> str:
    """A column of the copy numbered n, in SQL."""
    if field.primary_key or field.related_model in GROWN:
        return f"{field.column} + n * {STEP}"
    return COPIED.get(field.column, field.column)


def growth(times: int) -> dict[str, list[float]]:
    """By name, what `main` prints of a database of that size."""
    with (
        TemporaryDirectory(prefix="icsinfo-bench-") as folder,
        served_copy(connection, Path(folder)) as database,
    ):
        site = Site(Path(folder), database)
        site.run("manage.py", "prepare")
        lines = site.run("-m", "tests.benchmarks.growth", str(times)).splitlines()
    return {name: seconds for name, *seconds in map(json.loads, lines)}


def main(times: int) -> None:
    multiply(times)
    application = import_string("icsinfo.wsgi.application")  # reads the database
    pages = [(name, path, b"") for name, path, _ in PAGES]
    for name, path, body in [*pages, ("API: a look-up", LOOK_UP, b'{"q": "SW1A 1AA"}')]:
        print(json.dumps([name, *_renderings(partial(_ask, application, path, body))]))
    Organisation.objects.filter(code="A81001").update(phone="0")
    print(json.dumps([READING, _seconds(partial(gazetteer.current, wait=True))]))


def _renderings(ask: Callable[[], object]) -> tuple[float, float]:
    """Medians of the first rendering after a change of any public page, and of the next."""
    content: Any = content_cache.content
    began = time.monotonic()
    first: list[float] = []
    later: list[float] = []
    while not first or (len(first) < ROUNDS and time.monotonic() - began < MAX_SECONDS):
        content.changed()
        first.append(_seconds(ask))
        later.append(_seconds(ask))
    return median(first), median(later)


def _seconds(act: Callable[[], object]) -> float:
    """Of processor, in this thread."""
    began = time.thread_time()
    act()
    return time.thread_time() - began


def _ask(application: Callable[..., Iterable[bytes]], path: str, body: bytes) -> None:
    """Past the page cache, as the cookie has it."""
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": "127.0.0.1"}
    environ["HTTP_COOKIE"] = PAST_THE_CACHE["Cookie"]
    if body:
        environ |= {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json"}
        environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environ)
    statuses: list[str] = []
    result: Any = application(environ, lambda status, *others: statuses.append(status))
    for _ in result:
        pass
    result.close()
    if statuses != ["200 OK"]:
        raise SystemExit(f"{path}: {statuses}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
