"""A real server, as `./dev run` starts it, and a real browser: Debian's Chromium."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]


SETTINGS = "tests.browser.settings"
# One for the server and the commands beside it, by which sessions are known.
SECRET_KEY = secrets.token_urlsafe(50)


def _environment(state: Path, settings: str) -> dict[str, str]:
    environment = {"ICSINFO_SECRET_KEY": SECRET_KEY} | os.environ
    environment |= {
        "ICSINFO_LOCAL": "1",
        "ICSINFO_STATE": str(state),
        "DJANGO_SETTINGS_MODULE": settings,
    }
    environment.pop("DATABASE_URL", None)
    return environment


def run_command(
    state: Path,
    *arguments: object,
    settings: str = SETTINGS,
    variables: dict[str, str] | None = None,
) -> str:
    """What a command of manage.py says, run on the data in the folder `state`."""
    command = [sys.executable, "manage.py", *map(str, arguments)]
    environment = _environment(state, settings) | (variables or {})
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def serve(state: Path, settings: str = SETTINGS) -> Iterator[str]:
    """Give the address of a site with its data, all of which is in the folder `state`."""
    run_command(state, "prepare", settings=settings)
    environment = _environment(state, settings)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "icsinfo.wsgi:application"]
    options = ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"]
    server = subprocess.Popen([*command, *options], cwd=ROOT, env=environment)  # noqa: S603 - our own
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/readyz")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=60)  # noqa: S310 - our own
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"Nothing answers at {address}.")


def launch(playwright: Playwright, program: str = "chromium") -> Browser:
    """Debian's Chromium, or "chromium-headless-shell", which has no windows and no date pickers."""
    return playwright.chromium.launch(
        executable_path=shutil.which(program) or shutil.which("chromium"),
        args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield launch(playwright)
