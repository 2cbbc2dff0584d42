"""The directory of organisations, one organisation, and the members of a system."""

import re
from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from icsinfo.api import error
from icsinfo.content_cache import cached_by_content
from icsinfo.dates import say
from icsinfo.downloads import csv_download
from icsinfo.wording import say_share
from systems.atlas import Atlas, SystemFacts
from systems.days.as_at import AsAtDate
from systems.days.spans import ONE_DAY
from systems.facts import members
from systems.facts.footnotes import Footnotes
from systems.facts.shortcuts import get_system_or_404
from systems.filters import LETTERS, DirectoryFilter, MemberFilter
from systems.gazetteer import GazetteerRequest
from systems.lookup.readings import SLIVER
from systems.models import Membership, Organisation, Source
from systems.models.organisations import AliasKind, MembershipRole, OrganisationKind
from systems.models.sources import OWN_KNOWLEDGE
from systems.reference.organisations import Tie
from systems.text.postcodes import capitals

PAGE = 50
CODE = re.compile(r"[A-Z0-9]{1,12}")


@require_safe
def organisations(request: GazetteerRequest) -> HttpResponse:
    """The organisations, by name: filter by kind, system and words."""
    today = timezone.localdate()
    here = reverse("systems:organisations")
    atlas = request.gazetteer.atlas
    listed = Organisation.objects.listed_on(today).by_first_letter()
    filterset = DirectoryFilter(request.GET, listed, atlas=atlas)
    page = Paginator(filterset.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filterset,
        "active": filterset.active(here),
        "page": page,
        "organisations": [(one, one.closed_by(today)) for one in page],
        "kinds": _kinds(today),
        "letters": LETTERS,
        "systems": [(one, one.name_on(today)) for one in atlas.open_on(today)],
        "areas": atlas.areas.values(),
    }
    status = HTTPStatus.OK if filterset.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/organisations.html", context, status=status)


@cached_by_content(maxsize=1)
def _kinds(day: date) -> list[tuple[OrganisationKind, int]]:
    """How many organisations of each kind the directory has."""
    rows = Organisation.objects.listed_on(day).order_by().values_list("kind")
    numbers = dict(rows.annotate(number=Count("pk")))
    return [(kind, numbers[kind]) for kind in OrganisationKind if kind in numbers]


@require_safe
def organisation(request: GazetteerRequest, code: str) -> HttpResponse:
    """One organisation: what it is, where, which systems it has to do with, and since when."""
    if not CODE.fullmatch(capitals(code)):  # PostgreSQL cannot even look for some of the rest
        raise Http404("That is not a valid code.")
    if code != capitals(code):
        return redirect("systems:organisation", capitals(code))
    today = timezone.localdate()
    shown = get_object_or_404(
        Organisation.objects.with_memberships().select_related("source", "area", "part_of"),
        code=code,
    )
    atlas = request.gazetteer.atlas
    footnotes = Footnotes()
    source = footnotes.number(shown.source)
    rows = [
        _membership(row, system, today, footnotes)
        for row in shown.memberships.all()
        if (system := atlas.systems.get(row.system.slug))
    ]
    now = [row for row in rows if row["now"]]
    area = atlas.areas.get(shown.area.code) if shown.area else None
    here = area.system_on(today) if area else None
    aliases = shown.aliases.select_related("source")
    context = {
        "organisation": shown,
        "source": source,
        "closed": shown.closed_by(today),
        "last_day": shown.closed_on - ONE_DAY if shown.closed_on else None,
        "not_open_yet": shown.opens_after(today),
        "now": now,
        "memberships": rows,
        "here": here,
        "here_name": here.name_on(today) if here else "",
        "rule": footnotes.number(rule) if (rule := _rule(shown)) else None,
        "elsewhere": bool(here and now and all(row["slug"] != here.slug for row in now)),
        "council": (council := _council(shown, atlas, today)),
        "main_parts": sum(not part["sliver"] for part in council),
        "aliases": [
            # What no source says, our own knowledge does: it counts as not confirmed.
            (alias, footnotes.number(alias.source), alias.source.publisher == OWN_KNOWLEDGE)
            for alias in aliases
            if not alias.kind
        ],
        "earlier_names": [
            (alias.name, footnotes.number(alias.source))
            for alias in aliases
            if alias.kind == AliasKind.FORMER and alias.source.publisher != OWN_KNOWLEDGE
        ],
        "parts": shown.parts.open_on(today).order_by("name", "code"),
        "followed_by": [
            (row, footnotes.number(row.source))
            for row in shown.successions.select_related("successor", "source")
        ],
        "follows": [
            (row, footnotes.number(row.source))
            for row in shown.predecessor_links.select_related("predecessor", "source")
        ],
        "footnotes": footnotes,
    }
    return render(request, "systems/organisation.html", context)


def _rule(shown: Organisation) -> Source | None:
    """Where it is written which board pays for the care of a practice's patients."""
    if shown.kind != OrganisationKind.PRACTICE:
        return None
    return Source.objects.filter(key="nhs-england-2024-who-pays").first()


def _membership(
    row: Membership, system: SystemFacts, today: date, footnotes: Footnotes
) -> dict[str, Any]:
    """A membership with the name that the system had at the end of it."""
    is_now = Tie(system.slug, row.date_from, row.date_to).holds_on(today)
    paid = "Funded by this ICB" if is_now else "Was funded by this ICB"
    return {
        "name": system.name_on(row.date_to - ONE_DAY if row.date_to else today),
        "slug": system.slug,
        "url": system.get_absolute_url(),
        "how": paid if row.role == MembershipRole.PAID else "Listed under this ICS",
        "start": row.date_from,
        "last_day": row.date_to - ONE_DAY if row.date_to else None,
        "now": is_now,
        "source": footnotes.number(row.source),
    }


def _council(shown: Organisation, atlas: Atlas, day: date) -> list[dict[str, Any]]:
    """The systems of a council's areas on `day`, with its residents in each, most first."""
    if shown.kind != OrganisationKind.COUNCIL:
        return []
    rows = list(shown.council_areas.select_related("area"))
    total = sum(row.residents for row in rows)
    parts = []
    for part in members.council_parts(atlas, rows, day):
        name = part.system.name_on(day) if part.system else ""
        residents = part.residents or 0
        share = 100 * residents / total if total else 100.0
        parts.append(
            {
                "name": name,
                "url": part.system.get_absolute_url() if part.system else "",
                "areas": part.areas,
                "residents": residents,
                "share": say_share(share),
                "since": part.since(day),
                "sliver": share < SLIVER,
            }
        )
    return parts


@require_safe
def system_members(request: GazetteerRequest, slug: str) -> HttpResponse:
    """Who is in a system on a date, by kind; one kind, or some words, as a list of its own."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    shown = get_system_or_404(atlas, slug)
    path = reverse("systems:members", args=[slug])
    listed = Organisation.objects.members_on(shown.pk, as_at.day)
    filterset = MemberFilter(request.GET, listed, atlas=atlas)
    counts = members.counts(shown.pk, as_at.day)
    context: dict[str, Any] = {
        "as_at": as_at,
        "system": shown,
        "name": shown.name_on(as_at.day),
        "filter": filterset,
        "active": filterset.active(path),
        "counts": counts,
        "total": sum(number for _, number in counts),
        **_absence(shown, as_at),
    }
    if filterset.form.is_valid() and any(filterset.form.cleaned_data.values()):
        page = Paginator(filterset.qs, PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "groups": _groups(page, shown, as_at.day, atlas)}
    else:
        brief = listed.filter(kind__in=[OrganisationKind.TRUST, OrganisationKind.COUNCIL])
        context["groups"] = _groups(brief, shown, as_at.day, atlas)
    status = as_at.status if filterset.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/members.html", context, status=status)


def _absence(shown: SystemFacts, as_at: AsAtDate) -> dict[str, Any]:
    """Why nobody is in a system on a day, and the nearest day on which somebody is, if any."""
    name, opened = shown.name_on(as_at.day), shown.opened_on
    is_closed = shown.closed_by(as_at.day)
    if is_closed:
        absence = f"{name} closed at the end of {say(shown.last_day)}."
    elif opened is None or opened <= as_at.day:
        return {"absence": "It has no areas, so no organisations are in it."}
    elif opened > as_at.today:
        absence = f"{name} is planned to be an integrated care system (ICS) from {say(opened)}."
    else:
        absence = f"{name} was not yet an integrated care system (ICS). It began on {say(opened)}."
    return {"absence": absence, "other_day": shown.nearest_day(as_at.day), "is_closed": is_closed}


def _groups(
    listed: Iterable[Organisation], system: SystemFacts, day: date, atlas: Atlas
) -> list[tuple[OrganisationKind, list[members.Member]]]:
    """Members by kind, in the order of the kinds."""
    rows = members.described(list(listed), system, day, atlas)
    return [
        (kind, mine)
        for kind in OrganisationKind
        if (mine := [row for row in rows if row.organisation.kind == kind])
    ]


COLUMNS = (
    "code",
    "name",
    "kind",
    "form",
    "place",
    "postcode",
    "role",
    "from",
    "to",
    "share",
    "url",
    "source",
    "as_at",
)


@require_safe
def members_csv(request: GazetteerRequest, slug: str) -> HttpResponse:
    """All members of a system on a date, as a table for spreadsheets."""
    as_at = AsAtDate.of(request)
    if as_at.error:  # a file that says today where another day was meant would mislead
        return HttpResponse(as_at.error, content_type="text/plain; charset=utf-8", status=400)
    rows = _for_download(request, slug, as_at.day)
    name = f"{slug}-members-{as_at.day:%Y-%m-%d}.csv"
    return csv_download(name, COLUMNS, (row.values() for row in rows))


@require_safe
def members_json(request: GazetteerRequest, slug: str) -> HttpResponse:
    """All members of a system on a date, for programs."""
    as_at = AsAtDate.of(request)
    if as_at.error:
        return error(400, "bad_date", as_at.error)
    rows = _for_download(request, slug, as_at.day)
    return JsonResponse({"on": as_at.day.isoformat(), "count": len(rows), "results": rows})


def _for_download(request: GazetteerRequest, slug: str, day: date) -> list[dict[str, Any]]:
    """The members of a system on a day, a row each."""
    atlas = request.gazetteer.atlas
    system = get_system_or_404(atlas, slug)
    listed = Organisation.objects.members_on(system.pk, day)
    return [
        dict(
            zip(
                COLUMNS,
                (
                    *(one.code, one.name, one.kind, one.form, one.place, one.postcode),
                    member.role,
                    member.since and member.since.isoformat(),
                    member.until and member.until.isoformat(),
                    member.share,
                    request.build_absolute_uri(one.get_absolute_url()),
                    str(member.source),
                    day.isoformat(),
                ),
                strict=True,
            )
        )
        for member in members.described(list(listed.order_by("kind", "name")), system, day, atlas)
        for one in [member.organisation]
    ]
