"""Loading files into the database: all or nothing, again without harm, editors' work kept."""

import csv
import gzip
import hashlib
import io
import os
import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finder
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from systems.fixtures import FIXTURES
from systems.loading.loader import FixtureError, LoadReport, all_fixtures, load
from systems.management.commands import prepare
from systems.models import (
    Area,
    AreaPeriod,
    Contact,
    ContentVersion,
    Dataset,
    FormerSlug,
    LoadedRow,
    OrganisationAlias,
    Source,
    Succession,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
)
from timeline.models import Announcement, Event

pytestmark = pytest.mark.django_db

# Wembley has no areas, so nothing protects it: it is the system that an editor can delete.
ROWS = {
    "sources.csv": """\
order,Parliament,The Order of 2020,2020-01,,https://www.legislation.gov.uk/,2026-11-01
report,A newspaper,Who merges with whom,,undated copy,,
""",
    "datasets.csv": """\
postcodes,Code-Point,Ordnance Survey,October 2025,,OGL,OS data,postcodes.csv.gz,CHECKSUM,3
""",
    "systems.csv": """\
harrow,london,First.
brent,london,
wembley,london,
""",
    "system_names.csv": """\
harrow,Harrow,2021-04-01,order
brent,Brent,2020-01-01,order
wembley,Wembley,2020-01-01,order
""",
    "system_aliases.csv": "harrow,Harrow on the Hill,,report\n",
    "system_codes.csv": """\
harrow,ods,QH1,2021-04-01,,order
wembley,ods,QW1,2020-01-01,,order
""",
    "successions.csv": "brent,harrow,2021-04-01,merger,order\n",
    "contacts.csv": "harrow,phone,020 7946 0000,,report,\n",
    "leaders.csv": "harrow,chair,A Person,2021-04,,,report,\n",
    "clusters.csv": "Harrow with Brent,,brent; harrow,2020,,chair,sure,,report\n",
    "areas.csv": "01A,north-harrow,North Harrow,1000,2,Harrow,order\n",
    "area_codes.csv": "01A,ods,01A,ccg,NHS Harrow CCG,2013-04-01,order\n",
    "area_aliases.csv": "01A,NHS Old Harrow CCG,00A E38000999,2013-04-01,2020-04-01,report\n",
    "area_periods.csv": """\
01A,2020-01-01,brent,exact,,order
01A,2021-04-01,harrow,exact,,order
""",
    "trusts.csv": "RH1,trust,NHS trust,,Harrow NHS Trust,Harrow,,,01A,,,,,,report\n",
    "councils.csv": "E09000015,council,London borough,Harrow Council,,,,report\n",
    "district_councils.csv": "E07000015,council,district council,Pinner,E09000015,,,report\n",
    "council_areas.csv": "E09000015,01A,900\nE07000015,01A,400\n",
    "former_councils.csv": "E09000999,Wealdstone,E09000015,1965-04-01,report\n",
    "pcns.csv": "U1,pcn,primary care network,Harrow PCN,Harrow,,,,report\n",
    "practices.csv": """\
H1,practice,GP practice,Hill Surgery,Harrow,,,01A,,U1,,10,2026-01-01,,report
""",
    "former_practices.csv": (
        "H2,practice,GP practice,Dale Surgery,Harrow,,01A,,2020-04-01,,report\n"
    ),
    "trust_memberships.csv": "RH1,harrow,listed,,,report\n",
    "pcn_memberships.csv": "U1,harrow,listed,,,report\n",
    "practice_memberships.csv": """\
H1,harrow,paid,2021-04-01,,report
H1,brent,paid,,2021-04-01,report
""",
    "organisation_successions.csv": "",
    "organisation_aliases.csv": "RH1,Northwick Hospital,Harrow,01A,,report\n",
    "topics.csv": "hearts,Hearts,1\n",
    "audiences.csv": "all,Everyone,1\n",
    "ways.csv": "walk-in,Walk in,1,Go along.\n",
    "schemes.csv": (
        "checks,Checks,Harrow,Checks of hearts.,All,Go,,hearts,all,walk-in,harrow,01A,2022,"
        "2023-12-31,not-known,,,report\n"
    ),
    "terms.csv": "ics,Integrated care system,ICS,Those who plan care together.,report\n",
    "legal_instruments.csv": "",
    "events.csv": "merged,2021-04-01,day,merger,One closes,,,harrow; wembley,,order,ics,1,,\n",
    "announcements.csv": "told,2021-03-01,day,local,Brent is to close,,,brent,,report\n",
    "statements.csv": "told,1,S1,A newspaper,,,stated,Brent is to close.,,,report\n",
}
ALL = sum(len(rows.splitlines()) for rows in ROWS.values())
DIRECTORY = "sector,live,retired,apart,runs,borders\nHA1 1,e,,,01A,\n"  # three live postcodes


def empty_database() -> None:
    """Delete what was loaded, past the models: their signals would make it slow."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {LoadedRow._meta.db_table}")  # noqa: S608
        for fixture in reversed(all_fixtures()):
            for field in fixture.model._meta.many_to_many:
                cursor.execute(f"DELETE FROM {field.m2m_db_table()}")  # noqa: S608
            for model in (fixture.model, *fixture.model._meta.get_parent_list()):
                cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


def write_directory(folder: Path, content: bytes) -> None:
    """Write the directory and put its checksum into datasets.csv."""
    path = folder / "postcodes.csv.gz"
    old = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "CHECKSUM"
    path.write_bytes(content)
    edit(folder, "datasets.csv", old, hashlib.sha256(content).hexdigest())


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small set of files, beside a database into which nothing was loaded yet."""
    empty_database()
    for fixture in all_fixtures():
        header = ",".join(fixture.columns)
        (tmp_path / fixture.file).write_text(f"{header}\n{ROWS.get(fixture.file, '')}")
    write_directory(tmp_path, gzip.compress(DIRECTORY.encode()))
    return tmp_path


def wrote(reports: dict[str, LoadReport]) -> dict[str, tuple[int, int, int]]:
    """Rows added, changed and removed, of the files where there were any."""
    return {
        name: (report.added, report.changed, report.removed)
        for name, report in reports.items()
        if report.wrote
    }


def kept(reports: dict[str, LoadReport]) -> dict[str, list[str]]:
    return {name: report.kept for name, report in reports.items() if report.kept}


def everything() -> dict[str, list[tuple]]:
    """All that is stored, for comparison. When a dataset was loaded may differ.

    What is deleted leaves its address behind, which is tested with the register.
    """
    return {
        fixture.name: sorted(fixture.model.objects.values_list("pk", *fixture.columns))
        for fixture in all_fixtures()
        if fixture.model is not FormerSlug
    }


# --- Filling ---------------------------------------------------------------------------------


def test_an_empty_database_gets_every_row_of_every_file() -> None:
    before = {fixture.model: fixture.model.objects.count() for fixture in all_fixtures()}
    empty_database()
    reports = load(settings.FIXTURES)
    rows = Counter()
    for fixture in all_fixtures():
        with (settings.FIXTURES / fixture.file).open(newline="") as file:
            number = sum(1 for row in csv.reader(file)) - 1
        assert reports[fixture.name].added == number
        rows[fixture.model] += number
    assert rows == before == {model: model.objects.count() for model in before}


def test_a_row_becomes_an_object_with_its_references_resolved(folder: Path) -> None:
    load(folder)
    period = AreaPeriod.objects.get(date_from="2021-04-01")
    assert (period.area.code, period.system.slug, period.source.key) == ("01A", "harrow", "order")
    assert Source.objects.get(key="order").checked_on == date(2026, 11, 1)
    assert Source.objects.get(key="report").checked_on is None
    event = Event.objects.get()
    assert sorted(system.slug for system in event.systems.all()) == ["harrow", "wembley"]
    dataset = Dataset.objects.get()
    assert (dataset.rows, dataset.loaded_by, dataset.in_use) == (3, "load_data", True)


def test_an_empty_cell_refers_to_nothing_where_that_is_allowed(folder: Path) -> None:
    edit(folder, "area_periods.csv", "brent", "")
    load(folder)
    assert AreaPeriod.objects.get(date_from="2020-01-01").system is None


def test_a_byte_order_mark_is_no_part_of_the_first_column(folder: Path) -> None:
    path = folder / "systems.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert wrote(load(folder))["systems"] == (3, 0, 0)


# --- Loading again ---------------------------------------------------------------------------


@pytest.mark.slow
def test_a_second_load_changes_nothing_and_says_so() -> None:
    stored, version = everything(), ContentVersion.current()
    reports = load(settings.FIXTURES)
    assert (wrote(reports), kept(reports)) == ({}, {})
    assert sum(report.unchanged for report in reports.values()) == LoadedRow.objects.count() > 1000
    assert everything() == stored
    assert ContentVersion.current() == version


@pytest.mark.slow
def test_a_second_load_asks_as_few_questions_of_many_rows_as_of_few(folder: Path) -> None:
    numbers = []
    for files in (folder, settings.FIXTURES):
        empty_database()
        load(files)
        with CaptureQueriesContext(connection) as queries:
            load(files)
        numbers.append(len(queries))
    few, many = numbers
    assert few == many <= 5 * len(all_fixtures())


def test_a_corrected_row_reaches_an_object_that_nobody_touched(folder: Path) -> None:
    load(folder)
    edit(folder, "area_periods.csv", "01A,2021-04-01,harrow", "01A,2021-04-01,wembley")
    edit(folder, "events.csv", "harrow; wembley", "brent")
    reports = load(folder)
    assert wrote(reports) == {"area_periods": (0, 1, 0), "events": (0, 1, 0)}
    assert AreaPeriod.objects.get(date_from="2021-04-01").system.slug == "wembley"
    assert [system.slug for system in Event.objects.get().systems.all()] == ["brent"]
    assert wrote(load(folder)) == {}


def test_a_corrected_date_takes_the_place_of_the_old_row(folder: Path) -> None:
    # The old row has to go first: a code can belong to one system only once.
    load(folder)
    edit(folder, "system_codes.csv", "QH1,2021-04-01", "QH1,2021-05-01")
    load(folder)
    assert SystemCode.objects.get(code="QH1").date_from == date(2021, 5, 1)
    assert wrote(load(folder)) == {}


def test_a_corrected_key_takes_the_place_of_the_old_row_wherever_it_is_used(folder: Path) -> None:
    load(folder)
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text().replace("harrow,", "hillingdon,"))
    edit(folder, "events.csv", "harrow;", "hillingdon;")
    reports = load(folder)
    assert kept(reports) == {}
    assert sorted(system.slug for system in System.objects.all()) == [
        "brent",
        "hillingdon",
        "wembley",
    ]
    assert wrote(load(folder)) == {}


@pytest.mark.parametrize(("file", "model"), [("system_aliases", SystemAlias), ("events", Event)])
def test_a_row_that_is_gone_from_the_file_goes(folder: Path, file: str, model: type) -> None:
    load(folder)
    edit(folder, f"{file}.csv", ROWS[f"{file}.csv"], "")
    assert wrote(load(folder)) == {file: (0, 0, 1)}
    assert not model.objects.exists()
    assert wrote(load(folder)) == {}


def test_a_row_that_is_gone_stays_here_if_an_editor_changed_it(folder: Path) -> None:
    load(folder)
    SystemAlias.objects.update(note="As the council says it.")
    edit(folder, "system_aliases.csv", ROWS["system_aliases.csv"], "")
    reports = load(folder)
    [line] = kept(reports)["system_aliases"]
    assert line == "harrow|Harrow on the Hill: no longer in the file, but changed here"
    assert wrote(reports) == {}
    assert wrote(load(folder, overwrite=True)) == {"system_aliases": (0, 0, 1)}


def test_a_column_that_came_later_is_filled_in_what_was_loaded_without_it(
    folder: Path, monkeypatch
) -> None:
    whole = {one.file: (folder / one.file).read_text() for one in FIXTURES if one.added}
    first = [
        replace(one, columns=tuple(name for name in one.columns if name not in one.added))
        for one in FIXTURES
    ]
    for one in (one for one in first if one.added):
        with (folder / one.file).open("w") as file:
            writer = csv.DictWriter(file, one.columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(csv.DictReader(whole[one.file].splitlines()))
    with monkeypatch.context() as patch:
        patch.setattr("systems.fixtures.FIXTURES", first)
        load(folder)
    for file, text in whole.items():
        (folder / file).write_text(text)
    assert wrote(load(folder)) == {
        file.partition(".")[0]: (0, text.count("\n") - 1, 0) for file, text in whole.items()
    }
    assert OrganisationAlias.objects.get().area.code == "01A"
    assert wrote(load(folder)) == {}


def test_a_row_with_such_a_column_is_left_to_an_editor_who_changed_it(folder: Path) -> None:
    load(folder)
    OrganisationAlias.objects.update(area=None, place="Elsewhere")
    assert list(kept(load(folder))) == ["organisation_aliases"]


def remove_wembley(folder: Path) -> None:
    """Take Wembley out of all files."""
    edit(folder, "systems.csv", "wembley,london,\n", "")
    edit(folder, "system_names.csv", "wembley,Wembley,2020-01-01,order\n", "")
    edit(folder, "system_codes.csv", "wembley,ods,QW1,2020-01-01,,order\n", "")
    edit(folder, "events.csv", "; wembley", "")


def test_a_row_that_is_gone_stays_here_while_it_is_in_use(folder: Path) -> None:
    load(folder)
    AreaPeriod.objects.create(
        area=Area.objects.get(),
        date_from="2027-04-01",
        system=System.objects.get(slug="wembley"),
        certainty="planned",
        source=Source.objects.get(key="order"),
    )
    remove_wembley(folder)
    reports = load(folder)
    assert kept(reports) == {"systems": ["wembley: no longer in the file, but in use"]}
    assert wrote(reports) == {
        "system_names": (0, 0, 1),
        "system_codes": (0, 0, 1),
        "events": (0, 1, 0),
    }
    AreaPeriod.objects.filter(date_from="2027-04-01").delete()
    assert wrote(load(folder)) == {"systems": (0, 0, 1)}


def test_a_row_that_is_gone_takes_no_work_of_editors_with_it(folder: Path) -> None:
    load(folder)
    wembley = System.objects.get(slug="wembley")
    Contact.objects.create(
        system=wembley, kind="phone", value="020 7946 0001", source=Source.objects.first()
    )
    remove_wembley(folder)
    reports = load(folder)
    assert kept(reports) == {"systems": ["wembley: no longer in the file, but in use"]}
    assert Contact.objects.filter(value="020 7946 0001").exists()


# --- What editors did ------------------------------------------------------------------------


def test_what_an_editor_changed_stays_changed_and_is_reported(folder: Path) -> None:
    load(folder)
    System.objects.filter(slug="harrow").update(about="An editor's words.")
    Event.objects.get().systems.clear()
    edit(folder, "systems.csv", "First.", "The very first.")
    reports = load(folder)
    assert kept(reports) == {
        "systems": ["harrow: changed here"],
        "events": ["merged: changed here"],
    }
    assert wrote(reports) == {}
    assert System.objects.get(slug="harrow").about == "An editor's words."
    assert not Event.objects.get().systems.exists()


def test_a_change_that_the_file_then_makes_too_is_nobodys_any_more(folder: Path) -> None:
    load(folder)
    System.objects.filter(slug="harrow").update(about="The very first.")
    edit(folder, "systems.csv", "First.", "The very first.")
    assert kept(load(folder)) == {}
    edit(folder, "systems.csv", "The very first.", "The first of all.")
    assert kept(load(folder)) == {}
    assert System.objects.get(slug="harrow").about == "The first of all."


def test_what_an_editor_deleted_stays_deleted_with_what_belongs_to_it(folder: Path) -> None:
    load(folder)
    System.objects.get(slug="wembley").delete()
    edit(folder, "system_names.csv", "wembley,Wembley,2020-01-01", "wembley,Wembley,2019-01-01")
    reports = load(folder)
    assert kept(reports) == {
        "systems": ["wembley: deleted here"],
        "system_names": ["wembley|2019-01-01: something it refers to was deleted or entered here"],
        "system_codes": [
            "wembley|ods|2020-01-01: something it refers to was deleted or entered here"
        ],
        "events": ["merged: something it refers to was deleted or entered here"],
    }
    assert not System.objects.filter(slug="wembley").exists()
    assert not SystemName.objects.filter(name="Wembley").exists()


def test_what_an_editor_entered_first_is_left_and_referred_to(folder: Path) -> None:
    own = System.objects.create(slug="harrow", about="Mine.")
    reports = load(folder)
    assert kept(reports) == {"systems": ["harrow: entered here already"]}
    assert System.objects.get(slug="harrow").about == "Mine."
    assert SystemName.objects.get(name="Harrow").system == own
    assert wrote(load(folder)) == {}


@pytest.mark.parametrize("model", [Announcement, Event])
def test_an_address_that_an_editor_took_stops_no_load_and_gets_no_statements(folder, model) -> None:
    """Of two kinds of entries that share their addresses."""
    mine = {"date": date(2026, 11, 1), "precision": "day", "title": "Mine"}
    report = Source.objects.create(key="mine", publisher="P", title="T")
    made = model(slug="told", kind="local", source=report, published_from=None, **mine)
    if model is Event:
        made.kind, made.unit = "decision", "ics"
    made.save()
    assert kept(load(folder)) == {
        "announcements": ["told: entered here already"],
        "statements": ["told|1: something it refers to was deleted or entered here"],
    }
    made.refresh_from_db()
    assert (made.title, made.statements.count()) == ("Mine", 0)
    assert System.objects.filter(slug="harrow").exists()
    assert wrote(load(folder)) == {}


def test_what_an_editor_added_is_not_spoken_of(folder: Path) -> None:
    load(folder)
    System.objects.create(slug="ruislip")
    reports = load(folder, overwrite=True)
    assert (wrote(reports), kept(reports)) == ({}, {})
    assert System.objects.filter(slug="ruislip").exists()


def test_a_system_with_a_new_slug_is_still_the_same_system(folder: Path) -> None:
    load(folder)
    System.objects.filter(slug="harrow").update(slug="harrow-on-the-hill")
    with (folder / "system_names.csv").open("a") as file:
        file.write("harrow,Harrow on the Hill,2026-04-01,order\n")
    reports = load(folder)
    assert kept(reports) == {"systems": ["harrow: changed here"]}
    assert System.objects.count() == 3
    renamed = System.objects.get(slug="harrow-on-the-hill")
    assert renamed.names.get(date_from="2026-04-01").name == "Harrow on the Hill"


def test_overwrite_takes_the_files_word(folder: Path) -> None:
    System.objects.create(slug="brent", about="Mine.")
    load(folder)
    System.objects.filter(slug="harrow").update(about="An editor's words.")
    System.objects.get(slug="wembley").delete()
    SystemAlias.objects.all().delete()
    reports = load(folder, overwrite=True)
    assert kept(reports) == {}
    assert wrote(reports) == {
        "systems": (1, 2, 0),
        "system_names": (1, 0, 0),
        "system_aliases": (1, 0, 0),
        "system_codes": (1, 0, 0),
        "events": (0, 1, 0),
    }
    abouts = dict(System.objects.values_list("slug", "about"))
    assert abouts == {"harrow": "First.", "brent": "", "wembley": ""}
    assert Event.objects.get().systems.count() == 2
    reports = load(folder)
    assert (wrote(reports), kept(reports)) == ({}, {})


def test_overwrite_gives_a_slug_back_to_the_row_that_has_it(folder: Path) -> None:
    load(folder)
    System.objects.filter(slug="wembley").update(slug="ruislip")
    with (folder / "systems.csv").open("a") as file:
        file.write("ruislip,london,The real one.\n")
    assert kept(load(folder))["systems"][1] == "ruislip: entered here already"
    assert wrote(load(folder, overwrite=True)) == {"systems": (1, 1, 0)}
    abouts = dict(System.objects.values_list("slug", "about"))
    assert (abouts["wembley"], abouts["ruislip"]) == ("", "The real one.")


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_an_editor_deleted_and_entered_anew_is_theirs(folder: Path, overwrite: bool) -> None:
    load(folder)
    Succession.objects.get().delete()
    Succession.objects.create(
        predecessor=System.objects.get(slug="brent"),
        successor=System.objects.get(slug="harrow"),
        date="2021-05-01",
        kind="merger",
        source=Source.objects.get(key="report"),
    )
    reports = load(folder, overwrite=overwrite)
    if overwrite:
        assert wrote(reports) == {"successions": (0, 1, 0)}
        assert Succession.objects.get().date == date(2021, 4, 1)
    else:
        assert list(kept(reports)) == ["successions"]
        assert Succession.objects.get().date == date(2021, 5, 1)


# --- Faults ----------------------------------------------------------------------------------

BAD_ROWS = {
    "an unknown reference": (
        ("system_names.csv", "brent,Brent", "barnet,Brent"),
        "system_names.csv, line 3: system is 'barnet', which is not in systems.",
    ),
    "an unknown reference among several": (
        ("events.csv", "; wembley", "; barnet"),
        "events.csv, line 2: systems is 'barnet', which is not in systems.",
    ),
    "a reference that is missing": (
        ("system_names.csv", "2021-04-01,order", "2021-04-01,"),
        "system_names.csv, line 2: harrow|2021-04-01: ...source_id...",
    ),
    "a column too many": (
        ("systems.csv", "slug,region,about", "slug,region,about,note"),
        "systems.csv: expected the columns slug, region, about; found slug, region, about, note.",
    ),
    "columns in another order": (
        ("systems.csv", "slug,region,about", "region,slug,about"),
        "systems.csv: expected the columns slug, region, about; found region, slug, about.",
    ),
    "too few cells": (
        ("systems.csv", "brent,london,", "brent,london"),
        "systems.csv, line 3: 2 cells for 3 columns.",
    ),
    "too many cells": (
        ("systems.csv", "brent,london,", "brent,london,,"),
        "systems.csv, line 3: 4 cells for 3 columns.",
    ),
    "an empty line": (
        ("systems.csv", "brent,london,", "\nbrent,london,"),
        "systems.csv, line 3: 0 cells for 3 columns.",
    ),
    "a day that does not exist": (
        ("area_periods.csv", "2021-04-01", "2021-04-31"),
        "area_periods.csv, line 3: date_from is '2021-04-31': ...valid...",
    ),
    "no day": (
        ("area_periods.csv", "2021-04-01", ""),
        "area_periods.csv, line 3: date_from is '': ...",
    ),
    "a number in words": (
        ("areas.csv", "1000", "a thousand"),
        "areas.csv, line 2: residents is 'a thousand': ...integer.",
    ),
    "a number below zero": (
        ("areas.csv", "1000", "-1000"),
        "areas.csv, line 2: 01A: residents: ...greater than or equal to 0.",
    ),
    "a text that is too long": (
        ("systems.csv", "brent", "b" * 101),
        "systems.csv, line 3: ...: slug: ...at most 100 characters (it has 101).",
    ),
    "a choice that is not one": (
        ("systems.csv", "brent,london", "brent,wales"),
        "systems.csv, line 3: brent: region: Value 'wales' is not a valid choice.",
    ),
    "an address that is not one": (
        ("sources.csv", "https://www.legislation.gov.uk/", "legislation"),
        "sources.csv, line 2: order: url: Enter a valid URL.",
    ),
    "a key that is there twice": (
        ("systems.csv", "brent", "harrow"),
        "systems.csv, line 3: harrow is there twice.",
    ),
    "another's unique text": (
        ("system_codes.csv", "QW1", "QH1"),
        "system_codes.csv, line 3: wembley|ods|2020-01-01: ...code...",
    ),
    "a constraint of the database": (
        ("system_codes.csv", "QW1", "qw1"),
        "system_codes.csv, line 3: wembley|ods|2020-01-01: ...system_code_is_a_code...",
    ),
    "a checksum of another file": (
        ("datasets.csv", ",OS data,postcodes.csv.gz,", ",OS data,postcodes.csv.gz,00"),
        "datasets.csv, line 2: postcodes.csv.gz is not the file with this checksum.",
    ),
    "another number of postcodes": (
        ("datasets.csv", ",3\n", ",1492125\n"),
        "datasets.csv, line 2: postcodes.csv.gz has 3 live postcodes where 1,492,125 are expected.",
    ),
}


def assert_nothing_loads(folder: Path, sentence: str) -> None:
    """`sentence` is the whole message; three dots stand for what the library or database says."""
    pattern = re.escape(sentence).replace(re.escape("..."), ".*")
    with pytest.raises(FixtureError, match=f"^{pattern}$"):
        load(folder)
    assert not any(everything().values())
    assert not LoadedRow.objects.exists()


@pytest.mark.parametrize(("change", "sentence"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_named_and_nothing_at_all_is_loaded(
    folder: Path, change: tuple[str, str, str], sentence: str
) -> None:
    edit(folder, *change)
    assert_nothing_loads(folder, sentence)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "events.csv").unlink()
    assert_nothing_loads(folder, "events.csv cannot be read: ...No such file...")


def test_an_empty_file_is_named(folder: Path) -> None:
    (folder / "events.csv").write_text("")
    assert_nothing_loads(folder, "events.csv: expected the columns slug, ...; found none.")


def test_a_file_that_is_not_utf_8_is_named(folder: Path) -> None:
    edit(folder, "systems.csv", "First.", "Frühling")
    path = folder / "systems.csv"
    path.write_bytes(path.read_text().encode("latin-1"))
    assert_nothing_loads(folder, "systems.csv cannot be read: 'utf-8' codec...")


def test_a_missing_directory_is_named(folder: Path) -> None:
    (folder / "postcodes.csv.gz").unlink()
    assert_nothing_loads(folder, "datasets.csv, line 2: postcodes.csv.gz is not there.")


def test_a_directory_that_was_cut_off_is_named(folder: Path) -> None:
    write_directory(folder, (folder / "postcodes.csv.gz").read_bytes()[:-12])
    assert_nothing_loads(
        folder, "datasets.csv, line 2: postcodes.csv.gz cannot be read: ...ended..."
    )


def test_a_directory_with_a_bad_line_is_named(folder: Path) -> None:
    write_directory(folder, gzip.compress(f"{DIRECTORY}HA1 2,xyz,,,01A,\n".encode()))
    assert_nothing_loads(
        folder, "datasets.csv, line 2: postcodes.csv.gz, line 3: not a sector ...xyz..."
    )


def test_a_fault_in_a_later_load_leaves_everything_as_it_was(folder: Path) -> None:
    load(folder)
    stored = everything()
    edit(folder, "systems.csv", "First.", "The very first.")
    edit(folder, "events.csv", "One closes", "")
    with pytest.raises(FixtureError, match="line 2: merged: title: This field cannot be blank"):
        load(folder)
    assert everything() == stored


def test_a_row_may_not_refer_to_one_that_is_gone_from_its_file(folder: Path) -> None:
    # The row is still remembered, but an empty database would not have it.
    load(folder)
    edit(folder, "systems.csv", "wembley,london,\n", "")
    with pytest.raises(FixtureError, match="line 4: system is 'wembley', which is not in systems"):
        load(folder)
    assert SystemName.objects.filter(name="Wembley").exists()


# --- Commands --------------------------------------------------------------------------------


def test_load_data_says_what_it_did_and_what_it_left_alone(folder: Path, capsys) -> None:
    call_command("load_data", folder=folder)
    assert capsys.readouterr().out == (
        f"{ALL} rows added, 0 changed, 0 removed, 0 unchanged, 0 left alone.\n"
    )
    System.objects.filter(slug="harrow").update(about="An editor's words.")
    edit(folder, "contacts.csv", "020 7946 0000", "020 7946 0002")
    edit(folder, "area_aliases.csv", ROWS["area_aliases.csv"], "")
    call_command("load_data", folder=folder)
    assert capsys.readouterr().out == (
        "Left alone: systems: harrow: changed here\n"
        f"0 rows added, 1 changed, 1 removed, {ALL - 3} unchanged, 1 left alone.\n"
    )
    call_command("load_data", "--overwrite", folder=folder)
    assert capsys.readouterr().out == (
        f"0 rows added, 1 changed, 0 removed, {ALL - 2} unchanged, 0 left alone.\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stderr", "verbosity", "shown"),
    [(Terminal, 1, True), (Terminal, 0, False), (io.StringIO, 1, False)],
)
def test_load_data_shows_its_progress_to_somebody_who_watches(
    folder: Path, monkeypatch: pytest.MonkeyPatch, stderr: type, verbosity: int, shown: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stderr())
    call_command("load_data", folder=folder, verbosity=verbosity)
    assert ("Loading:" in sys.stderr.getvalue()) is shown


def test_load_data_ends_with_a_sentence_on_a_fault(folder: Path) -> None:
    edit(folder, "systems.csv", "brent", "harrow")
    sentence = "^Nothing was loaded. systems.csv, line 3: harrow is there twice.$"
    with pytest.raises(CommandError, match=sentence):
        call_command("load_data", folder=folder, verbosity=0)


def test_prepare_fills_an_empty_database_once(folder: Path, settings, capsys) -> None:
    settings.FIXTURES, settings.STATIC_ROOT = folder, folder / "static"
    call_command("prepare")
    assert capsys.readouterr().out.startswith(f"{ALL} rows added")
    assert (folder / "static/css/site.css").exists()
    edit(folder, "systems.csv", "First.", "The very first.")
    call_command("prepare")
    assert "rows" not in capsys.readouterr().out
    assert System.objects.get(slug="harrow").about == "First."


def test_prepare_collects_static_files_again_only_where_they_have_changed(
    folder: Path, settings
) -> None:
    settings.STATIC_ROOT = folder / "static"
    settings.STATICFILES_DIRS = [folder / "ours"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    get_finder.cache_clear()
    source, collected = folder / "ours/a.css", folder / "static/a.css"
    source.parent.mkdir()
    source.write_text("one")
    prepare.collect_static()
    collected.write_text("as it was")
    os.utime(collected, (0, 0))
    prepare.collect_static()
    assert collected.read_text() == "as it was"
    source.write_text("another")
    prepare.collect_static()
    assert collected.read_text() == "another"
    (folder / "static/staticfiles.json").unlink()  # somebody cleared the folder
    collected.unlink()
    prepare.collect_static()
    assert collected.read_text() == "another"
    get_finder.cache_clear()


def test_prepare_ends_on_a_fault_and_can_be_run_again(folder: Path, settings) -> None:
    settings.FIXTURES, settings.STATIC_ROOT = folder, folder / "static"
    edit(folder, "systems.csv", "brent", "harrow")
    with pytest.raises(CommandError, match="harrow is there twice"):
        call_command("prepare", verbosity=0)
    edit(folder, "systems.csv", "harrow,london,\n", "brent,london,\n")
    call_command("prepare", verbosity=0)
    assert System.objects.count() == 3
