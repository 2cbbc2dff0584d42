"""The versions of what is stored, and when the gazetteer is read again.

What holds when a transaction is over is tried in threads that commit, with `committed`.
"""

import re
from collections.abc import Iterator
from datetime import date
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from icsinfo import content_cache
from systems import gazetteer
from systems.models import (
    AreaAlias,
    Contact,
    ContentVersion,
    FormerSlug,
    GazetteerVersion,
    Organisation,
    Scheme,
    System,
    SystemName,
    Term,
    Topic,
    data_versions,
)
from systems.reference.organisations import Register
from tests.database import apart
from timeline.models import Entry

DAY = date(2026, 11, 21)
MODELS = [
    model
    for app in ("systems", "timeline")
    for model in apps.get_app_config(app).get_models(include_auto_created=True)
]
PRIVATE = {
    *("Deletion", "Editorship", "LinkCheck", "OneTimePassword", "RecoveryCode"),
    *("Report", "SignInTry", "Upload", "UploadedRow", "ContentVersion", "GazetteerVersion"),
}
PUBLIC = [model for model in MODELS if model.__name__ not in PRIVATE]
VERSIONS = (ContentVersion, GazetteerVersion)


def write_none(model: type[models.Model]) -> None:
    """Send a statement that writes to the table of a model, and changes no row."""
    own = next(field for field in reversed(model._meta.local_concrete_fields))
    model._base_manager.filter(pk=-1).update(**{own.attname: None})


def raised() -> set[type[models.Model]]:
    """The versions that the running transaction has raised."""
    return {version for version in VERSIONS if version.uncommitted()}


def rows() -> list[int]:
    return [version.objects.count() for version in VERSIONS]


# --- What raises a version -------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("model", PUBLIC, ids=lambda model: model._meta.label)
def test_every_table_of_both_apps_raises_the_content_version(model) -> None:
    before = ContentVersion.current()
    write_none(model)
    assert ContentVersion.current() != before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [model for model in MODELS if model not in PUBLIC],  # in a fixed order, for the workers
    ids=lambda model: model._meta.label,
)
def test_what_no_public_page_shows_raises_none(model) -> None:
    write_none(model)
    assert raised() == set()


@pytest.mark.django_db
def test_what_the_gazetteer_is_read_from_raises_its_version_and_nothing_else_does() -> None:
    with CaptureQueriesContext(connection) as captured:
        gazetteer.read()
    text = " ".join(query["sql"] for query in captured.captured_queries)
    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', text))
    raising = set()
    for model in MODELS:
        with transaction.atomic():
            write_none(model)
            if GazetteerVersion in raised():
                raising.add(model._meta.db_table)
            transaction.set_rollback(True)
    assert raising == read


def _save(row: Any) -> None:
    row.save()


def _update(row: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(name="Another")


def _bulk_update(row: Any) -> None:
    type(row).objects.bulk_update([row], ["name"])


def _create(row: Any) -> None:
    row.pk, row.name = None, "Another"
    row.save(force_insert=True)


def _bulk_create(row: Any) -> None:
    row.pk, row.name = None, "Another"
    type(row).objects.bulk_create([row])


def _bulk_create_without_conflicts(row: Any) -> None:
    type(row).objects.bulk_create([row], ignore_conflicts=True)


def _upsert(row: Any) -> None:
    type(row).objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
    )


def _get_or_create(row: Any) -> None:
    type(row).objects.get_or_create(area=row.area, name="Another", source=row.source)


def _delete(row: Any) -> None:
    row.delete()


def _delete_all(row: Any) -> None:
    type(row).objects.all().delete()


def _raw_delete(row: Any) -> None:
    type(row).objects.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        *(_save, _update, _bulk_update, _create, _bulk_create, _bulk_create_without_conflicts),
        *(_upsert, _get_or_create, _delete, _delete_all, _raw_delete),
    ],
)
def test_it_does_not_matter_how_a_row_is_written(write) -> None:
    row = AreaAlias.objects.first()
    assert raised() == set()
    write(row)
    assert raised() == {ContentVersion, GazetteerVersion}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda rows, one: rows.add(one),
        lambda rows, one: rows.set([one]),
        lambda rows, one: rows.clear(),
    ],
    ids=["add", "set", "clear"],
)
@pytest.mark.parametrize(
    ("owner", "name"), [(Scheme, "topics"), (Scheme, "areas"), (Entry, "systems")]
)
def test_many_to_many_rows_raise_the_content_version_alone(write, owner, name) -> None:
    row = owner.objects.exclude(**{name: None}).first()
    others = owner._meta.get_field(name).related_model.objects
    write(getattr(row, name), others.exclude(pk__in=getattr(row, name).all()).first())
    assert raised() == {ContentVersion}


@pytest.mark.django_db
def test_a_transaction_raises_a_version_once_however_much_it_writes() -> None:
    content, own = rows()
    for alias in AreaAlias.objects.all()[:20]:
        alias.save()
    with transaction.atomic():
        Term.objects.first().save()
        AreaAlias.objects.first().delete()
    assert rows() == [content + 1, own + 1]


@pytest.mark.django_db
def test_what_a_savepoint_takes_back_is_raised_again_by_the_next_write() -> None:
    before = ContentVersion.current()
    with transaction.atomic():
        Term.objects.first().save()
        transaction.set_rollback(True)
    assert (ContentVersion.current(), raised()) == (before, set())
    Term.objects.first().save()
    assert ContentVersion.current() != before


@pytest.mark.django_db
def test_rows_of_a_version_are_added_up_and_it_stays_the_same(monkeypatch) -> None:
    ContentVersion.objects.bulk_create(ContentVersion() for _ in range(5))
    before = ContentVersion.current()
    ContentVersion.add_up()
    assert ContentVersion.objects.count() > 5
    monkeypatch.setattr(data_versions, "MAX_ROWS", 4)
    ContentVersion.add_up()
    assert (ContentVersion.objects.count(), ContentVersion.current()) == (1, before)


@pytest.mark.django_db
def test_nothing_is_raised_while_tables_are_migrated() -> None:
    data_versions.pause_for_migrations()
    try:
        Term.objects.first().save()
        assert raised() == set()
    finally:
        data_versions.resume_after_migrations()
    Term.objects.first().save()
    assert raised() == {ContentVersion}


# --- What a transaction reads of its own -----------------------------------------------------


def name_of_essex(held: gazetteer.Gazetteer) -> str:
    return held.atlas.systems["essex"].name_on(DAY)


@pytest.mark.django_db
def test_a_transaction_reads_what_it_wrote_and_nobody_else_does() -> None:
    before, held = gazetteer.current(), gazetteer._cached
    SystemName.objects.filter(name="Essex").update(name="Greater Essex")
    own = gazetteer.current()
    assert name_of_essex(own) == "Greater Essex"
    assert gazetteer.current() is own
    assert gazetteer._cached is held
    with transaction.atomic():
        SystemName.objects.filter(name="Greater Essex").update(name="Least Essex")
        assert name_of_essex(gazetteer.current()) == "Least Essex"
        transaction.set_rollback(True)
    assert name_of_essex(gazetteer.current()) == "Greater Essex"
    assert name_of_essex(before) == "Essex"


@pytest.mark.django_db
def test_what_a_transaction_has_read_holds_again_after_a_savepoint_is_rolled_back() -> None:
    rename = SystemName.objects.filter(name__endswith="Essex").update
    rename(name="Greater Essex")
    with transaction.atomic():
        own = gazetteer.current()  # read inside, of what was written outside
        with transaction.atomic():
            rename(name="Least Essex")
        assert name_of_essex(gazetteer.current()) == "Least Essex"
        transaction.set_rollback(True)
    assert gazetteer.current() is own
    with transaction.atomic():
        rename(name="Least Essex")
        transaction.set_rollback(True)
    assert gazetteer.current() is own
    rename(name="Least Essex")
    assert name_of_essex(gazetteer.current()) == "Least Essex"


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Term, Contact, Scheme, Topic, Entry])
def test_the_gazetteer_is_not_read_again_for_what_it_does_not_hold(model) -> None:
    before = gazetteer.current()
    model.objects.first().save()
    assert gazetteer.current() is before


# --- When a transaction is over --------------------------------------------------------------


def rename(old: str, new: str) -> None:
    """As another process does it: outside a transaction nobody here reads it at once."""
    assert SystemName.objects.filter(name=old).update(name=new)


@pytest.fixture
def held(committed, monkeypatch) -> Iterator[gazetteer.Gazetteer]:
    """The gazetteer as this process holds it. Essex may be renamed to Greater Essex."""
    monkeypatch.setattr(gazetteer, "_cached", None)
    yield apart(gazetteer.current)
    with gazetteer._reading:  # whoever reads has done
        pass
    apart(lambda: SystemName.objects.filter(name="Greater Essex").update(name="Essex"))


def test_who_changes_something_finds_it_on_the_next_page(held) -> None:
    def edit() -> gazetteer.Gazetteer:
        with transaction.atomic():
            rename("Essex", "Greater Essex")
        return gazetteer._cached[1]

    assert name_of_essex(apart(edit)) == "Greater Essex"
    assert apart(gazetteer.current) is gazetteer._cached[1]


def test_other_processes_are_told_of_a_change_before_this_one_reads_again(held) -> None:
    told: list[type] = []

    def note(sender: type, **kwargs: Any) -> None:
        told.append(sender)

    def edit() -> None:
        with transaction.atomic():
            rename("Essex", "Greater Essex")

    data_versions.version_committed.connect(note)
    apart(edit)
    data_versions.version_committed.disconnect(note)
    assert told == [ContentVersion, GazetteerVersion]


def test_a_rollback_raises_nothing(held) -> None:
    def undone() -> None:
        with transaction.atomic():
            rename("Essex", "Greater Essex")
            transaction.set_rollback(True)

    before = apart(lambda: [version.current() for version in VERSIONS])
    apart(undone)
    assert apart(lambda: [version.current() for version in VERSIONS]) == before
    assert apart(gazetteer.current) is held


def test_a_write_outside_a_transaction_raises_the_versions(held) -> None:
    before = apart(lambda: [version.current() for version in VERSIONS])
    apart(lambda: rename("Essex", "Greater Essex"))
    after = apart(lambda: [version.current() for version in VERSIONS])
    assert not set(before) & set(after)


def test_two_transactions_at_once_do_not_wait_for_each_other_to_raise(held) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")

    def first() -> None:
        with transaction.atomic():
            Term.objects.first().save()
            apart(second)

    def second() -> None:
        with transaction.atomic():
            Contact.objects.first().save()

    before = apart(ContentVersion.objects.count)
    apart(first)
    assert apart(ContentVersion.objects.count) == before + 2


class Slow:
    """Reads the gazetteer when it is let, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times, self.began, self.go = 0, Event(), Event()
        self._read = gazetteer.read
        monkeypatch.setattr(gazetteer, "read", self)

    def __call__(self) -> gazetteer.Gazetteer:
        self.times += 1
        self.began.set()
        assert self.go.wait(60)
        return self._read()


def test_one_thread_reads_again_and_the_others_go_on_with_what_is_held(held, monkeypatch) -> None:
    slow = Slow(monkeypatch)
    apart(lambda: rename("Essex", "Greater Essex"))
    assert [apart(gazetteer.current) for _ in range(8)] == [held] * 8
    assert slow.began.wait(60)
    assert apart(lambda: Client().get("/ics/essex/")).status_code == 200
    slow.go.set()
    with gazetteer._reading:
        assert slow.times == 1
    assert name_of_essex(apart(gazetteer.current)) == "Greater Essex"


def test_nobody_who_edits_waits_for_the_reading(held, monkeypatch) -> None:
    slow = Slow(monkeypatch)
    apart(lambda: rename("Essex", "Greater Essex"))
    apart(gazetteer.current)
    assert slow.began.wait(60)
    apart(lambda: rename("Greater Essex", "Essex"))
    slow.go.set()
    with gazetteer._reading:
        pass
    assert name_of_essex(gazetteer._cached[1]) == "Greater Essex"  # when the reading began
    assert name_of_essex(apart(lambda: gazetteer.current(wait=True))) == "Essex"


def test_threads_that_have_nothing_yet_wait_for_the_first_reading(held, monkeypatch) -> None:
    monkeypatch.setattr(gazetteer, "_cached", None)
    slow = Slow(monkeypatch)
    found: list[gazetteer.Gazetteer] = []
    threads = [Thread(target=lambda: found.append(apart(gazetteer.current))) for _ in range(4)]
    for thread in threads:
        thread.start()
    slow.go.set()
    for thread in threads:
        thread.join()
    assert slow.times == 1
    assert len({id(one) for one in found}) == 1


def test_all_is_read_of_one_state_of_the_database(held, monkeypatch) -> None:
    read = Register.read

    def read_late() -> Register:
        apart(lambda: Organisation.objects.filter(code="RH8").update(place="Elsewhere"))
        return read()

    place = held.register.by_code["RH8"].place
    apart(lambda: rename("Essex", "Greater Essex"))
    monkeypatch.setattr(Register, "read", read_late)
    try:
        late = apart(lambda: gazetteer.current(wait=True))
        assert (name_of_essex(late), late.register.by_code["RH8"].place) == ("Greater Essex", place)
        monkeypatch.setattr(Register, "read", read)
        later = apart(lambda: gazetteer.current(wait=True))
        assert later.register.by_code["RH8"].place == "Elsewhere"
    finally:
        apart(lambda: Organisation.objects.filter(code="RH8").update(place=place))


def test_what_cannot_be_read_again_is_tried_again_by_the_next_request(
    held, monkeypatch, caplog
) -> None:
    def away() -> gazetteer.Gazetteer:
        raise OperationalError("away")

    apart(lambda: rename("Essex", "Greater Essex"))
    with monkeypatch.context() as patch:
        patch.setattr(gazetteer, "read", away)
        assert apart(gazetteer.current) is held
        with gazetteer._reading:
            assert "could not be read again" in caplog.text
    assert apart(gazetteer.current) is held
    with gazetteer._reading:
        assert name_of_essex(gazetteer._cached[1]) == "Greater Essex"


@pytest.mark.parametrize(
    "path", ["/ics/atlantis/", "/ics/atlantis/members.json", "/api/v1/systems/atlantis"]
)
def test_what_another_process_added_is_found_at_once(held, monkeypatch, path) -> None:
    monkeypatch.setattr(gazetteer, "_read_in_background", lambda: None)
    before = gazetteer._cached

    def add() -> None:
        name = SystemName.objects.earliest("pk")
        name.system = System.objects.create(slug="atlantis", region="london")
        name.pk, name.name = None, "Atlantis"
        name.save()

    def remove() -> None:
        SystemName.objects.filter(name="Atlantis").delete()
        System.objects.filter(slug="atlantis").delete()
        FormerSlug.objects.filter(slug="atlantis").delete()

    apart(add)
    try:
        monkeypatch.setattr(gazetteer, "_cached", before)  # as if it had been another process
        assert "atlantis" not in gazetteer._cached[1].atlas.systems
        assert apart(lambda: Client().get(path)).status_code == 200
        assert "atlantis" in gazetteer._cached[1].atlas.systems
    finally:
        apart(remove)


def test_what_nobody_added_is_not_found_and_nothing_is_read_for_it(held, monkeypatch) -> None:
    monkeypatch.setattr(gazetteer, "read", None)  # it would be called
    assert apart(lambda: Client().get("/ics/atlantis/")).status_code == 404


def test_a_fault_that_a_fresh_reading_does_not_mend_is_a_fault(held, monkeypatch) -> None:
    asked = []

    def broken(*args: object) -> None:
        asked.append(args)
        raise KeyError("broken")

    monkeypatch.setattr("systems.views.systems._schemes", broken)
    client = Client(raise_request_exception=False)
    assert apart(lambda: client.get("/ics/essex/")).status_code == 500
    assert len(asked) == 1
    apart(lambda: rename("Essex", "Greater Essex"))
    assert apart(lambda: client.get("/ics/essex/")).status_code == 500
    assert len(asked) == 3


def test_nothing_is_asked_of_the_database_while_the_content_is_known_to_be_the_same(
    held, monkeypatch, django_assert_num_queries
) -> None:
    version = ["first"]
    monkeypatch.setattr(content_cache, "content", SimpleNamespace(version=lambda: version[0]))
    apart(gazetteer.current)
    monkeypatch.setattr(GazetteerVersion, "current", None)  # to ask would be an error
    assert apart(gazetteer.current) is held
    version[0] = "second"
    with pytest.raises(TypeError):
        apart(gazetteer.current)


def test_a_change_that_the_content_version_tells_of_is_seen(held, monkeypatch) -> None:
    version = ["first"]
    monkeypatch.setattr(content_cache, "content", SimpleNamespace(version=lambda: version[0]))
    apart(gazetteer.current)
    apart(lambda: rename("Essex", "Greater Essex"))
    version[0] = "second"
    apart(gazetteer.current)
    with gazetteer._reading:
        pass
    assert name_of_essex(apart(gazetteer.current)) == "Greater Essex"
