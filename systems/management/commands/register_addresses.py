"""Write the site's addresses into the register of all that were ever published."""

from typing import Any

from django.core.management.base import BaseCommand

from systems.published_urls import REGISTER, extend_register


class Command(BaseCommand):
    help = (
        "Add every public address that is not yet in fixtures/addresses.txt. Does not remove any."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for address in (new := extend_register()):
            self.stdout.write(address)
        self.stdout.write(f"{len(new):,} added to {REGISTER.name}.")
