"""What the machines that watch the site are told, and what is seen without the database."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from icsinfo.circuit_breaker import breaker
from systems import gazetteer as gazetteer_module
from systems.backups import path_for
from systems.models import Area, CouncilArea, Organisation, OrganisationAlias

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[OperationalError, InterfaceError])
def break_database(request, monkeypatch):
    """Call it to make every query fail, as it does while the database is being restarted."""

    def fail(*args, **kwargs):
        raise request.param("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:

        def now() -> None:
            breaker.open()
            for name in ("cursor", "chunked_cursor", "ensure_connection"):
                patch.setattr(connection, name, fail)

        yield now
    breaker.close()


def test_the_process_says_that_it_is_alive_without_the_database(client, break_database) -> None:
    break_database()
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


def test_with_data_loaded_it_is_ready_and_nothing_is_degraded(client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "degraded": [],
        "backup": None,
        "postcodes": "OS Code-Point Open, October 2025",
    }
    assert "no-store" in response["Cache-Control"]


def test_with_data_read_it_stays_ready_without_the_database_and_says_so(
    client, break_database
) -> None:
    client.get("/readyz")
    break_database()
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["ready"] is True
    assert response.json()["degraded"] == ["database"]


def test_with_nothing_read_and_no_database_it_is_not_ready(
    client, monkeypatch, break_database
) -> None:
    monkeypatch.setattr(gazetteer_module, "_cached", None)
    break_database()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["ready"] is False
    assert "database" in response.json()["degraded"]


def test_an_empty_database_is_not_ready(client, monkeypatch) -> None:
    monkeypatch.setattr(gazetteer_module, "_cached", None)
    CouncilArea.objects.all().delete()
    Organisation.objects.update(area=None)
    OrganisationAlias.objects.update(area=None)
    Area.objects.all().delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["degraded"] == ["data: nothing is loaded"]


@pytest.mark.parametrize(
    ("minutes", "is_local", "degraded"),
    [
        (4, False, []),
        (59, False, []),
        (61, False, ["backup: the last is of "]),
        (61, True, ["backup: the last is of "]),
        (None, False, ["backup: none"]),
        (None, True, []),
    ],
)
def test_a_backup_that_is_old_or_missing_is_told(
    client, settings, tmp_path, minutes, is_local, degraded
) -> None:
    settings.BACKUPS, settings.LOCAL = tmp_path / "backups", is_local
    if minutes is not None:
        made = timezone.now() - timedelta(minutes=minutes)
        path = path_for(settings.BACKUPS, made, ".dump")
        path.parent.mkdir()
        path.touch()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()["degraded"]
    assert len(told) == len(degraded)
    assert all(one.startswith(beginning) for one, beginning in zip(told, degraded, strict=True))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_health_is_only_read(client, method) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.generic(method, path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/ics/frimley/", "/areas/devon/", "/data/", "/help/"])
def test_a_page_that_needs_the_database_says_to_come_back(client, break_database, path) -> None:
    break_database()
    response = client.get(path)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    soup = BeautifulSoup(response.content, "html.parser")
    assert soup.h1.get_text() == "This page is not available at the moment"
    assert soup.find("form", {"action": "/find/", "method": "post"})


@pytest.mark.parametrize("path", ["/ics/", "/areas/", "/api/v1/systems", "/api/v1/areas"])
def test_a_list_that_the_atlas_has_goes_on_while_the_database_is_away(
    client, break_database, path
) -> None:
    before = client.get(path)
    break_database()
    after = client.get(path)
    assert (after.status_code, after.content) == (200, before.content)


def test_the_search_goes_on_while_the_database_is_away(client, break_database) -> None:
    client.post("/find/", {"q": "SW1A 1AA"})
    break_database()
    assert client.get("/find/").status_code == 200
    found = client.post("/find/", {"q": "SW1A 1AA"})
    assert (found.status_code, found["Location"]) == (303, "/areas/north-west-london/")
    for q in ("SW1A", "SWIA 1AA", "Frimley", "CF10 1EP", "zzzzzz"):
        response = client.post("/find/", {"q": q})
        assert response.status_code == 200
        assert BeautifulSoup(response.content, "html.parser").main["data-outcome"]


def test_the_search_without_data_and_database_is_the_page_that_says_to_come_back(
    client, monkeypatch, break_database
) -> None:
    monkeypatch.setattr(gazetteer_module, "_cached", None)
    break_database()
    response = client.post("/find/", {"q": "SW1A 1AA"})
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert b"not available at the moment" in response.content


@pytest.mark.parametrize("path", ["/about/", "/privacy/", "/nothing/"])
def test_a_page_without_facts_needs_no_database(client, break_database, path) -> None:
    break_database()
    assert client.get(path).status_code in {200, 404}
