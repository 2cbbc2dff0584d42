"""Let somebody in again who has lost the phone or forgotten the password."""

from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from systems.models import OneTimePassword, RecoveryCode, SignInTry


class Command(BaseCommand):
    help = (
        "Removes the password, phone and recovery codes of an account, ends its "
        "sessions and prints a first password. Make sure you know who is asking for it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name of the account")

    def handle(self, *, name: str, **options: object) -> None:
        user = User.objects.filter(username=User.normalize_username(name), is_staff=True).first()
        if user is None:
            raise CommandError(f"There is no account {name!r} that can sign in.")
        if not user.is_active:
            raise CommandError(f"The account {name} is switched off. Switch it on under /admin/.")
        with transaction.atomic():
            TOTPDevice.objects.filter(user=user).delete()
            RecoveryCode.objects.filter(user=user).delete()
            SignInTry.objects.by(user.username).delete()
            password = OneTimePassword.objects.give(user, timezone.now())
        self.stdout.write(OneTimePassword.what_next(user, password))
