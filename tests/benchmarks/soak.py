"""`./dev bench --soak`: memory of a worker over very many requests, and over many dates."""

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from urllib.request import urlopen

from systems.days.as_at import FIRST_DAY
from tests.benchmarks.client import Request
from tests.benchmarks.figures import LOOK_UP, PAGES, api_request
from tests.benchmarks.servers import Server

DATES = 2000
CONNECTIONS = 8
LINES = 10
DATED = re.compile(r"/(areas|ics)/([-a-z]+/)?|/(map|count|timeline)/")


def soak(server: Server, requests: int) -> Iterator[str]:
    """A line after each tenth of the requests: half of what is asked often, half of what is not."""
    yield _line(0, server)
    ask = _Asker(server.address)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for line in range(1, LINES + 1):
            seeds = range(line * CONNECTIONS, (line + 1) * CONNECTIONS)
            list(pool.map(ask.many, seeds, [requests // LINES // CONNECTIONS] * CONNECTIONS))
            yield _line(requests * line // LINES, server)


def _line(asked: int, server: Server) -> str:
    return f"{asked:>7,} requests: {server.megabytes:.0f} MB"


class _Asker:
    """Asks for pages that everybody reads, for look-ups, and for what crawlers come to."""

    def __init__(self, address: str) -> None:
        self.address = address
        index = self._read(f"{address}/sitemap.xml")
        paths = [path for section in index for path in self._read(section)]
        self.paths = [path.removeprefix(address) for path in paths]
        self.dated = [path for path in self.paths if DATED.fullmatch(path)]
        self.days = [FIRST_DAY + timedelta(days=number) for number in range(DATES)]

    def many(self, seed: int, number: int) -> None:
        choose = random.Random(seed)
        with closing(HTTPConnection(self.address.split("/")[2], timeout=60)) as link:
            for _ in range(number):
                self._request(choose).ask(link)

    def _read(self, address: str) -> list[str]:
        with urlopen(address) as answer:  # noqa: S310 - our own
            return re.findall("<loc>(.*?)</loc>", answer.read().decode())

    def _request(self, choose: random.Random) -> Request:
        kind = choose.random()
        if kind < 0.5:
            return Request(self.address + choose.choice(PAGES)[1])
        if kind < 0.6:
            return api_request(self.address + LOOK_UP, {"q": choose.choice(self.dated)})
        if kind < 0.8:
            return Request(self.address + choose.choice(self.paths))
        return Request(f"{self.address}{choose.choice(self.dated)}?on={choose.choice(self.days)}")
