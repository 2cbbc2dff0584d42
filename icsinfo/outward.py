"""An HTTP client for other people's sites that is safe from server-side request forgery (SSRF).

The host is resolved once, its IP addresses are checked to be public, and the connection goes to one
of these. A library that connects by itself would resolve the name again, and might be given another
address (DNS rebinding); hence the standard library. Redirects are not followed, nothing is kept or
decoded, and of a response only the head is read.
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

from icsinfo.client_ip import is_public, parse_ip

PORTS = {"http": 80, "https": 443}
TIMEOUT = 10  # seconds of silence
DEADLINE = 30  # seconds in all
MAX_ADDRESSES = 3  # tried in turn: IPv6 or IPv4 may not be reachable from here


class Trouble(StrEnum):
    """Why there is no response. Stored in `LinkCheck`, so the values stay."""

    UNKNOWN_SITE = "unknown-site"
    NO_CONNECTION = "no-connection"
    TOO_SLOW = "too-slow"
    NOT_SECURE = "not-secure"
    INTERNAL = "internal"
    NO_ADDRESS = "no-address"
    GARBLED = "garbled"


class OutwardError(Exception):
    """A request that got no response, or must not be sent."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class ResponseHead:
    """What is read of a response. `location` and `retry_after` are headers, empty if absent."""

    status: int
    location: str
    retry_after: str


@dataclass(frozen=True)
class Target:
    """The parts of an http or https URL."""

    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def read(cls, url: str) -> "Target":
        """Raises OutwardError unless the URL is http or https, without a user name or password."""
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
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in PORTS.values() else f"{host}:{self.port}"


class Client:
    """Sends requests under a User-Agent. `timeout` and `deadline` are seconds.

    `inside` are pairs of internal IP address and port that may be asked all the same: only tests
    name any, for their own server. `resolve` has the signature of socket.getaddrinfo.
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

    def ask(self, method: str, url: str) -> ResponseHead:
        """The head of the first response, which may be a redirect. Raises OutwardError."""
        target = Target.read(url)
        addresses = self._addresses(target)
        late = threading.Event()
        with closing(self._connect(addresses, target.port)) as raw:
            # A site that sends a byte now and then never meets the timeout. This ends it.
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
        """The host's IP addresses. Raises OutwardError if any of them is internal."""
        try:
            rows = self.resolve(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise OutwardError(Trouble.UNKNOWN_SITE) from error
        addresses = list(dict.fromkeys(row[4][0] for row in rows))
        for text in addresses:
            address = parse_ip(text)
            if (text, target.port) in self.inside:
                continue
            if address is None or not is_public(address):
                raise OutwardError(Trouble.INTERNAL)
        return addresses[:MAX_ADDRESSES]

    def _connect(self, addresses: list[str], port: int) -> socket.socket:
        trouble = Trouble.UNKNOWN_SITE
        for address in addresses:
            try:
                return socket.create_connection((address, port), self.timeout)
            except OSError as error:
                trouble = _trouble(error, late=False)
        raise OutwardError(trouble)

    def _exchange(self, raw: socket.socket, method: str, target: Target) -> ResponseHead:
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
                location = response.getheader("Location") or ""
                if "\0" in location:  # RFC 9110, 5.5: invalid; and PostgreSQL stores no such text
                    raise ValueError(location)
                retry_after = response.getheader("Retry-After") or ""
                return ResponseHead(response.status, location, retry_after)


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
