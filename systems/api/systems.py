"""`/systems`, one of them by its name or code, and its members, areas and schemes."""

from datetime import date
from typing import Any

from django.http import JsonResponse
from ninja import Router, Schema
from pydantic import Field

from icsinfo.http import Absolute
from icsinfo.openapi import responses
from icsinfo.wording import per_cent
from systems.api.answers import (
    Cited,
    area_as_json,
    iso,
    organisation_as_json,
    sources_as_json,
    system_as_json,
)
from systems.api.areas import AreaInListOut, listed_areas
from systems.api.parameters import Query
from systems.api.resolve import find_system
from systems.api.schemas import (
    FROM,
    TO,
    AreaOut,
    ListOut,
    OrganisationOut,
    SourceOut,
    SystemKey,
    SystemOut,
)
from systems.api.schemes import SchemeOut, schemes_as_json
from systems.atlas import Atlas, SystemFacts
from systems.days.spans import spans
from systems.facts import members
from systems.facts.scheme_queries import public_schemes, schemes_of_system
from systems.filters import MemberFilter, SchemeFilter, SystemFilter
from systems.gazetteer import GazetteerRequest
from systems.models import Area, Organisation, Succession, System
from systems.origins import Origins

router = Router(tags=["Systems"])

SYSTEMS = Query(SystemFilter)
ONE = Query(paged=False)
MEMBERS = Query(MemberFilter)
SCHEMES = Query(SchemeFilter)
AREAS = Query()


class SystemInListOut(SystemOut):
    opened_on: str | None = Field(
        description="The first day on which an area was in it. Null: none has been given to it yet."
    )
    region: str | None
    residents: int = Field(description="Usual residents of its areas that day, 2021 Census.")
    area_count: int
    sources: list[SourceOut]


class NameOut(Schema):
    name: str
    from_: str = Field(alias="from", description=FROM)
    to: str | None = Field(description=TO)
    sources: list[SourceOut]


class CodeOut(Schema):
    scheme: str
    code: str
    from_: str = Field(alias="from", description=FROM)
    to: str | None = Field(description=TO)
    sources: list[SourceOut]


class ContactOut(Schema):
    kind: str
    value: str
    note: str
    confirmed_on: str | None = Field(description="Null: nobody has checked it for this site.")
    sources: list[SourceOut]


class SuccessorOut(Schema):
    system: SystemOut | None
    areas: list[AreaOut]
    share: float | None = Field(description="Per cent of the residents of the closed system.")
    kind: str | None
    date: str | None
    sources: list[SourceOut]


class PredecessorOut(Schema):
    system: SystemOut
    kind: str
    date: str
    sources: list[SourceOut]


class SystemDetailOut(SystemInListOut):
    about: str
    names: list[NameOut]
    codes: list[CodeOut]
    contacts: list[ContactOut]
    predecessors: list[PredecessorOut]
    successors: list[SuccessorOut] = Field(
        description="Of one that has closed: where its areas are on the date asked about, the "
        "biggest part first. Of one that is to close: where they will be."
    )


class MemberOut(Schema):
    organisation: OrganisationOut
    form: str
    place: str
    postcode: str
    role: str
    from_: str | None = Field(alias="from", description="Null: nobody says since when.")
    to: str | None = Field(description=TO)
    share: float | None = Field(description="Per cent of a council's residents that are in it.")
    sources: list[SourceOut]


@router.get(
    "/systems",
    response=responses(ListOut[SystemInListOut], 422),
    by_alias=True,
    summary="The systems open on a date",
    openapi_extra={"query": SYSTEMS},
)
def get_systems(request: GazetteerRequest) -> Any:
    """The integrated care systems that exist on a date: today, unless told."""
    asked = SYSTEMS.read(request)
    listed = (
        System.objects.open_on(asked.day)
        .named_on(asked.day)
        .sized_on(asked.day)
        .with_since()
        .with_names()
        .order_by("name")  # type: ignore[misc]
    )
    found = SYSTEMS.filtered(request, asked, listed)
    atlas, origins = request.gazetteer.atlas, Origins.read()
    rows = found[asked.part]
    results = [
        _in_list(atlas.systems[one.slug], one, asked.day, origins, request.build_absolute_uri)
        for one in rows
    ]
    return JsonResponse({"count": found.count(), "results": results})


def _in_list(
    facts: SystemFacts, system: System, day: date, origins: Origins, absolute: Absolute
) -> dict[str, Any]:
    """A system in a list; `system` has its names and codes with their sources prefetched."""
    cited = Cited()
    shown = system_as_json(facts, day, absolute)
    for name in system.names.all():
        if name.name == shown["name"]:
            cited.add("name", name.source)
    for code in system.codes.all():
        if code.code == shown[f"{code.scheme}_code"]:
            cited.add(f"{code.scheme}_code", code.source)
    here = origins.areas_in(facts.slug, day)
    cited.add("opened_on", *origins.of_opening(facts))
    cited.add("closed_on", *origins.of_closing(facts))
    cited.add("area_count", *(row.source for row in here))
    cited.add("residents", *(row.area.source for row in here))
    return {
        **shown,
        "opened_on": iso(facts.opened_on),
        "region": facts.region or None,
        "residents": sum(row.area.residents for row in here),
        "area_count": len(here),
        "sources": cited.as_json(),
    }


@router.get(
    "/systems/{key}",
    response=responses(SystemDetailOut, 404, 422),
    by_alias=True,
    summary="One system, open or closed",
    openapi_extra={"query": ONE},
)
def get_system(request: GazetteerRequest, key: SystemKey) -> Any:
    """One system by its slug or by any ODS or ONS code that it has had.

    One that has closed is answered too, with `closed_on` and `successors`.
    """
    asked = ONE.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    facts = find_system(atlas, key, absolute)
    system = System.objects.with_names().with_contacts().get(slug=facts.slug)
    names = spans(system.names.all(), lambda row: row)
    codes = [
        span
        for scheme in dict.fromkeys(code.scheme for code in system.codes.all())
        for span in spans(
            [code for code in system.codes.all() if code.scheme == scheme], lambda row: row
        )
    ]
    return JsonResponse(
        {
            **_in_list(facts, system, asked.day, Origins.read(), absolute),
            "about": system.about,
            "names": [
                {
                    "name": span.value.name,
                    "from": iso(span.start),
                    "to": iso(span.end or facts.closed_on),
                    "sources": sources_as_json(span.value.source),
                }
                for span in names
            ],
            "codes": [
                {
                    "scheme": span.value.scheme,
                    "code": span.value.code,
                    "from": iso(span.start),
                    "to": iso(span.end or facts.closed_on),
                    "sources": sources_as_json(span.value.source),
                }
                for span in codes
            ],
            "contacts": [
                {
                    "kind": contact.kind,
                    "value": contact.value,
                    "note": contact.note,
                    "confirmed_on": iso(contact.confirmed_on),
                    "sources": sources_as_json(contact.source),
                }
                for contact in system.contacts.all()
            ],
            "predecessors": _predecessors(atlas, facts, absolute),
            "successors": _successors(atlas, facts, asked.day, absolute),
        }
    )


def _predecessors(atlas: Atlas, facts: SystemFacts, absolute: Absolute) -> list[dict[str, Any]]:
    rows = Succession.objects.filter(successor__slug=facts.slug).order_by("date", "pk")
    return [
        {
            "system": system_as_json(before, min(row.date, before.last_day), absolute),
            "kind": row.kind,
            "date": iso(row.date),
            "sources": sources_as_json(row.source),
        }
        for row in rows.select_related("predecessor", "source")
        if (before := atlas.systems.get(row.predecessor.slug))
    ]


def _successors(
    atlas: Atlas, facts: SystemFacts, day: date, absolute: Absolute
) -> list[dict[str, Any]]:
    """Where the areas of a system that closes are on `day`, or will be when it has closed."""
    if facts.closed_on is None:
        return []
    day = max(day, facts.closed_on)
    rows = Succession.objects.filter(predecessor__slug=facts.slug)
    stated = {row.successor.slug: row for row in rows.select_related("successor", "source")}
    parts: dict[str | None, list] = {}
    for area in atlas.areas_of(facts, day):
        parts.setdefault(area.system_on(day), []).append(area)
    residents = {slug: sum(area.residents for area in areas) for slug, areas in parts.items()}
    return [
        {
            "system": system_as_json(atlas.systems[slug], day, absolute) if slug else None,
            "areas": [area_as_json(area, absolute) for area in parts[slug]],
            "share": per_cent(residents[slug], sum(residents.values())),
            "kind": row.kind if row else None,
            "date": iso(row.date) if row else None,
            "sources": sources_as_json(row.source) if row else [],
        }
        for slug in sorted(parts, key=lambda slug: -residents[slug])
        for row in [stated.get(slug or "")]
    ]


@router.get(
    "/systems/{key}/members",
    response=responses(ListOut[MemberOut], 404, 422),
    by_alias=True,
    summary="Who is in a system",
    openapi_extra={"query": MEMBERS},
)
def get_members(request: GazetteerRequest, key: SystemKey) -> Any:
    """Trusts, councils, primary care networks and GP practices in a system on a date."""
    asked = MEMBERS.read(request)
    absolute = request.build_absolute_uri
    atlas = request.gazetteer.atlas
    system = System.objects.get(slug=find_system(atlas, key, absolute).slug)
    listed = Organisation.objects.members_on(system, asked.day).order_by("kind", "name", "code")
    found = MEMBERS.filtered(request, asked, listed)
    page = list(found[asked.part])
    rows = members.described(page, system, asked.day, atlas)
    results = [_member(row, absolute) for row in rows]
    return JsonResponse({"count": found.count(), "results": results})


def _member(row: members.Member, absolute: Absolute) -> dict[str, Any]:
    one = row.organisation
    return {
        "organisation": organisation_as_json(one, absolute),
        "form": one.form,
        "place": one.place,
        "postcode": one.postcode,
        "role": row.role,
        "from": iso(row.since),
        "to": iso(row.until),
        "share": row.share,
        "sources": sources_as_json(row.source),
    }


@router.get(
    "/systems/{key}/areas",
    response=responses(ListOut[AreaInListOut], 404, 422),
    by_alias=True,
    summary="The areas of a system",
    openapi_extra={"query": AREAS},
)
def get_areas_of_system(request: GazetteerRequest, key: SystemKey) -> Any:
    """The areas that are in a system on a date; none where it had closed or not begun."""
    asked = AREAS.read(request)
    facts = find_system(request.gazetteer.atlas, key, request.build_absolute_uri)
    system = System.objects.get(slug=facts.slug)
    return listed_areas(request, Area.objects.in_system_on(system, asked.day), asked)


@router.get(
    "/systems/{key}/schemes",
    response=responses(ListOut[SchemeOut], 404, 422),
    by_alias=True,
    summary="The schemes of a system",
    openapi_extra={"query": SCHEMES},
)
def get_schemes_of_system(request: GazetteerRequest, key: SystemKey) -> Any:
    """Local schemes that a system has on a date, with those that its areas brought along."""
    asked = SCHEMES.read(request)
    atlas = request.gazetteer.atlas
    facts = find_system(atlas, key, request.build_absolute_uri)
    listed = public_schemes(schemes_of_system(atlas, facts.slug, asked.day), asked.day)
    found = SCHEMES.filtered(request, asked, listed)
    return schemes_as_json(request, found, asked)
