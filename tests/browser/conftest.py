"""Visits to the site in a browser, and the flag for recording what axe finds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.started import SIGN_IN, launch, run_command, serve
from tests.browser.visiting import Visit
from tests.database import copy_kept

expect.set_options(
    timeout=30_000
)  # of milliseconds: what is right comes at once on an idle machine


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write down what axe found")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("record", False) and not hasattr(config, "workerinput"):
        from tests.browser.record import Recorder

        config.pluginmanager.register(Recorder())


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the site keeps its database, with the curated data."""
    folder = tmp_path_factory.mktemp("site")
    copy_kept(folder / "db.sqlite3")
    return folder


@pytest.fixture(scope="session")
def site(state: Path) -> Iterator[str]:
    """The address of a site with its data, in a database of its own."""
    with serve(state) as address:
        yield address


@pytest.fixture(scope="session")
def manage(site: str, state: Path) -> Callable[..., str]:
    """What a command of manage.py says when it is run beside the site."""

    def _manage(*arguments: object, **variables: str) -> str:
        return run_command(state, *arguments, variables=variables)

    return _manage


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Browser:
    return launch(playwright)


@pytest.fixture(scope="session")
def shell(playwright: Playwright) -> Browser:
    """The same without windows: for the hundreds of pages that are only looked at."""
    return launch(playwright, "chromium-headless-shell")


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    return request.getfixturevalue("shell" if "row" in request.fixturenames else "chromium")


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator:
    visits: list[Visit] = []

    def _visit(width: int = 1280, **options: object) -> Visit:
        visits.append(Visit(browser, site, width, **options))
        return visits[-1]

    yield _visit
    for made in visits:
        made.context.close()


@pytest.fixture
def signed_in(visit: Callable[..., Visit], site: str, manage: Callable[..., str]) -> Callable:
    """A visit of somebody who is signed in."""

    def _signed_in(role: str) -> Visit:
        told = manage("shell", "-c", SIGN_IN.format(role=role))
        name, key = told.rpartition("cookie ")[2].split()
        seen = visit()
        seen.context.add_cookies([{"name": name, "value": key, "url": site}])
        seen.page.set_default_timeout(60_000)
        return seen

    return _signed_in
