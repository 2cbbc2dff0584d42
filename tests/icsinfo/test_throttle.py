"""How often one client may ask the API, and what it is told when that was too often."""

import pytest
from django.test import Client

from icsinfo import api
from icsinfo.throttle import MAX_CLIENTS, Throttle

ADDRESS = "/api/v1/count"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still, and a throttle that goes by it and has seen nobody."""
    clock = Clock()
    monkeypatch.setattr(api, "throttle", Throttle(clock))
    return clock


def test_a_client_may_ask_so_often_at_once_and_then_as_often_as_a_minute_allows() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [throttle.wait("a", 3) for _ in range(4)] == [0, 0, 0, 20]
    assert throttle.wait("b", 3) == 0
    clock.now = 19.9
    assert throttle.wait("a", 3) == 1
    clock.now = 20
    assert [throttle.wait("a", 3), throttle.wait("a", 3)] == [0, 20]
    clock.now = 1000
    assert [throttle.wait("a", 3) for _ in range(4)] == [0, 0, 0, 20]


def test_what_is_held_of_clients_does_not_grow_without_end() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for number in range(MAX_CLIENTS):
        throttle.wait(str(number), 300)
    clock.now = 120
    throttle.wait("another", 300)
    assert list(throttle._full_at) == ["another"]
    for number in range(MAX_CLIENTS + 10):
        throttle.wait(str(number), 1)
    assert len(throttle._full_at) <= MAX_CLIENTS


@pytest.mark.django_db
def test_the_one_request_too_many_is_429_and_says_when_to_come_back(client, settings, clock):
    settings.API_REQUESTS_A_MINUTE = 2
    assert [client.get(ADDRESS).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(ADDRESS)
    assert refused["Retry-After"] == "30"
    assert refused.json()["error"]["code"] == "too_many"
    assert refused.json()["error"]["message"].endswith(f"Wait {refused['Retry-After']} seconds.")
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in refused["Access-Control-Expose-Headers"]
    assert refused["Cache-Control"] == "no-store"
    clock.now = 30
    assert client.get(ADDRESS).status_code == 200


@pytest.mark.django_db
def test_looking_up_and_addresses_that_are_not_there_count_too(client, settings, clock) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    body = {"q": "SW1A 1AA"}
    for _ in range(2):
        assert (
            client.post("/api/v1/lookup", body, content_type="application/json").status_code == 200
        )
    assert client.post("/api/v1/lookup", body, content_type="application/json").status_code == 429
    assert client.get("/api/v1/nothing").status_code == 429


@pytest.mark.django_db
def test_pages_downloads_and_other_clients_are_not_limited(client, settings, clock) -> None:
    settings.API_REQUESTS_A_MINUTE = 1
    assert [client.get(ADDRESS).status_code for _ in range(2)] == [200, 429]
    assert Client(REMOTE_ADDR="192.0.2.9").get(ADDRESS).status_code == 200
    for path in ("/", "/about/", "/data/systems.json", "/ics/devon/"):
        assert [client.get(path).status_code for _ in range(3)] == [200] * 3
    assert client.options(ADDRESS).status_code == 204  # browsers ask this by themselves


@pytest.mark.django_db
def test_without_a_limit_nothing_is_counted(client, settings, clock) -> None:
    settings.API_REQUESTS_A_MINUTE = 0
    assert {client.get("/api/v1/nothing").status_code for _ in range(400)} == {404}
    assert api.throttle._full_at == {}


@pytest.mark.django_db
def test_no_address_of_a_client_is_logged(client, settings, clock, caplog) -> None:
    settings.API_REQUESTS_A_MINUTE = 1
    for _ in range(3):
        client.get(ADDRESS, REMOTE_ADDR="192.0.2.77")
    assert "192.0.2" not in caplog.text
