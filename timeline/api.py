"""Operations of the API: the timeline, what is about one system, and the count."""

from datetime import date
from typing import Any

from django.http import JsonResponse
from ninja import Router, Schema
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from icsinfo.querysets import part_and_total
from systems.api.answers import (
    Cited,
    area_as_json,
    iso,
    sources_as_json,
    system_as_json,
)
from systems.api.parameters import Query
from systems.api.resolve import find_system
from systems.api.schemas import AreaOut, ListOut, SourceOut, SystemKey, SystemOut
from systems.atlas import Atlas
from systems.days.spans import ONE_DAY
from systems.gazetteer import GazetteerRequest
from systems.models import Source
from timeline.filters import EntryFilter
from timeline.ledger.steps import CountStep, Move, ledger
from timeline.models import Entry, Event
from timeline.public import public_entries, public_events
from timeline.related import entries_about, marked

router = Router(tags=["Timeline"])

TIMELINE = Query(EntryFilter)
ANNOUNCEMENTS = Query(EntryFilter)
COUNT = Query(paged=False)


class StatementOut(Schema):
    organisation: str
    speaker: str
    role: str
    stance: str
    text: str = Field(description="In our words.")
    quote: str
    reading: str = Field(description="Where the source is wrong, how to read it.")
    sources: list[SourceOut]


class EntryOut(Schema):
    slug: str
    date: str
    precision: str = Field(description="How exact the date is: day, month, by, year or planned.")
    kind: str
    title: str
    summary: str
    note: str = Field(description="What is uncertain or disputed.")
    url: str
    systems: list[SystemOut] = Field(description="Those it names; none: all of England.")
    official_total: int | None
    announced_on: str | None
    statements: list[StatementOut]
    sources: list[SourceOut]


class AnnouncementOut(EntryOut):
    predecessors: list[str] = Field(
        description="The names of those systems it came from that the entry is about, where it is "
        "not about the system itself."
    )


class StatedTotalOut(Schema):
    total: int
    url: str
    sources: list[SourceOut]


class RenamedOut(Schema):
    system: SystemOut
    from_: str = Field(alias="from", description="Its name before.")
    to: str = Field(description="Its name from that day on.")


class MoveOut(Schema):
    areas: list[AreaOut]
    from_: SystemOut | None = Field(alias="from")
    to: SystemOut | None


class StepOut(Schema):
    date: str
    before: int
    count: int
    residents: int = Field(description="Of all areas that are in a system, 2021 Census.")
    opened: list[SystemOut]
    closed: list[SystemOut]
    renamed: list[RenamedOut]
    moved: list[MoveOut]
    official: list[StatedTotalOut]
    agrees: bool | None = Field(description="Whether the stated total is ours; null: none was.")
    sources: list[SourceOut]


class CountOut(Schema):
    on: str
    count: int = Field(description="The number of systems open that day.")
    residents: int = Field(description="Of all areas that are in a system, 2021 Census.")
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
    asked = TIMELINE.read(request)
    atlas = request.gazetteer.atlas
    found = TIMELINE.filtered(request, asked, public_entries(Entry.objects.published(), asked.day))
    page, count = part_and_total(found, asked.part)
    results = [_entry(entry, atlas, request.build_absolute_uri) for entry in page]
    return JsonResponse({"count": count, "results": results})


@router.get(
    "/systems/{key}/announcements",
    response=responses(ListOut[AnnouncementOut], 404, 422),
    by_alias=True,
    summary="What is about one system",
    openapi_extra={"query": ANNOUNCEMENTS},
)
def get_announcements(request: GazetteerRequest, key: SystemKey) -> Any:
    """Announcements and events about a system, and about those it came from up to its opening."""
    asked = ANNOUNCEMENTS.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    facts = find_system(atlas, key, absolute)
    about = public_entries(entries_about(atlas, facts, asked.day), asked.day)
    found = ANNOUNCEMENTS.filtered(request, asked, about)
    page, count = part_and_total(found, asked.part)
    results = [
        {
            **_entry(related.entry, atlas, absolute),
            "predecessors": related.theirs.split(", ") if related.theirs else [],
        }
        for related in marked(atlas, facts, page)
    ]
    return JsonResponse({"count": count, "results": results})


def _entry(entry: Entry, atlas: Atlas, absolute: Absolute) -> dict[str, Any]:
    """An entry; systems have the names and codes that they had on its date."""
    event: Event | None = getattr(entry, "event", None)
    plain = ("slug", "precision", "kind", "title", "summary", "note")
    said = ("organisation", "speaker", "role", "stance", "text", "quote", "reading")
    return {
        **{key: getattr(entry, key) for key in plain},
        "date": iso(entry.date),
        "url": absolute(entry.get_absolute_url()),
        "systems": [
            system_as_json(atlas.systems[system.slug], entry.date, absolute)
            for system in entry.systems.all()
            if system.slug in atlas.systems
        ],
        "official_total": event.official_total if event else None,
        "announced_on": iso(event.announced_on) if event else None,
        "statements": [
            {
                **{key: getattr(statement, key) for key in said},
                "sources": sources_as_json(statement.source),
            }
            for statement in entry.statements.all()
        ],
        "sources": sources_as_json(entry.source),
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
    asked = COUNT.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    steps = ledger(atlas, public_events(asked.day), asked.day)
    body = {
        "on": iso(asked.day),
        "count": steps[-1].count if steps else 0,
        "residents": steps[-1].residents if steps else 0,
        "steps": [_step(step, atlas.sources_of_moves(step.day), absolute) for step in steps],
    }
    return JsonResponse(body)


def _step(step: CountStep, sources: list[Source], absolute: Absolute) -> dict[str, Any]:
    day, eve = step.day, step.day - ONE_DAY
    cited = Cited()
    cited.add("moved", *sources)
    return {
        "date": iso(day),
        "before": step.before,
        "count": step.count,
        "residents": step.residents,
        "opened": [system_as_json(system, day, absolute) for system in step.opened],
        "closed": [system_as_json(system, eve, absolute) for system in step.closed],
        "renamed": [
            {"system": system_as_json(system, day, absolute), "from": old, "to": new}
            for system, old, new in step.renamed
        ],
        "moved": [_move(move, day, absolute) for move in step.moves],
        "official": [
            {
                "total": event.official_total,
                "url": absolute(event.get_absolute_url()),
                "sources": sources_as_json(event.source),
            }
            for event in step.official
        ],
        "agrees": step.agrees,
        "sources": cited.as_json(),
    }


def _move(move: Move, day: date, absolute: Absolute) -> dict[str, Any]:
    origin, target = move.origin, move.target
    return {
        "areas": [area_as_json(area, absolute) for area in move.areas],
        "from": system_as_json(origin, day - ONE_DAY, absolute) if origin else None,
        "to": system_as_json(target, day, absolute) if target else None,
    }
