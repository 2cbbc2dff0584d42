"""The rules that the database itself keeps, and the questions that can be asked of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from systems.models import (
    Area,
    AreaAlias,
    AreaCode,
    AreaPeriod,
    Contact,
    Dataset,
    LoadedRow,
    Report,
    Revision,
    Source,
    Succession,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
)
from timeline.models import Entry, Event, Statement

pytestmark = pytest.mark.django_db

LATER = date(2031, 4, 1)  # nothing that was loaded is dated so late

# --- Constraints -----------------------------------------------------------------------------


def _system() -> System:
    return System.objects.get(slug="dorset")


def _area() -> Area:
    return Area.objects.get(code="00L")


def _source() -> Source:
    return Source.objects.earliest("pk")


# A valid object of every model, unlike anything that was loaded.
VALID: dict[type[models.Model], Callable[[], dict[str, Any]]] = {
    Source: lambda: {"key": "k", "publisher": "A paper", "title": "A report"},
    Dataset: lambda: {
        "kind": "k",
        "name": "A release",
        "rows": 1,
        "loaded_at": timezone.now(),
    },
    System: lambda: {"slug": "s"},
    SystemName: lambda: {
        "system": _system(),
        "name": "A name",
        "date_from": LATER,
        "source": _source(),
    },
    SystemAlias: lambda: {"system": _system(), "name": "A name", "source": _source()},
    SystemCode: lambda: {
        "system": _system(),
        "scheme": "ods",
        "code": "Q9Z",
        "date_from": LATER,
        "source": _source(),
    },
    Succession: lambda: {
        "predecessor": _system(),
        "successor": System.objects.get(slug="somerset"),
        "date": LATER,
        "kind": "merger",
        "source": _source(),
    },
    Contact: lambda: {
        "system": System.objects.get(slug="berkshire-west"),
        "kind": "website",
        "value": "https://example.org/",
        "source": _source(),
    },
    Area: lambda: {
        "code": "99Z-1",
        "slug": "a",
        "name": "An area",
        "residents": 1,
        "live_postcodes": 1,
        "source": _source(),
    },
    AreaCode: lambda: {
        "area": _area(),
        "scheme": "ods",
        "code": "99Z",
        "body": "ccg",
        "date_from": LATER,
        "source": _source(),
    },
    AreaAlias: lambda: {"area": _area(), "name": "A name", "source": _source()},
    AreaPeriod: lambda: {
        "area": _area(),
        "date_from": LATER,
        "certainty": "exact",
        "source": _source(),
    },
    LoadedRow: lambda: {"fixture": "f", "key": "k", "object_id": 1},
    Revision: lambda: {"pk": 1},
    Report: lambda: {"page": "/ics/dorset/", "text": "It is wrong.", "token": "t"},
    Entry: lambda: {
        "slug": "e",
        "date": LATER,
        "precision": "day",
        "kind": "law",
        "title": "A law",
        "source": _source(),
    },
    Event: lambda: {**VALID[Entry](), "unit": "ics"},
    Statement: lambda: {
        "entry": Event.objects.get(official_total=10, kind="designation").entry_ptr,
        "position": 99,
        "organisation": "A paper",
        "stance": "stated",
        "text": "So it is.",
        "source": _source(),
    },
}

# What makes the valid object break each constraint. Nothing at all: it is there a second time.
SECOND: dict[str, Any] = {}
VIOLATIONS: dict[type[models.Model], dict[str, dict[str, Any]]] = {
    Source: {
        "source_has_publisher": {"publisher": ""},
        "source_has_title": {"title": ""},
        "source_published_is_a_date": {"published": "June 2018"},
        "source_url_is_web": {"url": "javascript:alert(1)"},
    },
    Dataset: {
        "dataset_one_in_use_of_each": SECOND,
        "dataset_checksum_is_sha256": {"checksum": "0" * 63},
        "dataset_file_has_checksum": {"file": "postcodes.csv.gz"},
    },
    System: {
        "system_region_is_known": {"region": "wales"},
        "system_has_slug": {"slug": ""},
    },
    SystemName: {
        "system_one_name_a_day": {"name": "Another name"},
        "system_name_not_blank": {"name": ""},
    },
    SystemAlias: {"system_alias_once": SECOND, "system_alias_not_blank": {"name": ""}},
    SystemCode: {
        "system_one_code_a_day": {"code": "Q9Y"},
        "system_code_is_one_systems": {"date_from": LATER + timedelta(days=1)},
        "system_code_scheme_is_known": {"scheme": "gss"},
        "system_code_is_a_code": {"code": "q9z"},
    },
    Succession: {
        "succession_once": {"date": LATER + timedelta(days=1)},
        "succession_not_to_itself": {"successor_id": lambda: _system().pk},
        "succession_kind_is_known": {"kind": "takeover"},
    },
    Contact: {
        "contact_one_of_each_kind": {"value": "https://example.com/"},
        "contact_kind_is_known": {"kind": "fax"},
        "contact_not_blank": {"kind": "phone", "value": ""},
        "contact_page_is_web": {"value": "example.org"},
    },
    Area: {
        "area_name_not_blank": {"name": ""},
        "area_has_slug": {"slug": ""},
        "area_code_is_a_code": {"code": "99Z-12"},
    },
    AreaCode: {
        "area_one_code_a_day": {"code": "99Y"},
        "area_code_scheme_is_known": {"scheme": "gss"},
        "area_code_body_is_known": {"body": "pct"},
        "area_code_code_is_a_code": {"code": "99Z\n"},
    },
    AreaAlias: {"area_alias_once": SECOND, "area_alias_not_blank": {"name": ""}},
    AreaPeriod: {
        "area_one_period_a_day": {"system_id": lambda: _system().pk},
        "area_period_certainty_is_known": {"certainty": "guess"},
    },
    LoadedRow: {"loaded_row_once": {"object_id": 2}},
    Revision: {"revision_is_one_row": {"pk": 2}},
    Report: {
        "report_says_something": {"text": "", "token": "t2"},
        "report_page_is_a_path": {"page": "https://example.org/", "token": "t2"},
    },
    Entry: {
        "entry_title_not_blank": {"title": ""},
        "entry_precision_is_known": {"precision": "hour"},
        "entry_kind_is_known": {"kind": "rumour"},
    },
    Event: {"event_unit_is_known": {"slug": "e2", "unit": "pct"}},
    Statement: {
        "statement_text_not_blank": {"text": ""},
        "statement_has_organisation": {"organisation": ""},
        "statement_stance_is_known": {"stance": "shouted"},
        "statement_number_once": {"position": 98, "number": "S1"},  # as one that was loaded
        "statement_position_once": SECOND,
        "statement_number_is_a_fact": {"number": "S01"},
    },
}
CASES = [(model, name) for model, named in VIOLATIONS.items() for name in named]


def constraints() -> dict[str, models.BaseConstraint]:
    return {
        constraint.name: constraint
        for app in ("systems", "timeline")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        for constraint in model._meta.constraints
    }


def in_message(model: type[models.Model], constraint: models.BaseConstraint) -> str:
    """What the database says of a broken constraint. SQLite names the columns of a unique one."""
    if connection.vendor == "sqlite" and isinstance(constraint, models.UniqueConstraint):
        columns = [model._meta.get_field(name).column for name in constraint.fields]
        return "UNIQUE constraint failed: " + ", ".join(
            f"{model._meta.db_table}.{column}" for column in columns
        )
    return constraint.name


def test_every_constraint_has_a_case_here() -> None:
    assert {name for _, name in CASES} == set(constraints())


@pytest.mark.parametrize(("model", "name"), CASES, ids=[name for _, name in CASES])
def test_the_database_refuses_what_breaks(model: type[models.Model], name: str) -> None:
    changes = {
        field: value() if callable(value) else value
        for field, value in VIOLATIONS[model][name].items()
    }
    model(**VALID[model]()).save()  # without the fault it can be stored
    broken = model(**VALID[model]())
    for field, value in changes.items():
        setattr(broken, field, value)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        broken.save()
    assert in_message(model, constraints()[name]) in str(caught.value)


@pytest.mark.parametrize("published", ["", "2018", "2018-02", "2018-02-22"])
def test_a_source_may_be_dated_as_exactly_as_is_known(published: str) -> None:
    source = Source.objects.create(key="k", publisher="P", title="T", published=published)
    source.refresh_from_db()
    assert source.published == published


@pytest.mark.parametrize("published", ["18", "2018-2", "2018-02\n", "2018-02-2", "June 2018"])
def test_a_source_is_dated_in_one_form_alone(published: str) -> None:
    with pytest.raises(IntegrityError, match="source_published_is_a_date"), transaction.atomic():
        Source.objects.create(key="k", publisher="P", title="T", published=published)


def test_a_dataset_that_is_no_longer_in_use_may_stay_beside_the_one_that_is() -> None:
    for in_use in (False, False, True):
        Dataset.objects.create(**VALID[Dataset](), in_use=in_use)
    assert Dataset.objects.filter(kind="k").count() == 3


def test_a_system_that_an_area_was_in_cannot_be_deleted() -> None:
    with pytest.raises(ProtectedError):
        System.objects.get(slug="frimley").delete()


def test_a_source_that_a_fact_rests_on_cannot_be_deleted() -> None:
    with pytest.raises(ProtectedError):
        Source.objects.get(key="rcpch-icb-history").delete()


# --- Questions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2017-06-14", 0),
        ("2017-06-15", 10),
        ("2018-05-24", 14),
        ("2020-05-04", 18),
        ("2020-11-30", 18),
        ("2020-12-01", 29),
        ("2021-04-01", 42),
        ("2026-03-31", 42),
        ("2026-04-01", 36),
        ("2028-11-21", 36),
    ],
)
def test_as_many_systems_are_open_as_there_were(day: str, number: int) -> None:
    assert System.objects.open_on(date.fromisoformat(day)).count() == number


def test_three_are_named_and_three_absorbed_on_one_day() -> None:
    day = date(2019, 6, 19)
    before = set(System.objects.open_on(day - timedelta(days=1)).values_list("slug", flat=True))
    after = set(System.objects.open_on(day).values_list("slug", flat=True))
    assert before - after == {"berkshire-west", "buckinghamshire", "west-north-and-east-cumbria"}
    assert after - before == {
        "buckinghamshire-oxfordshire-and-berkshire-west",
        "north-east-and-north-cumbria",
        "south-east-london",
    }


@pytest.mark.parametrize(
    ("day", "number"),
    [("2019-06-18", 0), ("2019-06-19", 3), ("2026-03-31", 3), ("2026-04-01", 15)],
)
def test_a_system_is_closed_from_the_first_day_without_areas(day: str, number: int) -> None:
    assert System.objects.closed_by(date.fromisoformat(day)).count() == number


def test_a_system_that_was_only_entered_is_neither_open_nor_closed() -> None:
    System.objects.create(slug="atlantis")
    for found in (System.objects.open_on(LATER), System.objects.closed_by(LATER)):
        assert not found.filter(slug="atlantis").exists()


def test_an_area_that_leaves_every_system_closes_the_one_it_was_in() -> None:
    system = System.objects.create(slug="atlantis")
    for day, held in [(LATER, system), (LATER + timedelta(days=7), None)]:
        AreaPeriod.objects.create(
            area=_area(), date_from=day, system=held, certainty="exact", source=_source()
        )
    last = LATER + timedelta(days=6)
    assert System.objects.open_on(last).filter(slug="atlantis").exists()
    assert not System.objects.closed_by(last).filter(slug="atlantis").exists()
    assert not System.objects.open_on(last + timedelta(days=1)).filter(slug="atlantis").exists()
    assert System.objects.closed_by(last + timedelta(days=1)).filter(slug="atlantis").exists()


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2017-06-15", "Humber, Coast and Vale"),  # not yet open: its first name
        ("2022-06-30", "Humber, Coast and Vale"),
        ("2022-07-01", "Humber and North Yorkshire"),
    ],
)
def test_a_system_has_the_name_of_the_day(day: str, name: str) -> None:
    on = date.fromisoformat(day)
    system = System.objects.named_on(on).get(slug="humber-and-north-yorkshire")
    assert system.name == name
    assert System.objects.with_names().get(pk=system.pk).name_on(on) == name


def test_a_system_without_a_name_goes_by_its_slug() -> None:
    System.objects.create(slug="new-one")
    assert System.objects.named_on(LATER).get(slug="new-one").name == "new-one"
    assert System.objects.get(slug="new-one").name_on(LATER) == "new one"


@pytest.mark.parametrize(
    ("day", "ods", "ons"),
    [
        ("2022-06-30", None, "E54000042"),
        ("2022-07-01", "QRL", "E54000042"),
        ("2026-03-31", "QRL", "E54000042"),
        ("2026-04-01", "QRL", "E54000067"),
    ],
)
def test_a_system_has_the_codes_of_the_day(day: str, ods: str | None, ons: str) -> None:
    # It grew in April 2026: an ONS code stands for an outline, an ODS code for a body.
    on = date.fromisoformat(day)
    system = System.objects.coded_on(on).get(slug="hampshire-and-isle-of-wight")
    assert (system.ods_code, system.ons_code) == (ods, ons)
    prefetched = System.objects.with_names().get(pk=system.pk)
    assert (prefetched.code_on("ods", on), prefetched.code_on("ons", on)) == (ods, ons)


def test_the_sizes_of_the_open_systems_add_up_to_england() -> None:
    everybody = sum(area.residents for area in Area.objects.all())
    for day in (date(2021, 4, 1), date(2026, 3, 31), date(2026, 4, 1)):
        systems = System.objects.open_on(day).sized_on(day)
        assert sum(system.area_count for system in systems) == 116
        assert sum(system.residents for system in systems) == everybody


def test_a_system_grows_with_its_areas_and_has_no_size_once_closed() -> None:
    joined = Area.objects.get(code="D4U1Y-2")  # North East Hampshire
    sizes = [
        System.objects.sized_on(day).in_bulk(
            ["hampshire-and-isle-of-wight", "frimley"], field_name="slug"
        )
        for day in (date(2026, 3, 31), date(2026, 4, 1))
    ]
    before, after = (size["hampshire-and-isle-of-wight"] for size in sizes)
    assert after.area_count == before.area_count + 1
    assert after.residents == before.residents + joined.residents
    assert [size["frimley"].area_count for size in sizes] == [3, None]
    assert sizes[1]["frimley"].residents is None


def test_a_question_can_be_asked_of_an_answer() -> None:
    day = date(2026, 4, 1)
    systems = System.objects.open_on(day).named_on(day).coded_on(day).sized_on(day).with_since()
    system = systems.get(slug="west-and-north-london")
    assert (system.name, system.ods_code is None, system.since) == (
        "West and North London",
        False,
        day,
    )


def test_every_area_has_one_period_that_holds() -> None:
    rows = AreaPeriod.objects.holding_on(date(2020, 4, 15)).filter(area__code__startswith="42D")
    # Two of the three were between systems that month, and the third had not joined any.
    assert sorted((row.area.code, row.system) for row in rows) == [("42D-1", None), ("42D-2", None)]
    assert AreaPeriod.objects.holding_on(date(2021, 4, 1)).count() == 116


@pytest.mark.parametrize(
    ("published", "dating", "when"),
    [
        ("2018-02-22", "", "22 February 2018"),
        ("2018-02", "", "February 2018"),
        ("2018", "a guess", "2018, a guess"),
        ("", "undated copy", "undated copy"),
        ("", "", ""),
    ],
)
def test_a_source_says_when_it_is_from_as_exactly_as_is_known(
    published: str, dating: str, when: str
) -> None:
    assert Source(published=published, dating=dating).when == when
