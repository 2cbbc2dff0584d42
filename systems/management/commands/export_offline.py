"""Write one HTML file that answers postcodes and dates without a server."""

import base64
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string
from django.utils import timezone

from systems import gazetteer
from systems.days.as_at import FIRST_DAY, last_day
from systems.matching.browser_bundle import browser_bundle
from systems.models import Dataset


class Command(BaseCommand):
    help = (
        "Writes one HTML file that opens from a disk and says which ICS a postcode is in, today "
        "or on an earlier date, without a network."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("output", type=Path, help="the file to write, such as ics.html")
        parser.add_argument("--force", action="store_true", help="overwrite an existing file")

    def handle(self, *, output: Path, force: bool, verbosity: int, **options: object) -> None:
        if output.exists() and not force:
            raise CommandError(f"{output} already exists. Add --force to overwrite it.")
        page = _page().encode()
        try:
            output.write_bytes(page)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        if verbosity > 0:
            self.stdout.write(f"Wrote {output}: {len(page) / 1e6:.2f} MB.")


def _page() -> str:
    current = gazetteer.current()
    today = timezone.localdate()
    attributions = Dataset.objects.filter(in_use=True).values_list("attribution", flat=True)
    static = settings.BASE_DIR / "static"
    return render_to_string(
        "systems/offline.html",
        {
            "style": (static / "css/site.css").read_text(encoding="utf-8"),
            "script": (static / "js/postcodes.js").read_text(encoding="utf-8"),
            "facts": base64.b64encode(browser_bundle(current).compressed).decode(),
            "vintage": current.vintage,
            "today": today,
            "first_day": FIRST_DAY,
            "last_day": last_day(today),
            "attributions": sorted(set(filter(None, attributions))),
        },
    )
