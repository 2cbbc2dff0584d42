"""The kept database is made anew when anything that decides its content has changed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from systems.models import System
from tests import database
from tests.database import digest_of, parts
from tests.source import ROOT, imported_from


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("one")
    return [tmp_path / "a.csv", tmp_path / "b.csv"]


def test_the_digest_is_of_the_files_and_not_of_when_or_in_which_order(
    files: list[Path], tmp_path: Path
) -> None:
    before = digest_of(files, tmp_path)
    files[0].write_text("one")
    assert digest_of([*reversed(files), files[0]], tmp_path) == before


def test_the_digest_changes_with_a_content_a_name_and_a_file_more_or_less(
    files: list[Path], tmp_path: Path
) -> None:
    digests = [digest_of(files, tmp_path), digest_of(files[:1], tmp_path)]
    files[1].write_text("two")
    digests.append(digest_of(files, tmp_path))
    renamed = files[1].rename(tmp_path / "c.csv")
    digests.append(digest_of([files[0], renamed], tmp_path))
    # What one file loses at its end and the next gains at its beginning is a change too.
    files[0].write_text("on")
    renamed.write_text("etwo")
    digests.append(digest_of([files[0], renamed], tmp_path))
    assert len(set(digests)) == len(digests)


def test_the_digest_changes_with_django(files: list[Path], tmp_path: Path, monkeypatch) -> None:
    before = digest_of(files, tmp_path)
    monkeypatch.setattr("django.get_version", lambda: "99.1")
    assert digest_of(files, tmp_path) != before


def test_all_that_decides_the_content_is_in_the_digest() -> None:
    digested = {str(path.relative_to(ROOT)) for path in parts()}
    assert digested >= {
        *("fixtures/systems.csv", "fixtures/postcodes.csv.gz", "icsinfo/settings.py"),
        *("systems/migrations/0001_initial.py", "timeline/migrations/__init__.py"),
        *("systems/models/__init__.py", "systems/fixtures.py", "timeline/fixtures.py"),
        *("systems/apps.py", "systems/management/commands/load_data.py"),
        "icsinfo/requirements.txt",
    }
    # What loading imports by way of these, however deep.
    import systems.loading
    import timeline.models

    for module in (systems.loading, timeline.models):
        assert str(Path(module.__file__).relative_to(ROOT)) in digested
    # And a page's own code is not, so that who writes one need not wait.
    assert "icsinfo/urls.py" not in digested


def test_what_is_imported_inside_a_function_and_around_a_module_is_found() -> None:
    found = {str(path.relative_to(ROOT)) for path in imported_from(["systems.apps"])}
    assert {"systems/__init__.py", "systems/apps.py", "systems/models/__init__.py"} <= found


def test_what_another_digest_names_is_never_served(tmp_path: Path, monkeypatch, settings) -> None:
    settings.STATE_DIR = tmp_path
    built = iter(range(100))

    def fill(url: str) -> None:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute(f"CREATE TABLE build_{next(built)} (x)")

    def build(key: str) -> str:
        monkeypatch.setattr(database, "digest_of", lambda files: key)
        database.copy_kept(tmp_path / "copy")
        with closing(sqlite3.connect(tmp_path / "copy")) as connection:
            return connection.execute("SELECT name FROM sqlite_master").fetchone()[0]

    monkeypatch.setattr(database, "_fill", fill)
    assert [build(key) for key in ("a", "a", "b", "a")] == [
        *("build_0", "build_0", "build_1", "build_0")
    ]
    for key in "cdefg":
        build(key)
    assert len(list(tmp_path.rglob("*.sqlite3"))) == database.MAX_KEPT


def test_what_could_not_be_filled_is_not_kept(tmp_path: Path, monkeypatch, settings) -> None:
    settings.STATE_DIR = tmp_path

    def fail(url: str) -> None:
        Path(url.removeprefix("sqlite:///")).touch()
        raise OSError

    monkeypatch.setattr(database, "_fill", fail)
    with pytest.raises(OSError):  # noqa: PT011 - our own
        database.copy_kept(tmp_path / "copy")
    assert list(tmp_path.rglob("*.sqlite3")) == []


@pytest.mark.django_db
def test_the_tests_begin_with_the_curated_data() -> None:
    assert System.objects.filter(slug="devon").exists()
