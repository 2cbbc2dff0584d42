"""Lists of schemes: the freshest first, and those of one name once with their places."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import groupby, takewhile
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Count, Min

from systems.facts.scheme_queries import LinkedScheme, linked
from systems.gazetteer import GazetteerRequest
from systems.models import Scheme
from systems.models.schemes import Freshness, SchemeQuerySet, SchemeStatus

PAGE_SIZE = 50  # names
MAX_SCHEMES_SHOWN = 4  # on the page of something that has many


def scheme_page(request: GazetteerRequest, schemes: SchemeQuerySet, day: date) -> dict[str, Any]:
    """One page of a list, how many schemes are on all of them, and what is on it in groups."""
    fresh_first = schemes.fresh_first(day)
    names = fresh_first.values("freshness", "name").annotate(state=Min("state"), number=Count("pk"))
    # A list, as to count them takes the database as long as to send them.
    programmes = list(names.order_by("freshness", "state", "name"))
    page = Paginator(programmes, PAGE_SIZE).get_page(request.GET.get("page"))
    wanted = {(one["freshness"], one["name"]) for one in page}
    rows = fresh_first.filter(name__in={name for _, name in wanted}).select_related("system")
    shown = [one for one in rows if (one.freshness, one.name) in wanted]
    return {
        "page": page,
        "count": sum(one["number"] for one in programmes),
        "groups": in_groups(linked(request.gazetteer.atlas, shown, day), day),
    }


def known_schemes(schemes: SchemeQuerySet, day: date) -> SchemeQuerySet:
    """What is listed of schemes on `day`, the freshest first."""
    return schemes.known_on(day).listed_on(day).fresh_first(day).select_related("system")


def in_groups(listed: Iterable[LinkedScheme], day: date) -> list[tuple[Freshness, list]]:
    """Schemes in the order given, by freshness, as components/scheme_groups.html takes them."""
    by_name: dict[tuple[int, str], list[LinkedScheme]] = defaultdict(list)
    for one in listed:
        shown: Any = one.scheme  # with its `freshness` annotated
        by_name[shown.freshness, shown.name].append(one)
    return [
        (Freshness(value), [_item(same, day) for _, same in group])
        for value, group in groupby(by_name.items(), key=lambda item: item[0][0])
    ]


def _item(same: list[LinkedScheme], day: date) -> dict[str, Any]:
    """Schemes of one name as components/scheme.html takes them.

    What they do not have in common is said at each place, or left to the page of each.
    """
    places = [_place(one, day) for one in same]
    first = same[0].scheme
    common = {
        name: places[0][name] if all(place[name] == places[0][name] for place in places) else ""
        for name in ("ways", "status")
    }
    return {
        "name": first.name,
        "what": _common_start([one.scheme.what for one in same]),
        "places": places,
        **common,
    }


def _place(one: LinkedScheme, day: date) -> dict[str, Any]:
    shown = one.scheme
    systems = [system.name_on(day) for system in one.systems]
    elsewhere = f", in {'; '.join(systems)}" if systems and systems[0] != shown.place else ""
    return {
        "url": shown.get_absolute_url(),
        "place": shown.place,
        "where": f"{shown.place}{elsewhere}",
        "ways": f"{' · '.join(name for _, name in one.ways) or 'How to get it: not known'}.",
        "status": _status(shown),
    }


def _common_start(texts: list[str]) -> str:
    """The sentences that all texts begin with."""
    sentences = zip(*(re.split(r"(?<=[.!?])\s+", text) for text in texts), strict=False)
    return " ".join(said[0] for said in takewhile(lambda said: len(set(said)) == 1, sentences))


class StatusTag(NamedTuple):
    """How sure it is that a scheme still runs: state and words of a tag, and a sentence."""

    state: str
    tag: str
    age: str


def _status(shown: Scheme) -> StatusTag:
    freshness = Freshness(shown.freshness)  # type: ignore[attr-defined]
    if freshness is Freshness.ENDED:
        return StatusTag("closed", "Ended", f"{shown.status_when}.")
    if freshness is Freshness.OLD:
        since = f" since {shown.last_when}" if shown.last_when else ""
        return StatusTag("planned", f"Not confirmed{since}", "")
    if shown.status == SchemeStatus.RUNNING:
        return StatusTag(
            "open", "Running", f"As of {shown.status_when}." if shown.status_when else ""
        )
    known = f"As of {shown.known_when}. " if shown.known_when else ""
    return StatusTag("", "Reported", f"{known}We do not know whether it is still running.")
