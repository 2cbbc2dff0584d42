"""The rows that `./dev bench --growth` makes."""

import pytest
from django.db import connection

from systems.models import Membership, Organisation, Scheme
from tests.benchmarks.growth import multiply
from timeline.models import Entry, Event, Statement

pytestmark = pytest.mark.django_db


def test_there_are_as_many_times_the_rows_as_asked_for() -> None:
    multiplied = (Organisation, Membership, Scheme, Statement.objects.filter(entry__event=None))
    rows = [getattr(each, "objects", each).all() for each in multiplied]
    before, events = [each.count() for each in rows], Event.objects.count()
    multiply(3)
    assert [each.count() for each in rows] == [3 * number for number in before]
    assert Event.objects.count() == events
    connection.check_constraints()


def test_a_copy_is_where_the_first_is_and_linked_to_copies() -> None:
    multiply(2)
    practice, copy = (Organisation.objects.get(code=code) for code in ("A81001", "A81001X1"))
    assert copy.area == practice.area
    assert copy.part_of.code == f"{practice.part_of.code}X1"
    assert _systems(copy) == _systems(practice) != []
    slug = "44-planning-areas-named-march-2016"
    assert not Entry.objects.filter(slug=f"1-{slug}").exists()  # an event


def _systems(organisation: Organisation) -> list[str]:
    return list(organisation.memberships.values_list("system__slug", flat=True))
