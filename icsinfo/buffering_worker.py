"""A worker of gunicorn whose threads wait for no reader: it takes requests whole and keeps answers.

gunicorn's thread worker reads a request, and writes its answer, in the thread that makes it. So as
many slow clients as there are threads shut everybody else out. Here the loop that accepts
connections does both, as a proxy in front would; a thread gets what has arrived.
"""

import re
import selectors
import socket
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

MAX_REQUEST_BYTES = 3 * 1024 * 1024  # as much as the proxy lets through: an upload has 2 MB
MAX_HEAD_BYTES = 64 * 1024  # beyond which gunicorn refuses it anyway
MAX_WAITING_BYTES = 64 * 1024 * 1024  # of all requests of a worker that are on their way
SECONDS_FOR_REQUEST = 30
SECONDS_FOR_ANSWER = 60
SECONDS_WHEN_STOPPING = 2

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass
class ArrivingRequest:
    began: float
    content: bytearray = field(default_factory=bytearray)
    is_chunked: bool = False
    wanted: int | None = None  # bytes in all; None while its head is on the way

    def add(self, data: bytes) -> None:
        looked_at = max(0, len(self.content) - len(_END_OF_HEAD) + 1)
        self.content += data
        if self.wanted is None:
            end = self.content.find(_END_OF_HEAD, looked_at)
            if end >= 0:
                head = bytes(self.content[: end + 2])
                length = _LENGTH.search(head)
                self.is_chunked = bool(_CHUNKED.search(head))
                self.wanted = end + len(_END_OF_HEAD) + (int(length[1]) if length else 0)

    @property
    def is_whole(self) -> bool:
        if self.wanted is None:
            return len(self.content) > MAX_HEAD_BYTES
        if self.is_chunked:
            return self.content.endswith(b"0" + _END_OF_HEAD)
        return len(self.content) >= self.wanted

    @property
    def is_too_large(self) -> bool:
        return max(len(self.content), self.wanted or 0) > MAX_REQUEST_BYTES


class PatientSocket:
    """A socket that takes all there is to send at once, and sends what its reader takes."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.unsent: deque[memoryview] = deque()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        self.unsent.append(memoryview(bytes(data)))
        self.flush()

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        file.seek(offset)
        data = file.read(-1 if count is None else count)
        self.sendall(data)
        return len(data)

    def flush(self) -> None:
        """Send as much as goes without waiting."""
        while self.unsent:
            try:
                sent = self._sock.send(self.unsent[0], socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if sent == len(self.unsent[0]):
                self.unsent.popleft()
            else:
                self.unsent[0] = self.unsent[0][sent:]


class BufferingWorker(ThreadWorker):
    """All but the making of answers happens in its one loop, so nothing here needs a lock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[TConn, ArrivingRequest] = {}
        self._leaving: dict[TConn, tuple[float, Future]] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Wait for a request on a new connection, or for another one on a kept one."""
        if conn.parser and conn.parser.unreader.buf.getvalue():  # it has arrived with the last
            super().enqueue_req(conn)
            return
        if not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket(conn.sock)
        conn.sock.setblocking(False)
        self._arriving[conn] = ArrivingRequest(time.monotonic())
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))

    def _receive(self, conn: TConn, sock: PatientSocket) -> None:
        request = self._arriving[conn]
        try:
            data = sock.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        request.add(data)
        if request.is_too_large or self._is_full(request):
            sock.sendall(_TOO_LARGE)
            data = b""
        if not data:
            self._drop(conn)
        elif request.is_whole:
            del self._arriving[conn]
            self.poller.unregister(sock)
            conn.init()
            conn.parser.unreader.unread(bytes(request.content))
            conn.data_ready = True
            super().enqueue_req(conn)

    def _is_full(self, request: ArrivingRequest) -> bool:
        waiting = self._arriving.values()
        is_long = len(request.content) > MAX_HEAD_BYTES
        return is_long and sum(len(other.content) for other in waiting) > MAX_WAITING_BYTES

    def finish_request(self, conn: TConn, fs: Future) -> None:
        """Send the rest of the answer before anything else happens to the connection."""
        if not conn.sock.unsent:
            super().finish_request(conn, fs)
            return
        self._leaving[conn] = time.monotonic(), fs
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._send, conn))

    def _send(self, conn: TConn, sock: PatientSocket) -> None:
        try:
            sock.flush()
        except OSError:
            self._drop(conn)
            return
        if not sock.unsent:
            _, fs = self._leaving.pop(conn)
            self.poller.unregister(sock)
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Called every second: close what takes too long. The longest waits come first."""
        super().murder_pending()
        now = time.monotonic()
        for conn, request in list(self._arriving.items()):
            limit = SECONDS_FOR_REQUEST if self.alive else SECONDS_WHEN_STOPPING
            if now - request.began > limit:
                self._drop(conn)
        for conn, (began, _) in list(self._leaving.items()):
            if now - began > SECONDS_FOR_ANSWER:
                self._drop(conn)

    def _drop(self, conn: TConn) -> None:
        self._arriving.pop(conn, None)
        self._leaving.pop(conn, None)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()
