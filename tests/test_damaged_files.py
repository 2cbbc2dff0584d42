"""What readers see while the SQLite file is written for long, cannot be written, or is damaged."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.browser.started import SETTINGS, run_command, serve
from tests.database import copy_kept
from tests.serving import Answer, Site

pytestmark = pytest.mark.slow

KEPT = ["/", "/ics/devon/", "/areas/devon/", "/schemes/", "/timeline/", "/map/", "/compare/"]
NEVER_RENDERED = ["/organisations/", "/ics/kent-and-medway/", "/areas/manchester/", "/data/"]
WRONG = "The phone number is that of Xylophone House."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    copy_kept(tmp_path / "db.sqlite3")
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    application = "tests.named_processes:application"
    with serve(tmp_path, SETTINGS, database, application, workers=2) as address:
        site = Site(address, tmp_path, database)
        for path in KEPT:
            site.ask_both(path)
        yield site


def report(site: Site) -> Answer:
    """Fill in the form as a reader does, and send it."""
    form = BeautifulSoup(site.ask("/report/?page=/ics/devon/").content, "html.parser").main.form
    sent = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    answer = site.ask("/report/", sent | {"text": WRONG})
    while "so quick" in answer.text:
        answer = site.ask("/report/", sent | {"text": WRONG})
    return answer


def assert_that_reading_goes_on(site: Site) -> None:
    for path in KEPT:
        assert {answer.status for answer in site.ask_both(path)} == {200}, path
    for _ in range(4):
        assert site.ask("/find/", {"q": "SW1A 1AA"}).status == 303


def assert_that_it_is_kept_for_the_reader(answer: Answer) -> None:
    assert (answer.status, WRONG in answer.text) == (503, True)
    assert "Your report is still here" in answer.text


def test_readers_wait_for_nobody_who_writes_for_long(site: Site) -> None:
    with closing(sqlite3.connect(site.state / "db.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert_that_it_is_kept_for_the_reader(report(site))
        assert_that_reading_goes_on(site)
        for path in NEVER_RENDERED:
            assert site.ask(path).status == 200, path
        writer.execute("ROLLBACK")
    assert report(site).status == 303


def test_reading_goes_on_while_nothing_more_can_be_written(site: Site) -> None:
    """A limit on the length of files stands for a disk that is full."""
    workers = [int(answer.process) for answer in site.ask_both("/readyz")]
    for worker in workers:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    assert_that_it_is_kept_for_the_reader(report(site))
    assert_that_reading_goes_on(site)
    for path in NEVER_RENDERED:
        assert site.ask(path).status == 200, path
    for worker in workers:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    assert report(site).status == 303


@pytest.mark.parametrize("damage", ["cut in half", "emptied", "overwritten"])
def test_reading_goes_on_when_the_file_is_damaged(site: Site, damage: str) -> None:
    file = site.state / "db.sqlite3"
    size = file.stat().st_size
    with file.open("r+b") as opened:
        if damage == "overwritten":
            opened.write(os.urandom(size))
        else:
            opened.truncate(size // 2 if damage == "cut in half" else 0)
    assert_that_reading_goes_on(site)
    statuses = {path: site.ask(path).status for path in NEVER_RENDERED}
    print(f"{damage}:", statuses)
    assert set(statuses.values()) <= {200, 503}


def test_a_start_with_a_damaged_file_says_what_to_do(tmp_path: Path, capfd) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"not a database" * 1000)
    with pytest.raises(Exception, match="prepare"):
        run_command(tmp_path, "prepare", database=f"sqlite:///{tmp_path / 'db.sqlite3'}")
    told = capfd.readouterr().err
    assert "The database cannot be used: file is not a database." in told
    assert "Traceback" not in told
