"""Makes the pictures of README.md and docs/: `python -m tests.browser.screenshots`, with the Python
of `./dev test` (.local/venv-test-*/bin/python).
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.browser.started import ROOT, chromium, serve

LARGEST = 80_000  # bytes


@dataclass(frozen=True)
class Picture:
    path: str
    width: int = 900
    height: int = 560
    theme: str = "light"


PICTURES = {
    "home": Picture("/"),
    "area": Picture("/areas/surrey-heath-and-farnham/?on=2026-03-31"),
    "map": Picture("/map/?on=2026-04-01", height=640),
    "count": Picture("/count/?on=2026-04-01"),
    "phone": Picture("/areas/surrey-heath-and-farnham/", 360, 640, "dark"),
}


def file_of(name: str) -> Path:
    return ROOT / "docs" / f"{name}.png"


def main() -> None:
    with tempfile.TemporaryDirectory() as state, serve(Path(state)) as site, chromium() as browser:
        for name, picture in PICTURES.items():
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height},
                color_scheme=picture.theme,  # type: ignore[arg-type]
                locale="en-GB",
            )
            page.goto(site + picture.path)
            size = len(page.screenshot(path=file_of(name)))
            print(f"{file_of(name).relative_to(ROOT)}: {size / 1000:.0f} kB")
            page.close()


if __name__ == "__main__":
    main()
