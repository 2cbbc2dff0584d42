"""Operations of the API: the timeline, what is about one system, and the count."""

from datetime import date
from typing import Any

from ninja import Router
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from icsinfo.querysets import part_and_total
from systems.api.parameters import Query
from systems.api.resolve import find_system
from systems.api.schemas import (
    AreaOut,
    Cited,
    Day,
    ListOut,
    Out,
    SourceOut,
    SystemKey,
    SystemOut,
    sources_of_all,
)
from systems.atlas import Atlas
from systems.days.spans import ONE_DAY
from systems.gazetteer import GazetteerRequest
from systems.models import Source
from timeline.filters import EntryFilter
from timeline.ledger.steps import CountStep, Move, ledger
from timeline.models import Entry, Event
from timeline.public import LEGAL_BASIS, public_entries, public_events
from timeline.related import entries_about, with_predecessors

router = Router(tags=["Timeline"])

TIMELINE = Query(EntryFilter)
ANNOUNCEMENTS = Query(EntryFilter)
COUNT = Query(paged=False)


class StatementOut(Out):
    organisation: str
    speaker: str
    role: str
    stance: str
    text: str = Field(description="In our words.")
    quote: str
    reading: str = Field(description="Our note where the source is wrong.")
    sources: list[SourceOut]


class LegalInstrumentOut(Out):
    title: str
    number: str = Field(description="2022 c. 31, S.I. 2022/634; empty: none, or not known.")
    made_by: str
    made: str = Field(description="As exact as known: 2022 or 2022-06-09; empty: not known.")
    in_force_on: date | None
    effect: str
    note: str = Field(description="Anything uncertain.")
    sources: list[SourceOut]


class EntryOut(Out):
    slug: str
    date: Day
    precision: str = Field(description="How exact the date is: day, month, by, year or planned.")
    kind: str
    title: str
    summary: str
    note: str = Field(description="Anything uncertain or disputed.")
    url: str
    systems: list[SystemOut] = Field(description="The systems it names; empty for all of England.")
    official_total: int | None
    announced_on: Day | None
    legal_basis: list[LegalInstrumentOut] = Field(
        description="The Acts and orders that a change rests on, where a source says so."
    )
    statements: list[StatementOut]
    sources: list[SourceOut]


class AnnouncementOut(EntryOut):
    predecessors: list[str] = Field(
        description="The names of the predecessor systems the entry is about, if it is not "
        "about the system itself."
    )


class StatedTotalOut(Out):
    total: int
    url: str
    sources: list[SourceOut]


class RenamedOut(Out):
    system: SystemOut
    from_: str = Field(serialization_alias="from", description="Its name before.")
    to: str = Field(description="Its name from that day.")


class MoveOut(Out):
    areas: list[AreaOut]
    from_: SystemOut | None = Field(serialization_alias="from")
    to: SystemOut | None


class StepOut(Out):
    date: Day
    before: int
    count: int
    residents: int = Field(description="Residents of all areas in a system, 2021 Census.")
    opened: list[SystemOut]
    closed: list[SystemOut]
    renamed: list[RenamedOut]
    moved: list[MoveOut]
    official: list[StatedTotalOut]
    agrees: bool | None = Field(
        description="Whether the stated total is the same as ours; null: none stated."
    )
    sources: list[SourceOut]


class CountOut(Out):
    on: date
    count: int = Field(description="The number of systems open that day.")
    residents: int = Field(description="Residents of all areas in a system, 2021 Census.")
    steps: list[StepOut]


@router.get(
    "/timeline",
    response=responses(ListOut[EntryOut], 422),
    by_alias=True,
    summary="Everything that happened",
    openapi_extra={"query": TIMELINE},
)
def get_timeline(request: GazetteerRequest) -> Any:
    """Events and announcements that were known on a date, latest first."""
    params = TIMELINE.read(request)
    atlas, absolute = request.gazetteer.atlas, request.build_absolute_uri
    entries = TIMELINE.filtered(
        request, params, public_entries(Entry.objects.published(), params.day)
    )
    page, count = part_and_total(entries.prefetch_related(LEGAL_BASIS), params.part)
    results = [EntryOut.at(entry, absolute, **_values(entry, atlas, absolute)) for entry in page]
    return ListOut(count=count, results=results).response()


@router.get(
    "/systems/{key}/announcements",
    response=responses(ListOut[AnnouncementOut], 404, 422),
    by_alias=True,
    summary="Everything about one system",
    openapi_extra={"query": ANNOUNCEMENTS},
)
def get_announcements(request: GazetteerRequest, key: SystemKey) -> Any:
    """Announcements and events about a system, and about those it came from up to its opening."""
    params = ANNOUNCEMENTS.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    facts = find_system(atlas, key, params.day, absolute)
    about = public_entries(entries_about(atlas, facts, params.day), params.day)
    entries = ANNOUNCEMENTS.filtered(request, params, about)
    page, count = part_and_total(entries.prefetch_related(LEGAL_BASIS), params.part)
    results = [
        AnnouncementOut.at(
            related.entry,
            absolute,
            **_values(related.entry, atlas, absolute),
            predecessors=related.predecessors,
        )
        for related in with_predecessors(atlas, facts, page)
    ]
    return ListOut(count=count, results=results).response()


def _values(entry: Entry, atlas: Atlas, absolute: Absolute) -> dict[str, Any]:
    """What is said of an entry and is not an attribute of it. Systems have the names and codes
    that they had on its date.
    """
    event: Event | None = getattr(entry, "event", None)
    return {
        "systems": [
            SystemOut.on(entry.date, atlas.systems[system.slug], absolute)
            for system in entry.systems.all()
            if system.slug in atlas.systems
        ],
        "official_total": event and event.official_total,
        "announced_on": event and event.announced_on,
        "legal_basis": [
            LegalInstrumentOut.of(law, sources=sources_of_all(law.source))
            for law in (event.legal_basis.all() if event else ())
        ],
        "statements": [
            StatementOut.of(statement, sources=sources_of_all(statement.source))
            for statement in entry.statements.all()
        ],
        "sources": sources_of_all(entry.source),
    }


@router.get(
    "/count",
    response=responses(CountOut, 422),
    by_alias=True,
    summary="How many systems there are",
    openapi_extra={"query": COUNT},
)
def get_count(request: GazetteerRequest) -> Any:
    """The number of systems open on a date, and step by step how it came about."""
    params = COUNT.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    steps = ledger(atlas, public_events(params.day), params.day)
    return CountOut(
        on=params.day,
        count=steps[-1].count if steps else 0,
        residents=steps[-1].residents if steps else 0,
        steps=[_step(step, atlas.sources_of_moves(step.day), absolute) for step in steps],
    ).response()


def _step(step: CountStep, sources: list[Source], absolute: Absolute) -> StepOut:
    day, eve = step.day, step.day - ONE_DAY
    cited = Cited()
    cited.add("moved", *sources)
    return StepOut.of(
        step,
        date=day,
        opened=[SystemOut.on(day, system, absolute) for system in step.opened],
        closed=[SystemOut.on(eve, system, absolute) for system in step.closed],
        renamed=[
            RenamedOut(system=SystemOut.on(day, system, absolute), from_=old, to=new)
            for system, old, new in step.renamed
        ],
        moved=[_move(move, day, absolute) for move in step.moves],
        official=[
            StatedTotalOut.at(
                event,
                absolute,
                total=event.official_total,
                sources=sources_of_all(event.source),
            )
            for event in step.official
        ],
        sources=cited.sources(),
    )


def _move(move: Move, day: date, absolute: Absolute) -> MoveOut:
    origin, target = move.origin, move.target
    return MoveOut(
        areas=[AreaOut.at(area, absolute) for area in move.areas],
        from_=SystemOut.on(day - ONE_DAY, origin, absolute) if origin else None,
        to=SystemOut.on(day, target, absolute) if target else None,
    )
