"""What happened to areas and systems, told in order."""

from datetime import date, timedelta

import pytest

from systems.days.as_at import AskedDate
from systems.facts.footnotes import Footnotes
from systems.histories import Change, changes, destinations, rail, state_on, stays, system_on
from systems.models import Area, AreaPeriod, System

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
MERGED = date(2026, 4, 1)


def area(code: str) -> Area:
    return Area.objects.with_history().get(code=code)


def areas_ever_in(slug: str) -> list[Area]:
    return list(Area.objects.with_history().filter(periods__system__slug=slug).distinct())


def changes_of(slug: str) -> dict[date, Change]:
    system = System.objects.with_names().get(slug=slug)
    return {change.day: change for change in changes(system, areas_ever_in(slug))}


def told(moves: list[tuple[str, System | None, list[Area]]]) -> dict[str, list[str]]:
    return {name: sorted(area.code for area in areas) for name, _, areas in moves}


# --- Areas -----------------------------------------------------------------------------------


def test_an_area_stays_in_one_system_after_another() -> None:
    found = stays(area("D4U1Y-2").periods.all())
    assert [(stay.name, stay.start, stay.last_day) for stay in found] == [
        ("Frimley", date(2017, 6, 15), date(2026, 3, 31)),
        ("Hampshire and Isle of Wight", MERGED, None),
    ]


def test_a_time_in_no_system_is_told_as_such() -> None:
    # ONS moved part of North Yorkshire between two planning areas a month before it joined.
    found = stays(area("42D-1").periods.all())
    assert [(stay.system and stay.system.slug, stay.start, stay.end) for stay in found] == [
        ("west-yorkshire", date(2018, 5, 24), date(2020, 4, 1)),
        (None, date(2020, 4, 1), date(2020, 5, 4)),
        ("humber-and-north-yorkshire", date(2020, 5, 4), None),
    ]
    assert [stay.name for stay in found] == [
        "West Yorkshire and Harrogate",
        "No integrated care system",
        "Humber and North Yorkshire",
    ]


def test_neighbouring_periods_in_one_system_are_one_stay_with_all_their_sources() -> None:
    blackpool = Area.objects.get(code="00R")
    [first] = blackpool.periods.all()
    AreaPeriod.objects.create(
        area=blackpool,
        date_from=date(2018, 9, 30),
        system=first.system,
        certainty="exact",
        note="Widened.",
        source=Area.objects.get(code="00L").source,
    )
    [stay] = stays(area("00R").periods.all())
    assert (stay.start, stay.end, len(stay.rows)) == (date(2017, 6, 15), None, 2)
    assert stay.notes == [first.note, "Widened."]
    assert len(set(stay.sources)) == 2
    assert stay.uncertain == "which areas is worked out"  # as its beginning is


def test_a_stay_says_what_was_worked_out_about_its_beginning() -> None:
    [first, *_] = stays(area("42D-1").periods.all())
    assert (first.uncertain, first.planned) == ("the date is worked out", False)


def test_a_plan_is_planned_and_not_uncertain() -> None:
    AreaPeriod.objects.create(
        area=area("11J"),
        date_from=date(2027, 4, 1),
        system=System.objects.get(slug="somerset"),
        certainty="planned",
        source=area("11J").source,
    )
    *_, now, plan = stays(area("11J").periods.all())
    assert (now.planned, now.last_day) == (False, date(2027, 3, 31))
    assert (plan.planned, plan.uncertain, plan.name) == (True, "", "Somerset")
    rows = rail([now, plan], AskedDate(TODAY, TODAY), Footnotes())
    assert [(row["name"], row["state"]) for row in rows] == [
        ("Somerset", "planned"),
        ("Dorset", "now"),
    ]


def test_the_rail_is_newest_first_and_counts_its_sources() -> None:
    footnotes = Footnotes()
    rows = rail(stays(area("42D-1").periods.all()), AskedDate(date(2020, 4, 15), TODAY), footnotes)
    assert [(row["name"], row["state"], row["url"]) for row in rows] == [
        ("Humber and North Yorkshire", "", "/ics/humber-and-north-yorkshire/?on=2020-04-15"),
        ("No integrated care system", "then", ""),
        ("West Yorkshire and Harrogate", "", "/ics/west-yorkshire/?on=2020-04-15"),
    ]
    assert rows[2]["note"].startswith("The date is worked out. ")
    numbers = {number for row in rows for number in row["sources"]}
    assert numbers == set(range(1, len(footnotes.sources) + 1))
    assert rows[0]["sources"][0] == 1


@pytest.mark.parametrize(
    ("day", "state"),
    [("2026-03-31", ""), ("2026-04-01", "then"), ("2026-11-21", "now"), ("2026-11-22", "then")],
)
def test_only_today_is_now(day: str, state: str) -> None:
    [_, stay] = stays(area("D4U1Y-2").periods.all())
    assert state_on(stay, date.fromisoformat(day), TODAY) == state


@pytest.mark.parametrize(
    ("day", "slug"),
    [
        ("2018-05-23", None),
        ("2018-05-24", "west-yorkshire"),
        ("2020-03-31", "west-yorkshire"),
        ("2020-04-01", None),
        ("2020-05-03", None),
        ("2020-05-04", "humber-and-north-yorkshire"),
    ],
)
def test_an_area_is_in_the_system_of_the_day(day: str, slug: str | None) -> None:
    system = system_on(area("42D-1"), date.fromisoformat(day))
    assert (system and system.slug) == slug


# --- Systems ---------------------------------------------------------------------------------


def test_frimley_went_three_ways_and_most_residents_come_first() -> None:
    frimley = System.objects.get(slug="frimley")
    found = destinations(frimley, areas_ever_in("frimley"), TODAY)
    assert [(system.slug, [area.code for area in areas]) for system, areas in found] == [
        ("thames-valley", ["D4U1Y-1"]),
        ("hampshire-and-isle-of-wight", ["D4U1Y-2"]),
        ("surrey-and-sussex", ["D4U1Y-3"]),
    ]


def test_destinations_are_of_the_areas_at_the_end_and_as_they_are_on_the_day() -> None:
    # Oundle and Thrapston left Cambridgeshire in 2022, four years before it closed.
    slug = "cambridgeshire-and-peterborough"
    system, areas = System.objects.get(slug=slug), areas_ever_in(slug)
    assert len(areas) == 2
    [(successor, moved)] = destinations(system, areas, TODAY)
    assert (successor.slug, len(moved)) == ("central-east", 1)
    [(itself, _)] = destinations(system, areas, MERGED - timedelta(days=1))
    assert itself == system


def test_the_beginning_and_the_end_of_a_system_are_told() -> None:
    found = changes_of("frimley")
    first, last = found[date(2017, 6, 15)], found[MERGED]
    assert (first.opened, first.title) == (True, "Began as Frimley Health")
    assert told(first.arrivals) == {"": ["D4U1Y-1", "D4U1Y-2", "D4U1Y-3"]}
    assert (last.closed, last.title) == (True, "Closed")
    assert told(last.departures) == {
        "Thames Valley": ["D4U1Y-1"],
        "Hampshire and Isle of Wight": ["D4U1Y-2"],
        "Surrey and Sussex": ["D4U1Y-3"],
    }
    assert sum(change.opened for change in found.values()) == 1
    assert list(found) == sorted(found)


def test_a_new_name_and_new_codes_are_told_on_their_day() -> None:
    change = changes_of("humber-and-north-yorkshire")[date(2022, 7, 1)]
    assert change.title == "Now called Humber and North Yorkshire"
    assert any(
        code.startswith("NHS Organisation Data Service (ODS) code ") for code in change.codes
    )
    assert change.sources


def test_a_system_that_gains_and_one_that_loses_tell_of_the_same_area() -> None:
    day = date(2022, 7, 1)
    gained, lost = changes_of("nottingham-and-nottinghamshire")[day], changes_of("south-yorkshire")
    # By the name it had the day before: it was renamed on the day.
    assert told(gained.arrivals) == {"South Yorkshire and Bassetlaw": ["02Q"]}
    assert told(lost[day].departures) == {"Nottingham and Nottinghamshire": ["02Q"]}
    assert gained.title == "Now called Nottingham and Nottinghamshire; Grew"
    assert lost[day].title == "Now called South Yorkshire; Gave up an area"


def test_an_open_system_that_gave_up_all_its_first_areas_is_not_closed() -> None:
    assert not any(change.closed for change in changes_of("hampshire-and-isle-of-wight").values())


def test_every_system_begins_once_and_closes_when_it_is_no_longer_open() -> None:
    areas = list(Area.objects.with_history())
    closed = set(System.objects.closed_by(TODAY))
    for system in System.objects.with_names():
        mine = [area for area in areas if any(p.system == system for p in area.periods.all())]
        found = changes(system, mine)
        assert sum(change.opened for change in found) == 1, system
        assert sum(change.closed for change in found) == (system in closed), system


def test_histories_ask_the_database_nothing(django_assert_num_queries) -> None:
    areas = areas_ever_in("frimley")
    system = System.objects.with_names().get(slug="frimley")
    with django_assert_num_queries(0):
        for one in areas:
            rail(stays(one.periods.all()), AskedDate(TODAY, TODAY), Footnotes())
        for change in changes(system, areas):
            told(change.arrivals), told(change.departures)
        destinations(system, areas, TODAY)
