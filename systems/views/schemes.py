"""Local schemes: all of them, one of them, and those of a system."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from systems.days.as_at import AsAtDate
from systems.facts.footnotes import Footnotes
from systems.facts.scheme_queries import LinkedScheme, linked, schemes_of_system, systems_with
from systems.facts.shortcuts import get_system_or_404
from systems.filters import SchemeFilter
from systems.gazetteer import GazetteerRequest
from systems.models import Scheme
from systems.models.schemes import Freshness, SchemeQuerySet, SchemeStatus

PAGE = 50
MAX_SCHEMES_SHOWN = 4  # on the page of something that has many


@require_safe
def schemes(request: GazetteerRequest) -> HttpResponse:
    """All schemes: those confirmed lately first, then the older, then what has ended."""
    today = timezone.localdate()
    here = reverse("systems:schemes")
    atlas = request.gazetteer.atlas
    listed = known_schemes(Scheme.objects.published(), today)
    filterset = SchemeFilter(request.GET, listed, atlas=atlas)
    page = Paginator(filterset.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filterset,
        "active": filterset.active(here),
        "page": page,
        "groups": in_groups(linked(atlas, page, today), today),
    }
    status = HTTPStatus.OK if filterset.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/schemes.html", context, status=status)


@require_safe
def scheme(request: GazetteerRequest, slug: str, previewing: int | None = None) -> HttpResponse:
    """One scheme: what, where, for whom, how to get it, and how sure that is.

    `previewing` is the key of one that is to be shown though it is not public. No address says it.
    """
    today = timezone.localdate()
    wanted = Scheme.objects.filter(pk=previewing) if previewing else Scheme.objects.published()
    shown = get_object_or_404(
        wanted.fresh_first(today).select_related("source", "system"), slug=slug
    )
    atlas = request.gazetteer.atlas
    origin = atlas.systems.get(shown.system.slug) if shown.system else None
    areas = [atlas.areas[area.code] for area in shown.areas.all() if area.code in atlas.areas]
    footnotes = Footnotes()
    context = {
        "scheme": shown,
        "status": _status(shown),
        "areas": areas,
        "source": footnotes.number(shown.source),
        "origin": origin,
        "origin_name": origin.name_on(min(today, origin.last_day)) if origin else "",
        "systems": [
            (system.name_on(today), system.slug)
            for system in systems_with(atlas, origin, areas, today)
        ],
        "footnotes": footnotes,
    }
    return render(request, "systems/scheme.html", context)


def _status(shown: Scheme) -> tuple[str, str]:
    """Whether a scheme still runs, as far as is known: the words that matter, and the rest."""
    freshness = Freshness(shown.freshness)  # type: ignore[attr-defined]
    if freshness is Freshness.ENDED:
        return "It has ended", f", as of {shown.status_when}. We keep this page as a record."
    if freshness is Freshness.OLD:
        since = f" since {shown.last_when}" if shown.last_when else ""
        ask = f" Before you go, check with {shown.ask}." if shown.ask else ""
        return f"Not confirmed{since}.", f" We do not know whether it is still running.{ask}"
    ask = f" To be sure, check with {shown.ask}." if shown.ask else ""
    if shown.status == SchemeStatus.RUNNING:
        return "Running", f", as of {shown.status_when or 'an unknown date'}.{ask}"
    known = f" as of {shown.known_when}" if shown.known_when else ""
    return "Reported", f"{known}. We do not know whether it is still running.{ask}"


@require_safe
def system_schemes(request: GazetteerRequest, slug: str) -> HttpResponse:
    """The schemes of a system on a date, with those that its areas brought along."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    listed = known_schemes(schemes_of_system(atlas, shown, as_at.day), as_at.day)
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    context = {
        "as_at": as_at,
        "system": shown,
        "name": shown.name_on(as_at.day),
        "page": page,
        "groups": in_groups(linked(atlas, page, as_at.day), as_at.day),
    }
    return render(request, "systems/system_schemes.html", context, status=as_at.status)


def known_schemes(schemes: SchemeQuerySet, day: date) -> SchemeQuerySet:
    """What was known of schemes on `day`, the freshest first."""
    return schemes.known_on(day).fresh_first(day).select_related("system")


def in_groups(listed: Iterable[LinkedScheme], day: date) -> list[tuple[Freshness, list]]:
    """Schemes in the order given, by freshness, as components/scheme_groups.html takes them."""
    return [
        (Freshness(value), [_item(one, day) for one in group])
        for value, group in groupby(
            listed,
            key=lambda one: one.scheme.freshness,  # type: ignore[attr-defined]
        )
    ]


def _item(one: LinkedScheme, day: date) -> dict[str, Any]:
    """A scheme as components/scheme.html takes it."""
    shown = one.scheme
    systems = [system.name_on(day) for system in one.systems]
    state, tag, age = _tag(shown)
    elsewhere = f", in {'; '.join(systems)}" if systems and systems[0] != shown.place else ""
    return {
        "scheme": shown,
        "url": shown.get_absolute_url(),
        "where": f"{shown.place}{elsewhere}.",
        "ways": f"{' · '.join(name for _, name in one.ways) or 'How to get it: not known'}.",
        "state": state,
        "tag": tag,
        "age": age,
    }


def _tag(shown: Scheme) -> tuple[str, str, str]:
    """How sure it is that a scheme still runs: state and words of a tag, and a sentence."""
    freshness = Freshness(shown.freshness)  # type: ignore[attr-defined]
    if freshness is Freshness.ENDED:
        return "closed", "Ended", f"{shown.status_when}."
    if freshness is Freshness.OLD:
        since = f" since {shown.last_when}" if shown.last_when else ""
        return "planned", f"Not confirmed{since}", ""
    if shown.status == SchemeStatus.RUNNING:
        return "open", "Running", f"As of {shown.status_when}." if shown.status_when else ""
    known = f"As of {shown.known_when}. " if shown.known_when else ""
    return "", "Reported", f"{known}We do not know whether it is still running."
