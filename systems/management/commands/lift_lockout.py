"""Let people try again who were shut out for wrong passwords or codes."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from systems.models import SignInTry


class Command(BaseCommand):
    help = "Clears failed sign-in attempts for one account, or for all if no name is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the user name of the account")

    def handle(self, *, name: str | None, **options: object) -> None:
        tries = SignInTry.objects.by(name) if name else SignInTry.objects.all()
        count, _ = tries.delete()
        whose = f"by {name} " if name else ""
        self.stdout.write(f"{count} failed attempt{'' if count == 1 else 's'} {whose}cleared.")
