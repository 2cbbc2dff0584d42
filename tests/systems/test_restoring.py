"""A restore, a revert and an undo write only what their author may write by hand."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils import timezone
from reversion.models import Version

from systems.admin import NOT_YOURS_THEN
from systems.editing.editor_admin import EditorAdmin
from systems.editing.restoring import PUBLICATION
from systems.editing.revisions import save_version
from systems.models import (
    AreaPeriod,
    Contact,
    Deletion,
    Editorship,
    Membership,
    Organisation,
    OrganisationSuccession,
    Scheme,
    Source,
    System,
    SystemCode,
    SystemName,
    Upload,
)
from systems.models.base import PartialDateField
from tests.editing import address, change, edition_in, form_of, restore, text_of, token_in, values
from tests.roles import World, allowed, each_role
from timeline.models import AlsoListed, Announcement, Statement

pytestmark = pytest.mark.django_db

SYSTEM, ORGANISATION = "systems.system", "systems.organisation"
SCHEME, ANNOUNCEMENT, MEMBERSHIP = "systems.scheme", "timeline.announcement", "systems.membership"

# What is written because something is restored, and is no fact: histories, the log, addresses.
RECORDS = {
    *("reversion.version", "reversion.revision", "admin.logentry", "sessions.session"),
    *("systems.deletion", "systems.formerslug", "systems.upload", "systems.uploadedrow"),
    *("systems.contentversion", "systems.gazetteerversion"),
}


_tables: dict[type[models.Model], tuple[list[tuple], dict[Any, dict[str, Any]]]] = {}


Table = dict[Any, dict[str, Any]]  # rows by key


def everything() -> dict[str, Table]:
    """Every table of facts, by label; the tables between two models too.

    As the database has it, moments to the second. A table that has not changed since the last call
    is the same object again; so nobody may write into what this gives.
    """
    return {
        model._meta.label_lower: rows_of(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in RECORDS and model._meta.managed
    }


def rows_of(model: type[models.Model]) -> Table:
    between = (
        model._meta.auto_created
    )  # two models: its rows have no other name than what they hold
    fields = [
        field
        for field in model._meta.local_fields
        if field.name not in {"changed_at", "last_login"} and not (between and field.primary_key)
    ]
    columns = ", ".join(map(column_of, fields))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1")  # noqa: S608 - our own
        rows = cursor.fetchall()
    if model in _tables and _tables[model][0] == rows:
        return _tables[model][1]
    found = {}
    for row in rows:
        stored = dict(zip([field.attname for field in fields], row, strict=True))
        for field in fields:
            if isinstance(field, models.DateTimeField):
                stored[field.attname] = str(stored[field.attname])[: len("2026-11-29 12:00:00")]
        found[row if between else stored[model._meta.pk.attname]] = stored
    _tables[model] = rows, found
    return found


def column_of(field: models.Field) -> str:
    """A column as SQL; days and moments as text, since SQLite takes long to make dates of them."""
    name = connection.ops.quote_name(field.column)
    return f"CAST({name} AS text)" if isinstance(field, models.DateField) else name


def differences(before: dict[str, Table], after: dict[str, Table]) -> set[tuple[str, Any, str]]:
    """What is different: label, key, and field, or "row" where the row came or went."""
    found = set()
    for label, rows in before.items():
        if rows is after[label]:
            continue
        for key in rows.keys() | after[label].keys():
            was, now = rows.get(key), after[label].get(key)
            if was is None or now is None:
                found.add((label, key, "row"))
            elif was != now:
                found |= {(label, key, name) for name in was if was[name] != now[name]}
    return found


@contextmanager
def changing_only(*expected: tuple[str, Any, str]) -> Iterator[None]:
    """That exactly these are different afterwards: label, key, and field or "row"."""
    before = everything()
    yield
    assert differences(before, everything()) == set(expected)


def first_version(row: Any) -> Version:
    return Version.objects.get_for_object(row).last()


def confirm_page(client: Any, label: str, row: Any, version: Version) -> str:
    return text_of(client.get(f"{address(label, 'history', row)}{version.pk}/"))


def test_restoring_an_ics_leaves_its_names_codes_and_address_to_the_central_editor(world) -> None:
    devon, editor = world.own, world.clients["system"]
    source = world.source
    contact = devon.contacts.first()
    change(editor, SYSTEM, devon, about="First", about_source=source.pk)
    old = Version.objects.get_for_object(devon).first()
    planned = SystemName.objects.create(
        system=devon, name="Devon and more", date_from=date(2027, 4, 1), source=source
    )
    code = SystemCode.objects.create(
        system=devon, scheme="ods", code="QZZ", date_from=date(2027, 4, 1), source=source
    )
    change(world.clients["central"], SYSTEM, devon, region="south-east", about="Second")
    page = confirm_page(editor, SYSTEM, devon, old)
    changes, stays = page.split("What stays the same")
    assert "about Second First" in changes
    assert "Devon and more" not in changes
    for kept in ("Devon and more", "QZZ", "region South East South West"):
        assert kept in stays
    with changing_only((SYSTEM, devon.pk, "about")):
        answer = restore(editor, SYSTEM, devon, old)
        said = text_of(editor.get(answer["Location"]))
    assert "Some of it was left unchanged." in said
    assert SystemName.objects.filter(pk=planned.pk).exists()
    assert SystemCode.objects.filter(pk=code.pk).exists()
    assert Contact.objects.filter(pk=contact.pk).exists()


def test_the_central_editor_restores_names_too(world) -> None:
    devon, central = world.own, world.clients["central"]
    change(central, SYSTEM, devon, about="First", about_source=world.source.pk)
    old = Version.objects.get_for_object(devon).first()
    change(central, SYSTEM, devon, **{"names-0-name": "Renamed"})
    name = devon.names.get(name="Renamed")
    with changing_only(("systems.systemname", name.pk, "name")):
        restore(central, SYSTEM, devon, old)


def test_restoring_a_contact_takes_one_away_and_brings_one_back(world) -> None:
    devon, editor = world.own, world.clients["system"]
    change(editor, SYSTEM, devon, about="First", about_source=world.source.pk)
    old = Version.objects.get_for_object(devon).first()
    gone = devon.contacts.first()
    was = values(gone)
    change(editor, SYSTEM, devon, **{"contacts-0-DELETE": "on"})
    assert not devon.contacts.filter(pk=gone.pk).exists()
    added = Contact.objects.create(
        system=devon, kind="phone", value="0300 123 1234", source=world.source
    )
    with changing_only(("systems.contact", gone.pk, "row"), ("systems.contact", added.pk, "row")):
        restore(editor, SYSTEM, devon, old)
    assert values(gone) == was


def test_restoring_a_trust_leaves_its_closing_and_what_followed_it(world) -> None:
    trust, editor = world.rows[ORGANISATION]["own"], world.clients["system"]
    change(editor, ORGANISATION, trust, website="https://one.example/")
    old = Version.objects.get_for_object(trust).first()
    other = world.rows[ORGANISATION]["other"]
    followed = OrganisationSuccession.objects.create(
        predecessor=trust, successor=other, date=date(2026, 10, 1), source=world.source
    )
    theirs = Membership.objects.create(
        organisation=trust,
        system=world.other,
        role="paid",
        source=world.source,
        date_from=date(2030, 1, 1),
    )
    Organisation.objects.filter(pk=trust.pk).update(closed_on=date(2027, 10, 1), website="")
    page = confirm_page(editor, ORGANISATION, trust, old)
    assert "closed on 01/10/2027" in page.split("What stays the same")[1]
    with changing_only((ORGANISATION, trust.pk, "website")):
        restore(editor, ORGANISATION, trust, old)
    assert OrganisationSuccession.objects.filter(pk=followed.pk).exists()
    assert Membership.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("role", ["system", "central", "superuser"])
@pytest.mark.parametrize("label", [SCHEME, ANNOUNCEMENT])
def test_restoring_a_text_leaves_it_as_public_as_it_is(world, client, label, role) -> None:
    row, editor = world.rows[label]["own"], world.clients[role]
    type(row).objects.filter(pk=row.pk).update(published_from=None)
    field = "what" if label == SCHEME else "summary"
    change(editor, label, row, **{field: "Of the draft"})
    draft = Version.objects.get_for_object(row).first()
    change(editor, label, row, _publish="yes", **{field: "Public"})
    assert client.get(row.get_absolute_url()).status_code == 200
    page = confirm_page(editor, label, row, draft)
    assert "published from" in page.split("What stays the same")[1]
    answer = restore(editor, label, row, draft)
    assert "It is published." in text_of(editor.get(answer["Location"]))
    response = client.get(row.get_absolute_url())
    assert response.status_code == 200
    assert "Of the draft" in text_of(response)


def test_a_statement_that_the_central_editor_numbered_keeps_its_number(world) -> None:
    row, editor = world.rows[ANNOUNCEMENT]["own"], world.clients["system"]
    statement = row.statements.get()
    change(editor, ANNOUNCEMENT, row, summary="One")
    old = Version.objects.get_for_object(row).first()
    free = next(
        f"S{n}" for n in range(99, 1, -1) if not Statement.objects.filter(number=f"S{n}").exists()
    )
    change(world.clients["central"], ANNOUNCEMENT, row, **{"statements-0-number": free})
    change(editor, ANNOUNCEMENT, row, **{"statements-0-DELETE": "on"})
    restore(editor, ANNOUNCEMENT, row, old)
    statement.refresh_from_db()
    assert (statement.text, statement.number) == ("Said", free)


def test_a_row_that_is_now_another_ones_is_not_taken_from_it(world) -> None:
    mine, theirs = (world.rows[ANNOUNCEMENT][whose] for whose in ("own", "other"))
    editor = world.clients["system"]
    change(editor, ANNOUNCEMENT, mine, summary="One")
    old = Version.objects.get_for_object(mine).first()
    change(editor, ANNOUNCEMENT, mine, summary="Two")
    moved = mine.statements.get()
    Statement.objects.filter(pk=moved.pk).update(entry=theirs.pk, position=5)
    with changing_only(("timeline.entry", mine.pk, "summary")):
        restore(editor, ANNOUNCEMENT, mine, old)


def test_a_source_that_is_not_to_be_seen_any_more_is_not_cited_again(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    hidden = Source.objects.create(key="hidden", publisher="NHS Norfolk", title="Closing a ward")
    Scheme.objects.filter(pk=row.pk).update(source=hidden)
    change(world.clients["central"], SCHEME, row, what="One")
    old = first_version(row)
    change(world.clients["central"], SCHEME, row, what="Two", source=world.source.pk)
    draft = world.rows[ANNOUNCEMENT]["other"]
    Announcement.objects.filter(pk=draft.pk).update(source=hidden, published_from=None)
    with changing_only((SCHEME, row.pk, "what")):
        restore(editor, SCHEME, row, old)


def test_what_was_deleted_comes_back_whole_and_says_whether_it_is_public(world) -> None:
    row, editor = world.rows[ANNOUNCEMENT]["own"], world.clients["system"]
    statement = row.statements.get()
    Statement.objects.filter(pk=statement.pk).update(reading="Read it so")
    before = everything()
    editor.post(address(ANNOUNCEMENT, "delete", row), {"post": "yes"})
    page = text_of(editor.get(address(ANNOUNCEMENT, "deleted")))
    assert "Once restored, it is public again at once." in page
    answer = editor.post(f"{address(ANNOUNCEMENT, 'deleted')}{Deletion.objects.get().pk}/")
    assert "It is published." in text_of(editor.get(answer["Location"]))
    assert everything() == before


def test_a_draft_that_was_deleted_comes_back_as_a_draft(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    Scheme.objects.filter(pk=row.pk).update(published_from=None)
    editor.post(address(SCHEME, "delete", row), {"post": "yes"})
    page = text_of(editor.get(address(SCHEME, "deleted")))
    assert "Once restored, it is not public: draft." in page
    editor.post(f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/")
    row.refresh_from_db()
    assert row.published_from is None


def undelete_page() -> str:
    return f"{address(ANNOUNCEMENT, 'deleted')}{Deletion.objects.get().pk}/"


def test_a_listing_under_a_successor_comes_back_for_who_may_list_it(world) -> None:
    row = world.rows[ANNOUNCEMENT]["own"]
    listed = AlsoListed.objects.create(entry=row, system=world.other, date_from=date(2027, 4, 1))
    for role, comes_back in (("central", True), ("system", False)):
        client = world.clients[role]
        client.post(address(ANNOUNCEMENT, "delete", row), {"post": "yes"})
        lost, back = split_page(text_of(client.get(undelete_page())))
        told = "also listed: system (nothing) Norfolk and Suffolk"
        assert (told in lost, told in back) == (not comes_back, comes_back), role
        client.post(undelete_page())
        assert Announcement.objects.filter(pk=row.pk).exists()
        assert AlsoListed.objects.filter(pk=listed.pk).exists() == comes_back, role


def split_page(page: str) -> tuple[str, str]:
    """What a page says does not come back, and what does."""
    lost, back = page.split("What will be restored")
    return lost.partition("What will not be restored")[2], back


def test_looking_at_what_would_be_taken_back_takes_back_nothing(world) -> None:
    row, editor = world.rows[ANNOUNCEMENT]["own"], world.clients["system"]
    editor.post(address(ANNOUNCEMENT, "delete", row), {"post": "yes"})
    with changing_only():
        page = text_of(editor.get(undelete_page()))
    assert "public again at once" in page
    assert "statement: text (nothing) Said" in split_page(page)[1]
    assert Deletion.objects.count() == 1


def hide_source_of(row: Any, other: Any) -> Source:
    """A source that a draft of one's own cites, and a draft of another ICS too."""
    hidden = Source.objects.create(key="hidden", publisher="NHS Norfolk", title="Closing a ward")
    for one in (row, other):
        type(one).objects.filter(pk=one.pk).update(source=hidden, published_from=None)
    return hidden


def test_a_history_says_the_title_of_no_source_that_is_hidden_now(world) -> None:
    row, other = (world.rows[SCHEME][whose] for whose in ("own", "other"))
    editor, central = world.clients["system"], world.clients["central"]
    hidden = hide_source_of(row, other)
    change(editor, SCHEME, row, what="One")
    old = Version.objects.get_for_object(row).first()
    assert "Closing a ward" in text_of(editor.get(address(SCHEME, "change", row)))
    change(central, SCHEME, row, source=world.source.pk)
    Source.objects.filter(pk=hidden.pk).update(title="Closing two wards")
    for page in (address(SCHEME, "history", row), f"{address(SCHEME, 'history', row)}{old.pk}/"):
        said = text_of(editor.get(page))
        assert f"source (deleted or hidden, {hidden.pk}) P: T" in said or "P: T (deleted" in said
        assert "Closing" not in said
        assert "Closing two wards" in text_of(central.get(page))


def test_what_cites_a_source_that_is_hidden_now_is_not_taken_back(world) -> None:
    row, other = (world.rows[ANNOUNCEMENT][whose] for whose in ("own", "other"))
    editor, central = world.clients["system"], world.clients["central"]
    hide_source_of(row, other)
    editor.post(address(ANNOUNCEMENT, "delete", row), {"post": "yes"})
    for ask in (editor.get, editor.post):
        said = text_of(ask(undelete_page(), follow=True))
        assert (
            "Source: Choose another: this one no longer exists, or you do not have "
            "permission to choose it." in said
        )
        assert "Closing" not in said
        assert not Announcement.objects.filter(pk=row.pk).exists()
    central.post(undelete_page())
    assert Announcement.objects.filter(pk=row.pk).exists()


def test_a_statement_that_cites_a_source_that_is_hidden_now_does_not_come_back(world) -> None:
    row, other = (world.rows[ANNOUNCEMENT][whose] for whose in ("own", "other"))
    editor = world.clients["system"]
    hidden = hide_source_of(row, other)
    Announcement.objects.filter(pk=row.pk).update(source=world.source)
    Statement.objects.filter(entry=row.pk).update(source=hidden)
    editor.post(address(ANNOUNCEMENT, "delete", row), {"post": "yes"})
    page = text_of(editor.get(undelete_page()))
    lost, back = split_page(page)
    assert f"statement: source (nothing) (deleted or hidden, {hidden.pk})" in lost
    assert "statement" not in back
    assert "Closing" not in page
    editor.post(undelete_page())
    assert not Announcement.objects.get(pk=row.pk).statements.exists()


def test_a_draft_comes_back_with_a_source_that_it_alone_cites(world) -> None:
    """Which is hidden while the draft is in the bin, as a colleague entered it."""
    row, editor = world.rows[ANNOUNCEMENT]["own"], world.clients["system"]
    source = Source.objects.create(
        key="ours", publisher="NHS Devon", title="Ours", entered_by=User.objects.get(username="x")
    )
    Announcement.objects.filter(pk=row.pk).update(source=source, published_from=None)
    before = everything()
    editor.post(address(ANNOUNCEMENT, "delete", row), {"post": "yes"})
    assert editor.get(address("systems.source", "change", source)).status_code == 302
    assert "source (nothing) NHS Devon: Ours" in text_of(editor.get(undelete_page()))
    editor.post(undelete_page())
    assert everything() == before


@each_role(["system", "central"])
def test_a_listing_under_a_successor_stays_when_an_older_version_is_restored(world, role) -> None:
    row, editor = world.rows[ANNOUNCEMENT]["own"], world.clients[role]
    change(editor, ANNOUNCEMENT, row, summary="One")
    old = Version.objects.get_for_object(row).first()
    change(editor, ANNOUNCEMENT, row, summary="Two")
    AlsoListed.objects.create(entry=row, system=world.other, date_from=date(2027, 4, 1))
    with changing_only(("timeline.entry", row.pk, "summary")):
        restore(editor, ANNOUNCEMENT, row, old)


@pytest.mark.parametrize("label", [SCHEME, ANNOUNCEMENT])
def test_the_address_of_what_was_deleted_is_not_taken_by_another(world, label) -> None:
    theirs, mine = (world.rows[label][whose] for whose in ("other", "own"))
    slug = theirs.slug
    central, editor = world.clients["central"], world.clients["system"]
    central.post(address(label, "delete", theirs), {"post": "yes"})
    assert "address belonged to something that has been deleted" in text_of(
        change(editor, label, mine, slug=slug)
    )
    central.post(f"{address(label, 'deleted')}{Deletion.objects.get().pk}/")
    theirs.refresh_from_db()
    assert theirs.slug == slug


def test_what_was_deleted_with_a_slug_that_came_back_may_be_saved(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    editor.post(address(SCHEME, "delete", row), {"post": "yes"})
    editor.post(f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/")
    assert change(editor, SCHEME, row, what="Written since").status_code == 302


@pytest.mark.parametrize("key", ["9" * 19, "9" * 30, "0x1", "-1", "1.5", "%00", "²"])
def test_a_key_that_no_row_can_have_is_no_fault(world, key) -> None:
    client = world.clients["superuser"]
    for label in VERSIONED:
        base = address(label, "changelist")
        pages = [f"{key}/{what}/" for what in ("change", "delete", "history", "preview")]
        pages += [f"{key}/history/1/", f"1/history/{key}/", f"deleted/{key}/", f"upload/{key}/"]
        for page in pages:
            for ask in (client.get, client.post):
                assert ask(base + page).status_code < 500, (label, page)


def test_a_form_whose_address_suggests_no_moment_opens_empty(world) -> None:
    for label in (SCHEME, ANNOUNCEMENT):
        page = f"{address(label, 'add')}?published_until=abc&published_from=2026"
        assert world.clients["system"].get(page).status_code == 200


def test_what_refers_to_a_source_that_is_gone_is_refused_with_a_sentence(world) -> None:
    row, central = world.rows[SCHEME]["own"], world.clients["central"]
    source = Source.objects.create(key="going", publisher="P", title="Going")
    Scheme.objects.filter(pk=row.pk).update(source=source)
    central.post(address(SCHEME, "delete", row), {"post": "yes"})
    source.delete()
    page = f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/"
    assert "Source: Choose another: this one no longer exists" in text_of(
        central.post(page, follow=True)
    )
    assert not Scheme.objects.filter(pk=row.pk).exists()
    connection.check_constraints()


# --- Undoing an upload -----------------------------------------------------------------------


def upload(client: Any, label: str, text: str) -> Upload:
    file = io.BytesIO(text.encode())
    file.name = "x.csv"
    client.post(address(label, "upload"), {"file": file})
    made = Upload.objects.first()
    page = f"{address(label, 'upload')}{made.pk}/"
    digest = BeautifulSoup(client.get(page).content, "html.parser").select_one("[name=plan]")
    client.post(page, {"plan": digest["value"]})
    made.refresh_from_db()
    assert made.applied_at
    return made


def exported(client: Any, label: str, row: Any) -> tuple[list[str], list[str]]:
    body = b"".join(client.get(address(label, "export")).streaming_content)
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    return lines[0], next(line for line in lines[1:] if line[0] == str(row.pk))


def edited(client: Any, label: str, row: Any, **cells: str) -> str:
    header, line = exported(client, label, row)
    for name, cell in cells.items():
        line[header.index(name.replace("_", " "))] = cell
    out = io.StringIO()
    csv.writer(out).writerows([header, line])
    return out.getvalue()


def test_undoing_an_upload_says_what_would_not_be_public_any_more(world, client) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    Scheme.objects.filter(pk=row.pk).update(published_from=None)
    text = edited(editor, SCHEME, row, What="New", Published_from="1 November 2026, 09:00")
    made = upload(editor, SCHEME, text)
    page = f"{address(SCHEME, 'upload')}{made.pk}/"
    said = text_of(editor.get(page))
    assert "restores when these were public, or that they were not: x-own" in said
    with changing_only((SCHEME, row.pk, "what"), (SCHEME, row.pk, "published_from")):
        editor.post(page, {"undo": "yes"})
    assert client.get(row.get_absolute_url()).status_code == 404


def test_an_upload_is_not_undone_past_the_rights_of_today(world) -> None:
    """Who was central when a file was uploaded undoes only what is theirs to change now."""
    row = world.rows[SCHEME]["own"]
    central = world.clients["central"]
    text = edited(central, SCHEME, row, What="New", ICS="Devon")
    row_other = world.rows[SCHEME]["other"]
    made = upload(central, SCHEME, edited(central, SCHEME, row_other, What="New"))
    mine = upload(central, SCHEME, text)
    user = User.objects.get(username="central")
    Editorship.objects.filter(user=user).update(role="system", system=world.own)
    with changing_only():
        answer = central.post(
            f"{address(SCHEME, 'upload')}{made.pk}/", {"undo": "yes"}, follow=True
        )
    assert "do not have permission to change" in text_of(answer)
    with changing_only((SCHEME, row.pk, "what")):
        central.post(f"{address(SCHEME, 'upload')}{mine.pk}/", {"undo": "yes"})


def test_moments_are_compared_as_versions_keep_them(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    moment = datetime(2026, 11, 1, 9, 30, 12, 345678, tzinfo=UTC)
    Scheme.objects.filter(pk=row.pk).update(published_from=moment)
    change(editor, SCHEME, row, what="One")
    page = confirm_page(editor, SCHEME, row, first_version(row))
    assert "published from" not in page
    assert timezone.now() > moment


# --- What the form itself refuses --------------------------------------------------------------


def leave(row: Membership, other: Any) -> None:
    """Let the organisation of a membership be another ICS's from a year ago on."""
    Membership.objects.filter(pk=row.pk).update(date_to=timezone.localdate() - timedelta(days=400))
    Organisation.objects.filter(pk=row.organisation_id).update(area=None)
    Membership.objects.create(
        organisation=row.organisation, system=other, role="paid", source=row.source
    )


def test_a_membership_that_has_ended_does_not_go_on_by_restoring(world) -> None:
    row, editor = world.rows[MEMBERSHIP]["own"], world.clients["system"]
    save_version(row, None, "As it was")
    old = first_version(row)
    leave(row, world.other)
    Membership.objects.filter(pk=row.pk).update(role="listed")
    save_version(row, None, "As it is")
    changes, stays = confirm_page(editor, MEMBERSHIP, row, old).split("What stays the same")
    assert "role listed under paid for by" in changes
    assert f"To: {NOT_YOURS_THEN}" in stays
    with changing_only((MEMBERSHIP, row.pk, "role")):
        answer = restore(editor, MEMBERSHIP, row, old)
    assert "Some of it was left unchanged." in text_of(editor.get(answer["Location"]))
    with changing_only((MEMBERSHIP, row.pk, "date_to")):
        restore(world.clients["central"], MEMBERSHIP, row, old)


@pytest.mark.parametrize("role", ["system", "central"])
def test_a_membership_of_what_is_another_ones_by_now_is_not_taken_back(world, role) -> None:
    """Also where the central editor deleted it, as it was a mistake."""
    row, editor = world.rows[MEMBERSHIP]["own"], world.clients["system"]
    organisation = row.organisation
    world.clients[role].post(address(MEMBERSHIP, "delete", row), {"post": "yes"})
    assert not Membership.objects.filter(pk=row.pk).exists()
    Organisation.objects.filter(pk=organisation.pk).update(area=None)
    page = f"{address(MEMBERSHIP, 'deleted')}{Deletion.objects.get().pk}/"
    for ask in (editor.get, editor.post):
        with changing_only():
            said = text_of(ask(page, follow=True))
        assert "It could not be restored. Organisation: " in said
    world.clients["central"].post(page)
    assert Membership.objects.filter(pk=row.pk).exists()


def test_a_membership_that_an_upload_ended_does_not_go_on_by_taking_that_back(world) -> None:
    row, editor = world.rows[MEMBERSHIP]["own"], world.clients["system"]
    until = timezone.localdate() - timedelta(days=400)
    made = upload(editor, MEMBERSHIP, edited(editor, MEMBERSHIP, row, To=f"{until}"))
    leave(row, world.other)
    page = f"{address(MEMBERSHIP, 'upload')}{made.pk}/"
    with changing_only():
        said = text_of(editor.post(page, {"undo": "yes"}, follow=True))
    assert f"To: {NOT_YOURS_THEN}" in said


def test_what_a_form_refuses_of_a_version_stays_and_the_rest_is_restored(world) -> None:
    """Text that was written before there was a rule for it."""
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    Scheme.objects.filter(pk=row.pk).update(what="One\x0bmore", ask="The surgery")
    save_version(row, None, "As it was")
    old = first_version(row)
    Scheme.objects.filter(pk=row.pk).update(what="Two", ask="Nobody")
    save_version(row, None, "As it is")
    stays = confirm_page(editor, SCHEME, row, old).split("What stays the same")[1]
    assert "What: Delete the invisible character after “One”, and try again." in stays
    with changing_only((SCHEME, row.pk, "ask")):
        restore(editor, SCHEME, row, old)


def test_what_does_not_go_together_is_not_restored_and_the_page_says_why(world) -> None:
    devon, central = world.own, world.clients["central"]
    System.objects.filter(pk=devon.pk).update(about="Said without a source")
    save_version(devon, None, "As it was")
    old = first_version(devon)
    System.objects.filter(pk=devon.pk).update(about="")
    save_version(devon, None, "As it is")
    page = confirm_page(central, SYSTEM, devon, old)
    assert "About: Choose a source where this can be checked." in page
    with changing_only():
        restore(central, SYSTEM, devon, old)


def test_a_contact_that_no_form_would_take_does_not_come_back(world) -> None:
    """Written before there was a rule for it."""
    devon, editor = world.own, world.clients["system"]
    devon.contacts.filter(kind="complaints_phone").delete()
    contact = Contact.objects.create(
        system=devon, kind="complaints_phone", value="Ask at the desk", source=world.source
    )
    save_version(devon, None, "As it was")
    old = first_version(devon)
    contact.delete()
    save_version(devon, None, "As it is")
    stays = confirm_page(editor, SYSTEM, devon, old).split("What stays the same")[1]
    assert "contact: Value: Enter a phone number in numbers" in stays
    with changing_only():
        restore(editor, SYSTEM, devon, old)


# --- Undoing a merger ------------------------------------------------------------------------

MERGER = "timeline.merger"
SETTLED = {(MERGER, name) for name in ("state", "settled_at", "settled_by_id", "lines")}


def planned(world: World) -> Any:
    """The change that is drafted for Devon, planned by the central editor with what is usual."""
    merger, client = world.rows[MERGER]["own"], world.clients["central"]
    [successor] = merger.successors.all()
    areas = AreaPeriod.objects.holding_on(timezone.localdate()).filter(system=world.own)
    placed = {f"area-{key}": successor.pk for key in areas.values_list("area", flat=True)}
    for page, sent in (("areas", placed), ("decisions", {}), ("preview", {})):
        shown = client.get(address(MERGER, page, merger))
        sent |= {"edition": edition_in(shown), "token": token_in(shown)}
        assert client.post(address(MERGER, page, merger), sent).status_code == 302, page
    merger.refresh_from_db()
    assert merger.is_planned
    return merger


def undo_merger(client: Any, merger: Any) -> int:
    return client.post(address(MERGER, "undo", merger)).status_code


def test_undoing_a_merger_changes_back_what_it_wrote_and_nothing_else(world) -> None:
    mine = world.rows[SCHEME]["own"]
    editor, central = world.clients["system"], world.clients["central"]
    before = everything()
    merger = planned(world)
    written = differences(before, everything())
    assert len([what for _, _, what in written if what == "row"]) > 10
    change(editor, SCHEME, mine, what="Written meanwhile")
    with changing_only():
        assert undo_merger(editor, merger) == 403
    with changing_only():
        assert central.get(address(MERGER, "undo", merger)).status_code == 200
    undo_merger(central, merger)
    after = everything()
    assert after[SCHEME][mine.pk]["what"] == "Written meanwhile"
    kept = {("timeline.placement", "row"), ("timeline.decision", "row")}  # entered is entered
    different = differences(before, after) - {(SCHEME, mine.pk, "what")}
    assert {(label, what) for label, _, what in different} <= SETTLED | kept


def test_what_a_merger_wrote_is_restored_past_its_undoing_by_nobody(world) -> None:
    """Its versions are in the histories of what it changed; the rows that it made are gone."""
    devon, scheme = world.own, world.rows[SCHEME]["own"]
    member, [area, *_] = world.rows[MEMBERSHIP]["own"], [world.areas["own"]]
    merger = planned(world)
    undo_merger(world.clients["central"], merger)
    restored = 0
    for role in ("system", "central"):
        for row in (devon, scheme, member, area):
            label = row._meta.label_lower
            for version in Version.objects.get_for_object(row):
                before = everything()
                answer = restore(world.clients[role], label, row, version)
                assert answer.status_code in {302, 403}, (role, label)
                different = {(where, key) for where, key, _ in differences(before, everything())}
                assert different <= {(label, row.pk)}, (role, label, version.revision.comment)
                assert not System.objects.filter(slug="x-own-new").exists(), (role, label)
                restored += 1
    assert restored > 4


# --- The matrix: every model with a history, every kind of row -------------------------------

VERSIONED = sorted(
    model._meta.label_lower
    for model, model_admin in admin.site._registry.items()
    if isinstance(model_admin, EditorAdmin)
)


def disturb(row: Any) -> None:
    """Change every field of a row past the admin, as far as the database lets it."""
    for field in row._meta.concrete_fields:
        if field.primary_key or not field.editable or field.name in {"kind", "system"}:
            continue  # these say whose it is
        value = other_value(field, getattr(row, field.attname))
        with suppress(IntegrityError, DataError), transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**{field.attname: value})
    for field in row._meta.many_to_many:
        if field.name != "systems":
            getattr(row, field.name).clear()


def other_value(field: models.Field, value: Any) -> Any:
    if field.choices:
        return next(key for key, _ in field.flatchoices if key and key != value)
    if field.related_model:
        return field.related_model._default_manager.exclude(pk=value).values_list("pk")[:1]
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return (value or timezone.now()) - timedelta(days=400)
    if isinstance(field, models.DateField):
        return (value or date(2026, 1, 1)) - timedelta(days=400)
    if isinstance(field, models.IntegerField):
        return (value or 1) + 1
    if isinstance(field, models.URLField):
        return "https://disturbed.example/"
    return "2001" if isinstance(field, PartialDateField) else "DISTURBED"


def by_hand(client: Any, label: str, row: Any) -> set[str]:
    """The fields of the row itself that the person's own page offers."""
    page = BeautifulSoup(client.get(address(label, "change", row)).content, "html.parser")
    names = {field["name"] for field in page.select("form [name]")}
    fields = {field.name for field in (*row._meta.fields, *row._meta.many_to_many)}
    return {name.removesuffix("_0").removesuffix("_1") for name in names} & fields


@each_role(["system", "central"])
@pytest.mark.parametrize("label", VERSIONED)
def test_restoring_writes_what_the_form_offers_all_of_it_and_nothing_else(
    world, label, role
) -> None:
    client = world.clients[role]
    System.objects.update(about_source=world.source)  # which the fixtures lack and the form wants
    for whose, row in world.rows[label].items():
        if "c" not in allowed(role, label, whose):
            continue
        save_version(row, None, "As it was")
        version = first_version(row)
        was = values(row)
        offered = by_hand(client, label, row)
        disturb(row)
        save_version(row, None, "As it is")
        before, now = everything(), values(row)
        assert restore(client, label, row, version).status_code == 302
        after, restored = everything(), values(row)
        tables = {model._meta.label_lower for model in (type(row), *type(row)._meta.parents)}
        tables |= {field.remote_field.through._meta.label_lower for field in row._meta.many_to_many}
        assert {table for table, _, _ in differences(before, after)} <= tables, (label, whose)
        for field in (*row._meta.concrete_fields, *row._meta.many_to_many):
            name = field.attname if field.concrete and not field.many_to_many else field.name
            if name not in was or not field.editable or field.primary_key:
                continue
            may = field.name in offered and field.name not in PUBLICATION
            expected = was[name] if may else now[name]
            assert restored[name] == expected, (label, whose, name)


@each_role(["system", "central", "ended", "none", "visitor"])
def test_a_version_is_restored_by_those_who_may_change_the_row(world, role) -> None:
    client = world.clients[role]
    for label in VERSIONED:
        for whose, row in world.rows[label].items():
            if "c" in allowed(role, label, whose):
                continue
            save_version(row, None, "As it was")
            version = first_version(row)
            page = f"{address(label, 'history', row)}{version.pk}/"
            for answer in (client.get(page), client.post(page, {"latest": version.pk})):
                assert answer.status_code in {302, 403, 404}, (role, label, whose)
                to = answer.get("Location", "/admin/login/")
                assert to.startswith("/admin/login/"), (role, label, whose)


# --- Citing a source that is not known -------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "field"),
    [
        (SYSTEM, "about_source"),
        (SYSTEM, "contacts-0-source"),
        (SYSTEM, "leaders-0-source"),
        (ORGANISATION, "source"),
        (ORGANISATION, "memberships-0-source"),
        (MEMBERSHIP, "source"),
        (SCHEME, "source"),
        (ANNOUNCEMENT, "source"),
        (ANNOUNCEMENT, "statements-0-source"),
    ],
)
def test_a_source_of_anothers_draft_is_cited_by_nobody_else(world, label, field) -> None:
    hidden = Source.objects.create(key="hidden", publisher="NHS Norfolk", title="Closing a ward")
    Scheme.objects.filter(slug="x-other").update(source=hidden, published_from=None)
    row, editor = world.rows[label]["own"], world.clients["system"]
    page = address(label, "change", row)
    form = form_of(editor.get(page))
    assert field in form
    before = everything()
    answer = editor.post(page, form | {field: hidden.pk})
    assert answer.status_code == 200
    assert "Closing a ward" not in answer.content.decode()
    assert everything() == before
    assert (
        editor.get(address(label, "add"), {"source": hidden.pk})
        .content.decode()
        .count("Closing a ward")
        == 0
    )


def test_every_form_of_an_editor_that_cites_a_source_is_asked_above(world) -> None:
    [cases] = [
        mark.args[1]
        for mark in test_a_source_of_anothers_draft_is_cited_by_nobody_else.pytestmark
        if mark.name == "parametrize"
    ]
    found = set()
    for label, rows in world.rows.items():
        if "own" in rows and "c" in allowed("system", label, "own"):
            form = form_of(world.clients["system"].get(address(label, "change", rows["own"])))
            found |= {
                (label, name)
                for name in form
                if name.endswith("source") and not re.search("-[1-9][0-9]*-", name)
            }
    assert found == set(cases)
