"""200 clients that send or take everything byte by byte shut nobody else out."""

import socket
import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from tests.browser.started import SETTINGS, serve
from tests.database import copy_kept
from tests.serving import Site

pytestmark = pytest.mark.slow

CLIENTS = 200
LONG = "/compare/"
HEAD = b"POST /find/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nq="
SLOW = {
    "headers": HEAD + b"X-Slow: " + b"a" * 1000,
    "bodies": HEAD + FORM + b"a" * 900,
    "answers": f"GET {LONG} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    state = tmp_path_factory.mktemp("slow")
    copy_kept(state / "db.sqlite3")
    database = f"sqlite:///{state / 'db.sqlite3'}"
    with serve(state, SETTINGS, database, "tests.named_processes:application", 2) as address:
        yield Site(address, state, database)


def trickle(clients: list[socket.socket], kind: str, done: Event) -> None:
    """Send a byte of each in turn, or take one."""
    for number in range(1000):
        for client in clients:
            try:
                if kind == "answers":
                    client.recv(1)
                else:
                    client.send(SLOW[kind][number : number + 1])
            except OSError:  # the server has lost its patience
                continue
        if done.wait(0.1):
            return


@pytest.mark.parametrize("kind", SLOW)
def test_others_are_answered_while_200_clients_are_slow(site: Site, kind: str) -> None:
    for path in ("/", "/ics/devon/", LONG):
        assert {answer.status for answer in site.ask_both(path)} == {200}
    host, port = site.host.split(":")
    clients = []
    for _ in range(CLIENTS):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect((host, int(port)))
        if kind == "bodies":
            client.send(HEAD + FORM)
        elif kind == "answers":
            client.send(SLOW[kind])
        clients.append(client)
    done = Event()
    thread = Thread(target=trickle, args=[clients, kind, done])
    thread.start()
    try:
        slowest = 0.0
        for _ in range(20):
            for path, sent in (("/", None), ("/ics/devon/", None), ("/find/", {"q": "SW1A 1AA"})):
                began = time.monotonic()
                assert site.ask(path, sent).status in {200, 303}
                slowest = max(slowest, time.monotonic() - began)
        print(f"{CLIENTS} clients with slow {kind}: others within {slowest:.3f} s")
        assert slowest < 5
    finally:
        done.set()
        thread.join()
        for client in clients:
            client.close()
