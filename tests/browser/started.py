"""A real server, as `./dev run` starts it, and a real browser: Debian's Chromium."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]


# Prints the cookie of a session of the editor of Devon, of a central editor or of a superuser.
SIGN_IN = """
import time
from datetime import date
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
from icsinfo.staff import BEGAN, SessionStore
from systems.models import Editorship, System

user, made = User.objects.get_or_create(username="{role}", is_staff=True)
user.is_superuser = "{role}" == "superuser"
user.save()
if made and not user.is_superuser:
    system = System.objects.get(slug="devon") if "{role}" == "system" else None
    Editorship.objects.create(user=user, role="{role}", system=system, date_from=date(2020, 1, 1))
device, _ = TOTPDevice.objects.get_or_create(user=user, defaults={{"name": "phone"}})
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session[DEVICE_ID_SESSION_KEY] = device.persistent_id
session[BEGAN] = time.time()
session.save()
print("cookie", settings.SESSION_COOKIE_NAME, session.session_key)
"""

SETTINGS = "tests.browser.settings"
# One for the server and the commands beside it, by which sessions are known.
SECRET_KEY = secrets.token_urlsafe(50)


def environment_of(state: Path, settings: str, database: str = "") -> dict[str, str]:
    environment = {"ICSINFO_SECRET_KEY": SECRET_KEY} | os.environ
    environment |= {
        "ICSINFO_LOCAL": "1",
        "ICSINFO_STATE": str(state),
        "DJANGO_SETTINGS_MODULE": settings,
    }
    environment.pop("DATABASE_URL", None)
    return environment | ({"DATABASE_URL": database} if database else {})


def run_command(
    state: Path,
    *arguments: object,
    settings: str = SETTINGS,
    database: str = "",
    variables: dict[str, str] | None = None,
) -> str:
    """What a command of manage.py says, run on the data in the folder `state`."""
    command = [sys.executable, "manage.py", *map(str, arguments)]
    environment = environment_of(state, settings, database) | (variables or {})
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def serve(
    state: Path,
    settings: str = SETTINGS,
    database: str = "",
    application: str = "icsinfo.wsgi:application",
    workers: int = 1,
    *,
    is_prepared: bool = False,
) -> Iterator[str]:
    """Give the address of a site with its data, all of which is in the folder `state`.

    But for the database, where the address of one is given.
    """
    if not is_prepared:
        run_command(state, "prepare", settings=settings, database=database)
    environment = environment_of(state, settings, database)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--workers", str(workers)]
    options = ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"]
    options += ["--worker-class", "icsinfo.buffering_worker.BufferingWorker"]
    options += ["--forwarder-headers="]
    server = subprocess.Popen([*command, *options], cwd=ROOT, env=environment)  # noqa: S603 - our own
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/readyz")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=60)  # noqa: S310 - our own
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"Nothing answers at {address}.")


def launch(playwright: Playwright, program: str = "chromium") -> Browser:
    """Debian's Chromium, or "chromium-headless-shell", which has no windows and no date pickers."""
    return playwright.chromium.launch(
        executable_path=shutil.which(program) or shutil.which("chromium"),
        args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield launch(playwright)
