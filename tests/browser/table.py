"""The one table of pages: every kind of page in every state, which all tests here go through.

A page that is new gets its rows here; tests/browser/test_table.py fails until it has one. A state
that looks different gets a row of its own: empty, error, answer, split, closed, past, long names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

WIDTHS = (320, 768, 1280)  # 320 CSS pixels is what a screen of 1280 has left at 400% zoom
THEMES = ("light", "dark")
BUDGET = 40_000  # bytes over the wire for the first view


@dataclass(frozen=True)
class Row:
    """A page in one state: an address, or what is sent to it by a form."""

    state: str
    path: str
    post: Mapping[str, str] | None = field(default=None, hash=False)
    status: int = 200
    wrong: bool = False  # the reader has something to mend: error summary, title with "Error:"
    budget: int = BUDGET

    def __str__(self) -> str:
        return self.state.replace(" ", "-")


def found(state: str, q: str, on: str = "", *, wrong: bool = False) -> Row:
    """What the search answers to `q`."""
    return Row(f"find: {state}", "/find/", {"q": q, "on": on}, wrong=wrong)


LONG_SYSTEM = "/ics/bath-and-north-east-somerset-swindon-and-wiltshire/"
REPORT = {"page": "/areas/devon/"}

ROWS = [
    Row("home", "/"),
    # --- What the search answers -----------------------------------------------------------
    Row("find: the box alone", "/find/"),
    Row("find: match", "/find/", {"q": "SW1A 1AA"}),
    Row("find: surgery", "/find/", {"q": "H81047", "home": "stockport"}),
    found("repaired", "SWIA lAA"),
    found("repaired name", "Stockprot"),
    found("ask", "S1O 1AE"),
    found("retired", "SK1 1AA"),
    found("unknown", "SW1A 1AD"),
    found("nation", "CF10 1EP"),
    found("crown dependency", "JE2 3AB"),
    found("forces", "BFPO 57"),
    found("overseas", "FIQQ 1ZZ"),
    found("non-geographic", "GIR 0AA"),
    found("NHS placeholder", "ZZ99 3VZ"),
    found("partial", "SW"),
    found("partial with one system", "TR1"),
    found("incomplete", "SW1A 1A"),
    found("invalid", "AB!1 2CD", wrong=True),
    found("closed", "Hertfordshire and West Essex"),
    found("choose", "Farnham"),
    found("choose at a past date", "Farnham", "2026-03-31"),
    found("choose a closed system or a place", "Frimley"),
    found("not found", "zzzzzz", wrong=True),
    found("empty", "", wrong=True),
    found("private", "943 476 5919", wrong=True),
    found("bad date", "SW1A 1AA", "31/03/2026", wrong=True),
    found("out of range", "SW1A 1AA", "2017-06-14", wrong=True),
    found("a name without a break", "x" * 300, wrong=True),
    # --- Systems --------------------------------------------------------------------------
    Row("systems", "/ics/"),
    Row("systems: past", "/ics/?on=2026-03-31"),
    Row("systems: filtered", "/ics/?name=e&region=london&sort=-residents"),
    Row("systems: none", "/ics/?name=zzzz"),
    Row("systems: bad date", "/ics/?on=31/03/2026", status=400, wrong=True),
    Row("system", "/ics/greater-manchester/"),
    Row("system: new", "/ics/surrey-and-sussex/"),
    Row("system: long name", LONG_SYSTEM),
    Row("system: a merger is planned", "/ics/dorset/"),
    Row("system: closed", "/ics/sussex/"),
    Row("system: closed and split", "/ics/frimley/"),
    Row("system: past", "/ics/frimley/?on=2026-03-31"),
    Row("system: before it opened", "/ics/essex/?on=2020-01-01"),
    Row("system: bad date", "/ics/devon/?on=soon", status=400, wrong=True),
    Row("poster", "/ics/devon/poster/"),
    Row("poster: closed", "/ics/frimley/poster/"),
    Row("card", "/ics/devon/card/"),
    Row("card: closed", "/ics/frimley/card/"),
    Row("system history", "/ics/humber-and-north-yorkshire/history/"),
    Row("system history: closed", "/ics/frimley/history/"),
    Row("members", "/ics/devon/members/"),
    Row("members: filtered", "/ics/devon/members/?kind=pcn"),
    Row("members: none", "/ics/devon/members/?words=zzzz"),
    Row("members: error", "/ics/devon/members/?kind=zzzz", status=400, wrong=True),
    Row("members: past and closed", "/ics/north-west-london/members/?on=2026-03-31"),
    Row("members: last page", "/ics/devon/members/?page=99"),
    Row("system schemes", "/ics/surrey-and-sussex/schemes/"),
    Row("system schemes: closed", "/ics/frimley/schemes/"),
    Row("system news", "/ics/thames-valley/announcements/"),
    Row("system news: closed", "/ics/frimley/announcements/"),
    # --- Areas ----------------------------------------------------------------------------
    Row("areas", "/areas/"),
    Row("areas: past", "/areas/?on=2018-01-01"),
    Row("area", "/areas/stockport/"),
    Row("area: past", "/areas/surrey-heath-and-farnham/?on=2026-03-31"),
    Row("area: in no system", "/areas/harrogate-and-rural-district/?on=2020-04-15"),
    Row("area: long name", "/areas/oundle-and-thrapston-area-north-northamptonshire/"),
    Row("map", "/map/", budget=70_000),
    Row("map: 2017", "/map/?on=2017-06-15", budget=70_000),
    Row("map: 2025", "/map/?on=2025-01-01", budget=70_000),
    Row("map: bad date", "/map/?on=2017-02-30", status=400, wrong=True, budget=70_000),
    Row("code of several areas", "/code/E38000182/"),
    # --- Compare and match ----------------------------------------------------------------
    Row("compare: all", "/compare/"),
    Row("compare: two", "/compare/?system=devon&system=dorset"),
    Row("compare: past", "/compare/?system=frimley&system=devon&on=2026-03-31"),
    Row("compare: before the lists", "/compare/?on=2018-01-01"),
    Row("compare: one closed", "/compare/?system=frimley&system=devon"),
    Row("compare: only one", "/compare/?system=devon", status=400, wrong=True),
    Row("compare: unknown", "/compare/?system=zzzz&system=devon", status=400, wrong=True),
    Row("match", "/match/"),
    # --- Organisations --------------------------------------------------------------------
    Row("organisations", "/organisations/"),
    Row("organisations: filtered", "/organisations/?kind=practice&area=stockport"),
    Row("organisations: none", "/organisations/?words=zzzz"),
    Row("organisations: error", "/organisations/?kind=zzzz", status=400, wrong=True),
    Row("organisations: last page", "/organisations/?page=999"),
    Row("trust", "/organisations/RRU/"),
    Row("trust: closed", "/organisations/R1C/"),
    Row("trust: long name", "/organisations/RV7/"),
    Row("practice", "/organisations/A81001/"),
    Row("network", "/organisations/U41591/"),
    Row("council of one system", "/organisations/E08000007/"),
    Row("council of several systems", "/organisations/E10000030/"),
    # --- Schemes --------------------------------------------------------------------------
    Row("schemes", "/schemes/"),
    Row("schemes: filtered", "/schemes/?topic=mental-health"),
    Row("schemes: none", "/schemes/?words=zzzz"),
    Row("schemes: error", "/schemes/?topic=zzzz", status=400, wrong=True),
    Row("scheme", "/schemes/blood-pressure-checks-in-betting-shops-stockport/"),
    Row("scheme: long name", "/schemes/outreach-team-and-information-bus-gloucestershire/"),
    # --- The timeline ---------------------------------------------------------------------
    Row("timeline", "/timeline/"),
    Row("timeline: filtered", "/timeline/?kind=critique&words=systems"),
    Row("timeline: none", "/timeline/?words=zzzz"),
    Row("timeline: error", "/timeline/?year=zzzz", status=400, wrong=True),
    Row("timeline: past", "/timeline/?on=2021-04-01"),
    Row("timeline: last page", "/timeline/?page=99"),
    Row("event", "/timeline/statutory-july-2022/"),
    Row("event: planned", "/timeline/clustered-boards-to-merge-april-2027/"),
    Row("announcement with a quotation", "/timeline/unionsafety-break-up-march-2021/"),
    Row("count", "/count/"),
    Row("count: past", "/count/?on=2021-04-01"),
    # --- About the site -------------------------------------------------------------------
    Row("help", "/help/"),
    Row("easy-read", "/help/easy-read/"),
    Row("data", "/data/"),
    Row("data: past", "/data/?on=2019-04-01"),
    Row("developers", "/developers/"),
    Row("about", "/about/"),
    Row("privacy", "/privacy/"),
    Row("accessibility", "/accessibility/"),
    Row("report", "/report/?page=/areas/devon/&ics=devon"),
    Row("report: of no page", "/report/"),
    Row("report: nothing written", "/report/", REPORT, status=400, wrong=True),
    Row(
        "report: no address and links",
        "/report/",
        {**REPORT, "text": "http://a.example " * 4, "email": "no address"},
        status=400,
        wrong=True,
    ),
    Row("report: too old", "/report/", {**REPORT, "text": "It is wrong."}, status=400, wrong=True),
    Row("report: thanks", "/report/thanks/?page=/areas/devon/"),
    # --- When it goes wrong: /fails/ is of the tests' own server alone (urls.py here) ---------
    Row("400", "/find/", {f"field{n}": "" for n in range(1001)}, status=400),
    Row("403", "/fails/403/", status=403),
    Row("404", "/nothing-here/", status=404),
    Row("404: an organisation", "/organisations/ZZZ/", status=404),
    Row("410", "/fails/410/", status=410),
    Row("413", "/find/", {"q": "x" * 300_000}, status=413),
    Row("500", "/fails/500/", status=500),
    Row("503", "/fails/503/", status=503),
]
