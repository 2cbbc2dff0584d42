"""The site, the anchors and nginx, each as a server on a port of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import ANCHOR_BYTES
from tests.source import ROOT

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
NGINX_CONF = """
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""
# As `./dev run` has it.
GUNICORN = ["--workers", "2", "--threads", "4", "--preload"]
GUNICORN += ["--no-control-socket", "--log-level", "warning"]


@dataclass(frozen=True)
class Site:
    """A folder with all that the site keeps, and its database."""

    folder: Path
    database: str

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.database,
            "DJANGO_SETTINGS_MODULE": "icsinfo.settings",
            "ICSINFO_LOCAL": "1",
            "ICSINFO_STATE": str(self.folder),
        }

    def run(self, *arguments: str) -> str:
        """What our Python says to these arguments."""
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    @contextmanager
    def served(self, application: str, ready: str) -> Iterator["Server"]:
        """Gunicorn, as soon as it answers at the path `ready`."""
        command = [sys.executable, "-m", "gunicorn", application, *GUNICORN]
        port = _free_port()
        with _running([*command, "--bind", f"127.0.0.1:{port}"], self.environment) as process:
            server = Server(f"http://127.0.0.1:{port}", process.pid)
            _wait_for(server.address + ready)
            yield server


@dataclass(frozen=True)
class Server:
    address: str
    pid: int

    @property
    def megabytes(self) -> float:
        """Memory of a worker, with its part of what it shares with others (PSS)."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        told = [Path(f"/proc/{worker}/smaps_rollup").read_text() for worker in workers]
        kilobytes = [int(re.findall(r"^Pss: +(\d+)", text, re.MULTILINE)[0]) for text in told]
        return sum(kilobytes) / len(kilobytes) / 1024


@contextmanager
def nginx() -> Iterator[str]:
    """The address of a static file of the size of the empty view; empty without nginx."""
    if not NGINX:
        yield ""
        return
    with TemporaryDirectory(prefix="icsinfo-nginx-") as folder:
        Path(folder).chmod(0o755)  # its workers are another user where root starts it
        Path(folder, "static.html").write_bytes(b"x" * ANCHOR_BYTES)
        port, conf = _free_port(), Path(folder, "nginx.conf")
        conf.write_text(NGINX_CONF.format(folder=folder, port=port))
        with _running([NGINX, "-p", folder, "-c", str(conf)], {**os.environ}):
            address = f"http://127.0.0.1:{port}/static.html"
            _wait_for(address)
            yield address


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 - our own
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address, timeout=60)  # noqa: S310 - our own
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
