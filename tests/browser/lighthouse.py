"""Lighthouse over five pages, each on a phone and on a large screen; docs/lighthouse.md says how.

    python -m tests.browser.lighthouse <folder with node_modules>

Writes docs/lighthouse.md anew. Lighthouse needs Node and is no part of the tests: its scores for
speed depend on what else the machine does. What they rest on is held by test_budget.py.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from tests.browser.started import ROOT, serve

PAGES = {
    "Home": "/",
    "System": "/ics/greater-manchester/",
    "Area": "/areas/stockport/",
    "Timeline": "/timeline/",
    "Map": "/map/",
}
SCREENS = {"phone": [], "large": ["--preset=desktop"]}
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
FLAGS = "--headless=new --no-sandbox --disable-dev-shm-usage --disable-background-networking"
TEXT = """# Lighthouse

Scores out of 100 by Lighthouse {version}, in Chromium {chromium}, on {day}, against the server that
`./dev run` starts, on one computer.

| page | screen | performance | accessibility | best practices | search engines |
|---|---|---|---|---|---|
{rows}

How to measure again, with Node 18.16 or later, Chromium, and what `./dev test` has set up:

    npm install --prefix .local/lighthouse lighthouse@12
    .local/venv-test-*/bin/python -m tests.browser.lighthouse .local/lighthouse

That writes this page anew and says what kept a score below 100. Nothing else should run meanwhile:
the scores for performance fall when the machine is busy.
"""


def measure(lighthouse: Path, address: str, more: list[str]) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        command = [str(lighthouse), address, "--quiet", "--output=json", f"--output-path={told}"]
        only = [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}"]
        environment = os.environ | {"CHROME_PATH": shutil.which("chromium") or ""}
        subprocess.run([*command, *only, *more], env=environment, check=True)  # noqa: S603 - our own
        return json.loads(told.read_text())


def shortcomings(told: dict) -> list[str]:
    """The audits that count for a score and took something off it."""
    return [
        f"{audit['id']} ({audit['score']}): {audit['title']} {audit.get('displayValue', '')}"
        for category in told["categories"].values()
        for ref in category["auditRefs"]
        for audit in [told["audits"][ref["id"]]]
        if ref["weight"] and audit["score"] is not None and audit["score"] < 0.9
    ]


def main(installed: str) -> None:
    lighthouse = Path(installed) / "node_modules/.bin/lighthouse"
    rows, told = [], {}
    with tempfile.TemporaryDirectory() as state, serve(Path(state), "icsinfo.settings") as site:
        for name, path in PAGES.items():
            for screen, more in SCREENS.items():
                told = measure(lighthouse, site + path, more)
                scores = [told["categories"][one]["score"] for one in CATEGORIES]
                numbers = [f"{score * 100:.0f}" for score in scores]
                rows.append("| " + " | ".join([name, screen, *numbers]) + " |")
                print(rows[-1], *shortcomings(told), sep="\n    ", flush=True)
    agent = told["environment"]["hostUserAgent"]
    text = TEXT.format(
        version=told["lighthouseVersion"],
        chromium=agent.partition("Chrome/")[2].partition(".")[0],
        day=f"{date.today():%-d %B %Y}",  # noqa: DTZ011 - of this computer
        rows="\n".join(rows),
    )
    (ROOT / "docs/lighthouse.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
