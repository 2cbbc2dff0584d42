"""Kept pages on disk: whole or not at all, and no more than there is room for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from icsinfo import page_store
from icsinfo.kept_answer import KeptAnswer
from icsinfo.page_store import PageStore

KEY = ("localhost", "http", "/ics/devon/", ("on", "2026-03-31"))
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("X-Frame-Options", "DENY")]
BODY = "Devon – ".encode() * 100


def kept(body: bytes = BODY) -> KeptAnswer:
    return KeptAnswer.of(HEADERS, body, 7, datetime.now(UTC), frozenset({"on"}))


@pytest.fixture
def store(tmp_path: Path) -> PageStore:
    return PageStore(tmp_path / "pages")


def test_a_page_is_as_it_was_but_never_fresh(store: PageStore) -> None:
    answer = kept()
    store.put(KEY, answer, None)
    again = PageStore(store.folder).get(KEY)
    assert again
    assert again.body("") == BODY
    assert (again.headers, again.digest, again.read) == (answer.headers, answer.digest, {"on"})
    assert not again.is_fresh(None, datetime.now(UTC))
    assert store.get((*KEY[:3], ("on", "2026-04-01"))) is None


def test_only_this_user_can_read_it(store: PageStore) -> None:
    store.put(KEY, kept(), None)
    [file] = store.folder.iterdir()
    assert (file.stat().st_mode & 0o777, store.folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_was_cut_short_changed_or_put_elsewhere_is_no_page(store: PageStore, settings) -> None:
    other = (*KEY[:2], "/ics/frimley/")
    for number in range(4):
        store.put(KEY, kept(), None)
        store.put(other, kept(b"Frimley"), None)
        file, other_file = store._path(KEY), store._path(other)
        if number == 0:
            file.write_bytes(file.read_bytes()[:-1])
        elif number == 1:
            file.write_bytes(file.read_bytes().replace(b"DENY", b"SAME"))
        elif number == 2:
            other_file.replace(file)
        else:
            settings.SECRET_KEY = "another" * 10
        assert store.get(KEY) is None


def test_a_page_that_is_gone_is_gone_here_too(store: PageStore) -> None:
    store.put(KEY, kept(), None)
    store.discard(KEY)
    store.discard(KEY)
    assert store.get(KEY) is None


def test_the_oldest_go_first_and_no_more_is_kept_than_there_is_room_for(
    store: PageStore, monkeypatch
) -> None:
    monkeypatch.setattr(page_store, "PAGES_BETWEEN_TRIMS", 10)
    monkeypatch.setattr(page_store, "MAX_STORED_BYTES", 5_000)
    for number in range(100):
        store.put((*KEY, number), kept(bytes(100)), None)
    assert sum(file.stat().st_size for file in store.folder.iterdir()) < 10_000
    assert store.get((*KEY, 99))
    assert not store.get((*KEY, 0))


def test_a_disk_that_takes_nothing_is_said_once_and_no_readers_affair(
    tmp_path: Path, caplog
) -> None:
    (tmp_path / "pages").write_text("A file where the folder should be.")
    store = PageStore(tmp_path / "pages")
    for _ in range(3):
        store.put(KEY, kept(), None)
    assert len(caplog.records) == 1
    assert store.get(KEY) is None


def test_a_folder_that_cannot_be_had_is_no_readers_affair_when_it_is_tidied(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(page_store, "PAGES_BETWEEN_TRIMS", 2)
    (tmp_path / "pages").write_text("A file where the folder should be.")
    store = PageStore(tmp_path / "pages")
    for _ in range(4):
        store.put(KEY, kept(), None)
    assert store.get(KEY) is None
