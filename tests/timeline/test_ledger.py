"""The ledger: every step computed from the areas, and what it says at each telling date."""

from datetime import date, timedelta

import pytest

from systems.gazetteer import Gazetteer
from systems.models import System
from tests.builders import TODAY
from timeline.ledger.steps import CountStep, change_days, ledger
from timeline.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps(gazetteer: Gazetteer) -> dict[date, CountStep]:
    return {step.day: step for step in ledger(gazetteer.atlas, Event.objects.all(), TODAY)}


def test_each_step_goes_on_from_the_one_before(steps: dict[date, CountStep]) -> None:
    number = 0
    for step in steps.values():
        assert step.before == number
        number = step.count
    assert number == 36


def test_the_count_of_every_step_is_the_number_of_systems_in_the_database(
    steps: dict[date, CountStep],
) -> None:
    for day, step in steps.items():
        assert step.count == System.objects.open_on(day).count()


def test_it_agrees_with_every_stated_total(steps: dict[date, CountStep]) -> None:
    stated = [step for step in steps.values() if step.official]
    assert [step.count for step in stated] == [10, 10, 14, 14, 18, 29, 42, 42, 42, 42]
    assert all(step.agrees for step in stated)
    assert steps[date(2018, 9, 30)].agrees is None


def test_one_period_moved_by_a_day_breaks_the_agreement(gazetteer: Gazetteer) -> None:
    event = Event.objects.get(slug="four-more-named-may-2018")
    event.date -= timedelta(days=1)
    (step,) = [s for s in ledger(gazetteer.atlas, [event], event.date) if s.official]
    assert (step.count, step.agrees) == (10, False)


def test_it_names_what_opened_closed_and_moved(steps: dict[date, CountStep]) -> None:
    absorbed = steps[date(2019, 6, 19)]
    assert {system.slug for system in absorbed.closed} == {
        "buckinghamshire",
        "berkshire-west",
        "west-north-and-east-cumbria",
    }
    assert (absorbed.before, absorbed.count) == (14, 14)
    moves = {
        (
            area.name,
            move.origin.slug if move.origin else "",
            move.target.slug if move.target else "",
        )
        for move in steps[date(2022, 7, 1)].moves
        for area in move.areas
    }
    assert moves == {
        ("Bassetlaw", "south-yorkshire", "nottingham-and-nottinghamshire"),
        ("Glossop", "greater-manchester", "derby-and-derbyshire"),
        ("West Birmingham", "black-country", "birmingham-and-solihull"),
        (
            "Oundle and Thrapston area, North Northamptonshire",
            "cambridgeshire-and-peterborough",
            "northamptonshire",
        ),
    }
    renamed = {(old, new) for _, old, new in steps[date(2022, 7, 1)].renamed}
    assert ("Humber, Coast and Vale", "Humber and North Yorkshire") in renamed
    merged = steps[date(2026, 4, 1)]
    assert (len(merged.closed), len(merged.opened)) == (12, 6)
    # What goes by a closing or an opening is not told a second time as a move.
    assert merged.moves == ()


def test_no_change_is_left_out(gazetteer: Gazetteer, steps: dict[date, CountStep]) -> None:
    assert {day for day in change_days(gazetteer.atlas) if day <= TODAY} <= set(steps)


def test_residents_covered_only_grow_to_all_of_england(steps: dict[date, CountStep]) -> None:
    everybody = steps[date(2021, 4, 1)].residents
    assert all(step.residents == everybody for day, step in steps.items() if day.year > 2021)
    assert steps[date(2017, 6, 15)].residents < everybody / 5
