"""CSV for spreadsheets, and tables with their Table Schema (specs.frictionlessdata.io)."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse

from icsinfo.http import Absolute

# A cell that begins with one of these is a formula to a spreadsheet program: OWASP's list of CSV
# injection, with the full-width signs that some take for the same. After apostrophes too, so that
# the escaping can be reversed.
_SIGNS = "=+-@\t\r\n＝＋－＠"
_FORMULA = re.compile(f"'*[{re.escape(_SIGNS)}]")
_BEGINNINGS = frozenset("'" + _SIGNS)  # asked first, as 120,000 cells are in a download


def safe_cell(value: Any) -> str:
    """A value as text for CSV; a string that is a formula is escaped with an apostrophe."""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in _BEGINNINGS and _FORMULA.match(value) else value
    return "" if value is None else str(value)


def plain_cell(text: str) -> str:
    """The inverse of `safe_cell` for strings."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def csv_download(name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A CSV attachment in UTF-8, with the byte order mark that Excel needs."""
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True)
class Column:
    """A column. `type` is one of Table Schema's; `points_at` the table of a foreign key.

    `always`: it is never empty (Table Schema's `required`).
    """

    name: str
    description: str
    type: str = "string"
    always: bool = False
    points_at: str = ""


# What every table ends with.
SOURCE = Column("source", "Publisher and title; several are separated by a vertical bar.")
AS_AT = Column("as_at", "The date the row applies to.", "date", always=True)


@dataclass(frozen=True)
class Table:
    """One kind of fact: what its columns mean, and its rows on any date.

    From this are made its CSV and JSON files, its part of `datapackage.json` and, if it is
    `listed`, its list in the API with the schema of that.

    `rows` gives the cells in the order of `own_columns`, and then the sources of the row. It is
    given the gazetteer, a date, and what makes a whole address of a path. `key` names the columns
    that tell rows apart, `datasets` the kinds of releases that the table rests on.
    """

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    own_columns: tuple[Column, ...]
    datasets: tuple[str, ...]
    rows: Callable[[Any, date, Absolute], Iterable[tuple]]
    listed: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        return (*self.own_columns, SOURCE, AS_AT)

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows_on(self, gazetteer: Any, day: date, absolute: Absolute) -> Iterable[tuple]:
        """All rows as at a day, in Python's types, in the order of `columns`."""
        for *cells, sources in self.rows(gazetteer, day, absolute):
            yield (*cells, " | ".join(dict.fromkeys(map(str, sources))), day)

    def schema(self) -> dict[str, Any]:
        """The Table Schema: fields with types, primary key, foreign keys."""
        return {
            "fields": [
                {
                    "name": column.name,
                    "type": column.type,
                    "description": column.description,
                    **({"constraints": {"required": True}} if column.always else {}),
                }
                for column in self.columns
            ],
            "primaryKey": list(self.key),
            "foreignKeys": [
                {
                    "fields": [column.name],
                    "reference": {"resource": column.points_at, "fields": ["slug"]},
                }
                for column in self.columns
                if column.points_at
            ],
            "missingValues": [""],
        }


class Package:
    """The registry of tables, by name. icsinfo/urls.py adds those of each app."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}

    def add(self, *tables: Table) -> None:
        self.tables |= {table.name: table for table in tables}


package = Package()
