"""Fill the database from the fixtures."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from systems.loading.loader import FixtureError, load


class Command(BaseCommand):
    help = (
        "Brings the database to what the files in fixtures/ say. It can be run again at any time: "
        "what an editor changed, added or deleted is left as it is, and listed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="take the files' word also where an editor changed or deleted something",
        )
        parser.add_argument("--from", dest="folder", type=Path, default=settings.FIXTURES)

    def handle(self, *, overwrite: bool, folder: Path, verbosity: int, **options: object) -> None:
        try:
            reports = load(
                folder,
                overwrite=overwrite,
                progress=lambda fixtures: tqdm(
                    fixtures, "Loading", unit="file", leave=False, disable=verbosity == 0 or None
                ),
            )
        except FixtureError as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        for name, report in reports.items():
            for line in report.kept:
                self.stdout.write(f"Left alone: {name}: {line}")
        if verbosity > 0:
            added, changed, removed, unchanged, kept = (
                sum(report.added for report in reports.values()),
                sum(report.changed for report in reports.values()),
                sum(report.removed for report in reports.values()),
                sum(report.unchanged for report in reports.values()),
                sum(len(report.kept) for report in reports.values()),
            )
            self.stdout.write(
                f"{added} rows added, {changed} changed, {removed} removed, "
                f"{unchanged} as they were, {kept} left alone."
            )
