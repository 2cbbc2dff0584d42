"""The app of systems and areas."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_delete, post_migrate, pre_migrate


class SystemsConfig(AppConfig):
    name = "systems"
    verbose_name = "Systems"

    def ready(self) -> None:
        """Follow what is written: no process answers from before, and no address is forgotten."""
        from systems import gazetteer, models
        from systems.models import data_versions
        from systems.models.permanent_url import PermanentUrl

        # What no public page shows. Some of it visitors write, who could raise a version at will.
        private = {
            *(models.Deletion, models.Editorship, models.LinkCheck),
            *(models.OneTimePassword, models.RecoveryCode, models.Report, models.SignInTry),
            *(models.Upload, models.UploadedRow, models.ContentVersion, models.GazetteerVersion),
        }
        models.ContentVersion.follow(set(self.get_models(include_auto_created=True)) - private)
        models.GazetteerVersion.follow(gazetteer.MODELS)
        connection_created.connect(data_versions.follow_connection)
        pre_migrate.connect(data_versions.pause_for_migrations, sender=self)
        post_migrate.connect(data_versions.resume_after_migrations, sender=self)

        def remember(sender: type, instance: Any, **kwargs: Any) -> None:
            instance.remember_gone()

        for model in PermanentUrl.kinds().values():
            uid = f"remember-{model.__name__}"
            post_delete.connect(remember, model, weak=False, dispatch_uid=uid)
