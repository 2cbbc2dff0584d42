"""The second factor: codes of a phone, and recovery codes for when it is lost."""

import re
from base64 import b32encode
from hashlib import sha256

import django_otp
import segno
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.safestring import SafeString, mark_safe
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from systems.models import RecoveryCode
from systems.models.signin import UNLIKE

RECOVERY_CODES = 10
# 78 bits: too many to be guessed from a digest, so that a slow one is not needed.
_LENGTH = 16


def device_of(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).first()


def check(user: User, text: str) -> TOTPDevice | None:
    """The phone of `user`, if `text` is its code or one of the recovery codes; each counts once."""
    device = device_of(user)
    if device is None:
        return None
    code = _plain(text)
    if is_from_phone(code):
        return django_otp.verify_token(user, device.persistent_id, code)
    used, _ = RecoveryCode.objects.filter(user=user, digest=_digest(user, code)).delete()
    return device if used else None


def is_from_phone(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{6}", _plain(text)))


def new_secret() -> str:
    return default_key()


def fits(secret: str, text: str) -> TOTP | None:
    """The clock of the phone that shows `text` as its code, if it holds `secret`."""
    totp = TOTP(bytes.fromhex(secret))
    right = is_from_phone(text) and totp.verify(int(_plain(text)), tolerance=1)
    return totp if right else None


def enrol(user: User, secret: str, text: str, *, instead: bool = False) -> TOTPDevice | None:
    """Make the phone that holds `secret` the one of `user`, if `text` is its code now.

    Where there is one it stays, unless this is to be used `instead`.
    """
    totp = fits(secret, text)
    if totp is None:
        return None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if instead:
            TOTPDevice.objects.filter(user=user).delete()
        elif device_of(user):
            return None
        return TOTPDevice.objects.create(
            user=user, name="phone", key=secret, last_t=totp.t(), drift=totp.drift
        )


def new_recovery_codes(user: User) -> list[str]:
    """Ten codes that replace those `user` had. Nobody can ever be told them again."""
    codes = [get_random_string(_LENGTH, UNLIKE) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
        )
    return [in_groups(code) for code in codes]


def typed_key(secret: str) -> str:
    """The secret as one types it into an app that cannot see the picture."""
    return in_groups(b32encode(bytes.fromhex(secret)).decode(), " ")


def picture(user: User, secret: str) -> SafeString:
    """The QR code that an app reads, as SVG without styles: all of it is black on white."""
    address = TOTPDevice(user=user, key=secret).config_url
    svg = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - segno's numbers alone; the address is in them as dots


def in_groups(text: str, between: str = "-") -> str:
    return between.join(re.findall(".{1,4}", text))


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def _digest(user: User, code: str) -> str:
    return sha256(f"{user.pk}:{code}".encode()).hexdigest()
