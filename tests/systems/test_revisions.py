"""What editing expects of django-reversion: an upgrade that breaks it is noticed here."""

import ast
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from systems.editing.revisions import (
    UnreadableVersionError,
    Version,
    is_registered,
    model_of,
    register,
    revisions_of,
    save_first_version,
    save_first_versions,
    save_version,
    save_versions,
    values_of,
    versions_of,
)
from systems.models import (
    Area,
    Dataset,
    Membership,
    Organisation,
    Scheme,
    Source,
    System,
    SystemAlias,
)
from tests.source import imports, module_name, python_files
from timeline.models import Announcement, Entry

pytestmark = pytest.mark.django_db

ADAPTER = "systems.editing.revisions"
PRIVATE = {"_model", "_local_field_dict", "_object_version", "_content_type", "serialized_data"}


@pytest.fixture
def source() -> Source:
    return Source.objects.create(key="a", publisher="NHS England", title="A")


def values(version: Version) -> dict[str, Any]:
    return {field.name: value for field, value in values_of(version).items()}


# --- One door ----------------------------------------------------------------------------------


def test_only_the_adapter_imports_reversion_and_models_its_tables() -> None:
    importers = {
        (module_name(path), name)
        for path in python_files("icsinfo", "systems", "timeline")
        for name in imports(path)
        if name.split(".")[0] == "reversion"
    }
    others = {pair for pair in importers if pair[0] != ADAPTER}
    assert (ADAPTER, "reversion") in importers
    assert {name for _, name in others} <= {"reversion.models.Revision", "reversion.models.Version"}
    assert {module for module, _ in others if not module.startswith("systems.models.")} == set()


def test_nothing_but_the_adapter_reads_what_reversion_keeps_to_itself() -> None:
    readers = {
        module_name(path)
        for path in python_files("icsinfo", "systems", "timeline")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in PRIVATE)
        or (isinstance(node, ast.keyword) and node.arg in PRIVATE)
    }
    assert readers == {ADAPTER}


# --- Which models ------------------------------------------------------------------------------


def test_what_has_an_admin_with_versions_is_registered_and_the_rest_is_not() -> None:
    assert is_registered(Scheme)
    assert is_registered(Entry)  # the parent of what has an admin
    assert not is_registered(Dataset)


def test_registering_again_without_relations_keeps_those_that_are_known(source) -> None:
    register(System)
    system = System.objects.create(slug="a")
    system.aliases.create(name="A", source=source)
    revision = save_version(system, None, "With its alias")
    assert revision
    assert {model_of(one) for one in revision.version_set.all()} == {System, SystemAlias}


# --- Writing and reading -----------------------------------------------------------------------


def test_a_version_says_what_the_row_was_who_saved_it_and_why(source) -> None:
    user = User.objects.create(username="u")
    revision = save_version(source, user, "Entered")
    Source.objects.filter(pk=source.pk).update(title="B")
    [version] = versions_of(Source, source.pk)
    assert version.revision == revision
    assert (version.revision.user, version.revision.comment) == (user, "Entered")
    assert model_of(version) is Source
    assert values(version)["title"] == "A"
    assert "id" not in values(version)


def test_what_is_saved_is_the_row_in_the_database_not_the_one_in_memory(source) -> None:
    source.title = "Not saved"
    save_version(source, None, "")
    assert values(versions_of(Source, source.pk)[0])["title"] == "A"


def test_a_version_holds_keys_of_what_it_refers_to_and_lists_of_keys(source) -> None:
    scheme = Scheme.objects.create(slug="a", name="A", check_by=date(2027, 1, 1), source=source)
    nothing = {"live_postcodes": 0, "residents": 0, "source": source}
    areas = [
        Area.objects.create(slug=one, name=one, code=f"98{one.upper()}", **nothing) for one in "ab"
    ]
    scheme.areas.set(areas)
    save_version(scheme, None, "")
    kept = values(versions_of(Scheme, scheme.pk)[0])
    assert kept["source"] == source.pk
    assert sorted(map(str, kept["areas"])) == sorted(str(area.pk) for area in areas)


def test_a_row_with_a_parent_model_has_a_version_of_each(source) -> None:
    row = Announcement.objects.create(
        slug="a", kind="local", date=date(2026, 1, 1), precision="day", title="A", source=source
    )
    revision = save_version(row, None, "")
    assert revision
    by_model = {model_of(one): values(one) for one in revision.version_set.all()}
    assert by_model.keys() == {Announcement, Entry}
    assert by_model[Entry]["title"] == "A"
    assert "title" not in by_model[Announcement]


def test_versions_come_latest_first_and_outlive_their_row(source) -> None:
    key = source.pk
    first, second = save_version(source, None, "1"), save_version(source, None, "2")
    assert first
    assert second
    source.delete()
    assert [one.revision.comment for one in versions_of(Source, key)] == ["2", "1"]
    assert revisions_of(Source, [key, key + 1]) == {key: [second.pk, first.pk], key + 1: []}


def test_the_first_version_is_saved_once(source) -> None:
    save_first_version(source)
    save_first_version(source)
    [version] = versions_of(Source, source.pk)
    assert version.revision.user is None


def test_a_version_that_was_saved_with_many_reads_as_one_saved_alone(source) -> None:
    trust = Organisation.objects.create(code="A", kind="trust", name="A", source=source)
    system = System.objects.create(slug="a")
    row = Membership.objects.create(
        organisation=trust, system=system, role="listed", source=source, date_from=date(2026, 4, 1)
    )
    save_version(row, None, "alone")
    rows = Membership.objects.filter(pk=row.pk)
    save_versions(rows, None, "with many")
    save_first_versions(rows)  # it has some already
    many, alone = versions_of(Membership, row.pk)
    assert (many.revision.comment, alone.revision.comment) == ("with many", "alone")
    assert values(many) == values(alone)
    assert (many.object_repr, many.format, many.db) == (alone.object_repr, alone.format, alone.db)


@pytest.mark.parametrize("change", [{"serialized_data": "[{"}, {"format": "none"}])
def test_a_version_that_cannot_be_read_says_so(source, change: dict[str, str]) -> None:
    save_version(source, None, "")
    versions_of(Source, source.pk).update(**change)
    with pytest.raises(UnreadableVersionError):
        values_of(versions_of(Source, source.pk)[0])
