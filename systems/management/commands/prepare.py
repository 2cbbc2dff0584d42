"""Get a checkout ready to serve: what `./dev run` and every release do first."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from systems.models import LoadedRow

# Both ways to call it, as the operator may know either.
FIRST_ACCOUNT = (
    "No one can sign in at /admin/ yet. Create the first account, which can do everything:\n"
    "    ./dev manage createsuperuser    (in production: python manage.py createsuperuser)"
)


def collect_static() -> None:
    """Collect, name and compress the static files, unless that is done with these very files.

    To compress all 580 again took most of a start. The mark is made last, so a run that was killed
    is done again.
    """
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    mark = settings.STATIC_ROOT.with_suffix(".sha256")  # beside it, as what is in it is public
    digest = _digest_of_static_files()
    if manifest.exists() and mark.exists() and mark.read_text(encoding="ascii") == digest:
        return
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=False, verbosity=0)
    mark.write_text(digest, encoding="ascii")


def _digest_of_static_files() -> str:
    """Changes with the path, the time or the size of any of them, and with what works on them."""
    made_by = f"{django.get_version()} {version('whitenoise')} {version('brotli')}"
    digest = hashlib.sha256(made_by.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            told = path.stat()
            digest.update(f"\0{path}\0{told.st_mtime_ns}\0{told.st_size}".encode())
    return digest.hexdigest()


class Command(BaseCommand):
    help = "Migrates the database, loads the fixtures if it is empty, and builds static files."

    def handle(self, **options: Any) -> None:
        try:
            self._prepare(**options)
        except (OperationalError, InterfaceError) as error:
            raise CommandError(
                f"The database cannot be used: {error}. If it is damaged, restore a backup "
                "(docs/production.md says how)."
            ) from error

    def _prepare(self, *, verbosity: int, **options: Any) -> None:
        settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
        if not LoadedRow.objects.exists():
            call_command("load_data", verbosity=verbosity)
        collect_static()
        if not User.objects.filter(is_staff=True, is_active=True).exists():
            self.stdout.write(FIRST_ACCOUNT)
