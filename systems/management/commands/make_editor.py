"""Make an account for an editor."""

from argparse import ArgumentParser
from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from systems.models import Editorship, OneTimePassword, System
from systems.models.editors import Role


class Command(BaseCommand):
    help = (
        "Makes an account for an editor of one ICS (--system) or of all (--central), and prints a "
        "first password, which works once, for seven days, and opens nothing but a new one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the editor types to sign in")
        role = parser.add_mutually_exclusive_group(required=True)
        role.add_argument("--system", metavar="SLUG", help="the end of the ICS's address: devon")
        role.add_argument("--central", action="store_true", help="an editor for all ICSs")

    def handle(self, *, name: str, system: str | None, central: bool, **options: object) -> None:
        edited = None if central else _system(system or "")
        user = User(username=User.normalize_username(name), is_staff=True)
        if User.objects.filter(username__iexact=user.username).exists():
            raise CommandError(
                f"There is an account {name} already. If it cannot sign in any more: "
                f"manage.py reset_sign_in {name}"
            )
        try:
            user.clean_fields(exclude=["password"])
        except ValidationError as error:
            raise CommandError(
                f"{name!r} will not do as a name. {' '.join(error.messages)}"
            ) from error
        with transaction.atomic():
            password = OneTimePassword.objects.give(user, timezone.now())
            Editorship.objects.create(
                user=user,
                role=Role.CENTRAL if central else Role.SYSTEM,
                system=edited,
                date_from=timezone.localdate(),
            )
        what = edited.name_on(timezone.localdate()) if edited else "all ICSs"
        self.stdout.write(f"{user.username} is an editor for {what}.")
        self.stdout.write(OneTimePassword.what_next(user, password))


def _system(slug: str) -> System:
    """An ICS that there is or will be. Raises CommandError, which names those that may be meant."""
    today = timezone.localdate()
    systems = System.objects.with_names()
    found = systems.filter(slug=slug).first()
    if found is None:
        near = systems.filter(slug__contains=slug.split("-")[0]).values_list("slug", flat=True)
        hint = f" Perhaps: {', '.join(near)}." if slug and near else ""
        raise CommandError(
            f"There is no ICS {slug!r}.{hint} /ics/ lists all, with their addresses."
        )
    if System.objects.closed_by(today).filter(pk=found.pk).exists():
        raise CommandError(
            f"{found.name_on(today)} has closed, so there is nothing to edit."
            f"{_followed_by(found, today)}"
        )
    return found


def _followed_by(system: System, today: date) -> str:
    """Where its areas are now."""
    after = System.objects.open_on(today).filter(area_periods__area__periods__system=system)
    slugs = ", ".join(after.distinct().values_list("slug", flat=True))
    return f" Its areas are in: {slugs}." if slugs else ""
