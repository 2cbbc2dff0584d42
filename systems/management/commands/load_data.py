"""Fill the database from the fixtures."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from systems.loading.loader import FixtureError, load


class Command(BaseCommand):
    help = (
        "Updates the database from the files in fixtures/. You can run it again at any time: "
        "anything an editor changed, added or deleted is left alone, and listed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="use the files even where an editor changed or deleted something",
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
                f"{unchanged} unchanged, {kept} left alone."
            )
