"""The app of the timeline and the merger desk."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "timeline"
    verbose_name = "Timeline"

    def ready(self) -> None:
        """Register the editing policies and the public content of this app.

        `systems` knows nothing of either.
        """
        from systems.editing import rights
        from systems.models import ContentVersion
        from timeline.rights import POLICIES

        rights.register(POLICIES)
        ContentVersion.follow(self.get_models(include_auto_created=True))
