"""Everything a lookup or a map needs, in memory: atlas, register, places, postcodes, outlines.

A process reads it once, and again only when `GazetteerVersion` says that what it is read from has
changed: one thread reads, in one snapshot of the database, while the others go on with the last
reading. So they do while the database is away.
"""

import hashlib
import logging
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from threading import Lock, Thread
from typing import Any, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Model
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template import Context
from django.utils.functional import SimpleLazyObject

from icsinfo import content_cache
from icsinfo.http import View
from icsinfo.rendering import do_not_keep
from icsinfo.sealed_files import read_sealed, write_sealed
from systems.atlas import Atlas
from systems.maps.drawing import Maps
from systems.maps.outlines import Outlines
from systems.models import Dataset, GazetteerVersion
from systems.models.data_versions import version_committed
from systems.reference.directory import Directory
from systems.reference.nations import Nations
from systems.reference.organisations import Register
from systems.reference.places import Places
from systems.reference.prefix_index import Names
from systems.reference.spelling import Spelling


@dataclass(frozen=True)
class Gazetteer:
    """`vintage` names the release of the postcodes: "OS Code-Point Open, October 2025".

    `datasets` are those in use by their kind.
    """

    atlas: Atlas
    register: Register
    places: Places
    spelling: Spelling
    directory: Directory
    nations: Nations
    outlines: Outlines
    vintage: str
    datasets: dict[str, Dataset]

    @property
    def vintage_date(self) -> str:
        return self.vintage.rpartition(", ")[2]

    @cached_property
    def names(self) -> Names:
        """All names by how they begin: for suggestions, and made when the first is asked for."""
        return Names.of(self.atlas, self.register, self.places)

    @cached_property
    def suggestions(self) -> dict[tuple[date, date, int], Any]:
        """What to suggest for a name of `names`, known by its identity, on a day as at another."""
        return {}

    @cached_property
    def maps(self) -> Maps:
        """The maps of all dates, each drawn when it is first asked for."""
        return Maps(self.atlas, self.outlines)


_load_directory = lru_cache(maxsize=2)(Directory.load)
_load_nations = lru_cache(maxsize=2)(Nations.load)
_load_places = lru_cache(maxsize=2)(Places.load)
_load_outlines = lru_cache(maxsize=2)(Outlines.load)
_spelling_of = lru_cache(maxsize=1)(Spelling)

# Everything of the database that is read here.
MODELS: set[type[Model]] = {*Atlas.MODELS, *Register.MODELS, Dataset}

_cached: tuple[int, Gazetteer] | None = None  # with its version
# The version of the content at which a reading was last seen to be as it is stored.
_known: tuple[object, tuple[int, Gazetteer]] | None = None
_read_by = 0  # the process that read it or found it unchanged; a worker inherits the server's
_reading = Lock()
_restoring = Lock()
# Where a server keeps what it read of the database.
stored_in: Path | None = None
_BEGIN_SNAPSHOT = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "sqlite": "BEGIN DEFERRED",
}
logger = logging.getLogger(__name__)


def read() -> Gazetteer:
    """Read the gazetteer afresh from the database and the files that its datasets name."""
    used = {dataset.kind: dataset for dataset in Dataset.objects.filter(in_use=True)}
    return _put_together(used, Atlas.read(), Register.read())


def _put_together(used: dict[str, Dataset], atlas: Atlas, register: Register) -> Gazetteer:
    postcodes = used.get("postcodes")
    places = _load_places(_path(used.get("places"), settings.PLACES_FILE))
    names = (name for name, _ in atlas.names)
    return Gazetteer(
        atlas,
        register,
        places,
        _spelling_of(frozenset(chain(names, register.names(), places.proper_names()))),
        _load_directory(_path(postcodes, settings.POSTCODE_DIRECTORY)),
        _load_nations(_path(used.get("other-nations"), settings.NATIONS_FILE)),
        _load_outlines(_path(used.get("outlines"), settings.OUTLINES_FILE)),
        str(postcodes) if postcodes else "",
        used,
    )


def _path(dataset: Dataset | None, otherwise: Path) -> Path:
    return dataset.path if dataset and dataset.file else otherwise


@contextmanager
def _snapshot() -> Iterator[None]:
    """Let all queries inside see one state of the database, and keep nobody from writing.

    Inside a transaction they see what that sees.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN_SNAPSHOT[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _read_if_changed() -> Gazetteer:
    """The gazetteer as it is stored; for whoever has _reading, so that one thread reads."""
    global _cached, _read_by
    with _snapshot():
        version = GazetteerVersion.current()
        if _cached is None or _cached[0] != version:
            _cached = (version, read())
            _read_by = os.getpid()
            _store(*_cached)
    return _cached[1]


def _store(version: int, gazetteer: Gazetteer) -> None:
    """Store what was read, for a process that is started while the database is away."""
    if stored_in:
        stored = version, gazetteer.datasets, gazetteer.atlas, gazetteer.register
        try:
            write_sealed(stored_in, _digest_of_code() + pickle.dumps(stored))
        except OSError as error:
            logger.warning("The gazetteer cannot be stored: %s", error)


def _restored() -> tuple[int, Gazetteer] | None:
    """What a process of this very release stored last, with its version."""
    content = read_sealed(stored_in) if stored_in else None
    digest = _digest_of_code()
    if not content or not content.startswith(digest):
        return None
    # Nobody without the secret key can have written it: see icsinfo/sealed_files.py.
    version, *stored = pickle.loads(content[len(digest) :])  # noqa: S301
    return version, _put_together(*stored)


@cache
def _digest_of_code() -> bytes:
    """Changes with every module of this app: objects of other classes are not to be restored."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


def _read_in_background() -> None:
    """Start a thread that reads again, unless one is reading."""

    def read_and_leave() -> None:
        try:
            _read_if_changed()
        except Exception:
            # What is held goes on being used, and the next request tries again.
            logger.exception("The gazetteer could not be read again")
        finally:
            _reading.release()
            connection.close()

    if _reading.acquire(blocking=False):
        try:
            Thread(target=read_and_leave, daemon=True).start()
        except RuntimeError:  # no thread is left
            _reading.release()
            logger.exception("The gazetteer could not be read again")


@receiver(version_committed, sender=GazetteerVersion)
def _read_own_changes(*, autocommit: bool = False, **kwargs: Any) -> None:
    """Read again before whoever changed something gets an answer, and asks for the next page.

    A script that writes row by row would read after each.
    """
    if _cached and not autocommit:
        with _reading:
            _read_if_changed()


def current(*, wait: bool = False) -> Gazetteer:
    """The gazetteer as it is held, by one small query, or none where nothing at all has changed.

    If what it is read from has changed, a thread begins to read it again, and until that is done
    what is held is used; `wait` is for the new one. A transaction that has changed it itself reads
    it for itself. Raises OperationalError or InterfaceError if the database is away and nothing
    was read or stored before.
    """
    return _current(wait)[0]


def _current(wait: bool) -> tuple[Gazetteer, bool]:
    """The gazetteer, and whether it is known to be out of date."""
    global _cached, _known, _read_by
    cached, seen = _cached, _seen_content()
    if unchanged := _unchanged(seen):
        return unchanged, False
    try:
        version = GazetteerVersion.current()
        if own := GazetteerVersion.uncommitted():
            own.cache = own.cache or read()
            return own.cache, False
        # What a worker inherited may be as old as the server: it is read again before the first
        # answer, while what the worker has read itself is as old as the last change.
        waits = wait or _read_by != os.getpid()
        if cached is None or (waits and cached[0] != version):
            with _reading:
                return _read_if_changed(), False
    except (OperationalError, InterfaceError):
        with _restoring:
            cached = _cached = _cached or _restored()
        if cached is None:
            raise
        return cached[1], False
    is_old = cached[0] != version
    if is_old:
        _read_in_background()
    else:
        _read_by = os.getpid()
        if seen:
            _known = seen, cached
    return cached[1], is_old


def _seen_content() -> object | None:
    """The version of the content, where it says anything of what this thread would read."""
    content = content_cache.content
    return content.version() if content and not connection.in_atomic_block else None


def _unchanged(seen: object | None) -> Gazetteer | None:
    """The gazetteer that is held, if nothing has changed since it was last seen to be as stored."""
    is_known = seen and _known and _known[0] == seen and _known[1] is _cached
    return _known[1][1] if is_known and _known else None


class GazetteerRequest(HttpRequest):
    """A request as views get it: its whole answer is made of one reading of the gazetteer.

    Unless nothing has changed, `gazetteer` is found out at its first use, and raises then what
    `current` raises.
    """

    gazetteer: Gazetteer
    has_old_gazetteer: bool


class GazetteerMiddleware:
    """Give the request its `gazetteer`. The first, as error pages use it too."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: GazetteerRequest) -> HttpResponse:
        def find() -> Gazetteer:
            gazetteer, request.has_old_gazetteer = _current(wait=False)
            return gazetteer

        request.has_old_gazetteer = False
        request.gazetteer = _unchanged(_seen_content()) or cast(Gazetteer, SimpleLazyObject(find))
        response = self.get_response(request)
        nothing = response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
        if nothing and self._reads_again(request):
            return self.get_response(request)
        if request.has_old_gazetteer:
            do_not_keep(request)
        return response

    def process_exception(
        self, request: GazetteerRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer once more where the database has what the gazetteer that is held does not know."""
        match = request.resolver_match
        if match and isinstance(exception, KeyError) and self._reads_again(request):
            return match.func(request, *match.args, **match.kwargs)
        return None

    def _reads_again(self, request: GazetteerRequest) -> bool:
        """Give a request that met an old gazetteer the new one: what it asks for may be there."""
        if request.method not in {"GET", "HEAD"} or not request.has_old_gazetteer:
            return False
        request.gazetteer, request.has_old_gazetteer = current(wait=True), False
        return True


def gazetteer_of(context: Context) -> Gazetteer:
    """The gazetteer of the request for which a template is rendered."""
    gazetteer: Gazetteer = context["request"].gazetteer
    return gazetteer
