"""The figures of a comparison, against a slow and obvious reading of the fixtures."""

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from statistics import median

import pytest
from django.conf import settings

from systems import gazetteer as gazetteer_module
from systems.atlas import Atlas
from systems.facts.comparison import FigureColumn, columns
from systems.models import CouncilArea, Membership, Organisation, Scheme, Source, System

pytestmark = pytest.mark.django_db

DAYS = [
    *(date(2017, 6, 15), date(2019, 1, 1), date(2025, 7, 1), date(2026, 1, 1)),
    *(date(2026, 2, 1), date(2026, 3, 31), date(2026, 11, 21), date(2028, 11, 1)),
]
# From when there is a list of each kind.
FIRST = {
    "councils": "2025-01-01",
    "trusts": "2025-07-01",
    "pcns": "2026-02-01",
    "practices": "2026-02-01",
}


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (settings.FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def holders(day: date) -> dict[str, str]:
    """The system of each area that is in one: the latest row up to the day decides."""
    held: dict[str, tuple[str, str]] = {}
    for row in rows("area_periods.csv"):
        if row["date_from"] <= str(day) and row["date_from"] > held.get(row["area"], ("", ""))[0]:
            held[row["area"]] = (row["date_from"], row["system"])
    return {area: system for area, (_, system) in held.items() if system}


def is_open(row: dict[str, str], day: date) -> bool:
    opened, closed = row.get("opened_on") or "0", row.get("closed_on") or "9"
    return opened <= str(day) < closed


@cache
def members(kind: str, day: date) -> dict[str, set[str]]:
    """Codes of the open organisations of a kind that have a membership of a system."""
    there = {row["code"] for row in rows(f"{kind}s.csv") if is_open(row, day)}
    found = defaultdict(set)
    for row in rows(f"{kind}_memberships.csv"):
        started, ended = row["date_from"] or "0", row["date_to"] or "9"
        if started <= str(day) < ended and row["organisation"] in there:
            found[row["system"]].add(row["organisation"])
    return found


def councils(day: date) -> dict[str, set[str]]:
    held = holders(day)
    found = defaultdict(set)
    for row in rows("council_areas.csv"):
        if row["area"] in held:
            found[held[row["area"]]].add(row["council"])
    return found


def is_listed(row: dict[str, str], day: date) -> bool:
    """Whether a scheme had been reported by a day, and not gone two years without a check."""
    return row["known_as_of"] <= str(day) and row["check_by"] > str(day.replace(year=day.year - 2))


def schemes(day: date) -> dict[str, set[str]]:
    """Schemes by system: for their areas, or for those that the system had at its end."""
    held = holders(day)
    found = defaultdict(set)
    for row in rows("schemes.csv"):
        if not is_listed(row, day):
            continue
        areas = [area for area in row["areas"].split("; ") if area]
        if row["system"] and not areas:
            days = [day, *(date.fromisoformat(d) for d in ("2026-03-31", "2022-07-01"))]
            areas = next(
                theirs
                for one in days
                if (theirs := [a for a, s in holders(one).items() if s == row["system"]])
            )
        for area in areas:
            if area in held:
                found[held[area]].add(row["slug"])
    return found


def by_key(atlas: Atlas, day: date) -> dict[str, FigureColumn]:
    return {column.key: column for column in columns(atlas, day)}


@cache
def as_loaded(day: date) -> dict[str, FigureColumn]:
    """The columns of the fixtures; not for tests that change them."""
    return by_key(gazetteer_module.current().atlas, day)


@pytest.fixture(params=DAYS, ids=str)
def day(request) -> date:
    return request.param


@pytest.fixture
def atlas(gazetteer) -> Atlas:
    return gazetteer.atlas


def test_residents_and_areas_are_those_of_the_day(day) -> None:
    areas = {row["code"]: int(row["residents"]) for row in rows("areas.csv")}
    held, found = holders(day), as_loaded(day)
    for slug in set(held.values()):
        mine = [area for area, system in held.items() if system == slug]
        assert found["areas"].values[slug] == len(mine)
        assert found["residents"].values[slug] == sum(areas[area] for area in mine)
    for column in found.values():
        assert set(column.values) == set(held.values())
    assert found["areas"].england == len(areas) == 116
    assert found["residents"].england == sum(areas.values())


@pytest.mark.parametrize("kind", ["council", "trust", "pcn", "practice"])
def test_members_are_counted_from_the_first_list_on_and_not_before(day, kind) -> None:
    column = as_loaded(day)[f"{kind}s"]
    if str(day) < FIRST[column.key]:
        assert set(column.values.values()) == {None}
        assert column.england is column.lowest is column.middle is column.highest is None
        assert column.first_known
        return
    expected = councils(day) if kind == "council" else members(kind, day)
    systems = set(holders(day).values())
    assert column.values == {slug: len(expected.get(slug, ())) for slug in systems}
    assert column.england == len(set().union(*(expected[slug] for slug in systems)))
    assert column.first_known == ""


def test_patients_are_never_those_of_a_later_day(day) -> None:
    found = as_loaded(day)
    if day < date(2026, 2, 1):  # the first list of practices
        for key in ("patients", "per_practice"):
            assert set(found[key].values.values()) == {None}
            assert found[key].first_known == "1 January 2026"
        return
    sizes = {row["code"]: int(row["patients"]) for row in rows("practices.csv")}
    assert {row["patients_on"] for row in rows("practices.csv")} == {"2026-01-01"}
    practices = members("practice", day)
    assert found["patients"].days == (date(2026, 1, 1),)
    assert found["patients"].when == "1 January 2026"
    for slug in set(holders(day).values()):
        total = sum(sizes[code] for code in practices[slug])
        assert found["patients"].values[slug] == total
        assert found["per_practice"].values[slug] == round(total / len(practices[slug]))
    everybody = set().union(*practices.values())
    total = sum(sizes[code] for code in everybody)
    assert found["patients"].england == total
    # All patients by all practices, which is not the mean of the systems' figures.
    assert found["per_practice"].england == round(total / len(everybody))


def test_schemes_are_those_listed_on_the_day(day) -> None:
    column, expected = as_loaded(day)["schemes"], schemes(day)
    assert column.values == {
        slug: len(expected.get(slug, ())) for slug in set(holders(day).values())
    }
    known = [row for row in rows("schemes.csv") if is_listed(row, day)]
    assert column.england == len(known)


def test_since_is_the_first_day_on_which_a_system_had_an_area(day) -> None:
    column = as_loaded(day)["since"]
    for slug in column.values:
        own = [row["date_from"] for row in rows("area_periods.csv") if row["system"] == slug]
        assert str(column.values[slug]) == min(own)
    assert column.england is column.middle is None


def test_lowest_middle_and_highest_are_of_all_systems_of_the_day(day) -> None:
    for column in as_loaded(day).values():
        known = [value for value in column.values.values() if value is not None]
        assert column.lowest == min(known, default=None)
        assert column.highest == max(known, default=None)
        if known and not column.is_date:
            assert column.middle == median(known)


def test_the_figures_are_those_of_the_pages_they_come_from(client) -> None:
    found = as_loaded(date(2026, 11, 21))
    for system in System.objects.open_on(date(2026, 11, 21))[::6]:
        members = client.get(f"/ics/{system.slug}/members/").context["counts"]
        for kind, number in members:
            assert found[f"{kind.value}s"].values[system.slug] == number
        schemes = client.get(f"/ics/{system.slug}/schemes/").context["count"]
        assert found["schemes"].values[system.slug] == schemes


def test_who_is_in_two_systems_counts_in_each_and_once_for_england() -> None:
    day = date(2026, 11, 21)
    found = as_loaded(day)
    both = Organisation.objects.get(code="U41591")  # Coast and Country
    assert both.memberships.count() == 2
    assert sum(found["pcns"].values.values()) == found["pcns"].england + 1


def test_a_second_role_does_not_count_twice(atlas) -> None:
    day, before = date(2026, 11, 21), by_key(atlas, date(2026, 11, 21))
    practice = Membership.objects.get(organisation__code="A81001")
    practice.pk, practice.role = None, "listed"
    practice.save()
    after = by_key(atlas, day)
    for key in ("practices", "patients", "per_practice"):
        assert (after[key].values, after[key].england) == (before[key].values, before[key].england)


def test_one_old_source_is_no_list(atlas) -> None:
    old = Source.objects.create(key="old", publisher="A", title="B", published="2018-01-01")
    Membership.objects.filter(organisation__code="A81001").update(source=old)
    assert by_key(atlas, date(2024, 1, 1))["practices"].first_known == "February 2026"


def test_a_practice_whose_patients_are_not_known_is_left_out_of_the_ratio(atlas) -> None:
    day, slug = date(2026, 11, 21), "north-east-and-north-cumbria"
    before = by_key(atlas, day)
    Organisation.objects.filter(code="A81001").update(patients=None, patients_on=None)
    Organisation.objects.filter(code="A81002").update(patients_on=date(2027, 1, 1))
    after = by_key(atlas, day)
    left = before["patients"].values[slug] - 3890 - 18738
    practices = before["practices"].values[slug]
    assert after["practices"].values[slug] == practices
    assert after["patients"].values[slug] == left
    assert after["per_practice"].values[slug] == round(left / (practices - 2))


def test_patients_of_several_days_say_from_when_to_when(atlas) -> None:
    Organisation.objects.filter(code="A81001").update(patients_on=date(2026, 8, 1))
    column = by_key(atlas, date(2026, 11, 21))["patients"]
    assert column.when == "1 January 2026 to 1 August 2026"


@pytest.mark.slow
def test_nothing_is_known_of_an_empty_site() -> None:
    for model in (Membership, CouncilArea, Scheme):
        model.objects.all().delete()
    found = by_key(Atlas({}, {}), date(2026, 11, 21))
    for column in found.values():
        assert (column.values, column.known, column.middle_mark) == ({}, [], None)


def test_bars_are_as_long_as_their_figures() -> None:
    column = FigureColumn("x", "X", {"a": 50, "b": 200, "c": None, "d": 0})
    bars = [column.per_cent_of_highest(value) for value in column.values.values()]
    assert bars == [25.0, 100.0, None, 0.0]
    assert column.middle_mark == 25.0
    assert FigureColumn("x", "X", {"a": 0}).per_cent_of_highest(0) is None
    assert (
        FigureColumn("x", "X", {"a": date(2020, 1, 1)}).per_cent_of_highest(date(2020, 1, 1))
        is None
    )
