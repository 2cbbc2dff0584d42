"""The version of what public pages show, as the processes of one machine know it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from systems.content import SharedCounter, _next_change
from systems.models import Scheme

WINTER, SUMMER = datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_who_maps_the_same_file_sees_a_change_of_another(tmp_path: Path) -> None:
    path = tmp_path / "not there yet/content-version"
    one, other = SharedCounter(path), SharedCounter(path)
    before = one.value()
    assert other.value() == before
    other.change()
    assert one.value() == other.value() != before


@pytest.mark.django_db
@pytest.mark.parametrize(("now", "hour"), [(WINTER, 0), (SUMMER, 23)])
def test_pages_change_at_midnight_in_london(monkeypatch, now: datetime, hour: int) -> None:
    monkeypatch.undo()  # the day is that of `now`
    Scheme.objects.update(published_from=datetime(2020, 1, 1, tzinfo=UTC), published_until=None)
    midnight = _next_change(now).astimezone(UTC)
    assert (midnight.hour, midnight - now < timedelta(hours=13)) == (hour, True)


@pytest.mark.django_db
def test_pages_change_when_the_next_text_appears_or_goes(monkeypatch) -> None:
    monkeypatch.undo()
    Scheme.objects.update(published_from=datetime(2020, 1, 1, tzinfo=UTC), published_until=None)
    first, second = Scheme.objects.all()[:2]
    for scheme, field, minutes in (
        (first, "published_from", 30),
        (second, "published_until", 10),
    ):
        at = WINTER + timedelta(minutes=minutes)
        Scheme.objects.filter(pk=scheme.pk).update(**{field: at})
    assert _next_change(WINTER) == WINTER + timedelta(minutes=10)
    assert _next_change(WINTER + timedelta(minutes=10)) == WINTER + timedelta(minutes=30)
