"""The timeline, one entry of it, and the count that adds up."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from icsinfo.content_cache import cached_by_content
from icsinfo.dates import say
from icsinfo.head import picture_address
from systems.atlas import Atlas
from systems.days.as_at import AsAtDate
from systems.days.spans import ONE_DAY
from systems.facts.footnotes import Footnotes
from systems.facts.shortcuts import get_system_or_404
from systems.gazetteer import GazetteerRequest
from systems.maps.drawing import Maps
from timeline.filters import EntryFilter
from timeline.ledger.charts import coverage, step_line
from timeline.ledger.steps import CountStep, StepInWords, is_counted, ledger, step_on
from timeline.models import Entry, EntryKind, Event, Statement
from timeline.public import LEGAL_BASIS
from timeline.related import entries_about, with_predecessors
from timeline.schema_org import event as event_ld
from timeline.schema_org import news_article

PAGE_SIZE = 25
PRINT_PAGE_SIZE = 1000


@require_safe
def timeline(request: GazetteerRequest) -> HttpResponse:
    """Everything that happened, in time order, latest first; filtered, counted, paged."""
    as_at = AsAtDate.of(request)
    atlas = request.gazetteer.atlas
    known = (
        Entry.objects.known_on(as_at.day)
        .select_related("source", "event")
        .prefetch_related("systems")
        .annotate(statement_count=_statement_count())
        .order_by("-date", "-slug")
    )
    filterset = EntryFilter(request.GET, known, atlas=atlas)
    size = PRINT_PAGE_SIZE if request.GET.get("show") == "all" else PAGE_SIZE
    page = Paginator(filterset.qs, size).get_page(request.GET.get("page"))
    steps = _steps(atlas, as_at.day)
    context = {
        "as_at": as_at,
        "filter": filterset,
        "active": filterset.active(reverse("timeline:timeline")),
        "page": page,
        "entries": [_with_names(entry, atlas) for entry in page],
        "picture": step_line(steps, as_at.day),
        "coverage": coverage(atlas, steps),
    }
    status = as_at.status if filterset.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "timeline/timeline.html", context, status=status)


def _statement_count() -> Coalesce:
    """Of each entry that is shown. A join would group all entries, with all their texts."""
    said = Statement.objects.published().filter(entry=OuterRef("pk")).order_by().values("entry")
    return Coalesce(Subquery(said.annotate(number=Count("pk")).values("number")), 0)


@cached_by_content(maxsize=8)
def _steps(atlas: Atlas, day: date) -> list[CountStep]:
    """All steps up to `day` with the events that the public may see, earliest first."""
    return ledger(atlas, Event.objects.published().select_related("source"), day)


def _with_names(entry: Entry, atlas: Atlas) -> tuple[Entry, list[tuple[str, str]]]:
    """An entry with the systems it is about: name on its date, and address."""
    return entry, [
        (atlas.systems[system.slug].name_on(entry.date), system.get_absolute_url())
        for system in entry.systems.all()
        if system.slug in atlas.systems
    ]


@require_safe
def entry(request: GazetteerRequest, slug: str, previewing: int | None = None) -> HttpResponse:
    """One event or announcement: what it was, who said what about it, and the sources.

    `previewing` is the key of one that is to be shown though it is not public. No address says it.
    """
    statements = Statement.objects.select_related("source")
    known = Entry.objects.known_on(timezone.localdate())
    wanted = Entry.objects.filter(pk=previewing) if previewing else known
    shown = get_object_or_404(
        wanted.select_related("source", "event").prefetch_related(
            "systems", Prefetch("statements", statements), LEGAL_BASIS
        ),
        slug=slug,
    )
    atlas = request.gazetteer.atlas
    footnotes = Footnotes()
    event = getattr(shown, "event", None)
    step = step_on(atlas, shown.date, [event]) if event and is_counted(event) else None
    planned = step_on(atlas, shown.date, []) if event and event.kind == EntryKind.PLANNED else None
    mapped = step or planned
    _, systems = _with_names(shown, atlas)
    context = {
        "entry": shown,
        "structured": _structured(request, shown, event, systems),
        "number": footnotes.number(shown.source),
        "systems": systems,
        "statements": [
            (statement, footnotes.number(statement.source)) for statement in shown.statements.all()
        ],
        "legal_basis": [
            (law, footnotes.number(law.source))
            for law in (event.legal_basis.all() if event else ())
        ],
        "step": StepInWords(step) if step else None,
        "official": _official(step, event) if step and event else "",
        "before_and_after": _before_and_after(mapped, request.gazetteer.maps)
        if mapped and mapped.changed_the_map
        else [],
        "footnotes": footnotes,
        "newer": known.after(shown).first(),
        "older": known.before(shown).first(),
    }
    return render(request, "timeline/entry.html", context)


def _official(step: CountStep, event: Event) -> str:
    """What ends the sentence that says the count after a step."""
    if not event.official_total:
        return ""
    verb = "agrees" if step.agrees else "does not agree"
    return f"; a source states {event.official_total}, which {verb}"


def _before_and_after(step: CountStep, maps: Maps) -> list[dict[str, Any]]:
    """The map of the day before a step, where anything was on it, and that of its day."""
    days = ((step.day - ONE_DAY, step.before), (step.day, step.count))
    return [
        {
            "drawing": maps.drawing(day, small=True),
            "sheet": maps.sheet,
            "changed": maps.changed(step.day),
            "query": f"?on={day.isoformat()}",
            "text": f"Map of {say(day)}: {count} ICS{'' if count == 1 else 's'}",
        }
        for day, count in days
        if count
    ]


def _structured(
    request: GazetteerRequest, shown: Entry, event: Event | None, systems: list[tuple[str, str]]
) -> dict[str, Any]:
    """The entry in the words of schema.org."""
    address = request.build_absolute_uri(shown.get_absolute_url())
    if event:
        return event_ld(shown, address)
    about = [(name, request.build_absolute_uri(url)) for name, url in systems]
    return news_article(shown, address, about, picture_address(request))


@require_safe
def count(request: GazetteerRequest) -> HttpResponse:
    """How the number of systems came about, step by step, beside the totals that sources state."""
    as_at = AsAtDate.of(request)
    atlas = request.gazetteer.atlas
    steps = _steps(atlas, as_at.day)
    footnotes = Footnotes()
    context = {
        "as_at": as_at,
        "beginning": _there_are(as_at),
        "count": steps[-1].count if steps else 0,
        "rows": [
            (
                StepInWords(step),
                [(event, footnotes.number(event.source)) for event in step.events],
                []
                if step.events
                else [footnotes.number(s) for s in atlas.sources_of_moves(step.day)],
            )
            for step in steps
        ],
        "agreement": _agreement(steps),
        "picture": step_line(steps, as_at.day),
        "footnotes": footnotes,
    }
    return render(request, "timeline/count.html", context, status=as_at.status)


def _there_are(as_at: AsAtDate) -> str:
    if as_at.is_past:
        return f"On {say(as_at.day)} there were"
    if as_at.query:
        return f"On {say(as_at.day)} there will be, as far as we know,"
    return "There are"


def _agreement(steps: list[CountStep]) -> str:
    """How often a source states a total, and how often it is not ours."""
    stated = sum(1 for step in steps if step.official)
    differing = sum(1 for step in steps if step.agrees is False)
    agreement = (
        f"our count differs {_times(differing)}" if differing else "our count agrees each time"
    )
    return f"Our sources state a total {_times(stated)}; {agreement}."


def _times(number: int) -> str:
    return f"{number} time{'' if number == 1 else 's'}"


@require_safe
def system_entries(request: GazetteerRequest, slug: str) -> HttpResponse:
    """Everything on the timeline that is about one system, its predecessors' marked as theirs."""
    as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
    system = get_system_or_404(atlas, slug)
    entries = entries_about(atlas, system, as_at.day)
    page = Paginator(entries.select_related("source"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "as_at": as_at,
        "system": system,
        "name": system.name_on(as_at.day),
        "page": page,
        "related": with_predecessors(atlas, system, list(page)),
    }
    return render(request, "timeline/system.html", context, status=as_at.status)
