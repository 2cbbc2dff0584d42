"""Tables that people open in a spreadsheet."""

import csv
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

# A cell that begins with one of these is a formula to a spreadsheet program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> str:
    """A cell as text; one that a spreadsheet would calculate has an apostrophe put before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_download(name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A CSV file in UTF-8, with the mark by which Excel knows that it is."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return response
