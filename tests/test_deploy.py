"""The shipped configuration of nginx, in front of two nodes and the admin."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import Event, Thread

import pytest
import trustme
from django.db import connection

from tests.browser.started import SETTINGS, environment_of, free_port, run_command, wait_for
from tests.database import served_copy
from tests.source import ROOT

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
CONF = """
{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    types {{ text/css css; text/javascript js; image/svg+xml svg; image/png png; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/other;
    uwsgi_temp_path {folder}/other;
    scgi_temp_path {folder}/other;
    include {folder}/site.conf;
}}
"""
SCHEME = "/schemes/blood-pressure-checks-in-betting-shops-stockport/"
EDIT = """
from systems.models import Scheme
Scheme.objects.filter(slug="blood-pressure-checks-in-betting-shops-stockport").update(what="{}")
"""

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class Deployment:
    """Two nodes, the admin, and nginx in front of them."""

    folder: Path
    database: str
    port: int
    tls: ssl.SSLContext
    ports: list[int]
    nodes: dict[int, subprocess.Popen] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        return run_command(self.folder, *arguments, database=self.database)

    def start(self, port: int) -> None:
        """Start a node, with the options of its systemd unit, and wait until it answers."""
        unit = (ROOT / "deploy/systemd/icsinfo@.service").read_text().replace("\\\n", " ")
        options = re.search(r"^ExecStart=\S+ (.+)$", unit, flags=re.MULTILINE)
        assert options
        self.nodes[port] = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, *options[1].replace("%i", str(port)).split()],
            cwd=ROOT,
            env=environment_of(self.folder, SETTINGS, self.database),
            start_new_session=True,
        )
        wait_for(f"http://127.0.0.1:{port}/readyz")

    def stop(self, port: int) -> None:
        """As systemd does: the master is told, and ends its workers when they are done."""
        self.nodes[port].terminate()
        self.nodes[port].wait(timeout=40)

    def kill(self, port: int) -> None:
        """Master and workers at once, in the middle of whatever they do."""
        os.killpg(self.nodes[port].pid, signal.SIGKILL)
        self.nodes[port].wait()

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        link = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=20)
        link.request(method, path, body, {"Host": "localhost", **headers})
        answer = link.getresponse()
        content = answer.read()
        link.close()
        return answer.status, answer.headers, content

    def log(self) -> str:
        return (self.folder / "icsinfo.log").read_text()

    def logged(self, text: str) -> str:
        """A line of the log with a text, which nginx may write after it has answered."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for line in self.log().splitlines():
                if text in line:
                    return line
        raise AssertionError(f"{text} is not in the log")


@contextmanager
def nginx(folder: Path, port: int, nodes: list[int]) -> Iterator[None]:
    """The shipped configuration, with other paths and ports."""
    conf = (ROOT / "deploy/nginx/icsinfo.conf").read_text()
    replaced = {
        r"    listen \[::\].*\n": "",
        r"listen 80 default_server": f"listen 127.0.0.1:{free_port()}",
        r"listen 443 ssl http2 default_server": f"listen 127.0.0.1:{port} ssl",
        r"server_name ics.example.org": "server_name localhost",
        r"127\.0\.0\.1:8001": f"127.0.0.1:{nodes[0]}",
        r"127\.0\.0\.1:8002": f"127.0.0.1:{nodes[1]}",
        r"127\.0\.0\.1:8003": f"127.0.0.1:{nodes[2]}",
        r"/var/cache/nginx/icsinfo": f"{folder}/cache",
        r"/var/log/nginx": str(folder),
        r"/etc/ssl/icsinfo": str(folder),
        r"/var/lib/icsinfo/static": f"{folder}/static",
    }
    for pattern, text in replaced.items():
        conf, number = re.subn(pattern, text, conf)
        assert number, pattern
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder of a test is closed to others
    (folder / "site.conf").write_text(conf)
    (folder / "nginx.conf").write_text(CONF.format(folder=folder, user=user))
    assert NGINX, "Debian: apt install nginx-light"
    server = subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf"), "-e", "stderr"])  # noqa: S603
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, "nginx did not start"
        yield
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def deployment(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployed")
    folder.chmod(0o755)
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    issued.private_key_pem.write_to_path(folder / "privkey.pem")
    for pem in issued.cert_chain_pems:
        pem.write_to_path(folder / "fullchain.pem", append=True)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    ports = [free_port() for _ in range(3)]
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        database = stack.enter_context(served_copy(connection, folder))
        made = Deployment(folder, database, free_port(), trusted, ports)
        made.manage("prepare")
        for port in ports:
            stack.callback(lambda port=port: made.kill(port))
            made.start(port)
        stack.enter_context(nginx(folder, made.port, ports))
        yield made


# --- What is kept, and what is not -----------------------------------------------------------


def test_a_public_page_is_kept_for_a_second_and_an_edit_shows_after_it(deployment) -> None:
    status, headers, _ = deployment.ask(SCHEME, **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (HTTPStatus.OK, "gzip")
    assert headers["Cache-Control"].startswith("public, max-age=")
    for _ in range(20):
        deployment.ask(SCHEME, **{"Accept-Encoding": "gzip"})
    assert " HIT " in deployment.log()
    deployment.manage("shell", "-c", EDIT.format("With a string quartet."))
    until = time.monotonic() + 10
    while b"string quartet" not in deployment.ask(SCHEME)[2]:
        assert time.monotonic() < until, "an edit does not show"


def test_what_was_typed_is_kept_nowhere_and_in_no_log(deployment) -> None:
    canary = "ZE3 9JZ"
    for _ in range(3):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, headers, _ = deployment.ask("/find/", "POST", f"q={canary}", **form)
        assert status in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}
        assert "no-store" in headers["Cache-Control"]
        deployment.ask(f"/organisations/?words={canary.replace(' ', '+')}")
    files = [path for path in deployment.folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        if path.suffix not in {".br", ".gz", ".css", ".js", ".png"}:
            for form in (canary, canary.replace(" ", "+"), canary.replace(" ", "%20")):
                assert form.encode() not in path.read_bytes(), path


def test_what_somebody_with_a_cookie_gets_is_not_kept(deployment) -> None:
    for _ in range(3):
        deployment.ask("/help/", Cookie="sessionid=x")
    deployment.ask("/about/", Cookie="sessionid=x")
    deployment.logged('"GET /about/"')  # and so what came before it
    lines = [line for line in deployment.log().splitlines() if '"GET /help/"' in line]
    assert len(lines) == 3
    assert all(" BYPASS " in line for line in lines)


def test_static_files_come_from_nginx_compressed_and_for_good(deployment) -> None:
    page = deployment.ask("/")[2].decode()
    (path,) = set(re.findall(r'href="(/static/css/site\.[0-9a-f]{12}\.css)"', page))
    status, headers, _ = deployment.ask(path, **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (HTTPStatus.OK, "gzip")
    assert (headers["Cache-Control"], headers["Content-Type"]) == (
        "public, max-age=315360000, immutable",
        "text/css",
    )
    line = deployment.logged(path)
    assert " - " in line  # no node was asked
    assert deployment.ask("/static/css/../../db.sqlite3")[0] in {400, 404}


def test_the_admin_and_the_watching_address_are_reached(deployment) -> None:
    status, headers, _ = deployment.ask("/admin/")
    assert (status, headers["Location"].split("?")[0]) == (HTTPStatus.FOUND, "/admin/login/")
    assert deployment.ask("/readyz")[0] == HTTPStatus.OK


# --- Nodes that come and go --------------------------------------------------------------------

PATHS = ["/", SCHEME, "/ics/devon/", "/areas/stockport/", "/organisations/", "/api/v1/systems"]


@contextmanager
def load(deployment: Deployment) -> Iterator[list[tuple[str, object]]]:
    """About a hundred requests a second, look-ups among them; what failed, in the end."""
    failed: list[tuple[str, object]] = []
    asked: list[int] = []
    ended = Event()

    def ask(number: int) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        while not ended.wait(0.04):
            number += 1
            path = PATHS[number % len(PATHS)]
            try:
                if number % 3:  # each is another page for nginx, so that a node is asked
                    status = deployment.ask(
                        f"{path}?on=2026-{number % 12 + 1:02}-{number % 27 + 1:02}"
                    )[0]
                else:
                    path = "POST /find/"
                    status = deployment.ask("/find/", "POST", "q=SK1 1AA", **form)[0]
            except OSError as error:
                failed.append((path, error))
            else:
                asked.append(number)
                if status not in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}:
                    failed.append((path, status))

    threads = [Thread(target=ask, args=(1000 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    yield failed
    ended.set()
    for thread in threads:
        thread.join()
    assert len(asked) > 50


def test_no_request_fails_while_a_node_is_killed_and_comes_back(deployment) -> None:
    with load(deployment) as failed:
        time.sleep(1)
        deployment.kill(deployment.ports[0])
        time.sleep(2)
        deployment.start(deployment.ports[0])
    assert failed == []


def test_no_request_fails_during_a_rolling_release(deployment) -> None:
    with load(deployment) as failed:
        deployment.manage("prepare")
        for port in deployment.ports[:2]:
            deployment.stop(port)
            deployment.start(port)
    assert failed == []


def test_where_no_node_answers_kept_pages_do(deployment) -> None:
    kept = deployment.ask("/ics/devon/")[2]
    for port in deployment.ports[:2]:
        deployment.kill(port)
    try:
        until = time.monotonic() + 3
        while time.monotonic() < until:  # longer than a page is kept
            status, _, content = deployment.ask("/ics/devon/")
            assert (status, content) == (HTTPStatus.OK, kept)
    finally:
        for port in deployment.ports[:2]:
            deployment.start(port)
