"""Spreadsheets in the admin: downloaded, changed, looked at, confirmed, taken back."""

import csv
import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from reversion.models import Version

from systems.models import Deletion, Scheme, Source, Upload
from tests.systems.test_rights import World, address, values
from timeline.models import Announcement

pytestmark = pytest.mark.django_db
SCHEME, ANNOUNCEMENT, MEMBERSHIP = "systems.scheme", "timeline.announcement", "systems.membership"
LABELS = [SCHEME, ANNOUNCEMENT, MEMBERSHIP]


@pytest.fixture
def world(staff_client) -> World:
    return World(staff_client)


def export(client: Client, label: str, **asked: str) -> list[list[str]]:
    response = client.get(address(label, "export"), asked)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def as_csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    kept = io.StringIO(newline="")
    csv.writer(kept, delimiter=delimiter).writerows(rows)
    return kept.getvalue().encode("utf-8-sig")


def upload(
    client: Client, label: str, content: bytes | list[list[str]], name: str = "x.csv"
) -> Any:
    """The page that follows: the preview, or the form again with what is wrong."""
    content = content if isinstance(content, bytes) else as_csv(content)
    sent = {"file": SimpleUploadedFile(name, content)}
    return client.post(address(label, "upload"), sent, follow=True)


def text_of(response: Any) -> str:
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def counts(response: Any) -> dict[str, int]:
    return response.context["plan"].counts


def confirm(client: Client, response: Any) -> Any:
    path = response.redirect_chain[-1][0]
    return client.post(path, {"plan": response.context["plan"].digest}, follow=True)


@pytest.mark.parametrize("role", ["central", "system"])
@pytest.mark.parametrize("label", LABELS)
def test_what_is_downloaded_and_uploaded_again_changes_nothing(world, label, role) -> None:
    client = world.clients[role]
    rows = export(client, label)
    response = upload(client, label, rows)
    assert counts(response) == {"added": 0, "changed": 0, "left alone": len(rows) - 1, "refused": 0}


def test_a_changed_cell_is_shown_and_written(world) -> None:
    client = world.clients["system"]
    row = world.rows[SCHEME]["own"]
    table = export(client, SCHEME)
    place = table[0].index("What")
    [mine] = [line for line in table if line[0] == str(row.pk)]
    mine[place] = "Something else"
    response = upload(client, SCHEME, table)
    assert counts(response)["changed"] == 1, text_of(response)
    done = confirm(client, response)
    row.refresh_from_db()
    assert row.what == "Something else"
    path = done.redirect_chain[-1][0]
    back = client.post(path, {"undo": "yes"}, follow=True)
    row.refresh_from_db()
    assert row.what == "It", text_of(back)
