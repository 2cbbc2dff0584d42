"""Get a checkout ready to serve: what `./dev run` and every release do first."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from systems.models import LoadedRow

# Both ways to call it, as the operator may know either.
FIRST_ACCOUNT = (
    "Nobody can sign in at /admin/ yet. Make the first account, which may do everything:\n"
    "    ./dev manage createsuperuser    (in production: python manage.py createsuperuser)"
)


class Command(BaseCommand):
    help = "Migrates the database, loads the fixtures if it is empty, and builds static files."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
        if not LoadedRow.objects.exists():
            call_command("load_data", verbosity=verbosity)
        call_command("collectstatic", interactive=False, clear=False, verbosity=0)
        if not User.objects.filter(is_staff=True, is_active=True).exists():
            self.stdout.write(FIRST_ACCOUNT)
