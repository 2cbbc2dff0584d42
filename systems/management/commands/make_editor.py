"""Make an account for an editor."""

from argparse import ArgumentParser
from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from systems.atlas import Atlas, SystemFacts
from systems.models import Editorship, OneTimePassword
from systems.models.editors import Role


class Command(BaseCommand):
    help = (
        "Creates an account for an editor of one ICS (--system) or all (--central), and prints a "
        "first password. It works once, within 7 days, and only to set a new password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name to sign in with")
        role = parser.add_mutually_exclusive_group(required=True)
        role.add_argument(
            "--system", metavar="SLUG", help="the end of the ICS's address, such as devon"
        )
        role.add_argument("--central", action="store_true", help="an editor for all ICSs")

    def handle(self, *, name: str, system: str | None, central: bool, **options: object) -> None:
        today = timezone.localdate()
        edited = None if central else _system(system or "", today)
        user = User(username=User.normalize_username(name), is_staff=True)
        if User.objects.filter(username__iexact=user.username).exists():
            raise CommandError(
                f"There is already an account called {name}. If it can no longer sign in: "
                f"manage.py reset_sign_in {name}"
            )
        try:
            user.clean_fields(exclude=["password"])
        except ValidationError as error:
            raise CommandError(
                f"{name!r} is not a valid name. {' '.join(error.messages)}"
            ) from error
        with transaction.atomic():
            password = OneTimePassword.objects.give(user, timezone.now())
            Editorship.objects.create(
                user=user,
                role=Role.CENTRAL if central else Role.SYSTEM,
                system_id=edited.pk if edited else None,
                date_from=today,
            )
        what = edited.name_on(today) if edited else "all ICSs"
        self.stdout.write(f"{user.username} is an editor for {what}.")
        self.stdout.write(OneTimePassword.what_next(user, password))


def _system(slug: str, today: date) -> SystemFacts:
    """An ICS that there is or will be. Raises CommandError, which names those that may be meant."""
    atlas = Atlas.read()
    system = atlas.systems.get(slug)
    if system is None:
        start = slug.split("-")[0]
        near = ", ".join(known for known in sorted(atlas.systems) if slug and start in known)
        hint = f" Did you mean {near}?" if near else ""
        raise CommandError(
            f"There is no ICS {slug!r}.{hint} See /ics/ for all of them, with their addresses."
        )
    status = atlas.status(system, today)
    if status.is_closed:
        after = ", ".join(sorted(slug for _, slug in status.followed_by))
        raise CommandError(
            f"{status.name} has closed, so there is nothing to edit."
            f"{f' Its areas are in: {after}.' if after else ''}"
        )
    return system
