"""What happened to areas and systems, told in order, and held against a slow second reading."""

from datetime import date, timedelta

import pytest

from icsinfo.wording import per_cent
from systems.atlas import AreaFacts, Atlas, Change, SystemFacts
from systems.days.as_at import AsAtDate
from systems.facts.footnotes import Footnotes
from systems.gazetteer import Gazetteer
from systems.models import Area, AreaPeriod, Source, Succession, System, SystemName
from systems.models.base import CodeScheme
from systems.views.rail import rail, state_on
from tests.systems.rows import Rows

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
MERGED = date(2026, 4, 1)


@pytest.fixture(scope="module")
def atlas(gazetteer: Gazetteer) -> Atlas:
    return gazetteer.atlas


@pytest.fixture
def _with_more() -> None:
    """What the fixtures have none of: a plan, one that has no area, two periods in one system."""
    source = Source.objects.earliest("pk")
    bare = System.objects.create(slug="atlantis")
    SystemName.objects.create(
        system=bare, name="Atlantis", date_from=date(2027, 1, 1), source=source
    )
    System.objects.create(slug="no-name")
    somerset = System.objects.get(slug="somerset")
    rows = [
        ("dorset", date(2027, 4, 1), somerset, "planned"),
        ("somerset", date(2023, 4, 1), somerset, "exact"),  # again
        ("glossop", date(2027, 6, 1), None, "planned"),
        ("bassetlaw", date(2028, 1, 1), bare, "planned"),
        ("bassetlaw", date(2028, 2, 1), None, "planned"),
        ("bassetlaw", date(2028, 3, 1), bare, "planned"),  # no area for a month
    ]
    for slug, day, system, certainty in rows:
        AreaPeriod.objects.create(
            area=Area.objects.get(slug=slug),
            date_from=day,
            system=system,
            certainty=certainty,
            note=f"{slug}.",
            source=source,
        )
    Succession.objects.create(
        predecessor=System.objects.get(slug="dorset"),
        successor=somerset,
        date=date(2027, 4, 1),
        kind="merger",
        source=source,
    )


@pytest.fixture(params=["as curated", "with more"])
def both(request: pytest.FixtureRequest) -> tuple[Atlas, Rows]:
    """The atlas and the rows, of the fixtures alone and with what they have none of."""
    if request.param == "with more":
        request.getfixturevalue("_with_more")
    return Atlas.read(), Rows()


# --- Every system, area and day of change ----------------------------------------------------


def test_every_area_is_where_its_rows_say_by_whom_and_how_surely(both: tuple[Atlas, Rows]) -> None:
    atlas, rows = both
    assert [area.code for area in atlas.areas.values()] == [area.code for area in rows.areas]
    for row in rows.areas:
        area = atlas.areas[row.code]
        for day in rows.telling_days:
            expected, period = rows.period(row, day), area.period_on(day)
            system = area.system_on(day)
            assert (system and system.slug) == rows.system(row, day), (area.name, day)
            assert (period is None) == (expected is None)
            if period and expected:
                assert (period.date_from, period.certainty, period.note, period.source) == (
                    expected.date_from,
                    expected.certainty,
                    expected.note,
                    expected.source,
                )


def test_every_stay_is_as_long_as_its_rows_agree(both: tuple[Atlas, Rows]) -> None:
    atlas, rows = both
    for row in rows.areas:
        expected: list[tuple[date, str | None]] = []
        for period in sorted(rows.periods[row.code], key=lambda period: period.date_from):
            slug = period.system.slug if period.system else None
            if not expected or expected[-1][1] != slug:
                expected.append((period.date_from, slug))
        stays = atlas.areas[row.code].stays
        assert [(s.start, s.system.slug if s.system else None) for s in stays] == expected
        assert [stay.end for stay in stays] == [*(stay.start for stay in stays[1:]), None]


def test_every_system_is_what_its_rows_say_on_every_day(both: tuple[Atlas, Rows]) -> None:
    atlas, rows = both
    for slug in rows.systems:
        system, opened, closed = atlas.systems[slug], rows.opened_on(slug), rows.closed_on(slug)
        assert (system.opened_on, system.closed_on) == (opened, closed), slug
        for day in rows.telling_days:
            codes = [area.code for area in rows.areas_in(slug, day)]
            status = atlas.status(system, day)
            assert [area.code for area in atlas.areas_on(system, day)] == codes, (slug, day)
            assert status.is_open == bool(codes)
            assert status.is_closed == (closed is not None and closed <= day)
            first = min((row for row in rows.names if row.system.slug == slug), default=None,
                        key=lambda row: row.date_from)  # fmt: skip
            before = first.name if first else slug.replace("-", " ")
            assert status.name == (rows.name(slug, day) or before)
            assert [system.code_on(scheme, day) for scheme in CodeScheme] == [
                rows.code(slug, scheme, day) for scheme in CodeScheme
            ]


def test_what_followed_every_system_is_where_its_last_areas_are(both: tuple[Atlas, Rows]) -> None:
    atlas, rows = both
    stated = {(row.predecessor.slug, row.successor.slug): row for row in rows.successions}
    for slug in rows.systems:
        for day in rows.telling_days:
            expected = rows.successors(slug, day)
            whole = sum(residents for _, residents in expected.values())
            found = atlas.successors(atlas.systems[slug], day)
            assert {
                part.system.slug if part.system else None: (
                    [area.code for area in part.areas],
                    part.residents,
                )
                for part in found
            } == expected, (slug, day)
            sizes = [part.residents or 0 for part in found]
            assert sizes == sorted(sizes, reverse=True)
            assert [part.share for part in found] == [per_cent(size, whole) for size in sizes]
            for part in found:
                row = stated.get((slug, part.system.slug)) if part.system else None
                assert (part.stated and (part.stated.kind, part.stated.date)) == (
                    row and (row.kind, row.date)
                )


def test_what_came_before_every_system_closed_as_it_opened(both: tuple[Atlas, Rows]) -> None:
    atlas, rows = both
    for slug in rows.systems:
        found = atlas.predecessors(atlas.systems[slug])
        assert {system.slug for system in found} == rows.predecessors(slug), slug


def test_every_change_of_every_system_is_told_on_its_day(both: tuple[Atlas, Rows]) -> None:
    atlas, rows = both
    for slug in rows.systems:
        system = atlas.systems[slug]
        found = atlas.changes(system)
        assert {
            change.day: (
                change.renamed,
                {
                    (way, other.slug if other else None, area.code)
                    for way, moves in (("came", change.joined), ("went", change.left))
                    for other, areas in moves.items()
                    for area in areas
                },
            )
            for change in found
        } == rows.changes(slug), slug
        assert [change.day for change in found] == sorted(change.day for change in found)
        assert [change.day for change in found if change.opened] == (
            [system.opened_on] if system.opened_on else []
        )
        assert [change.day for change in found if change.closed] == (
            [system.closed_on] if system.closed_on else []
        )
        assert all(change.sources for change in found)


def test_whoever_says_that_a_system_opened_or_closed_is_named(both: tuple[Atlas, Rows]) -> None:
    atlas, rows = both
    for slug in rows.systems:
        system = atlas.systems[slug]
        opened, closed = rows.opened_on(slug), rows.closed_on(slug)
        first = rows.areas_in(slug, opened) if opened else []
        last = rows.areas_in(slug, closed - timedelta(days=1)) if closed else []
        assert atlas.sources_of_opening(system) == [rows.period(a, opened).source for a in first]
        assert atlas.sources_of_closing(system) == [rows.period(a, closed).source for a in last]


# --- Areas -----------------------------------------------------------------------------------


def test_an_area_stays_in_one_system_after_another(atlas: Atlas) -> None:
    found = atlas.areas["D4U1Y-2"].stays
    assert [(stay.name, stay.start, stay.last_day) for stay in found] == [
        ("Frimley", date(2017, 6, 15), date(2026, 3, 31)),
        ("Hampshire and Isle of Wight", MERGED, None),
    ]


def test_a_time_in_no_system_is_told_as_such(atlas: Atlas) -> None:
    # ONS moved part of North Yorkshire between two planning areas a month before it joined.
    found = atlas.areas["42D-1"].stays
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
    [stay] = Atlas.read().areas["00R"].stays
    assert (stay.start, stay.end, len(stay.periods)) == (date(2017, 6, 15), None, 2)
    assert stay.notes == [first.note, "Widened."]
    assert len(set(stay.sources)) == 2
    assert stay.uncertain == "which areas is worked out"  # as its beginning is


def test_a_stay_says_what_was_worked_out_about_its_beginning(atlas: Atlas) -> None:
    [first, *_] = atlas.areas["42D-1"].stays
    assert (first.uncertain, first.planned) == ("the date is worked out", False)


@pytest.mark.usefixtures("_with_more")
def test_a_plan_is_planned_and_not_uncertain() -> None:
    *_, now, plan = Atlas.read().areas["11J"].stays
    assert (now.planned, now.last_day) == (False, date(2027, 3, 31))
    assert (plan.planned, plan.uncertain, plan.name) == (True, "", "Somerset")
    assert [plan.certainty_on(day) for day in (date(2027, 3, 31), date(2027, 4, 1))] == [
        "planned",
        "exact",
    ]
    rows = rail([now, plan], AsAtDate(TODAY, TODAY), Footnotes())
    assert [(row["name"], row["state"]) for row in rows] == [
        ("Somerset", "planned"),
        ("Dorset", "now"),
    ]


def test_the_rail_is_newest_first_and_counts_its_sources(atlas: Atlas) -> None:
    footnotes = Footnotes()
    rows = rail(atlas.areas["42D-1"].stays, AsAtDate(date(2020, 4, 15), TODAY), footnotes)
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
def test_only_today_is_now(atlas: Atlas, day: str, state: str) -> None:
    [_, stay] = atlas.areas["D4U1Y-2"].stays
    assert state_on(stay, date.fromisoformat(day), TODAY) == state


# --- Systems ---------------------------------------------------------------------------------


def told(moves: list[tuple[str, SystemFacts | None, list[AreaFacts]]]) -> dict[str, list[str]]:
    return {name: sorted(area.code for area in areas) for name, _, areas in moves}


def changes_of(atlas: Atlas, slug: str) -> dict[date, Change]:
    return {change.day: change for change in atlas.changes(atlas.systems[slug])}


def test_frimley_went_three_ways_and_most_residents_come_first(atlas: Atlas) -> None:
    found = atlas.successors(atlas.systems["frimley"], TODAY)
    assert [
        (part.system.slug, [area.code for area in part.areas]) for part in found if part.system
    ] == [
        ("thames-valley", ["D4U1Y-1"]),
        ("hampshire-and-isle-of-wight", ["D4U1Y-2"]),
        ("surrey-and-sussex", ["D4U1Y-3"]),
    ]
    assert atlas.successors(atlas.systems["frimley"], MERGED - timedelta(days=1)) == ()


def test_followers_go_on_through_every_closing(atlas: Atlas) -> None:
    # Berkshire West went to a system that is closed too.
    found = {system.slug for system in atlas.followers(atlas.systems["berkshire-west"])}
    assert found == {"buckinghamshire-oxfordshire-and-berkshire-west", "thames-valley"}


def test_the_beginning_and_the_end_of_a_system_are_told(atlas: Atlas) -> None:
    found = changes_of(atlas, "frimley")
    first, last = found[date(2017, 6, 15)], found[MERGED]
    assert (first.opened, first.title) == (True, "Began as Frimley Health")
    assert told(first.arrivals) == {"": ["D4U1Y-1", "D4U1Y-2", "D4U1Y-3"]}
    assert (last.closed, last.title) == (True, "Closed")
    assert told(last.departures) == {
        "Thames Valley": ["D4U1Y-1"],
        "Hampshire and Isle of Wight": ["D4U1Y-2"],
        "Surrey and Sussex": ["D4U1Y-3"],
    }


def test_a_new_name_and_new_codes_are_told_on_their_day(atlas: Atlas) -> None:
    change = changes_of(atlas, "humber-and-north-yorkshire")[date(2022, 7, 1)]
    assert change.title == "Now called Humber and North Yorkshire"
    assert change.sources
    change = changes_of(atlas, "essex")[date(2026, 4, 1)]
    assert "NHS Organisation Data Service (ODS) code D7T5G" in change.codes


def test_a_code_that_it_had_by_then_at_the_latest_is_not_called_new(atlas: Atlas) -> None:
    change = changes_of(atlas, "dorset")[date(2021, 4, 1)]
    assert change.title == "Code known from this date"
    assert change.codes == ["NHS Organisation Data Service (ODS) code QVV"]
    assert change.notes == [
        "The code of its planning area (STP) by then; we do not know since when."
    ]


def test_a_system_that_gains_and_one_that_loses_tell_of_the_same_area(atlas: Atlas) -> None:
    day = date(2022, 7, 1)
    gained = changes_of(atlas, "nottingham-and-nottinghamshire")[day]
    lost = changes_of(atlas, "south-yorkshire")[day]
    # By the name it had the day before: it was renamed on the day.
    assert told(gained.arrivals) == {"South Yorkshire and Bassetlaw": ["02Q"]}
    assert told(lost.departures) == {"Nottingham and Nottinghamshire": ["02Q"]}
    assert gained.title == "Now called Nottingham and Nottinghamshire; Grew"
    assert lost.title == "Now called South Yorkshire; Gave up an area"


def test_an_open_system_that_gave_up_all_its_first_areas_is_not_closed(atlas: Atlas) -> None:
    assert not any(
        change.closed for change in changes_of(atlas, "hampshire-and-isle-of-wight").values()
    )


def test_the_atlas_asks_the_database_nothing(atlas: Atlas, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        for area in atlas.areas.values():
            rail(area.stays, AsAtDate(TODAY, TODAY), Footnotes())
        for system in atlas.systems.values():
            atlas.status(system, TODAY)
            for change in atlas.changes(system):
                told(change.arrivals), told(change.departures)
