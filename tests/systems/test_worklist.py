"""What waits for an editor, on the front page of the admin and in its lists."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from systems.models import (
    Contact,
    LinkCheck,
    Membership,
    Organisation,
    Report,
    Scheme,
    Source,
)
from tests.builders import TODAY
from tests.editing import address
from tests.roles import World, allowed
from timeline.models import Announcement

pytestmark = pytest.mark.django_db
DEAD = "https://gone.example/"
KINDS = {
    "Schemes past their check date": "systems.scheme",
    "Announcements waiting to be published": "timeline.announcement",
    "Reports of mistakes": "systems.report",
    "ICSs with a dead link among their contacts": "systems.system",
    "Organisations whose website is a dead link": "systems.organisation",
    "Sources with a dead link": "systems.source",
    "Organisations without a website": "systems.organisation",
    "Sources not checked for a year": "systems.source",
}


@pytest.fixture
def world(world: World) -> World:
    """A world in which everything waits that can."""
    rows = world.rows
    for whose in rows["systems.scheme"].values():
        Scheme.objects.filter(pk=whose.pk).update(check_by=TODAY)
    for whose in rows["timeline.announcement"].values():
        whose.published_from = None
        whose.save()
    LinkCheck.objects.create(
        url=DEAD,
        finding="gone",
        checked_at=timezone.now(),
        failing_since=timezone.now(),
        failures=1,
    )
    for system in (world.own, world.other):
        system.contacts.all().delete()
        Contact.objects.create(system=system, kind="website", value=DEAD, source=world.source)
    Source.objects.update(checked_on=TODAY)
    Source.objects.filter(pk=world.source.pk).update(checked_on=date(2025, 11, 20), url=DEAD)
    return world


def work(client: Client) -> dict[str, Tag]:
    """What the front page lists, by its heading."""
    page = BeautifulSoup(client.get("/admin/").content, "html.parser")
    return {heading.get_text(): heading for heading in page.select(".work h3")}


def listed(heading: Tag) -> tuple[list[str], str]:
    """The addresses of those named, and of the list of all."""
    links = [link["href"] for link in heading.find_next("ul").find_all("a")]
    return links, heading.find_next("p").find("a")["href"]


def keys(client: Client, page: str) -> set[Any]:
    return set(client.get(page).context["cl"].queryset.values_list("pk", flat=True))


def test_an_editor_is_told_of_their_own_and_of_nothing_that_they_may_not_mend(world) -> None:
    client = world.clients["system"]
    Organisation.objects.filter(code="XXOWN").update(website=DEAD)
    found = work(client)
    assert [name for name in KINDS if name in found] == list(found)
    assert set(KINDS) - set(found) == {"Sources with a dead link", "Sources not checked for a year"}
    for name, heading in found.items():
        label = KINDS[name]
        links, everything = listed(heading)
        waiting = keys(client, everything)
        for whose, row in world.rows[label].items():
            if row.pk in waiting:
                assert "c" in allowed("system", label, whose), (name, whose)
        assert heading.find_next("p").find("a").get_text().startswith(f"All {len(waiting)}:")
        assert set(links) <= {
            address(label, "change", type(row)(pk=pk))
            for pk in waiting
            for row in [world.rows[label]["own"]]
        }
        assert len(links) == min(len(waiting), 5)
        assert all(client.get(link).status_code == 200 for link in links)
    assert world.rows["systems.scheme"]["own"].pk in keys(
        client, listed(found["Schemes past their check date"])[1]
    )


def test_a_central_editor_is_told_of_everybodys(world) -> None:
    for role in ("central", "superuser"):
        found = work(world.clients[role])
        assert set(KINDS) - set(found) == {"Organisations whose website is a dead link"}
        schemes = keys(world.clients[role], listed(found["Schemes past their check date"])[1])
        assert {row.pk for row in world.rows["systems.scheme"].values()} <= schemes
        sources = keys(world.clients[role], listed(found["Sources not checked for a year"])[1])
        assert sources == {world.source.pk}


def test_what_is_done_waits_no_longer(world) -> None:
    client = world.clients["system"]
    now = timezone.now()
    mine = Scheme.objects.filter(system=world.own)
    mine.update(check_by=date(2027, 1, 1))
    Announcement.objects.update(published_from=now)
    Report.objects.update(settled_at=now)
    LinkCheck.objects.all().delete()
    Membership.objects.filter(system=world.own).delete()
    page = BeautifulSoup(client.get("/admin/").content, "html.parser")
    assert (
        page.select_one(".work").get_text(" ", strip=True)
        == "Waiting for you Nothing is waiting for you."
    )
    mine.filter(slug="x-own").update(check_by=TODAY, status="ended", status_as_of="2026")
    assert work(client) == {}


def test_whoever_has_no_role_is_told_of_nothing(world) -> None:
    for role in ("none", "ended"):
        assert work(world.clients[role]) == {}


def test_the_filter_takes_only_what_it_offers(world) -> None:
    for client in (world.clients["system"], world.clients["central"]):
        page = address("systems.scheme", "changelist")
        assert client.get(page, {"waiting": "nonsense"})["Location"].endswith("?e=1")
    sources = world.clients["system"].get(address("systems.source", "changelist"))
    assert "what waits" not in sources.content.decode()


def test_the_front_page_takes_as_many_queries_however_much_waits(world) -> None:
    def queries(client: Client) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/").status_code == 200
        return len(captured)

    clients = [world.clients[role] for role in ("central", "system")]
    few = [queries(client) for client in clients]
    for number in range(30):
        world.entry(Announcement, f"more-{number}", world.own, published_from=None)
        world.scheme(f"more-{number}", world.own)
        Report.objects.create(page="/", system=world.own, text="x", token=f"more-{number}")
    Scheme.objects.update(check_by=TODAY)
    assert [queries(client) for client in clients] == few
    assert max(few) < 40
