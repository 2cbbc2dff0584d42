"""The feed of schemes: what is newly published or changed."""

from datetime import date

from django.db.models.functions import Greatest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from icsinfo.feeds import MAX_FEED_ITEMS, FeedItem, atom_feed
from systems.gazetteer import GazetteerRequest
from systems.models import Scheme
from systems.models.schemes import SchemeQuerySet, SchemeStatus


@require_safe
@conditional_page
def schemes_atom(request: GazetteerRequest) -> HttpResponse:
    listed = _latest_first(timezone.localdate())[:MAX_FEED_ITEMS]
    title, path = "ICS Info: local schemes", reverse("systems:schemes")
    return atom_feed(request, title, path, [_item(scheme) for scheme in listed])


def _latest_first(day: date) -> SchemeQuerySet:
    """The schemes that are listed on `day`, what was published or changed last first."""
    listed = Scheme.objects.known_on(day).listed_on(day)
    news = listed.annotate(news_at=Greatest("changed_at", "published_from"))
    return news.select_related("source").order_by("-news_at", "slug")


def _item(scheme: Scheme) -> FeedItem:
    return FeedItem(
        f"scheme:{scheme.slug}",
        str(scheme),
        " ".join(filter(None, [scheme.what, _labelled(scheme), _how_sure(scheme)])),
        scheme.get_absolute_url(),
        scheme.published_from or scheme.changed_at,
        scheme.news_at,  # type: ignore[attr-defined]
        scheme.source.link,
    )


def _labelled(scheme: Scheme) -> str:
    parts = (("For", scheme.for_whom), ("How to get it", scheme.how_to_get))
    return " ".join(f"{label}: {text.rstrip('.')}." for label, text in parts if text)


def _how_sure(scheme: Scheme) -> str:
    """When somebody last said how it stands. No feed says that a scheme runs today."""
    if scheme.status == SchemeStatus.ENDED:
        return f"Ended: {scheme.status_when}."
    return f"Last confirmed: {scheme.last_when or 'not known'}."
