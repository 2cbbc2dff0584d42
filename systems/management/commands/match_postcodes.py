"""Add the ICS of each postcode to a spreadsheet."""

import os
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from systems import gazetteer
from systems.days.as_at import read_day
from systems.matching.columns import Matcher, find_column, matched
from systems.matching.csv_files import Sheet, SheetError, write_rows


class Command(BaseCommand):
    help = (
        "Reads a CSV file with a column of postcodes and writes it with the ICS of each row: name, "
        "codes, area, date, and the reason if there is none. Nothing leaves this computer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("input", type=Path, help="a CSV file")
        parser.add_argument("output", type=Path, help="the file to write, with the added columns")
        parser.add_argument("--on", metavar="DATE", help="for this date, such as 2026-03-31")
        parser.add_argument("--column", help="the postcode column: its name or number")
        parser.add_argument(
            "--force", action="store_true", help="overwrite an existing output file"
        )

    def handle(
        self,
        *,
        input: Path,  # noqa: A002 - what the help calls it
        output: Path,
        on: str | None,
        column: str | None,
        force: bool,
        verbosity: int,
        **options: object,
    ) -> None:
        today = timezone.localdate()
        try:
            day = read_day(on, today)
            _check_output(input, output, force=force)
            sheet = Sheet.of(input)
            matcher = Matcher(gazetteer.current(), day, today)
            outcomes: Counter[str] = Counter()
            rows = matched(sheet, find_column(sheet, column), matcher, outcomes)
            bar = tqdm(rows, "Matching", sheet.rows, unit=" rows", disable=verbosity == 0 or None)
            _write_aside(output, sheet, bar)
        except ValueError as error:
            raise CommandError(f"Nothing was written. {error}") from error
        if verbosity > 0:
            told = ", ".join(f"{number:,} {name}" for name, number in outcomes.most_common())
            self.stdout.write(f"Wrote {output}: {told or 'no rows'}.")


def _check_output(input: Path, output: Path, *, force: bool) -> None:  # noqa: A002
    if not input.is_file():
        raise SheetError(f"There is no file {input}.")
    if output.is_dir():
        raise SheetError(f"{output} is a folder. Enter the name of a file.")
    if not output.parent.is_dir():
        raise SheetError(f"There is no folder {output.parent}.")
    if output.exists() and output.samefile(input):
        raise SheetError("The output would replace the input. Give it another name.")
    if output.exists() and not force:
        raise SheetError(f"{output} already exists. Add --force to overwrite it.")


def _write_aside(output: Path, sheet: Sheet, rows: Iterable[list[str]]) -> None:
    """Write beside the output and rename, so that what bears its name is whole."""
    aside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        write_rows(aside, sheet, rows)
        aside.replace(output)
    except OSError as error:
        raise SheetError(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        aside.unlink(missing_ok=True)
