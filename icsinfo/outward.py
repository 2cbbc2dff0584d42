"""One request to somebody else's site, which never reaches into an internal network.

Done with the standard library, because what matters here is who opens the connection. The name of
a site is looked up once; the address found is checked, and the connection goes to that very one.
A library that opens it by itself would look the name up again, and might be told another address.
Nothing is followed, kept or decoded here, and of an answer nothing is read but its head.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.utils.encoding import iri_to_uri

from icsinfo import addresses

PORTS = {"http": 80, "https": 443}
TIMEOUT = 10  # seconds of silence
DEADLINE = 30  # seconds in all
# A site has an address of each version, and one of them may not be reachable from here.
MOST_ADDRESSES = 3


class Trouble(StrEnum):
    """Why there is no answer."""

    UNKNOWN_SITE = "unknown-site"
    NO_CONNECTION = "no-connection"
    TOO_SLOW = "too-slow"
    NOT_SECURE = "not-secure"
    INTERNAL = "internal"
    NO_ADDRESS = "no-address"
    GARBLED = "garbled"


class OutwardError(Exception):
    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    retry_after: str


@dataclass(frozen=True)
class Target:
    """An address of the web, taken apart."""

    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def read(cls, url: str) -> "Target":
        """Raises OutwardError for whatever is not http or https, or has a password in it."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").encode("idna").decode().rstrip(".")
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError as error:  # UnicodeError is one
            raise OutwardError(Trouble.NO_ADDRESS) from error
        if parts.scheme not in PORTS or not host or "@" in parts.netloc:
            raise OutwardError(Trouble.NO_ADDRESS)
        path = iri_to_uri(parts.path or "/") + (
            f"?{iri_to_uri(parts.query)}" if parts.query else ""
        )
        return cls(parts.scheme == "https", host, port, path)

    @property
    def netloc(self) -> str:
        """As the site is told by which name it is asked."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in PORTS.values() else f"{host}:{self.port}"


class Client:
    """Asks other sites, under a name that says who asks.

    `inside` are internal addresses, with their ports, that may be asked all the same: tests name
    their own server there, and nothing else ever does. `resolve` is socket.getaddrinfo.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        timeout: float = TIMEOUT,
        deadline: float = DEADLINE,
        context: ssl.SSLContext | None = None,
        inside: Iterable[tuple[str, int]] = (),
        resolve: Callable[..., list[Any]] = socket.getaddrinfo,
    ) -> None:
        self.headers = {"User-Agent": user_agent, "Accept": "*/*", "Connection": "close"}
        self.timeout = timeout
        self.deadline = deadline
        self.context = context or ssl.create_default_context()
        self.inside = frozenset(inside)
        self.resolve = resolve

    def ask(self, method: str, url: str) -> Answer:
        """What a site answers first, be it a redirect. Raises OutwardError."""
        target = Target.read(url)
        found = self._addresses(target)
        late = threading.Event()
        with closing(self._connect(found, target.port)) as raw:
            # A site that sends a byte now and then never is silent for long. This ends it.
            timer = threading.Timer(self.deadline, _hang_up, (raw, late))
            timer.daemon = True
            timer.start()
            try:
                answer = self._exchange(raw, method, target)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise OutwardError(_trouble(error, late=late.is_set())) from error
            finally:
                timer.cancel()
        if late.is_set():  # what was cut off may look like a whole answer
            raise OutwardError(Trouble.TOO_SLOW)
        return answer

    def _addresses(self, target: Target) -> list[str]:
        """Where the site is. One internal address among them is enough to stay away."""
        try:
            rows = self.resolve(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise OutwardError(Trouble.UNKNOWN_SITE) from error
        found = list(dict.fromkeys(row[4][0] for row in rows))
        for text in found:
            address = addresses.read(text)
            if (text, target.port) in self.inside:
                continue
            if address is None or not addresses.is_public(address):
                raise OutwardError(Trouble.INTERNAL)
        return found[:MOST_ADDRESSES]

    def _connect(self, found: list[str], port: int) -> socket.socket:
        trouble = Trouble.UNKNOWN_SITE
        for address in found:
            try:
                return socket.create_connection((address, port), self.timeout)
            except OSError as error:
                trouble = _trouble(error, late=False)
        raise OutwardError(trouble)

    def _exchange(self, raw: socket.socket, method: str, target: Target) -> Answer:
        connection = http.client.HTTPConnection(target.host, target.port)
        # With its socket it opens no connection by itself.
        connection.sock = (
            self.context.wrap_socket(raw, server_hostname=target.host) if target.secure else raw
        )
        with closing(connection):
            connection.auto_open = 0
            connection.request(method, target.path, headers={"Host": target.netloc, **self.headers})
            response = connection.getresponse()
            with closing(response):
                return Answer(
                    response.status,
                    response.getheader("Location") or "",
                    response.getheader("Retry-After") or "",
                )


def _hang_up(raw: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):  # where it was over by itself
        raw.shutdown(socket.SHUT_RDWR)


def _trouble(error: Exception, *, late: bool) -> Trouble:
    if late or isinstance(error, TimeoutError):
        return Trouble.TOO_SLOW
    if isinstance(error, ssl.SSLError):
        return Trouble.NOT_SECURE
    if isinstance(error, OSError):  # RemoteDisconnected is one
        return Trouble.NO_CONNECTION
    return Trouble.GARBLED
