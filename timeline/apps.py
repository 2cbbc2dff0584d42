"""The app of the timeline and the merger desk."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "timeline"
    verbose_name = "Timeline"

    def ready(self) -> None:
        """Tell `systems.editing.rights`, which knows nothing of this app, who may edit what of it."""
        from systems.editing import rights
        from timeline.rights import POLICIES

        rights.register(POLICIES)
