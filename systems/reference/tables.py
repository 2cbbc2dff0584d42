"""Files of rows that are held in memory, read all alike. Pure."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row")


def read_table(
    path: Path,
    columns: list[str],
    read: Callable[[dict[str, str]], Row],
    fault: type[Exception],
) -> list[Row]:
    """The rows of a CSV file, each as `read` makes it.

    Raises `fault`, with a sentence that says where, if the file cannot be read, has other
    columns, or holds a row at which `read` raises ValueError, AttributeError or TypeError.
    """
    rows = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != columns:
                header = ", ".join(reader.fieldnames or []) or "none"
                raise fault(
                    f"{path.name}: expected the columns {', '.join(columns)}; found {header}"
                )
            for row in reader:
                try:
                    rows.append(read(row))
                except (ValueError, AttributeError, TypeError) as error:
                    raise fault(f"{path.name}, line {reader.line_num}: {error}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise fault(f"{path.name} cannot be read: {error}") from error
    return rows
