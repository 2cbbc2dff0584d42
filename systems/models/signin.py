"""Signing in: wrong tries, recovery codes, and passwords that somebody else has chosen."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string, salted_hmac

# No more than this many wrong tries in any window, for one name, and from one address.
MAX_TRIES = 10
WINDOW = timedelta(minutes=5)
# Who gets as far as the codes has the password, and there are only a million codes.
MAX_CODES = 50
CODES_WINDOW = timedelta(days=1)

ONE_TIME = timedelta(days=7)

# No letters and digits that look alike, for what people copy by hand.
UNLIKE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def scrambled(text: str) -> str:
    """A name or address by which tries are told apart, of no use to who reads the table.

    Somebody may have typed the password into the box for the name.
    """
    return salted_hmac("systems.signin", text.casefold(), algorithm="sha256").hexdigest()


class SignInTryQuerySet(models.QuerySet["SignInTry"]):
    def stale(self, now: datetime) -> Self:
        """Tries that count for nothing any more."""
        short = Q(is_code=False, at__lte=now - WINDOW)
        return self.filter(short | Q(at__lte=now - CODES_WINDOW))

    def leave_room_for(self, own: "SignInTry") -> bool:
        """Whether there were few enough others by this name and from this address."""
        others = self.exclude(pk=own.pk)
        recent = others.filter(at__gt=own.at - WINDOW)
        if recent.filter(name=own.name).count() >= MAX_TRIES:
            return False
        if recent.filter(address=own.address).count() >= MAX_TRIES:
            return False
        codes = others.filter(name=own.name, is_code=True, at__gt=own.at - CODES_WINDOW)
        return not own.is_code or codes.count() < MAX_CODES

    def by(self, name: str) -> Self:
        return self.filter(name=scrambled(name))


class SignInTry(models.Model):
    """Somebody tried to sign in and was wrong, or is being judged just now."""

    name = models.CharField(
        max_length=64, help_text="Of the account, whether it exists or not; scrambled."
    )
    address = models.CharField(max_length=64, help_text="Where it came from; scrambled.")
    is_code = models.BooleanField(help_text="A second-factor code, after a correct password.")
    at = models.DateTimeField()

    objects = SignInTryQuerySet.as_manager()

    class Meta:
        verbose_name = "failed sign-in"
        verbose_name_plural = "failed sign-ins"
        indexes = [
            models.Index(fields=["name", "at"], name="sign_in_try_name"),
            models.Index(fields=["address", "at"], name="sign_in_try_address"),
        ]

    def __str__(self) -> str:
        return f"{self.name[:8]}, {self.at:%Y-%m-%d %H:%M}"


class RecoveryCode(models.Model):
    """A code that stands in for the phone, once. Only its digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"A recovery code of {self.user}"


class OneTimePasswordManager(models.Manager["OneTimePassword"]):
    def give(self, user: User, now: datetime) -> str:
        """Give `user` a password of ours, which is returned and kept nowhere, and store both."""
        password = "-".join(get_random_string(4, UNLIKE) for _ in range(4))
        user.set_password(password)
        user.save()
        self.update_or_create(user=user, defaults={"expires_at": now + ONE_TIME})
        return password


class OneTimePassword(models.Model):
    """The password of this account was chosen by somebody else: it opens nothing but a new one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="one_time_password"
    )
    expires_at = models.DateTimeField()

    objects = OneTimePasswordManager()

    def __str__(self) -> str:
        return f"The first password of {self.user}, until {self.expires_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def what_next(user: User, password: str) -> str:
        """What to tell the person who is to sign in."""
        return (
            f"First password:  {password}\n"
            f"Tell {user.get_username()}, in person or by phone, to sign in at /admin/ with it "
            f"within {ONE_TIME.days} days, with a phone to hand.\n"
            "They will choose a password, set up the phone and get recovery codes. "
            "The first password will not be shown again."
        )
