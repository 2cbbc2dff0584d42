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
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """That of a site with a database of its own, and one key, by which sessions are known."""
    made = {"ICSINFO_SECRET_KEY": secrets.token_urlsafe(50)} | os.environ
    made |= {"ICSINFO_LOCAL": "1", "ICSINFO_STATE": str(tmp_path_factory.mktemp("site"))}
    made.pop("DATABASE_URL", None)
    return made


@pytest.fixture(scope="session")
def site(environment: dict[str, str]) -> Iterator[str]:
    """The address of a site with its data."""
    prepare = [sys.executable, "manage.py", "prepare"]
    subprocess.run(prepare, cwd=ROOT, env=environment, check=True)  # noqa: S603 - our own
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "icsinfo.wsgi:application"]
    server = subprocess.Popen(  # noqa: S603 - our own
        [*command, "--bind", f"127.0.0.1:{port}", "--threads", "4"], cwd=ROOT, env=environment
    )
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
            urllib.request.urlopen(address, timeout=2)  # noqa: S310 - our own
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"Nothing answers at {address}.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )


class Visit:
    """A page in a browser of its own, with what it complained of and whom it asked."""

    def __init__(self, browser: Browser, site: str, width: int, **options: object) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800},
            base_url=site,
            locale="en-GB",
            **options,  # type: ignore[arg-type]
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(request.url))

    def find(self, text: str) -> None:
        self.page.goto("/")
        self.page.get_by_label("Postcode, place, council, GP practice or ICS").fill(text)
        self.page.get_by_role("button", name="Find my ICS").click()

    def is_wider_than_the_screen(self) -> bool:
        return self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator:
    visits: list[Visit] = []

    def _visit(width: int = 1280, **options: object) -> Visit:
        visits.append(Visit(browser, site, width, **options))
        return visits[-1]

    yield _visit
    for made in visits:
        made.context.close()
