"""The app of systems and areas."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class SystemsConfig(AppConfig):
    name = "systems"
    verbose_name = "Systems"

    def ready(self) -> None:
        """Follow what is written: no process answers from before, and no address is forgotten.

        Every change of a fact bumps the revision; what is deleted leaves its address behind.
        """
        from systems import models
        from systems.models import Revision
        from systems.models.addressed import Addressed

        no_facts = {
            *(models.Deletion, models.Editorship, models.FormerSlug, models.LinkCheck),
            *(models.LoadedRow, models.OneTimePassword, models.RecoveryCode, models.Report),
            *(models.Revision, models.SignInTry, models.Upload, models.UploadedRow),
        }

        def bump(sender: type, **kwargs: Any) -> None:
            Revision.bump()

        def remember(sender: type, instance: Any, **kwargs: Any) -> None:
            instance.remember_gone()

        for model in set(self.get_models()) - no_facts:
            post_save.connect(bump, model, weak=False, dispatch_uid=f"bump-{model.__name__}")
            post_delete.connect(bump, model, weak=False, dispatch_uid=f"bump-{model.__name__}")
        for model in Addressed.kinds().values():
            uid = f"remember-{model.__name__}"
            post_delete.connect(remember, model, weak=False, dispatch_uid=uid)
