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
from systems.facts.footnotes import Footnotes
from systems.gazetteer import Gazetteer, GazetteerRequest
from systems.lookup import lookup
from systems.lookup.explanation import explain
from systems.lookup.outcomes import Answer, Candidate, Outcome
from systems.views.rail import state_on
from systems.views.surgery import beside_home

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
    gazetteer = request.gazetteer
    today = timezone.localdate()
    text, on = request.POST.get("q", ""), request.POST.get("on", "")
    answer = lookup(text, on, today=today, gazetteer=gazetteer)
    as_at = AsAtDate(answer.on or today, today)
    is_doubtful = answer.apart_from and answer.candidates
    home = gazetteer.atlas.areas_by_slug.get(request.POST.get("home", ""))
    if answer.outcome in {Outcome.MATCH, Outcome.ORGANISATION} and not is_doubtful:
        if home:
            found = beside_home(home, answer, today) | {"page": _page_of(answer, as_at)}
            return _not_kept(render(request, "find_surgery.html", found))
        # The part of the page about its borders is named in a fragment, which no server is sent.
        border = "#near-border" if answer.near else ""
        return _not_kept(redirect(_page_of(answer, as_at) + border))
    result = _result(answer, text, on, as_at, gazetteer) | {"home": home}
    return _not_kept(render(request, "find.html", result))


def _not_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    if response.status_code == HTTPStatus.FOUND:
        response.status_code = HTTPStatus.SEE_OTHER
    return response


def _page_of(answer: Answer | Candidate, as_at: AsAtDate) -> str:
    """The page of an organisation, of an area if it is known, else of the system."""
    about = answer.about if isinstance(answer, Answer) else None
    if answer.organisation:
        return reverse("systems:organisation", args=[answer.organisation.code])
    if answer.area:
        return answer.area.get_absolute_url() + as_at.query
    if system := answer.system or about:
        return system.get_absolute_url() + as_at.query
    return reverse("systems:systems") + as_at.query


def _where(choice: Candidate, as_at: AsAtDate) -> str:
    """The ICS of a choice, where its label does not say it: that of Farnham, Surrey."""
    name = choice.system.name_on(as_at.day) if choice.system else ""
    told = choice.label.startswith((f"{name}:", f"{name}, an ICS")) or choice.label.endswith(
        f"in {name}"
    )
    return "" if told or choice.label == name else name


def _has_page(answer: Answer | Candidate) -> bool:
    return bool(answer.organisation or answer.area or answer.system)


def _result(
    answer: Answer, text: str, on: str, as_at: AsAtDate, gazetteer: Gazetteer
) -> dict[str, Any]:
    """What the page of every outcome but a plain answer shows."""
    lead, _, rest = answer.message.partition(". ")
    footnotes = Footnotes()
    return {
        "answer": answer,
        "guides": [(guide, footnotes.number(guide.source)) for guide in answer.guides],
        "footnotes": footnotes,
        "lead": lead + "." if rest else lead,
        "rest": rest,
        "mistake": answer.outcome in MISTAKES,
        "bad_date": answer.outcome in {Outcome.BAD_DATE, Outcome.OUT_OF_RANGE},
        "value": "" if answer.outcome is Outcome.PRIVATE else text,
        "on": on,
        "as_at": as_at,
        "name": answer.system.name_on(as_at.day) if answer.system else "",
        "page": _page_of(answer, as_at) if _has_page(answer) else "",
        "choices": [
            {
                "label": choice.label,
                "url": _page_of(choice, as_at) if _has_page(choice) else "",
                "share": say_share(choice.share),
                "query": choice.query,
                "code": choice.organisation.code if choice.organisation else "",
                "where": _where(choice, as_at),
            }
            for choice in answer.candidates
        ],
        "history": _history(answer, as_at),
        "explanation": explain(answer, gazetteer),
        "vintage": gazetteer.vintage,
    }


def _history(answer: Answer, as_at: AsAtDate) -> list[dict[str, Any]]:
    """The history of an answer, newest first, as components/history.html takes it."""
    return [
        {
            "name": stay.system.name_on(stay.last_day or as_at.day),
            "url": stay.system.get_absolute_url() + as_at.query,
            "start": stay.start,
            "last_day": stay.last_day,
            "state": state_on(stay, as_at.day, as_at.today),
        }
        for stay in reversed(answer.history)
        if stay.system
    ]
