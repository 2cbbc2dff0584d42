"""The app of the timeline and the merger desk."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "timeline"
    verbose_name = "Timeline"

    def ready(self) -> None:
        """Register the editing policies of this app, of which `systems` knows nothing."""
        from systems.editing import rights
        from timeline.rights import POLICIES

        rights.register(POLICIES)
