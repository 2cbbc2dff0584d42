"""Sitemaps of the timeline."""

from django.utils import timezone

from systems.sitemaps import Page, Pages, changed_on
from timeline.models import Entry


class EntryPages(Pages):
    """Pages of entries, with the date of their last change."""

    def items(self) -> list[Page]:
        known = Entry.objects.known_on(timezone.localdate()).order_by("slug")
        return [(entry.get_absolute_url(), changed_on(entry.changed_at)) for entry in known]


SITEMAPS = {"timeline": EntryPages}
