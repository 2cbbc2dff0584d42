"""The curated files: everything has its source and its date, and everything adds up.

These read the files themselves, without the loader, the models or the database.
"""

import csv
import gzip
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from django.utils.text import slugify

from systems.fixtures import FIXTURES
from systems.reference.directory import Directory, UnitStatus, read_bitmap
from systems.text.postcodes import find_units
from timeline.fixtures import FIXTURES as TIMELINE_FIXTURES

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
README = (FOLDER / "README.md").read_text()
ALL = [*FIXTURES, *TIMELINE_FIXTURES]

COMPLETE = date(2021, 4, 1)  # from this day all of England is in a system
MERGED = date(2026, 4, 1)
BOARDS = date(2022, 7, 1)
LAST = date(2028, 12, 31)  # as far ahead as anybody may ask in 2026


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@cache
def holders() -> dict[str, dict[date, str]]:
    """For every area the system it is in on every day from its first to LAST, written out."""
    held: dict[str, dict[date, str]] = defaultdict(dict)
    for row in sorted(rows("area_periods"), key=lambda row: row["date_from"]):
        for day in days(date.fromisoformat(row["date_from"]), LAST):
            held[row["area"]][day] = row["system"]
    return held


def areas_on(day: date) -> dict[str, set[str]]:
    """The areas of every system that is open on `day`."""
    found: dict[str, set[str]] = defaultdict(set)
    for area, held in holders().items():
        if held.get(day):
            found[held[day]].add(area)
    return found


def names_of(slug: str) -> list[dict[str, str]]:
    mine = [row for row in rows("system_names") if row["system"] == slug]
    return sorted(mine, key=lambda row: row["date_from"])


def opened(slug: str) -> str:
    return min(row["date_from"] for row in rows("area_periods") if row["system"] == slug)


# --- Systems and areas -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *[("systems", 51), ("areas", 116), ("area_periods", 156), ("successions", 19)],
        *[("trusts", 274), ("councils", 153), ("district_councils", 164)],
        *[("pcns", 1298), ("practices", 6129), ("schemes", 98)],
    ],
)
def test_as_many_are_known_as_there_were(name: str, number: int) -> None:
    assert len(rows(name)) == number


def test_every_area_is_in_one_system_on_every_day_since_england_was_covered() -> None:
    areas = {row["code"] for row in rows("areas")}
    everyday = days(COMPLETE, LAST)
    assert set(holders()) == areas
    assert [(area, day) for area in areas for day in everyday if not holders()[area][day]] == []


def test_there_are_42_systems_until_the_mergers_and_36_after() -> None:
    numbers = {day: len(areas_on(day)) for day in days(COMPLETE, LAST)}
    assert {day for day, number in numbers.items() if number == 42} == set(
        days(COMPLETE, MERGED - timedelta(days=1))
    )
    assert {day for day, number in numbers.items() if number == 36} == set(days(MERGED, LAST))


def test_an_area_leaves_the_systems_only_for_the_month_that_is_known() -> None:
    # Never without a system again once in one, but for two parts of North Yorkshire.
    gaps = {
        area: [day for day, system in held.items() if not system]
        for area, held in holders().items()
    }
    april = days(date(2020, 4, 1), date(2020, 5, 3))
    assert {area: gap for area, gap in gaps.items() if gap} == {"42D-1": april, "42D-2": april}


def test_successions_follow_from_where_the_areas_went() -> None:
    found = set()
    for system in {row["system"] for row in rows("area_periods") if row["system"]}:
        held = [
            day for held in holders().values() for day, holder in held.items() if holder == system
        ]
        day = max(held) + timedelta(days=1)
        if day <= LAST:
            found |= {
                (system, holders()[area][day], day.isoformat())
                for area in areas_on(day - timedelta(days=1))[system]
            }
    listed = [(row["predecessor"], row["successor"], row["date"]) for row in rows("successions")]
    assert len(listed) == len(set(listed))
    assert set(listed) == found


def test_the_kind_of_a_succession_follows_from_who_was_there_before() -> None:
    shares = Counter(row["predecessor"] for row in rows("successions"))
    for row in rows("successions"):
        if opened(row["successor"]) < row["date"]:
            expected = {"acquisition"}
        elif shares[row["predecessor"]] > 1:
            expected = {"split"}
        else:
            expected = {"merger", "absorption"}  # a matter of how it was announced
        assert row["kind"] in expected, row


def test_every_system_has_a_name_from_its_first_day() -> None:
    first = {row["slug"]: names_of(row["slug"])[0]["date_from"] for row in rows("systems")}
    assert first == {slug: opened(slug) for slug in first}


def test_the_slug_of_a_system_is_its_latest_name() -> None:
    slugs = [row["slug"] for row in rows("systems")]
    assert slugs == [slugify(names_of(slug)[-1]["name"]) for slug in slugs]
    assert len(set(slugs)) == len(slugs)


def test_the_slug_of_an_area_is_its_name() -> None:
    slugs = [row["slug"] for row in rows("areas")]
    assert slugs == [slugify(row["name"]) for row in rows("areas")]
    assert len(set(slugs)) == len(slugs)


def test_the_region_of_every_system_since_2021_is_known() -> None:
    regions = {row["slug"]: row["region"] for row in rows("systems")}
    for day in (COMPLETE, MERGED):
        assert [slug for slug in areas_on(day) if not regions[slug]] == []


def test_every_board_has_both_codes_from_its_first_day() -> None:
    for day in (BOARDS, MERGED):
        for scheme in ("ods", "ons"):
            coded = {
                row["system"]
                for row in rows("system_codes")
                if row["scheme"] == scheme and row["date_from"] <= day.isoformat()
            }
            assert set(areas_on(day)) <= coded


def test_every_board_has_a_website() -> None:
    known = {row["system"] for row in rows("contacts") if row["kind"] == "website"}
    assert set(areas_on(BOARDS)) | set(areas_on(MERGED)) <= known


# --- Leaders and clusters --------------------------------------------------------------------


def test_every_cluster_is_on_the_timeline_of_all_its_systems_with_the_same_date() -> None:
    told = [
        (row["date"], set(row["systems"].split("; ")))
        for row in rows("announcements")
        if row["kind"] == "local"
    ]
    for row in rows("clusters"):
        systems = set(row["systems"].split("; "))
        assert [
            day for day, about in told if day.startswith(row["date_from"]) and systems <= about
        ], row["name"]


def test_a_shared_leader_is_one_of_all_boards_of_the_cluster() -> None:
    """Of the clusters whose boards go on: what is said of one holds for the others."""
    led = {(row["system"], row["role"]): row["name"] for row in rows("leaders")}
    shared = {"chair": ["chair"], "both": ["chair", "chief_executive"]}
    for row in rows("clusters"):
        systems = set(row["systems"].split("; "))
        if systems <= set(areas_on(MERGED)):
            for role in shared.get(row["shares"], ()):
                assert len({led[system, role] for system in systems}) == 1, row["name"]


# --- Residents and postcodes -----------------------------------------------------------------


def test_the_residents_of_all_areas_are_englands() -> None:
    # ONS published 56,489,800. Counts of small neighbourhoods are altered a little so that
    # nobody can be told from them, and do not quite add up to it.
    assert abs(sum(int(row["residents"]) for row in rows("areas")) - 56_489_800) < 1_000


@pytest.mark.parametrize(
    ("slug", "day", "residents"),
    [
        ("frimley", date(2024, 4, 1), 764_361),
        ("hampshire-and-isle-of-wight", date(2024, 4, 1), 1_823_807),
        ("sussex", date(2024, 4, 1), 1_705_581),
        ("hampshire-and-isle-of-wight", MERGED, 1_998_091),
        ("surrey-and-sussex", MERGED, 2_908_680),
        ("thames-valley", MERGED, 2_214_787),
    ],
)
def test_the_residents_of_the_areas_sum_up_to_their_systems(
    slug: str, day: date, residents: int
) -> None:
    # Added up from neighbourhoods inside the boundaries of April 2024 and April 2026.
    by_area = {row["code"]: int(row["residents"]) for row in rows("areas")}
    assert sum(by_area[area] for area in areas_on(day)[slug]) == residents


def test_the_postcodes_of_every_area_are_those_of_the_directory() -> None:
    directory = Directory.load(FOLDER / "postcodes.csv.gz")
    counts: Counter[str | None] = Counter()
    for sector in directory.by_name().values():
        for area, number in sector.count(sector.live):
            counts[area] += number
    counts -= Counter({None: counts[None]})
    assert counts == {row["code"]: int(row["live_postcodes"]) for row in rows("areas")}


def test_the_postcodes_are_as_many_as_their_releases_are_said_to_hold() -> None:
    said = {row["kind"]: int(row["rows"]) for row in rows("datasets")}
    with gzip.open(FOLDER / "postcodes.csv.gz", "rt", encoding="ascii", newline="") as file:
        sectors = list(csv.DictReader(file))
    for kind, column in [("postcodes", "live"), ("retired-postcodes", "retired")]:
        assert sum(read_bitmap(row[column]).bit_count() for row in sectors) == said[kind]
    assert len(rows("other_nations")) == said["other-nations"]


# --- Organisations ---------------------------------------------------------------------------

TODAY = date(2026, 11, 21)
ORGANISATIONS = [
    *("trusts", "councils", "district_councils", "pcns", "practices"),
    "former_practices",
]
MEMBERSHIPS = ["trust_memberships", "pcn_memberships", "practice_memberships"]
# Written in capitals by those who are called so; every other word of so many letters is not.
CAPITALS = {"BNSSG", "CLICK", "HOSMS", "SEOXHA", "SMASH", "WISHH"}


def organisations() -> list[dict[str, str]]:
    return [row for name in ORGANISATIONS for row in rows(name)]


def memberships() -> list[dict[str, str]]:
    return [row for name in MEMBERSHIPS for row in rows(name)]


def holds(row: dict[str, str], day: date) -> bool:
    return row["date_from"] <= day.isoformat() < (row["date_to"] or "9999")


def test_no_two_organisations_have_one_code() -> None:
    counted = Counter(row["code"] for row in organisations())
    assert [code for code, number in counted.items() if number > 1] == []


def test_of_274_trusts_201_are_open_and_one_is_to_open() -> None:
    closed = [row for row in rows("trusts") if row["closed_on"]]
    later = [row for row in rows("trusts") if row["opened_on"] > TODAY.isoformat()]
    assert (len(closed), [row["name"] for row in later]) == (72, ["The Online NHS Trust"])
    assert all(row["closed_on"] <= TODAY.isoformat() for row in closed)


def test_a_former_practice_says_when_it_closed_or_why_it_is_not_with_the_others() -> None:
    dated = [row for row in rows("former_practices") if row["closed_on"]]
    assert len(dated) > 1900
    assert all(row["opened_on"] < row["closed_on"] for row in dated)
    assert all(bool(row["closed_on"]) != bool(row["note"]) for row in rows("former_practices"))


def test_names_are_in_proper_case() -> None:
    told = [
        row.get(column, "") for row in organisations() for column in ("name", "place", "address")
    ]
    assert {word for text in told for word in re.findall(r"[A-Z]{5,}", text)} == CAPITALS
    wrong = re.compile(r"\b(Nhs|Pcn|Gp|Icb|Uk)\b|['’]S\b|\w (Of|And) ")
    assert [text for text in told if wrong.search(text)] == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("RJ7", "St George's University Hospitals NHS Foundation Trust"),
        ("RRU", "London Ambulance Service NHS Trust"),
        ("RDU", "Frimley Health NHS Foundation Trust"),
        ("E06000063", "Cumberland Council"),
        ("U41591", "Coast and Country PCN"),
    ],
)
def test_a_name_is_written_as_people_write_it(code: str, name: str) -> None:
    assert next(row["name"] for row in organisations() if row["code"] == code) == name


def test_a_name_a_town_and_a_code_tell_every_organisation_from_the_others() -> None:
    # All that a title can show. Names alone do not: many practices share one.
    named = Counter((row["name"], row.get("place", ""), row["code"]) for row in organisations())
    assert max(named.values()) == 1
    assert max(Counter(row["name"] for row in rows("practices")).values()) > 5


def test_every_area_of_an_address_is_known() -> None:
    areas = {row["code"] for row in rows("areas")}
    names = ("trusts", "practices", "former_practices")
    placed = [row for name in names for row in rows(name)]
    assert {row["area"] for row in placed} - {""} <= areas
    # Care trusts that no list gives an address of, and a practice of a postcode without a place.
    assert {row["code"] for row in placed if not row["area"]} == {"TAD", "TAH", "TAJ", "G81071"}


# What our own directory says otherwise of a postcode, or cannot say, and why that stays. The rows
# are as their sources have them, so a new one here is either mended or explained.
DOUBTED = {
    # No postcode in the source.
    ("contacts", "bristol-north-somerset-and-south-gloucestershire"): "no postcode",
    ("contacts", "south-yorkshire"): "no postcode",
    ("trusts", "TAD"): "no postcode",
    ("trusts", "TAH"): "no postcode",
    ("trusts", "TAJ"): "no postcode",
    # A board agenda of 2024 gives DT1 1TS for the same building.
    ("contacts", "dorset"): "DT1 1TG is retired",
    # Its board closed in April 2026.
    ("contacts", "north-central-london"): "N1 1TH is retired",
    # They closed between 2011 and 2018.
    ("trusts", "RR1"): "B9 5ST is retired",
    ("trusts", "RT6"): "IP3 8LU is retired",
    ("trusts", "RWQ"): "WR4 9RW is retired",
    # As the NHS list of August 2026 has them.
    ("practices", "G81071"): "BN1 9DN is absent",
    ("practices", "P84678"): "M20 2ER is retired",
}


def doubt(directory: Directory, address: str, areas: set[str]) -> str:
    """What our directory has against an address that is said to be in one of some areas."""
    units = find_units(address)
    if not units:
        return "no postcode"
    status, area = directory.find(units[0])
    if status is not UnitStatus.LIVE:
        return f"{units[0]} is {status.value}"
    return "" if area in areas else f"{units[0]} is in {area}"


def test_our_directory_agrees_with_the_postcodes_of_contacts_trusts_and_practices() -> None:
    directory = Directory.load(FOLDER / "postcodes.csv.gz")
    addresses = [
        (name, row["code"], row["postcode"], {row["area"]})
        for name in ("trusts", "practices")
        for row in rows(name)
    ]
    for row in rows("contacts"):
        if row["kind"] == "address":  # of the office of a board, which has been in its system
            mine = {p["area"] for p in rows("area_periods") if p["system"] == row["system"]}
            addresses.append(("contacts", row["system"], row["value"], mine))
    assert len(addresses) > 6_400
    found = {
        (name, whose): what
        for name, whose, address, areas in addresses
        if (what := doubt(directory, address, areas))
    }
    assert found == DOUBTED


def test_no_former_practice_has_a_postcode_that_never_was_or_lies_elsewhere() -> None:
    """Their postcodes may have gone with them."""
    directory = Directory.load(FOLDER / "postcodes.csv.gz")
    for row in rows("former_practices"):
        status, area = directory.find(row["postcode"])
        assert (status is not UnitStatus.ABSENT, area) == (True, row["area"]), row["code"]


def test_every_organisation_is_a_member_of_systems_that_were_there_all_the_while() -> None:
    last = {
        system: max(day for held in holders().values() for day in held if held[day] == system)
        for system in {row["system"] for row in memberships()}
    }
    for row in memberships():
        start, end = row["date_from"] or opened(row["system"]), row["date_to"]
        assert opened(row["system"]) <= start, row
        until = date.fromisoformat(end) - timedelta(days=1) if end else LAST
        assert start <= until.isoformat(), row
        assert until <= last[row["system"]], row


def test_a_membership_ends_with_its_organisation() -> None:
    closed = {row["code"]: row["closed_on"] for row in rows("trusts") if row["closed_on"]}
    mine = [row for row in memberships() if row["organisation"] in closed]
    assert mine
    assert [row for row in mine if row["date_to"] != closed[row["organisation"]]] == []


@pytest.mark.parametrize("day", [MERGED - timedelta(days=1), MERGED, TODAY])
def test_every_practice_has_exactly_one_payer(day: date) -> None:
    payers = Counter(row["organisation"] for row in rows("practice_memberships") if holds(row, day))
    assert {row["role"] for row in rows("practice_memberships")} == {"paid"}
    assert set(payers) == {row["code"] for row in rows("practices")}
    assert set(payers.values()) == {1}


def test_every_network_is_in_one_system_but_for_one_that_is_in_two() -> None:
    found = Counter(row["organisation"] for row in rows("pcn_memberships") if holds(row, TODAY))
    assert set(found) == {row["code"] for row in rows("pcns")}
    assert [code for code, number in found.items() if number > 1] == ["U41591"]


def test_every_trust_that_is_open_is_listed_under_one_system() -> None:
    found = Counter(row["organisation"] for row in rows("trust_memberships") if holds(row, TODAY))
    open_now = {
        row["code"]
        for row in rows("trusts")
        if not row["closed_on"] and row["opened_on"] <= TODAY.isoformat()
    }
    assert set(found) == open_now
    assert set(found.values()) == {1}


def test_the_systems_of_the_practices_of_a_network_are_its_own() -> None:
    payer = {
        r["organisation"]: r["system"] for r in rows("practice_memberships") if not r["date_to"]
    }
    mine: dict[str, set[str]] = defaultdict(set)
    for row in rows("pcn_memberships"):
        if not row["date_to"]:
            mine[row["organisation"]].add(payer.get(row["organisation"], row["system"]))
    of_practices: dict[str, set[str]] = defaultdict(set)
    for row in rows("practices"):
        if row["part_of"]:
            of_practices[row["part_of"]].add(payer[row["code"]])
    assert {pcn: systems for pcn, systems in of_practices.items() if not mine[pcn] <= systems} == {}


def test_residents_of_councils_add_up_to_the_census_in_every_area() -> None:
    districts = {row["code"] for row in rows("district_councils")}
    found: Counter[str] = Counter()
    for row in rows("council_areas"):
        if row["council"] not in districts:  # a county's residents are its districts'
            found[row["area"]] += int(row["residents"])
    assert found == {row["code"]: int(row["residents"]) for row in rows("areas")}


def test_the_residents_of_a_county_are_those_of_its_districts() -> None:
    county = {row["code"]: row["part_of"] for row in rows("district_councils")}
    found: Counter[tuple[str, str]] = Counter()
    said = {}
    for row in rows("council_areas"):
        if row["council"] in county:
            found[county[row["council"]], row["area"]] += int(row["residents"])
        elif row["council"] in county.values():
            said[row["council"], row["area"]] = int(row["residents"])
    assert found == said


def test_a_trust_that_closed_was_followed_by_another_but_for_two() -> None:
    closed = {row["code"]: row for row in rows("trusts") if row["closed_on"]}
    followed = {row["predecessor"] for row in rows("organisation_successions")}
    assert followed <= set(closed)
    assert set(closed) - followed == {"R0C", "RYH"}  # Project Nightingale and NHS Direct
    for row in rows("organisation_successions"):
        assert row["date"] <= closed[row["predecessor"]]["closed_on"] or row["note"], row


# --- Schemes ---------------------------------------------------------------------------------


def last_day(partial: str) -> date:
    """The last day of a year, a month or a day."""
    year, month, day = (*map(int, partial.split("-")), 0, 0)[:3]
    if day:
        return date(year, month, day)
    return date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1) - timedelta(days=1)


def test_the_areas_of_a_scheme_were_in_the_system_that_it_was_reported_from() -> None:
    for row in rows("schemes"):
        areas = set(filter(None, row["areas"].split("; ")))
        assert areas <= areas_on(BOARDS)[row["system"]], row
        assert areas or row["system"] or row["slug"].startswith("mental-health-staff"), row


def test_a_name_and_a_place_tell_every_scheme_from_the_others() -> None:
    named = Counter((row["name"], row["place"]) for row in rows("schemes"))
    assert max(named.values()) == 1  # they are the title of its page


def test_the_labels_of_schemes_are_known_and_each_is_used() -> None:
    for name in ("topics", "audiences", "ways"):
        used = {label for row in rows("schemes") for label in row[name].split("; ")}
        assert used == {row["slug"] for row in rows(name)}


def test_a_scheme_says_what_where_for_whom_how_and_whom_to_ask() -> None:
    for row in rows("schemes"):
        for column in ("name", "place", "what", "for_whom", "how_to_get", "ask", "check_by"):
            assert row[column], (row["slug"], column)


def test_a_scheme_is_to_be_checked_within_a_year_of_what_is_known() -> None:
    for row in rows("schemes"):
        known = [last_day(row[name]) for name in ("known_as_of", "status_as_of") if row[name]]
        if known:
            day = max(known)
            within = (
                date(day.year + 1, day.month, min(day.day, 28)) + timedelta(days=3)
            ).isoformat()
            assert row["check_by"] <= within, row
        else:
            assert row["check_by"] <= TODAY.isoformat(), row


def test_a_status_is_as_somebody_reported_it_on_a_date() -> None:
    told = [row for row in rows("schemes") if row["status"] != "not-known"]
    assert Counter(row["status"] for row in told) == {"running": 36, "ended": 6}
    assert [row["slug"] for row in told if not row["status_as_of"]] == []


def test_nothing_is_said_of_a_scheme_as_of_the_future() -> None:
    for row in rows("schemes"):
        assert max(row["known_as_of"], row["status_as_of"]) <= TODAY.isoformat(), row


# --- Sources ---------------------------------------------------------------------------------


def sourced() -> list[tuple[str, dict[str, str]]]:
    return [
        (fixture.file, row)
        for fixture in ALL
        if "source" in fixture.columns
        for row in rows(fixture.name)
    ]


def test_every_fact_has_a_source() -> None:
    without = {fixture.file for fixture in ALL if "source" not in fixture.columns}
    # A system is told by its names and periods, a dataset is a source itself, the residents of
    # councils are of the Census (see datasets.csv), labels and addresses are this site's own words.
    labels = {"topics.csv", "audiences.csv", "ways.csv", "former_slugs.csv"}
    assert without == {"sources.csv", "datasets.csv", "systems.csv", "council_areas.csv", *labels}
    known = {row["key"] for row in rows("sources")}
    assert [(file, row) for file, row in sourced() if row["source"] not in known] == []


def test_every_source_is_cited() -> None:
    cited = {row["source"] for _, row in sourced()}
    # Some are cited by the fixed text of a page: its view names their keys.
    for path in (FOLDER.parent / "systems" / "views").glob("*.py"):
        cited |= set(re.findall(r'"([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    assert {row["key"] for row in rows("sources")} - cited == set()


def test_every_source_says_who_published_what_and_when() -> None:
    for row in rows("sources"):
        assert row["publisher"], row
        assert row["title"], row
        assert row["published"] or row["dating"], row
        assert slugify(row["key"]) == row["key"]
        assert not row["key"].startswith("entered-"), "that is how those of editors begin"


def test_nothing_was_published_or_checked_in_the_future() -> None:
    today = date(2026, 11, 21).isoformat()
    for row in rows("sources"):
        assert max(row["published"], row["checked_on"]) <= today, row


def test_a_period_that_was_worked_out_says_how() -> None:
    worked_out = [row for row in rows("area_periods") if row["certainty"] != "exact"]
    assert worked_out
    assert [row for row in worked_out if not row["note"]] == []


def test_an_event_whose_day_is_not_known_says_so() -> None:
    inexact = [row for row in rows("events") if row["precision"] != "day"]
    assert {row["precision"] for row in inexact} == {"month", "by", "year", "planned"}
    words = re.compile(
        r"not (?:know|find|confirmed|found)|sources differ about the start|is a plan", re.I
    )
    assert [row["slug"] for row in inexact if not words.search(row["note"])] == []


def test_the_slug_of_an_event_ends_with_its_month_and_year() -> None:
    for row in rows("events"):
        day = date.fromisoformat(row["date"])
        endings = (f"{day:%B-%Y}".lower(), "2018" if row["precision"] == "year" else "")
        assert row["slug"].endswith(tuple(filter(None, endings))), row
        assert slugify(row["slug"]) == row["slug"]


def test_an_announcement_whose_day_is_not_known_has_the_first_of_its_time() -> None:
    endings = {"day": "", "month": "-01", "year": "-01-01"}
    assert {row["precision"] for row in rows("announcements")} == set(endings)
    for row in rows("announcements"):
        assert row["date"].endswith(endings[row["precision"]]), row


# --- Licences and files ----------------------------------------------------------------------

ATTRIBUTION = [
    "Contains OS data © Crown copyright and database right 2025, 2026.",
    "Contains Royal Mail data © Royal Mail copyright and database right 2025.",
    "Contains National Statistics data © Crown copyright and database right 2025.",
    "Source: Office for National Statistics, licensed under the Open Government Licence v3.0.",
    "Contains information from NHS England, licensed under the Open Government Licence v3.0.",
    "MSOA names: House of Commons Library, Open Parliament Licence v3.0.",
    "Contains GeoNames data (postal codes, GB), CC BY 4.0, geonames.org.",
]


def test_every_dataset_carries_the_lines_that_its_licence_asks_for() -> None:
    carried = set()
    for row in rows("datasets"):
        lines = [line for line in ATTRIBUTION if line in row["attribution"]]
        assert row["licence"]
        assert len(row["attribution"]) == len(" ".join(lines)) > 0, row  # and no other line
        carried |= set(lines)
    assert carried == set(ATTRIBUTION)


def test_the_readme_carries_every_line_of_attribution() -> None:
    assert [line for line in ATTRIBUTION if f"- {line}\n" not in README] == []


def test_royal_mail_is_named_wherever_ordnance_surveys_postcodes_are() -> None:
    for row in rows("datasets"):
        if "postcodes" in row["kind"] or row["kind"] == "other-nations":
            assert all(line in row["attribution"] for line in ATTRIBUTION[:3])


def test_the_readme_describes_every_file_as_it_is() -> None:
    told = re.findall(r"^\| `([^`]+)` \| ([\d,]+) \| [^|]+ \| (.+) \|$", README, re.MULTILINE)
    assert {file for file, _, _ in told} == {path.name for path in FOLDER.glob("*.csv*")}
    columns = {fixture.file: fixture.columns for fixture in ALL}
    for file, number, description in told:
        if file.endswith(".csv"):
            assert len(rows(file.removesuffix(".csv"))) == int(number.replace(",", "")), file
        plain = re.sub(r"\([^)]*\)", "", description)
        if file in columns:
            assert tuple(word.strip() for word in plain.split(",")) == columns[file], file


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda path: path.name)
def test_a_file_is_plain_and_nothing_in_it_has_stray_spaces(path: Path) -> None:
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    stray = re.compile(r"^\s|\s$|\s\s|[^\S ]")
    cells = [cell for row in rows(path.stem) for cell in row.values()]
    assert [cell for cell in cells if stray.search(cell)] == []
