"""The app of systems and areas."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class SystemsConfig(AppConfig):
    name = "systems"
    verbose_name = "Systems"

    def ready(self) -> None:
        """Let every change of a fact bump the revision, so that no process answers from before."""
        from systems.models import Deletion, Editorship, LoadedRow, Report, Revision

        def bump(sender: type, **kwargs: Any) -> None:
            Revision.bump()

        for model in set(self.get_models()) - {
            Deletion,
            Editorship,
            LoadedRow,
            Report,
            Revision,
        }:  # no facts
            post_save.connect(bump, model, weak=False, dispatch_uid=f"bump-{model.__name__}")
            post_delete.connect(bump, model, weak=False, dispatch_uid=f"bump-{model.__name__}")
