"""What other people's programs make of a running site: schemathesis of its API, frictionless of
its downloads."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from frictionless import Package, system

from tests.browser.started import serve
from tests.contract import DATES, TABLES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with its data, as `./dev run` serves it."""
    with serve(tmp_path_factory.mktemp("site")) as address:
        yield address


def test_schemathesis_finds_nothing(site: str, tmp_path: Path) -> None:
    """All of its checks and phases, on everything that the description allows or forbids."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{site}/api/v1/openapi.json"]
    options = ["--checks", "all", "--max-examples", "15", "--seed", "1", "--no-color"]
    patience = ["--request-timeout", "60", "--max-response-time", "60"]  # the machine may be busy
    done = subprocess.run(  # noqa: S603 - our own
        [*command, *options, *patience], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "15 selected / 15 total" in done.stdout


@pytest.mark.parametrize("on", DATES)
def test_frictionless_accepts_the_package_of_any_date(site: str, on: str) -> None:
    with system.use_context(trusted=True):
        package = Package(f"{site}/data/datapackage.json?on={on}")
        assert [resource.name for resource in package.resources] == TABLES
        report = package.validate()
    assert report.valid, json.dumps(report.to_descriptor(), indent=1)[:6000]
    assert {task.name for task in report.tasks} == set(TABLES)


def test_frictionless_would_find_a_column_of_another_type(site: str) -> None:
    with system.use_context(trusted=True):
        package = Package(f"{site}/data/datapackage.json")
        package.get_resource("systems").schema.set_field_type("name", "integer")
        assert not package.get_resource("systems").validate().valid
