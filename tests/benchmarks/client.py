"""How many times a second a request is answered."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

WRK = shutil.which("wrk")
# What wrk does with a body; it has no option for that.
SCRIPT = 'wrk.method = "POST"; wrk.body = io.open("{body}", "rb"):read("*a")'
FAILED = re.compile(r"Non-2xx or 3xx responses|Socket errors")


@dataclass(frozen=True)
class Request:
    """A POST where it has a body. As a browser asks, for an answer that is compressed."""

    address: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"

    @property
    def host(self) -> str:
        return self.address.split("/")[2]

    @property
    def path(self) -> str:
        return "/" + self.address.split("/", 3)[3]

    def ask(self, link: HTTPConnection) -> Mapping[str, str]:
        """The headers of the answer, which must have the status that is wanted."""
        headers = {"Accept-Encoding": "gzip, deflate, br"} | self.headers
        link.request(self.method, self.path, self.body or None, headers)
        answer = link.getresponse()
        answer.read()
        if answer.status != self.status:
            raise ValueError(f"{self.method} {self.path} answered {answer.status}.")
        return answer.headers


@dataclass(frozen=True)
class Client:
    """Asks the same again and again, for some seconds."""

    seconds: float
    connections: int
    connections_for_slow: int

    @property
    def by_wrk(self) -> bool:
        """wrk takes whole seconds alone."""
        return bool(WRK) and self.seconds >= 1

    def __str__(self) -> str:
        program = "wrk" if self.by_wrk else "http.client in threads"
        return (
            f"each request for {self.seconds:g} s by {program} with {self.connections} "
            "connections; first renderings by http.client in threads with "
            f"{self.connections_for_slow}"
        )

    def rate(self, request: Request, connections: int = 0) -> float:
        """Answers a second, where they come quickly."""
        connections = connections or self.connections
        if self.by_wrk:
            return _by_wrk(request, round(self.seconds), connections)
        return _in_threads(request, self.seconds, connections)

    def rate_of_slow(self, request: Request) -> float:
        """Answers a second, until all that was asked for has been answered.

        wrk leaves out what is on its way at the end, which is much where answers are slow.
        """
        return _in_threads(request, self.seconds, self.connections_for_slow)

    def warm(self, request: Request) -> None:
        """Ask by so many connections at once that every worker answers."""
        _in_threads(request, 0, self.connections)


def _in_threads(request: Request, seconds: float, connections: int) -> float:
    began = time.perf_counter()

    def ask(_: int) -> int:
        answers = 0
        with closing(HTTPConnection(request.host, timeout=60)) as link:
            while not answers or time.perf_counter() - began < seconds:
                request.ask(link)
                answers += 1
        return answers

    with ThreadPoolExecutor(connections) as pool:
        answers = sum(pool.map(ask, range(connections)))
    return answers / (time.perf_counter() - began)


def _by_wrk(request: Request, seconds: int, connections: int) -> float:
    headers = {"Accept-Encoding": "gzip, deflate, br"} | request.headers
    command = [str(WRK), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    with tempfile.TemporaryDirectory() as folder:
        if request.body:
            body, script = Path(folder, "body"), Path(folder, "post.lua")
            body.write_bytes(request.body)
            script.write_text(SCRIPT.format(body=body))
            command += ["-s", str(script)]
        done = subprocess.run(  # noqa: S603 - an address of our own
            [*command, request.address], capture_output=True, text=True, check=True
        )
    told = re.search(r"Requests/sec: +([\d.]+)", done.stdout)
    if not told or FAILED.search(done.stdout):
        raise ValueError(f"{request.method} {request.path}: {done.stdout}")
    return float(told[1])
