"""Derive from a Code-Point Open release which postcodes lie apart, and which near a border."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from systems.reference.directory import Directory, DirectoryError
from systems.reference.positions import PositionsError, counted, read_positions, with_positions


class Command(BaseCommand):
    help = (
        "Reads positions from an OS Code-Point Open release (.zip) and updates the postcode "
        "directory with which postcodes may be recorded where their post is sorted, and which are "
        "near the border of another area. The positions themselves are not kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("release", type=Path, help="the release, such as codepo_gb.zip")
        parser.add_argument(
            "--directory", type=Path, default=settings.POSTCODE_DIRECTORY, help="the file to change"
        )

    def handle(self, *, release: Path, directory: Path, **options: object) -> None:
        try:
            derived = with_positions(Directory.load(directory), read_positions(release))
            derived.save(directory)
        except (DirectoryError, PositionsError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{directory} cannot be written: {error.strerror}.") from error
        for what, number in counted(derived).items():
            self.stdout.write(f"{number:,} {what}")
        digest = hashlib.sha256(directory.read_bytes()).hexdigest()
        self.stdout.write(f"SHA-256 for datasets.csv: {digest}")
