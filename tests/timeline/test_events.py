"""The count that adds up: computed from the areas, held against what sources state."""

import pytest

from systems.models import System
from timeline.models import EntryKind, Event, Unit

pytestmark = pytest.mark.django_db


def test_the_systems_open_after_every_event_are_as_many_as_its_stated_total() -> None:
    events = Event.objects.filter(unit=Unit.ICS, official_total__isnull=False)
    totals = {
        event.slug: (event.official_total, System.objects.open_on(event.date).count())
        for event in events.exclude(kind=EntryKind.PLANNED)
    }
    assert len(totals) == 10
    assert {slug: pair for slug, pair in totals.items() if pair[0] != pair[1]} == {}


def test_a_planned_event_has_no_total_yet() -> None:
    planned = Event.objects.filter(kind=EntryKind.PLANNED)
    assert planned.count() > 20
    assert all(event.official_total is None for event in planned)
