"""Adding the system of each row to a spreadsheet with postcodes.

static/js/match.js does the same in a browser. The cells of the sheet stay as they are. What is
added cannot be taken for a formula by a spreadsheet program: it is a name, a code, a date, a word
or a sentence, and none of these begins with = + - or @, as `postcodes.trim` takes these off what
was typed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer
from systems.lookup import lookup
from systems.lookup.outcomes import Answer, Outcome
from systems.matching.csv_files import Sheet, SheetError
from systems.reference.directory import UnitStatus
from systems.text.postcodes import read_unit, tidy

COLUMNS = (
    "ics_name",
    "ics_ods_code",
    "ics_ons_code",
    "ics_area",
    "ics_as_at",
    "ics_outcome",
    "ics_reason",
)
_OUTCOME = COLUMNS.index("ics_outcome")
# What the heading of a column of postcodes is, without blanks and marks.
HEADING = re.compile(r"post(al)?co?de?s?|pcds?2?|zip(code)?s?")
_REMEMBERED = 20_000  # answers, for sheets with the same postcode many times


class Matcher:
    """Answers for cells, as at a day."""

    def __init__(self, gazetteer: Gazetteer, day: date, today: date) -> None:
        self._gazetteer, self._day, self._today = gazetteer, day, today
        self._looked_up = lru_cache(_REMEMBERED)(self._look_up)
        # What is plain, a whole postcode in use in an area that has a system, needs no lookup.
        self._plain = {
            area.code: self._cells(system, area, Outcome.MATCH, "")
            for area in gazetteer.atlas.areas.values()
            if (system := area.system_on(day))
        }

    def cells(self, text: str) -> tuple[str, ...]:
        """What is added to a row with this postcode: a value for each of COLUMNS."""
        if unit := read_unit(text):
            status, code = self._gazetteer.directory.find(unit)
            if (
                status is UnitStatus.LIVE
                and code in self._plain
                and not self._gazetteer.directory.is_apart(unit)
            ):
                return self._plain[code]
        return self._looked_up(text)

    def _look_up(self, text: str) -> tuple[str, ...]:
        on = self._day.isoformat()
        answer = lookup(text, on, today=self._today, gazetteer=self._gazetteer, names=False)
        return self._cells(answer.system, answer.area, answer.outcome, _reason(answer))

    def _cells(
        self, system: SystemFacts | None, area: AreaFacts | None, outcome: Outcome, reason: str
    ) -> tuple[str, ...]:
        day = self._day
        return (
            system.name_on(day) if system else "",
            (system and system.ods_code_on(day)) or "",
            (system and system.ons_code_on(day)) or "",
            area.name if area else "",
            day.isoformat(),
            outcome.value,
            reason,
        )


def _reason(answer: Answer) -> str:
    """Why a row has no system, or is not sure to be in it; for a plain match there is none."""
    sure = (
        answer.system
        and answer.outcome in {Outcome.MATCH, Outcome.REPAIRED}
        and not answer.apart_from
    )
    return " ".join([*answer.repairs, *([] if sure else [answer.message])])


def has_heading(sheet: Sheet) -> bool:
    """Whether the first row is a heading: it holds no postcode."""
    return not any(read_unit(tidy(cell)) for cell in sheet.sample[0])


def find_column(sheet: Sheet, named: str | None = None) -> int:
    """Which column holds the postcodes, from 0. Raises SheetError where that is not plain.

    By heading and content; by heading alone; by content alone: the first of these that holds for
    some column has to hold for one only.
    """
    heading = sheet.sample[0] if has_heading(sheet) else []
    if named is not None:
        return _named(heading, sheet.width, named)
    called = [n for n, text in enumerate(heading) if HEADING.fullmatch(_plain(text))]
    filled = [n for n in range(sheet.width) if _is_filled(sheet, n)]
    columns = [n for n in called if n in filled] or called or filled
    if not columns:
        there = ", ".join(filter(None, heading))
        raise SheetError(
            "We could not find a postcode column. Choose one with --column"
            + (f"; there are: {there}." if there else ".")
        )
    if len(columns) > 1:
        names = " and ".join(_title(heading, n) for n in columns)
        raise SheetError(f"Several columns contain postcodes: {names}. Choose one with --column.")
    return columns[0]


def _named(heading: list[str], width: int, named: str) -> int:
    same = [n for n, text in enumerate(heading) if text.strip().lower() == named.strip().lower()]
    if not same and re.fullmatch(r"[1-9][0-9]{0,5}", named) and int(named) <= width:
        return int(named) - 1
    if len(same) == 1:
        return same[0]
    if same:
        numbers = " and ".join(str(n + 1) for n in same)
        raise SheetError(f"Several columns are called {named}. Use the number: {numbers}.")
    there = ", ".join(filter(None, heading))
    raise SheetError(
        f"There is no column {named}. "
        + (f"There are: {there}." if there else f"Give a number from 1 to {width}.")
    )


def _title(heading: list[str], column: int) -> str:
    return next(filter(None, heading[column : column + 1]), f"number {column + 1}")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _is_filled(sheet: Sheet, column: int) -> bool:
    """Whether most of what is in a column are postcodes."""
    rows = sheet.sample[has_heading(sheet) :]
    cells = [row[column] for row in rows if len(row) > column and row[column].strip()]
    return sum(bool(read_unit(tidy(cell))) for cell in cells) * 2 > len(cells)


def matched(
    sheet: Sheet, column: int, matcher: Matcher, outcomes: Counter[str]
) -> Iterator[list[str]]:
    """The rows of a sheet with COLUMNS behind its longest row. Counts the outcomes."""
    rows = iter(sheet)
    if has_heading(sheet):
        heading = next(rows)
        yield [*heading, *[""] * (sheet.width - len(heading)), *_headings(heading)]
    for row in rows:
        if not row:  # an empty line
            yield row
            continue
        added = matcher.cells(row[column] if column < len(row) else "")
        outcomes[added[_OUTCOME]] += 1
        yield [*row, *[""] * (sheet.width - len(row)), *added]


def _headings(heading: list[str]) -> list[str]:
    """COLUMNS, with a number where the sheet has columns of these names already."""
    number = 1
    while any(_numbered(name, number) in heading for name in COLUMNS):
        number += 1
    return [_numbered(name, number) for name in COLUMNS]


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"
