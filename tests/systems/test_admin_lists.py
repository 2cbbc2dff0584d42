"""The lists and forms of the admin take few queries, however much there is."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from systems.models import System
from tests.editing import address
from tests.roles import EXPECTED, World, allowed
from timeline.models import Entry

pytestmark = pytest.mark.django_db

MOST = 15
MOST_OF_A_FORM = 30  # its choices and its inlines have queries of their own


def announce(number: int, world: World) -> None:
    """Announcements of Devon, as many as 36 organisations write in years."""
    given = {"date": date(2026, 1, 1), "precision": "day", "kind": "local", "source": world.source}
    Entry.objects.bulk_create(
        (Entry(slug=f"many-{n}", title=f"Many {n}", **given) for n in range(number)),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        many = "SELECT id FROM timeline_entry WHERE slug LIKE 'many-%%'"
        cursor.execute(f"INSERT INTO timeline_announcement (entry_ptr_id) {many}", [])
        cursor.execute(
            "INSERT INTO timeline_entry_systems (entry_id, system_id) "  # noqa: S608 - our own
            f"SELECT id, %s FROM ({many}) AS found",
            [System.objects.get(slug="devon").pk],
        )


def queries(client, page: str, **asked: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page, asked).status_code == 200
    return len(captured)


@pytest.mark.parametrize("role", ["superuser", "central", "system"])
def test_every_list_takes_few_queries(world, role) -> None:
    for label in EXPECTED:
        if allowed(role, label, None):
            assert queries(world.clients[role], address(label, "changelist")) < MOST, label


def test_the_form_of_every_row_asks_once_what_may_be_done(world) -> None:
    taken = {
        (label, whose): queries(world.clients["system"], address(label, "change", row))
        for label, whose, row in world.every_row()
        if allowed("system", label, whose)
    }
    assert {place: number for place, number in taken.items() if number > MOST_OF_A_FORM} == {}


@pytest.mark.parametrize("many", [600, pytest.param(50_000, marks=pytest.mark.slow)])
def test_the_list_of_many_announcements_takes_few_queries(world, many) -> None:
    announce(many, world)
    for role in ("superuser", "central", "system"):
        client, page = world.clients[role], address("timeline.announcement", "changelist")
        assert queries(client, page) < MOST
        assert queries(client, page, q=f"Many {many - 1}") < MOST
        assert queries(client, page, kind__exact="local", p="5") < MOST
        shown = client.get(page).context["cl"]
        assert shown.result_count >= many
