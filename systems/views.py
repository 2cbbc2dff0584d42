"""The pages about systems and areas, and the search box."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from icsinfo.http import refuse_large_bodies
from systems import gazetteer
from systems.asked_date import AskedDate
from systems.atlas import SystemFacts
from systems.dated import ONE_DAY
from systems.filters import SystemFilter
from systems.footnotes import Footnotes
from systems.gazetteer import Gazetteer
from systems.histories import Change, Stay, changes, destinations, rail, state_on, stays, system_on
from systems.lookup import lookup
from systems.lookup.asked import per_cent, say_share
from systems.models import Area, Contact, Dataset, Source, System
from systems.models.areas import Body
from systems.models.base import Scheme
from systems.models.systems import BOARDS_SINCE, ContactKind
from systems.outcomes import Answer, Candidate, Outcome
from systems.postcodes import capitals

# The reader has something to mend before there can be an answer.
MISTAKES = {
    Outcome.EMPTY,
    Outcome.PRIVATE,
    Outcome.BAD_DATE,
    Outcome.OUT_OF_RANGE,
    Outcome.INVALID,
    Outcome.NOT_FOUND,
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The search box, and every system that is open today, by region."""
    today = timezone.localdate()
    systems = System.objects.open_on(today).named_on(today).order_by("region", "name")  # type: ignore[misc]
    return render(request, "home.html", {"systems": list(systems), "today": today})


@csrf_exempt  # a form on anybody's site may post here: it changes nothing
@sensitive_post_parameters()
@refuse_large_bodies
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Answer what was typed. A plain answer leads on to a page whose address does not hold it."""
    if request.method != "POST":
        return _not_kept(render(request, "find.html", {"mistake": False}))
    held = gazetteer.current()
    today = timezone.localdate()
    text, on = request.POST.get("q", ""), request.POST.get("on", "")
    answer = lookup(text, on, today=today, gazetteer=held)
    asked = AskedDate(answer.on or today, today)
    if answer.outcome is Outcome.MATCH:
        return _not_kept(redirect(_page_of(answer, asked)))
    return _not_kept(render(request, "find.html", _result(answer, text, on, asked, held)))


def _not_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    if response.status_code == HTTPStatus.FOUND:
        response.status_code = HTTPStatus.SEE_OTHER
    return response


def _page_of(found: Answer | Candidate, asked: AskedDate) -> str:
    """The page of an area if it is known, else of the system."""
    about = found.about if isinstance(found, Answer) else None
    if found.area:
        return reverse("systems:area", args=[found.area.slug]) + asked.query
    if system := found.system or about:
        return reverse("systems:system", args=[system.slug]) + asked.query
    return reverse("systems:systems") + asked.query


def _result(
    answer: Answer, text: str, on: str, asked: AskedDate, held: Gazetteer
) -> dict[str, Any]:
    """What the page of every outcome but a plain answer shows."""
    lead, _, rest = answer.message.partition(". ")
    return {
        "answer": answer,
        "lead": lead + "." if rest else lead,
        "rest": rest,
        "mistake": answer.outcome in MISTAKES,
        "bad_date": answer.outcome in {Outcome.BAD_DATE, Outcome.OUT_OF_RANGE},
        "value": "" if answer.outcome is Outcome.PRIVATE else text,
        "on": on,
        "asked": asked,
        "name": answer.system.name_on(asked.day) if answer.system else "",
        "page": _page_of(answer, asked) if answer.area or answer.system else "",
        "choices": [
            {
                "label": choice.label,
                "url": _page_of(choice, asked) if choice.system or choice.area else "",
                "share": say_share(choice.share),
                "query": choice.query,
            }
            for choice in answer.candidates
        ],
        "history": _spans_for_rail(answer, asked, held),
        "vintage": held.vintage,
    }


def _spans_for_rail(answer: Answer, asked: AskedDate, held: Gazetteer) -> list[dict[str, Any]]:
    """The history of an answer, newest first, as components/history.html takes it."""
    rows = []
    for span in reversed(answer.history):
        if span.value:
            system = held.atlas.systems[span.value]
            rows.append(
                {
                    "name": system.name_on(span.last_day or asked.day),
                    "url": reverse("systems:system", args=[system.slug]) + asked.query,
                    "start": span.start,
                    "last_day": span.last_day,
                    "state": state_on(span, asked.day, asked.today),
                }
            )
    return rows


@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    """All systems as at a date: filter and sort."""
    asked = AskedDate.of(request)
    listed = (
        System.objects.open_on(asked.day)
        .named_on(asked.day)
        .coded_on(asked.day)
        .sized_on(asked.day)
        .with_since()
        .order_by("name")  # type: ignore[misc]
    )
    found = SystemFilter(request.GET, listed)
    total = listed.count()
    context = {
        "asked": asked,
        "filter": found,
        "systems": list(found.qs),
        "total": total,
        "closed": [
            (system.name_on(asked.day), system.slug, system.last_day)
            for system in gazetteer.current().atlas.closed_by(asked.day)
        ],
    }
    status = asked.status if found.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "systems/systems.html", context, status=status)


@require_safe
def system(request: HttpRequest, slug: str) -> HttpResponse:
    """One system: how to reach it, its areas, its history; a closed one with its successors."""
    asked = AskedDate.of(request)
    shown = get_object_or_404(
        System.objects.with_names().with_contacts().prefetch_related("aliases"), slug=slug
    )
    areas = list(Area.objects.ever_in(shown).with_history())
    known = changes(shown, areas)
    opened = next((change.day for change in known if change.opened), None)
    closed = next((change.day for change in known if change.closed), None)
    is_closed = closed is not None and closed <= asked.day
    is_open = opened is not None and opened <= asked.day and not is_closed
    here = [area for area in areas if system_on(area, asked.day) == shown]
    footnotes = Footnotes()
    context = {
        "asked": asked,
        "system": shown,
        "name": shown.name_on(asked.day),
        "opened": opened,
        "closed": closed,
        "is_open": is_open,
        "is_closed": is_closed,
        "count": System.objects.open_on(asked.day).count() if is_open else None,
        "has_board": is_open and asked.day >= BOARDS_SINCE,
        "ods_code": shown.code_on(Scheme.ODS, asked.day),
        "ons_code": shown.code_on(Scheme.ONS, asked.day),
        "contacts": _contacts(shown, footnotes),
        "areas": here,
        "residents": sum(area.residents for area in here),
        "last_day": closed - ONE_DAY if closed else None,
        "successors": _successors(shown, areas, asked.day) if is_closed else [],
        "history": _numbered([c for c in known if c.day <= asked.day], footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/system.html", context, status=asked.status)


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed in one system up to a day, by itself."""
    asked = AskedDate.of(request)
    shown = get_object_or_404(System.objects.with_names(), slug=slug)
    footnotes = Footnotes()
    areas = Area.objects.ever_in(shown).with_history()
    known = [change for change in changes(shown, areas) if change.day <= asked.day]
    context = {
        "asked": asked,
        "system": shown,
        "name": shown.name_on(asked.day),
        "history": _numbered(known, footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/history.html", context, status=asked.status)


def _numbered(history: list[Change], footnotes: Footnotes) -> list[tuple[Change, list[int]]]:
    """Changes, the latest first, with the numbers of their sources."""
    return [
        (change, [footnotes.number(source) for source in change.sources])
        for change in reversed(history)
    ]


def _successors(shown: System, areas: list[Area], day: date) -> list[dict[str, Any]]:
    """Where the areas of a closed system are on `day`, with their share of its residents."""
    found = destinations(shown, areas, day)
    total = sum(area.residents for _, theirs in found for area in theirs)
    return [
        {
            "system": other,
            "name": other.name_on(day) if other else "",
            "areas": theirs,
            "share": say_share(per_cent(sum(area.residents for area in theirs), total)),
        }
        for other, theirs in found
    ]


def _contacts(system: System | None, footnotes: Footnotes) -> list[tuple[Contact, int]]:
    """The known ways to reach a board, the website first, with the numbers of their sources."""
    order = ContactKind.values
    known = sorted(system.contacts.all(), key=lambda c: order.index(c.kind)) if system else []
    return [(contact, footnotes.number(contact.source)) for contact in known]


@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """All areas with the system each is in as at a date."""
    asked = AskedDate.of(request)
    rows = [
        {"area": area, "system": found, "name": found.name_on(asked.day) if found else ""}
        for area in Area.objects.with_history()
        for found in [system_on(area, asked.day)]
    ]
    return render(
        request, "systems/areas.html", {"asked": asked, "rows": rows}, status=asked.status
    )


@require_safe
def area(request: HttpRequest, slug: str) -> HttpResponse:
    """One area: which system it is in, which it was in before, and which it will be in."""
    asked = AskedDate.of(request)
    shown = get_object_or_404(
        Area.objects.with_history().select_related("source").prefetch_related("codes", "aliases"),
        slug=slug,
    )
    history = stays(shown.periods.all())
    now = next((stay for stay in history if stay.covers(asked.day)), None)
    codes = list(shown.codes.all())
    if now and now.system:
        prefetch_related_objects([now.system], "contacts__source")
    footnotes = Footnotes()
    context = {
        "asked": asked,
        "area": shown,
        "now": now,
        "system": now.system if now else None,
        "name": now.system.name_on(asked.day) if now and now.system else "",
        "before": [stay for stay in history if stay.end and stay.end <= asked.day],
        "after": [stay for stay in history if stay.start > asked.day],
        "rail": rail(history, asked, footnotes),
        "has_board": asked.day >= BOARDS_SINCE,
        "first_board": _name_of_first_board(history),
        "ccg": next((code for code in codes if code.body == Body.CCG), None),
        "codes": codes,
        "code_source": footnotes.number(codes[0].source) if codes else None,
        "residents_source": footnotes.number(shown.source),
        "contacts": _contacts(now.system if now else None, footnotes),
        "footnotes": footnotes,
    }
    return render(request, "systems/area.html", context, status=asked.status)


def _name_of_first_board(history: list[Stay]) -> str:
    """The name, on the day on which boards replaced commissioning groups, of the system then."""
    first = next((stay.system for stay in history if stay.covers(BOARDS_SINCE)), None)
    return first.name_on(BOARDS_SINCE) if first else ""


@require_safe
def code(request: HttpRequest, code: str) -> HttpResponse:
    """Lead from any ODS or ONS code, old or new, to what it stands for."""
    asked = AskedDate.of(request)
    meanings = gazetteer.current().atlas.codes.get(capitals(code), ())
    if not meanings:
        raise Http404("No system or area has had this code.")
    pages = [
        (meaning, reverse(f"systems:{kind}", args=[meaning.slug]) + asked.query)
        for meaning in meanings
        for kind in ["system" if isinstance(meaning, SystemFacts) else "area"]
    ]
    if len(pages) == 1:
        return redirect(pages[0][1])
    context = {
        "asked": asked,
        "code": capitals(code),
        "choices": [
            (meaning.name_on(asked.day) if isinstance(meaning, SystemFacts) else meaning.name, url)
            for meaning, url in pages
        ],
    }
    return render(request, "systems/code.html", context)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What the site's facts rest on: releases, sources, licences."""
    datasets = list(Dataset.objects.filter(in_use=True))
    context = {
        "datasets": datasets,
        "sources": Source.objects.all(),
        "attributions": sorted({dataset.attribution for dataset in datasets}),
    }
    return render(request, "systems/data.html", context)
