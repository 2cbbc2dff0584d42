"""The pictures of the site in README.md and docs/ are made by the script, and small."""

import re

from tests.browser.screenshots import LARGEST, PICTURES, file_of
from tests.browser.started import ROOT


def test_every_picture_is_made_by_the_script() -> None:
    assert {path.name for path in (ROOT / "docs").glob("*.png")} == {
        file_of(name).name for name in PICTURES
    }


def test_no_picture_is_large() -> None:
    assert max(file_of(name).stat().st_size for name in PICTURES) <= LARGEST


def test_the_readme_shows_two_or_three_that_are_there() -> None:
    shown = re.findall(r"!\[.+\]\((docs/\w+\.png)\)", (ROOT / "README.md").read_text())
    assert 2 <= len(shown) <= 3
    assert all((ROOT / path).is_file() for path in shown)
