"""What is measured: a table for each kind of measurement, and the function that does it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from systems.reference.directory import UNIT_NAMES, Directory, UnitStatus
from tests.benchmarks.client import Client, Request
from tests.benchmarks.servers import Server, Site
from tests.database import empty_database

# Name, path, and the empty views that a first rendering may cost.
PAGES: list[tuple[str, str, int | None]] = [
    ("home", "/", 12),
    ("an ICS", "/ics/devon/", 12),
    ("an area", "/areas/stockport/", 12),
    ("a GP practice", "/organisations/A81001/", 12),
    ("a scheme", "/schemes/blood-pressure-checks-in-betting-shops-stockport/", 12),
    ("an entry", "/timeline/44-planning-areas-named-march-2016/", 12),
    ("systems", "/ics/", 25),
    ("areas", "/areas/", 25),
    ("organisations", "/organisations/", 25),
    ("schemes", "/schemes/", 25),
    ("timeline", "/timeline/", 25),
    ("map", "/map/", 25),
    ("compare", "/compare/", 25),
    ("Atom feed", "/timeline/feed.atom", None),
    ("members.csv", "/data/members.csv", None),
    ("API: systems", "/api/v1/systems", None),
]
ICS = "/ics/devon/"
PAST_THE_CACHE = {"Cookie": "kept=no"}
LOOK_UP = "/api/v1/lookup"
LOOK_UPS = 1000
START_REQUESTS = 10
LOAD = """
import time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
began = time.perf_counter()
call_command("load_data", verbosity=0)
print(time.perf_counter() - began)
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024)
"""


@dataclass(frozen=True)
class Wanted:
    """The least that it may be of the empty view, the most empty views, or the most in its unit."""

    ratio: float | None = None
    views: float | None = None
    value: float | None = None


@dataclass(frozen=True)
class Figure:
    """One measured value, in answers a second ("/s"), seconds ("s"), "MB" or times another ("x").

    `empty` is what the empty view makes at that time, in answers a second; for "MB" of a worker,
    the memory of a worker that serves the empty view.
    """

    name: str
    value: float
    unit: str
    empty: float | None
    wanted: Wanted = Wanted()

    @property
    def ratio(self) -> float | None:
        """To the empty view, where more is better (or, of memory, worse)."""
        return self.value / self.empty if self.empty and self.unit in {"/s", "MB"} else None

    @property
    def views(self) -> float | None:
        """How many empty views would be answered in the time that it takes."""
        if not self.empty or self.unit not in {"/s", "s"}:
            return None
        return self.value * self.empty if self.unit == "s" else self.empty / self.value


@dataclass(frozen=True)
class Measured:
    """The servers side by side, and who asks them."""

    site: Site
    server: Server
    anchors: Server
    static: str  # the address of nginx's file, or empty
    client: Client

    def empty(self) -> float:
        return self.client.rate(Request(f"{self.anchors.address}/empty/"))

    def beside(self, measure: Callable[[], float]) -> tuple[float, float]:
        """What is measured, and what the empty view makes just before and just after it."""
        before = self.empty()
        return measure(), (before + self.empty()) / 2

    def rate(
        self, name: str, request: Request, least: float | None = None, connections: int = 0
    ) -> Figure:
        """Of answers that come quickly, beside the empty view."""
        self.client.warm(request)
        made, empty = self.beside(lambda: self.client.rate(request, connections))
        return Figure(name, made, "/s", empty, Wanted(ratio=least))

    def rate_of_slow(self, name: str, request: Request, most_views: float | None = None) -> Figure:
        made, empty = self.beside(lambda: self.client.rate_of_slow(request))
        return Figure(name, made, "/s", empty, Wanted(views=most_views))


def anchors(measured: Measured) -> Iterator[Figure]:
    """The empty view beside itself says how far to trust the others."""
    address = measured.anchors.address
    yield measured.rate("empty view", Request(f"{address}/empty/"))
    yield measured.rate("template page", Request(f"{address}/page/1/"))
    if measured.static:
        yield measured.rate("nginx static", Request(measured.static))


def kept(measured: Measured) -> Iterator[Figure]:
    """Answers that the page cache has."""
    address = measured.server.address
    for name, path, _ in PAGES:
        yield measured.rate(f"{name}, kept", Request(address + path), 1.5)
    tag = _ask_once(Request(address + ICS))["ETag"]
    unchanged = Request(address + ICS, headers={"If-None-Match": tag}, status=304)
    yield measured.rate("an ICS, 304", unchanged, 1.5)
    yield measured.rate("an ICS, kept, 200 connections", Request(address + ICS), 1.05, 200)


def first(measured: Measured) -> Iterator[Figure]:
    """Answers that Django makes: the page cache lets by whoever has a cookie."""
    for name, path, most_views in PAGES:
        request = Request(measured.server.address + path, headers=PAST_THE_CACHE)
        yield measured.rate_of_slow(f"{name}, first", request, most_views)


def posts(measured: Measured) -> Iterator[Figure]:
    """What is never kept."""
    api = partial(api_request, measured.server.address + LOOK_UP)
    find = f"{measured.server.address}/find/"
    yield measured.rate("API: a look-up", api({"q": "SW1A 1AA"}), 0.6)
    yield measured.rate_of_slow("API: 1,000 look-ups", api({"queries": _postcodes()}), 40)
    yield measured.rate("suggestions", _form(f"{find}suggestions/", "stockp"), 0.5)
    yield measured.rate("POST /find/: a postcode", _form(find, "SW1A 1AA", status=303))
    yield measured.rate("POST /find/: a choice", _form(find, "Farnham"))


def _postcodes() -> list[str]:
    """Live ones, each of another sector, from all of England."""
    directory = Directory.load(settings.POSTCODE_DIRECTORY)
    sectors = [name for name, sector in directory.by_name().items() if sector.live]
    chosen = sectors[:: len(sectors) // LOOK_UPS][:LOOK_UPS]
    return [
        next(
            unit
            for unit in (f"{sector}{letters}" for letters in UNIT_NAMES)
            if directory.find(unit)[0] is UnitStatus.LIVE
        )
        for sector in chosen
    ]


def memory(measured: Measured) -> Iterator[Figure]:
    megabytes, empty = measured.server.megabytes, measured.anchors.megabytes
    yield Figure("memory of a worker (PSS)", megabytes, "MB", empty, Wanted(value=110))


def start(measured: Measured) -> Iterator[Figure]:
    """A second start: `prepare` has nothing to do."""
    empty, began = measured.empty(), time.perf_counter()
    measured.site.run("manage.py", "prepare")
    with measured.site.served("icsinfo.wsgi:application", "/readyz") as server:
        yield Figure("second start", time.perf_counter() - began, "s", empty, Wanted(value=2.5))
        request = Request(server.address + ICS, headers=PAST_THE_CACHE)
        took = []
        for _ in range(START_REQUESTS):
            began = time.perf_counter()
            _ask_once(request)
            took.append(time.perf_counter() - began)
    ratio = took[0] / median(took[1:])
    yield Figure("first request after it, to later ones", ratio, "x", None, Wanted(value=5))


def load(measured: Measured) -> Iterator[Figure]:
    with (
        TemporaryDirectory() as folder,
        empty_database(connection, Path(folder)) as database,
    ):
        empty = measured.empty()
        seconds, megabytes = map(float, Site(Path(folder), database).run("-c", LOAD).split())
    yield Figure("load_data into an empty database", seconds, "s", empty, Wanted(value=4))
    yield Figure("load_data: most memory", megabytes, "MB", None, Wanted(value=250))


def in_process(measured: Measured) -> Iterator[Figure]:
    empty = measured.empty()
    for line in measured.site.run("-m", "tests.benchmarks.in_process").splitlines():
        name, value, unit = json.loads(line)
        yield Figure(name, value, unit, empty if unit == "s" else None)


MEASUREMENTS = [anchors, kept, first, posts, memory, start, load, in_process]


def _ask_once(request: Request) -> Mapping[str, str]:
    """The headers of the answer."""
    with closing(HTTPConnection(request.host, timeout=60)) as link:
        return request.ask(link)


def api_request(address: str, body: object) -> Request:
    return Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})


def _form(address: str, q: str, status: int = 200) -> Request:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(address, urlencode({"q": q}).encode(), kind, status)
