"""What search engines are told of the timeline's pages."""

from django.utils import timezone

from systems.sitemaps import Page, Pages, changed_on
from timeline.models import Entry


class EntryPages(Pages):
    """Entries, each since it was last written."""

    def items(self) -> list[Page]:
        known = Entry.objects.known_on(timezone.localdate()).order_by("slug")
        return [(entry.get_absolute_url(), changed_on(entry.changed_at)) for entry in known]


SITEMAPS = {"timeline": EntryPages}
