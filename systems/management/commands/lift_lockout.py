"""Let people try again who were shut out for wrong passwords or codes."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from systems.models import SignInTry


class Command(BaseCommand):
    help = "Forgets the wrong tries to sign in: of one account, or without a name all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="of the account")

    def handle(self, *, name: str | None, **options: object) -> None:
        tries = SignInTry.objects.by(name) if name else SignInTry.objects.all()
        count, _ = tries.delete()
        whose = f"by {name} " if name else ""
        self.stdout.write(f"{count} wrong tr{'y' if count == 1 else 'ies'} {whose}forgotten.")
