"""Tables that people open in a spreadsheet, and their description for programs."""

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse

# A cell that begins with one of these is a formula to a spreadsheet program. Apostrophes before it
# count too, so that the one that was put there can be told from those that were there already.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def safe_cell(value: Any) -> str:
    """A cell as text; one that a spreadsheet would calculate has an apostrophe put before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """What a cell held before `safe_cell` made it safe."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def csv_download(name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A CSV file in UTF-8, with the mark by which Excel knows that it is."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return response


@dataclass(frozen=True)
class Column:
    """A column. `type` is one of Table Schema's; `points_at` the table whose key it holds.

    `always` says that it is never empty.
    """

    name: str
    description: str
    type: str = "string"
    always: bool = False
    points_at: str = ""


# One that every table ends with.
AS_AT = Column("as_at", "The date that the row is true for.", "date", always=True)
SOURCE = Column("source", "Publisher and title; several are separated by a vertical bar.")


@dataclass(frozen=True)
class Table:
    """A table that can be downloaded as at any date.

    `rows` gives the cells in the order of the columns, but the last. It is given what the apps hold
    in memory, a date, and what makes a whole address of a path. `key` names the columns that tell
    rows apart, `datasets` the kinds of releases that the table rests on.
    """

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    datasets: tuple[str, ...]
    rows: Callable[[Any, date, Callable[[str], str]], Iterable[tuple]]

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows_on(self, held: Any, day: date, absolute: Callable[[str], str]) -> Iterable[tuple]:
        """All rows as at a day, in Python's types."""
        return ((*row, day) for row in self.rows(held, day, absolute))

    def schema(self) -> dict[str, Any]:
        """What Table Schema calls it: columns, their types, what tells rows apart."""
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
    """All tables by name. icsinfo/urls.py adds those of each app."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}

    def add(self, *tables: Table) -> None:
        self.tables |= {table.name: table for table in tables}


package = Package()
