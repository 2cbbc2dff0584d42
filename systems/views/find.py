"""The first page, the search box, and what it answers."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from icsinfo.http import refuse_large_bodies
from icsinfo.wording import say_share
from systems.days.as_at import AsAtDate
from systems.gazetteer import Gazetteer, GazetteerRequest
from systems.lookup import lookup
from systems.lookup.outcomes import Answer, Candidate, Outcome
from systems.views.rail import state_on

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
def home(request: GazetteerRequest) -> HttpResponse:
    """The search box, and every system that is open today, by region."""
    today = timezone.localdate()
    systems = sorted(request.gazetteer.atlas.open_on(today), key=lambda system: system.region)
    named = [(system, system.name_on(today)) for system in systems]
    return render(request, "home.html", {"systems": named, "today": today})


@csrf_exempt  # a form on anybody's site may post here: it changes nothing
@sensitive_post_parameters()
@refuse_large_bodies
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: GazetteerRequest) -> HttpResponse:
    """Answer what was typed. A plain answer leads on to a page whose address does not hold it."""
    if request.method != "POST":
        return _not_kept(render(request, "find.html", {"mistake": False}))
    held = request.gazetteer
    today = timezone.localdate()
    text, on = request.POST.get("q", ""), request.POST.get("on", "")
    answer = lookup(text, on, today=today, gazetteer=held)
    asked = AsAtDate(answer.on or today, today)
    if answer.outcome in {Outcome.MATCH, Outcome.ORGANISATION}:
        return _not_kept(redirect(_page_of(answer, asked)))
    return _not_kept(render(request, "find.html", _result(answer, text, on, asked, held)))


def _not_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    if response.status_code == HTTPStatus.FOUND:
        response.status_code = HTTPStatus.SEE_OTHER
    return response


def _page_of(found: Answer | Candidate, asked: AsAtDate) -> str:
    """The page of an organisation, of an area if it is known, else of the system."""
    about = found.about if isinstance(found, Answer) else None
    if found.organisation:
        return reverse("systems:organisation", args=[found.organisation.code])
    if found.area:
        return found.area.get_absolute_url() + asked.query
    if system := found.system or about:
        return system.get_absolute_url() + asked.query
    return reverse("systems:systems") + asked.query


def _where(choice: Candidate, asked: AsAtDate) -> str:
    """The ICS of a choice, where its label does not say it: that of Farnham, Surrey."""
    name = choice.system.name_on(asked.day) if choice.system else ""
    told = choice.label.startswith((f"{name}:", f"{name}, an ICS")) or choice.label.endswith(
        f"in {name}"
    )
    return "" if told or choice.label == name else name


def _has_page(found: Answer | Candidate) -> bool:
    return bool(found.organisation or found.area or found.system)


def _result(answer: Answer, text: str, on: str, asked: AsAtDate, held: Gazetteer) -> dict[str, Any]:
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
        "page": _page_of(answer, asked) if _has_page(answer) else "",
        "choices": [
            {
                "label": choice.label,
                "url": _page_of(choice, asked) if _has_page(choice) else "",
                "share": say_share(choice.share),
                "query": choice.query,
                "where": _where(choice, asked),
            }
            for choice in answer.candidates
        ],
        "history": _history(answer, asked),
        "vintage": held.vintage,
    }


def _history(answer: Answer, asked: AsAtDate) -> list[dict[str, Any]]:
    """The history of an answer, newest first, as components/history.html takes it."""
    return [
        {
            "name": stay.system.name_on(stay.last_day or asked.day),
            "url": stay.system.get_absolute_url() + asked.query,
            "start": stay.start,
            "last_day": stay.last_day,
            "state": state_on(stay, asked.day, asked.today),
        }
        for stay in reversed(answer.history)
        if stay.system
    ]
