"""The tables about systems, areas, members and schemes that can be downloaded as at a date.

The names of columns are a contract: add new ones before `source`, and change none.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from icsinfo.downloads import Column, Table
from icsinfo.http import Absolute
from systems.atlas import residents_of, sources_of
from systems.days.spans import ONE_DAY
from systems.facts import members
from systems.facts.clusters import CLUSTERS
from systems.facts.hospital_sites import HOSPITAL_SITES
from systems.facts.leaders import LEADERS
from systems.facts.scheme_queries import linked, public_schemes
from systems.gazetteer import Gazetteer
from systems.models import Scheme
from systems.models.schemes import Freshness

SLUG = Column("slug", "Its name in addresses; it never changes.", always=True)
URL = Column("url", "The address of its page.", always=True)


def joined(texts: Iterable[str]) -> str:
    """Several texts in one cell."""
    return "; ".join(texts)


def _systems(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    for system in sorted(gazetteer.atlas.open_on(day), key=lambda system: system.slug):
        name, codes = system.name_on(day), (system.ods_code_on(day), system.ons_code_on(day))
        here = gazetteer.atlas.areas_on(system, day)
        yield (
            system.slug,
            name,
            *codes,
            system.region or None,
            system.opened_on,
            system.closed_on,
            residents_of(here),
            len(here),
            absolute(system.get_absolute_url()),
            [
                *(fact.source for fact in system.names if fact.value == name),
                *(code.source for code in system.codes if code.value in codes),
                *sources_of(here, day),
            ],
        )


SYSTEMS = Table(
    "systems",
    "Systems",
    "The integrated care systems (ICSs) that are open on the date, one in each row.",
    ("slug",),
    (
        SLUG,
        Column("name", "Its name on the date.", always=True),
        Column("ods_code", "Its NHS (ODS) code on the date; empty before July 2022."),
        Column("ons_code", "Its Office for National Statistics (ONS) code on the date."),
        Column("region", "Its NHS England region, if that is certain."),
        Column("opened_on", "The first day on which an area was in it.", "date", always=True),
        Column("closed_on", "The first day on which it no longer existed.", "date"),
        Column("residents", "Usual residents of its areas, 2021 Census.", "integer", always=True),
        Column("area_count", "How many areas are in it.", "integer", always=True),
        URL,
    ),
    ("areas", "codes", "residents"),
    _systems,
)


def _areas(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    for area in sorted(gazetteer.atlas.areas.values(), key=lambda area: area.code):
        now = area.stay_on(day)
        system = now.system if now else None
        yield (
            area.code,
            area.slug,
            area.name,
            system.slug if system else None,
            system.name_on(day) if system else None,
            now.start if now else None,
            now.end if now else None,
            now.certainty_on(timezone.localdate()) if now else None,
            area.residents,
            area.live_postcodes,
            area.districts,
            absolute(area.get_absolute_url()),
            [*(now.sources if now else []), area.source],
        )


AREAS = Table(
    "areas",
    "Areas",
    "The smallest pieces of England that no ICS boundary change has ever split, each with the "
    "system it is in on the date.",
    ("code",),
    (
        Column("code", "Our code: that of the April 2021 group, or part of it.", always=True),
        SLUG,
        Column("name", "What we call it.", always=True),
        Column("system", "The slug of its system; empty: none yet.", points_at="systems"),
        Column("system_name", "The name of that system on the date."),
        Column("from", "The first day it was in that system, or in none again.", "date"),
        Column("to", "The first day it no longer was; empty if it still is.", "date"),
        Column("certainty", "exact, date_inferred, area_inferred or planned."),
        Column("residents", "Usual residents, 2021 Census.", "integer", always=True),
        Column("live_postcodes", "Postcodes in use.", "integer", always=True),
        Column("districts", "Council districts, biggest first, separated by semicolons."),
        URL,
    ),
    ("areas", "residents", "postcodes"),
    _areas,
)


def _successions(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    for row in gazetteer.atlas.successions:
        if row.date <= day:
            before, after = row.predecessor, row.successor
            yield (
                before.slug,
                before.name_on(row.date - ONE_DAY),
                after.slug,
                after.name_on(row.date),
                row.date,
                row.kind,
                absolute(reverse("systems:history", args=[before.slug])),
                [row.source],
            )


SUCCESSIONS = Table(
    "successions",
    "Successions",
    "Which systems replaced which, up to the date: a row for each pair.",
    ("predecessor", "successor"),
    (
        Column("predecessor", "The slug of the system that closed.", always=True),
        Column("predecessor_name", "Its last name."),
        Column(
            "successor", "The slug of the system that took over all or part of it.", always=True
        ),
        Column("successor_name", "Its name on the day."),
        Column("date", "The day it happened.", "date", always=True),
        Column("kind", "merger, split, acquisition or absorption.", always=True),
        URL,
    ),
    ("areas", "codes"),
    _successions,
)


def _members(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    for system, member in members.everywhere(gazetteer.atlas, day):
        one = member.organisation
        yield (
            system.slug,
            system.name_on(day),
            *(one.code, one.name, one.kind, one.form, one.place or None, one.postcode or None),
            member.role,
            member.since,
            member.until,
            member.share,
            absolute(one.get_absolute_url()),
            [member.source],
        )


MEMBERS = Table(
    "members",
    "Members",
    "Trusts, councils, primary care networks and GP practices of each system on the date.",
    ("system", "code"),
    (
        Column("system", "The slug of the system.", always=True, points_at="systems"),
        Column("system_name", "The name of the system on the date.", always=True),
        Column("code", "The organisation's ODS code, or ONS code of a council.", always=True),
        Column("name", "The organisation's name.", always=True),
        Column("kind", "trust, council, pcn or practice.", always=True),
        Column("form", "Such as NHS foundation trust, or county council.", always=True),
        Column("place", "The town of its address."),
        Column("postcode", "The postcode of its address."),
        Column("role", "listed under, paid for by, or council of.", always=True),
        Column("from", "The first day; empty if not known.", "date"),
        Column("to", "The first day it no longer was; empty if it still is.", "date"),
        Column("share", "For a council: the percentage of its residents who live there.", "number"),
        URL,
    ),
    ("organisations",),
    _members,
)


def _schemes(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    schemes = public_schemes(Scheme.objects.published(), day)
    for links in linked(gazetteer.atlas, schemes, day):
        one: Any = links.scheme
        topics, audiences, ways = (
            joined(slug for slug, _ in labels) or None
            for labels in (links.topics, links.audiences, links.ways)
        )
        yield (
            *(one.slug, one.name, one.place, one.what, one.for_whom, one.how_to_get),
            one.ask or None,
            *(topics, audiences, ways),
            joined(system.slug for system in links.systems) or None,
            joined(area.slug for area in links.areas) or None,
            one.known_as_of or None,
            one.check_by,
            one.status,
            one.status_as_of or None,
            Freshness(one.freshness).name.lower(),
            one.note or None,
            absolute(one.get_absolute_url()),
            [one.source],
        )


SCHEMES = Table(
    "schemes",
    "Schemes",
    "Local services and projects that were known on the date. Details are the latest known.",
    ("slug",),
    (
        SLUG,
        Column("name", "What it is called.", always=True),
        Column("place", "Where it is.", always=True),
        Column("what", "What it does.", always=True),
        Column("for_whom", "Who can use it.", always=True),
        Column("how_to_get", "What to do to get it.", always=True),
        Column("ask", "Who to ask."),
        Column("topics", "What it is about: slugs, separated by semicolons."),
        Column("audiences", "Who it is for: slugs, separated by semicolons."),
        Column("ways", "How to get it: slugs, separated by semicolons."),
        Column("systems", "Slugs of the systems that have it; empty: all of England."),
        Column("areas", "Slugs of the areas it is for; empty: all of the system."),
        Column("known_as_of", "When it was last reported, as exact as known: 2018 or 2018-02."),
        Column(
            "check_by", "From this day the information is too old to rely on.", "date", always=True
        ),
        Column("status", "running, ended or not-known, as last reported.", always=True),
        Column("status_as_of", "When that was reported, as exact as known."),
        Column("freshness", "fresh, old or ended, on the date.", always=True),
        Column("note", "Anything uncertain about it."),
        URL,
    ),
    (),
    _schemes,
)

TABLES = (SYSTEMS, AREAS, SUCCESSIONS, LEADERS, CLUSTERS, MEMBERS, SCHEMES, HOSPITAL_SITES)
