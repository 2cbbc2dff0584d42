"""What somebody types is in no log, table, cache, cookie, address or file afterwards."""

import json
import logging
import os
import sys
from urllib.parse import quote_from_bytes

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from icsinfo.log_lines import LineFormatter
from systems import gazetteer as gazetteer_module
from tests.pages import page

pytestmark = pytest.mark.django_db

# Texts of every kind of outcome, each with something in it that is nowhere in the data.
TYPED = [
    "GU9 0NZ",
    "GU9 ONZ",
    "12 Xylophone Lane, Farnham GU9 0NZ",
    "GU9 0NZ or SW1A 2AA",
    "GU9 9ZZ",
    "GU9 0N",
    "943 476 5919",
    "xylophone@example.org",
    "CF10 1EP",
    "SW!1A 2AA",
    "Xylophone ICB",
    "Xylophone\x00\ud800",
    "Xylophone" * 100,
]


@pytest.fixture
def records(caplog):
    """Every record that is logged when somebody sets everything to DEBUG, as it would be written.

    What the settings hold at another level by name stays there, django.request apart.
    """
    held = set(settings.LOGGING["loggers"]) - {"django.request"}
    names = set(logging.root.manager.loggerDict) - held
    loggers = [logging.getLogger(name) for name in names]
    levels = {logger: (logger.level, logger.propagate) for logger in loggers}
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate = True
    caplog.set_level(logging.DEBUG)
    yield lambda: "\n".join(
        [logging.Formatter().format(record) for record in caplog.records]
        + [repr(record.__dict__) for record in caplog.records]
    )
    for logger, (level, propagate) in levels.items():
        logger.setLevel(level)
        logger.propagate = propagate


def pieces(text: str) -> list[str]:
    """What would give it away: the text, and the postcode or the odd word in it."""
    cleaned = text.encode("utf-8", "replace").decode().replace("\x00", "")
    found = {cleaned, cleaned.upper().replace(" ", ""), cleaned.replace(" ", "+")}
    for word in ("Xylophone", "xylophone", "GU9", "476 5919", "CF10", "SW!1A"):
        if word in cleaned:
            found.add(word)
    return sorted(found)


def dump() -> str:
    """Every row of every table, those of other programs included."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows += [table, *(repr(row) for row in cursor.fetchall())]
    return "\n".join(rows)


def send(client, text: str, on: str = "") -> list:
    form = f"q={quote_from_bytes(text.encode('utf-8', 'surrogatepass'))}&on={on}"
    body = json.dumps({"q": text, "on": on})
    many = json.dumps({"queries": [text, text]})
    kind = "application/json"
    return [
        client.generic("POST", "/find/", form, content_type="application/x-www-form-urlencoded"),
        client.post("/api/v1/lookup", body, content_type=kind),
        client.post("/api/v1/lookup", many, content_type=kind),
    ]


@pytest.mark.parametrize("text", TYPED, ids=lambda text: ascii(text)[:30])
def test_what_is_typed_is_in_no_log_address_or_cookie(client, records, text) -> None:
    for on in ("", "2026-03-31", "soon"):
        for response in send(client, text, on):
            assert response.status_code in {200, 303}
            assert not response.cookies
            for name, value in response.headers.items():
                for piece in pieces(text):
                    assert piece not in value, name
    assert [piece for piece in pieces(text) if piece in records()] == []


def test_a_suspicious_request_puts_nothing_of_its_own_into_the_log(world, caplog) -> None:
    [handler] = [one for one in logging.root.handlers if isinstance(one.formatter, LineFormatter)]
    world.clients["system"].get("/admin/systems/scheme/?Xylophone%0A2026-11-29+forged__x=1")
    world.clients["system"].get("/admin/systems/scheme/?_to_field=Xylophone")
    world.clients["visitor"].get("/", headers={"host": "xylophone.example"})
    lines = [handler.format(record) for record in caplog.records]
    kinds = ("DisallowedModelAdminLookup", "DisallowedModelAdminToField", "DisallowedHost")
    assert [line.partition(" ERROR ")[2] for line in lines] == [
        f"django.security.{kind}: A request was refused." for kind in kinds
    ]


def test_what_is_typed_is_in_no_table_afterwards(client) -> None:
    before = dump()
    for text in TYPED:
        send(client, text)
    assert dump() == before
    assert "Xylophone" not in before


def test_nothing_asks_the_database_for_what_is_typed(client, django_assert_max_num_queries) -> None:
    client.post("/find/", {"q": "GU9 0NZ"})
    with django_assert_max_num_queries(20) as captured:
        for text in ("GU9 0NZ", "Xylophone ICB", "943 476 5919"):
            client.post("/find/", {"q": text})
    assert not [q for q in captured if "GU9" in q["sql"] or "ylophone" in q["sql"].lower()]


def test_what_is_typed_is_in_no_cache(client, monkeypatch) -> None:
    kept = []
    for name in ("set", "add", "set_many", "get_or_set"):
        monkeypatch.setattr(
            type(cache._connections["default"]), name, lambda *a, **k: kept.append(a)
        )
    for text in TYPED:
        send(client, text)
    assert kept == []


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/find/", "q=GU9+0NZ&" + "GU9=GU9&" * 2000, "application/x-www-form-urlencoded"),
        ("/find/", "q=GU9+0NZ" * 60_000, "application/x-www-form-urlencoded"),
        ("/find/", "GU9 0NZ", "multipart/form-data"),
        ("/find/", '--x\r\nGU9: "\r\n\r\nGU9', "multipart/form-data; boundary=x"),
        ("/api/v1/lookup", "GU9 0NZ", "application/json"),
        ("/api/v1/lookup", '{"GU9": "GU9 0NZ"}', "application/json"),
        ("/api/v1/lookup", '{"q": ["GU9 0NZ"]}', "application/json"),
        ("/api/v1/lookup", '"GU9 0NZ"' * 60_000, "application/json"),
        ("/api/v1/nothing", '{"q": "GU9 0NZ"}', "application/json"),
        ("/nothing/", "q=GU9+0NZ", "application/x-www-form-urlencoded"),
        ("/", "q=GU9+0NZ", "application/x-www-form-urlencoded"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_a_request_at_fault_leaves_nothing_in_the_log_either(
    client, records, path, body, kind
) -> None:
    response = client.generic("POST", path, body.encode(), content_type=kind)
    assert response.status_code < 500
    assert "GU9" not in records()
    assert b"GU9" not in response.content


def test_nothing_is_left_in_the_log_while_the_database_is_away(
    client, records, monkeypatch
) -> None:
    def fail(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(gazetteer_module, "_cached", None)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", fail)
        responses = send(client, "GU9 0NZ")
    assert [response.status_code for response in responses] == [503, 503, 503]
    assert "GU9" not in records()
    assert "Database or directory unavailable" in records()


def test_nothing_is_left_in_the_log_when_a_page_breaks(client, records, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise ValueError("broken")

    client.raise_request_exception = False
    monkeypatch.setattr("systems.views.find.render", fail)
    assert client.post("/find/", {"q": "GU9 0N"}).status_code == 500
    assert "Internal Server Error: /find/" in records()
    assert "GU9" not in records()


@pytest.fixture
def opened_for_writing():
    """Every file that Python opens for writing while the test runs, temporary ones too."""
    if not _watched:
        sys.addaudithook(_watch)  # cannot be taken away again, so it is switched
    _watched[:] = [True]
    yield lambda: _watched[1:]
    _watched[:] = [False]


_watched: list = []


def _watch(event: str, arguments: tuple) -> None:
    if event == "open" and _watched[0]:
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            _watched.append(path)


def test_a_file_that_is_sent_is_not_written_anywhere(client, opened_for_writing) -> None:
    sent = SimpleUploadedFile("GU9 0NZ.txt", b"GU9 0NZ " * 30_000, "text/plain")
    response = client.post("/find/", {"q": "GU9 0NZ", "file": sent})
    assert response["Location"] == "/areas/surrey-heath-and-farnham/"
    as_file = SimpleUploadedFile("q.txt", b"GU9 0NZ")
    assert client.post("/find/", {"q": as_file}).status_code == 200
    assert opened_for_writing() == []


def test_a_search_that_is_put_into_an_address_by_hand_is_not_answered_nor_repeated(client) -> None:
    response = client.get("/find/?q=GU9+0NZ")
    assert response.status_code == 200
    assert b"GU9" not in response.content


def test_the_box_sends_by_post_on_every_page_that_has_one(client) -> None:
    for path in ("/", "/find/", "/ics/frimley/", "/areas/devon/", "/code/E38000182/", "/nothing/"):
        soup = page(client.get(path))
        assert soup.select('form[action="/find/"][method=post] [name=q]')
        assert soup.select("[name=q]") == soup.select('form[action="/find/"][method=post] [name=q]')


def test_no_model_has_a_place_for_what_people_type() -> None:
    suspicious = {"query", "typed", "search", "q", "ip", "user_agent"}
    fields = {
        f"{model.__name__}.{field.name}"
        for app in ("systems", "timeline")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.name in suspicious
    }
    assert fields == set()
