"""What search engines are told of this app's pages: every one, and since when it is as it is.

A page is as it is since its row was last written, or since the last day on which something dated
about it came to hold, whichever is later. Where nobody can say, nothing is said.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from systems.facts.scheme_queries import schemes_known_on
from systems.gazetteer import Gazetteer
from systems.models import Area, Organisation, System
from systems.published_urls import plain_pages

Page = tuple[str, date | None]


class Pages(Sitemap):
    """A section: pairs of a path and the day of its last change, or None."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        super().__init__()
        self.gazetteer = gazetteer

    def location(self, item: Page) -> str:
        return item[0]

    def lastmod(self, item: Page) -> date | None:
        return item[1]


def changed_on(written: datetime, turns: Iterable[date] = ()) -> date:
    """The later of the day of writing and the last of `turns` that has come."""
    today = timezone.localdate()
    return max([timezone.localtime(written).date(), *(day for day in turns if day <= today)])


class PlainPages(Pages):
    """Lists and texts, which change with all that they show; not the patterns, which ask search
    engines to leave them out.
    """

    def items(self) -> list[Page]:
        return [(path, None) for path in plain_pages() if path != reverse("gallery")]


class SystemPages(Pages):
    """A system and the pages under it. Nobody knows when one of its hundreds of members changed."""

    def items(self) -> list[Page]:
        atlas = self.gazetteer.atlas
        turns = {slug: atlas.days_of_change(system) for slug, system in atlas.systems.items()}
        pages: list[Page] = []
        for system in System.objects.all():
            day = changed_on(system.changed_at, turns.get(system.slug, ()))
            dated = {"system": day, "history": day, "members": None, "system-schemes": None}
            pages += [
                (reverse(f"systems:{name}", args=[system.slug]), since)
                for name, since in dated.items()
            ]
        return pages


class AreaPages(Pages):
    def items(self) -> list[Page]:
        areas = self.gazetteer.atlas.areas
        return [
            (
                area.get_absolute_url(),
                changed_on(area.changed_at, [stay.start for stay in areas[area.code].stays]),
            )
            for area in Area.objects.all()
            if area.code in areas
        ]


class OrganisationPages(Pages):
    limit = 2000

    def items(self) -> list[Page]:
        start = reverse("systems:organisations")  # thousands of times reverse would take seconds
        listed = Organisation.objects.listed_on(timezone.localdate())
        known = listed.order_by("code").values_list("code", "changed_at")
        return [(f"{start}{code}/", changed_on(written)) for code, written in known]


class SchemePages(Pages):
    """A scheme that nobody has confirmed by its day says so from then on."""

    def items(self) -> list[Page]:
        return [
            (scheme.get_absolute_url(), changed_on(scheme.changed_at, [scheme.check_by]))
            for scheme in schemes_known_on(timezone.localdate()).order_by("slug")
        ]


SITEMAPS = {
    "pages": PlainPages,
    "systems": SystemPages,
    "areas": AreaPages,
    "organisations": OrganisationPages,
    "schemes": SchemePages,
}
