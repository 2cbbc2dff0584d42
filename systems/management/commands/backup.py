"""Back the database up, and see that it can be restored."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from systems.backups import (
    check_migrations,
    path_for,
    rows_by_table,
    superfluous,
    written_aside,
)
from systems.backups.databases import FAILURES, backups_of, progress_bar


class Command(BaseCommand):
    help = (
        "Writes a backup of the database while the site is running, restores it into a new "
        "database to check it is complete, and deletes backups that are no longer needed: after "
        "an hour it keeps the last of each hour, and after a day the last of each day. It can be "
        "killed at any time: any file with the name of a backup is complete."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            type=Path,
            default=settings.BACKUPS,
            help="the folder for backups (default: ICSINFO_BACKUPS, or backups in ICSINFO_STATE)",
        )
        parser.add_argument(
            "--keep",
            type=int,
            default=30,
            metavar="DAYS",
            help="delete them after this many days (30)",
        )

    def handle(self, *, to: Path, keep: int, verbosity: int, **options: Any) -> None:
        if keep < 1:
            raise CommandError("Backups are kept for at least a day.")
        now = timezone.now()
        try:
            with backups_of(connection) as backups:
                path = path_for(to, now, backups.suffix)
                with written_aside(path) as aside:
                    with progress_bar("Writing", verbosity) as progress:
                        backups.write(aside, progress)
                    with (
                        progress_bar("Testing it", verbosity) as progress,
                        backups.restored(aside, progress) as database,
                    ):
                        check_migrations(database)
                        rows = rows_by_table(database)
        except FAILURES as error:
            raise CommandError(f"No backup was made. {error}") from error
        for old in (gone := superfluous(to.glob("icsinfo-*"), now, keep)):
            old.unlink()
        if verbosity > 0:
            self.stdout.write(
                f"{path}: {path.stat().st_size / 1e6:.1f} MB, test restore: "
                f"{sum(rows.values()):,} rows in {len(rows)} tables."
            )
            if gone:
                self.stdout.write(
                    f"{len(gone)} older backups were no longer needed and have been deleted."
                )
