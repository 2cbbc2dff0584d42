"""How far somebody has come in signing in.

Until the last step nobody is signed in: the session only remembers whose password was right, for
a quarter of an hour. So nothing else on the site has to ask whether there was a second step.
"""

import time
from datetime import timedelta

import django_otp
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django_otp.plugins.otp_totp.models import TOTPDevice

from icsinfo.staff import BEGAN, SessionStore
from systems.models import OneTimePassword
from systems.signin import factor

IN_PROGRESS = "signing_in"
LATEST = timedelta(minutes=15)


def begin(request: HttpRequest, user: User, goal: str) -> None:
    """The password of `user` was right."""
    request.session.flush()  # whoever was signed in here before is so no longer
    request.session[BEGAN] = time.time()
    request.session[IN_PROGRESS] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "goal": goal,
        "secret": factor.new_secret(),
    }


def user_of(request: HttpRequest) -> User | None:
    """Whose password was right lately, as long as that person may sign in with it."""
    begun = request.session.get(IN_PROGRESS)
    if not begun or time.time() - request.session[BEGAN] > LATEST.total_seconds():
        return None
    user = User.objects.filter(pk=begun["user"], is_active=True, is_staff=True).first()
    if user and constant_time_compare(user.get_session_auth_hash(), begun["hash"]):
        return user
    return None


def goal_of(request: HttpRequest) -> str:
    return request.session[IN_PROGRESS]["goal"]


def secret_of(request: HttpRequest) -> str:
    """What a phone learns that is set up now. Nobody else was ever shown it."""
    return request.session[IN_PROGRESS]["secret"]


def next_step(user: User) -> str:
    """The name of the page that comes next."""
    if OneTimePassword.objects.filter(user=user).exists():
        return "admin:login_new_password"
    return "admin:login_code" if factor.device_of(user) else "admin:login_enrol"


def finish(request: HttpRequest, user: User, device: TOTPDevice) -> None:
    """Sign `user` in, in a session of a new name."""
    request.session.flush()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    django_otp.login(request, device)
    request.session[BEGAN] = time.time()
    SessionStore.clear_expired()
