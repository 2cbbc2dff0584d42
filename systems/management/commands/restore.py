"""Put a backup in the place of the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from systems.backups import (
    TRIAL,
    BackupError,
    check_migrations,
    moment_of,
    raise_versions,
    rows_by_table,
)
from systems.backups.databases import FAILURES, backups_of, progress_bar


class Command(BaseCommand):
    help = (
        "Restores a backup into a new database, migrates that to this release, and replaces the "
        "site's database with it, completely or not at all. The old database is kept, and the "
        "command says where. The site can keep running."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a backup made by `backup`")

    def handle(self, *, file: Path, verbosity: int, **options: Any) -> None:
        try:
            with (
                backups_of(connection) as backups,
                progress_bar("Restoring", verbosity) as progress,
            ):
                if file.suffix != backups.suffix:
                    raise BackupError(f"Backups of this database end in {backups.suffix}.")
                with backups.restored(file, progress) as database:
                    check_migrations(database)
                    call_command("migrate", database=TRIAL, verbosity=0)
                    raise_versions(database)
                    rows = rows_by_table(database)
                    database.close()
                    before = backups.put_live(progress)
        except FAILURES as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        if verbosity > 0:
            made = moment_of(file)
            when = f" from {made:%d %B %Y, %H:%M:%S} UTC" if made else ""
            self.stdout.write(
                f"The site now uses the backup{when}: {sum(rows.values()):,} rows in "
                f"{len(rows)} tables."
            )
            if before:
                self.stdout.write(
                    f"The old database is in {before}. Delete it when you no longer need it."
                )
