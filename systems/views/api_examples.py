"""What the page for developers shows of the API. A test sends each and compares the answers.

`shown` is a part of the answer: keys may be left out everywhere, and results at the end of a list.
"{site}" stands for the address of the site.
"""

import json
import shlex
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    """A question to the API and what is shown of its answer."""

    slug: str
    title: str
    why: str
    path: str
    shown: dict[str, Any]
    body: dict[str, Any] | None = None
    status: int = 200

    def command(self, site: str) -> str:
        """What to type to ask it."""
        address = shlex.quote(site + self.path)
        if self.body is None:
            return f"curl {address}"
        sent = json.dumps(self.body)
        return f"curl {address} -H 'Content-Type: application/json' \\\n     -d {shlex.quote(sent)}"

    def answer(self, site: str) -> str:
        """What is shown of the answer, as JSON."""
        text = json.dumps(self.shown, indent=2, ensure_ascii=False)
        return text.replace("{site}", site)


EXAMPLES = (
    Example(
        "postcode",
        "Find the ICS for a postcode",
        "Send any text a person might enter: a postcode, a place, a council, a name or a code. "
        "Always check the outcome first.",
        "/api/v1/lookup",
        {
            "outcome": "match",
            "on": "2026-03-31",
            "query": {"kind": "postcode", "read_as": "GU9 0NZ", "repairs": []},
            "system": {
                "slug": "frimley",
                "name": "Frimley",
                "ods_code": "QNQ",
                "ons_code": "E54000034",
                "url": "{site}/ics/frimley/",
                "closed_on": "2026-04-01",
            },
        },
        body={"q": "gu90nz", "on": "2026-03-31"},
    ),
    Example(
        "many",
        "Look up many at once",
        "Send up to 1,000 texts. Answers come back in the same order.",
        "/api/v1/lookup",
        {
            "on": "2026-06-01",
            "results": [
                {"outcome": "match", "system": {"name": "West and North London"}},
                {"outcome": "nation", "system": None, "query": {"read_as": "Cardiff"}},
            ],
        },
        body={"queries": ["SW1A 1AA", "Cardiff"], "on": "2026-06-01"},
    ),
    Example(
        "closed",
        "Follow an ICS that has closed",
        "Use the slug, or any code it has ever had. A closed ICS is still there. It says "
        "when it closed, and where its areas are now, largest part first.",
        "/api/v1/systems/QNQ?on=2026-04-01",
        {
            "slug": "frimley",
            "name": "Frimley",
            "closed_on": "2026-04-01",
            "successors": [
                {"system": {"slug": "thames-valley"}, "share": 57.1, "kind": "split"},
                {
                    "system": {"slug": "hampshire-and-isle-of-wight"},
                    "share": 22.8,
                    "kind": "acquisition",
                },
                {"system": {"slug": "surrey-and-sussex"}, "share": 20.1, "kind": "split"},
            ],
        },
    ),
    Example(
        "members",
        "List the organisations in an ICS",
        "Lists have a count and results. Use limit and offset to page through a long list.",
        "/api/v1/systems/devon/members?kind=trust&limit=1&on=2026-11-01",
        {
            "count": 5,
            "results": [
                {
                    "organisation": {
                        "code": "RWV",
                        "name": "Devon Partnership NHS Trust",
                        "kind": "trust",
                        "url": "{site}/organisations/RWV/",
                    },
                    "role": "listed under",
                    "from": None,
                    "to": None,
                    "sources": [
                        {"for": ["all"], "publisher": "NHS England, Organisation Data Service"}
                    ],
                }
            ],
        },
    ),
    Example(
        "count",
        "Count the ICSs on a date",
        "The number is calculated from the areas. The steps show how it changed.",
        "/api/v1/count?on=2026-03-31",
        {"on": "2026-03-31", "count": 42},
    ),
    Example(
        "several",
        "A code with several meanings",
        "Some old codes now stand for two areas. The answer says which.",
        "/api/v1/areas/E38000182",
        {
            "error": {
                "code": "several",
                "message": "This code stands for 2 areas. Choose one of those in detail.",
                "detail": [
                    "{site}/api/v1/areas/glossop",
                    "{site}/api/v1/areas/tameside",
                ],
            }
        },
        status=404,
    ),
    Example(
        "wrong",
        "A request that is not valid",
        "Every error has this format.",
        "/api/v1/systems?limit=5000",
        {
            "error": {
                "code": "wrong_query",
                "message": "Part of the request is not valid; see detail.",
                "detail": ["limit: Send a whole number from 1 to 1,000."],
            }
        },
        status=422,
    ),
)
