"""The rules that the database itself keeps, and the questions that can be asked of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from systems.models import (
    Area,
    AreaAlias,
    AreaCode,
    AreaPeriod,
    Audience,
    Cluster,
    Contact,
    ContentVersion,
    CouncilArea,
    Dataset,
    Editorship,
    FormerCouncil,
    FormerSlug,
    GazetteerVersion,
    Leader,
    LinkCheck,
    LoadedRow,
    Membership,
    Organisation,
    OrganisationAlias,
    OrganisationSuccession,
    RecoveryCode,
    Report,
    Scheme,
    Source,
    Succession,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
    Term,
    Topic,
    Upload,
    UploadedRow,
    Way,
)
from timeline.models import (
    AlsoListed,
    Decision,
    Entry,
    Event,
    LegalInstrument,
    Merger,
    MergerChange,
    Placement,
    Statement,
    Successor,
)

pytestmark = pytest.mark.django_db

BEFORE = datetime(2020, 1, 1, tzinfo=UTC)  # anything was published
LATER = date(2031, 4, 1)  # nothing that was loaded is dated so late

# --- Constraints -----------------------------------------------------------------------------


def _system() -> System:
    return System.objects.get(slug="dorset")


def _kind() -> ContentType:
    return ContentType.objects.get_for_model(Scheme)


def _upload() -> Upload:
    return Upload.objects.get_or_create(
        name="x.csv", defaults={"content_type": _kind(), "made_at": timezone.now()}
    )[0]


def _merger() -> Merger:
    return Merger.objects.get_or_create(title="M", date=LATER, defaults={"source": _source()})[0]


def _area() -> Area:
    return Area.objects.get(code="00L")


def _organisation() -> Organisation:
    return Organisation.objects.get(code="RRU")


def _user() -> User:
    return User.objects.get_or_create(username="u")[0]


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
    Leader: lambda: {
        "system": _system(),
        "role": "chair",
        "name": "A Person",
        "date_from": "2030",
        "source": _source(),
    },
    Cluster: lambda: {
        "name": "A cluster",
        "date_from": "2030-01",
        "certainty": "sure",
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
    Organisation: lambda: {
        "code": "Z99999",
        "kind": "practice",
        "form": "GP practice",
        "name": "A surgery",
        "source": _source(),
    },
    OrganisationAlias: lambda: {
        "organisation": _organisation(),
        "name": "A hospital",
        "source": _source(),
    },
    OrganisationSuccession: lambda: {
        "predecessor": _organisation(),
        "successor": Organisation.objects.get(code="E06000063"),
        "source": _source(),
    },
    Membership: lambda: {
        "organisation": _organisation(),
        "system": _system(),
        "role": "listed",
        "date_from": LATER,
        "source": _source(),
    },
    FormerCouncil: lambda: {
        "code": "E07999999",
        "name": "A council",
        "successor": Organisation.objects.get(code="E06000063"),
        "closed_on": LATER,
        "source": _source(),
    },
    CouncilArea: lambda: {
        "council": Organisation.objects.get(code="E06000063"),
        "area": Area.objects.get(slug="devon"),
        "residents": 1,
    },
    Topic: lambda: {"slug": "t", "name": "A topic"},
    Audience: lambda: {"slug": "a", "name": "People"},
    Way: lambda: {"slug": "w", "name": "A way", "meaning": "Go there."},
    Scheme: lambda: {
        "slug": "s",
        "name": "A scheme",
        "place": "Somewhere",
        "check_by": LATER,
        "source": _source(),
    },
    Term: lambda: {"slug": "t", "name": "A word", "meaning": "A meaning.", "source": _source()},
    LoadedRow: lambda: {"fixture": "f", "key": "k", "object_id": 1},
    ContentVersion: dict,
    GazetteerVersion: dict,
    Report: lambda: {"page": "/ics/dorset/", "text": "It is wrong.", "token": "t"},
    FormerSlug: lambda: {"kind": "areas", "slug": "f"},
    LinkCheck: lambda: {
        "url": "https://example.org/",
        "finding": "fine",
        "checked_at": timezone.now(),
    },
    Editorship: lambda: {"user": _user(), "role": "central", "date_from": LATER},
    RecoveryCode: lambda: {"user": _user(), "digest": "d"},
    Upload: lambda: {"content_type": _kind(), "name": "x.csv", "made_at": timezone.now()},
    UploadedRow: lambda: {"upload": _upload(), "object_id": 1, "added": True},
    Entry: lambda: {
        "slug": "e",
        "date": LATER,
        "precision": "day",
        "kind": "law",
        "title": "A law",
        "source": _source(),
    },
    Event: lambda: {**VALID[Entry](), "unit": "ics"},
    LegalInstrument: lambda: {
        "slug": "l",
        "title": "A law",
        "made_by": "Parliament",
        "effect": "It rules.",
        "source": _source(),
    },
    Statement: lambda: {
        "entry": Event.objects.get(official_total=10, kind="designation").entry_ptr,
        "position": 99,
        "organisation": "A paper",
        "stance": "stated",
        "text": "So it is.",
        "source": _source(),
    },
    AlsoListed: lambda: {
        "entry": Event.objects.get(official_total=10, kind="designation").entry_ptr,
        "system": _system(),
        "date_from": LATER,
    },
    Merger: lambda: {"title": "They merge", "date": LATER, "source": _source()},
    Successor: lambda: {"merger": _merger(), "system": _system(), "name": "New", "slug": "new"},
    Placement: lambda: {"merger": _merger(), "area": _area()},
    Decision: lambda: {
        "merger": _merger(),
        "kind": "scheme",
        "object_id": 1,
        "choice": "ended",
    },
    MergerChange: lambda: {
        "merger": _merger(),
        "content_type": ContentType.objects.get_for_model(System),
        "object_id": 1,
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
        "contact_email_is_an_address": {"kind": "email", "value": "javascript:alert(1)"},
    },
    Leader: {
        "leader_one_of_each_role_a_day": {"name": "Another Person"},
        "leader_role_is_known": {"role": "treasurer"},
        "leader_has_name": {"name": ""},
        "leader_has_date": {"date_from": ""},
        "leader_from_is_a_date": {"date_from": "June 2030"},
    },
    Cluster: {
        "cluster_has_name": {"name": ""},
        "cluster_has_date": {"name": "Other", "date_from": ""},
        "cluster_from_is_a_date": {"name": "Other", "date_from": "June 2030"},
        "cluster_shares_is_known": {"name": "Other", "shares": "offices"},
        "cluster_certainty_is_known": {"name": "Other", "certainty": "guess"},
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
    AreaAlias: {
        "area_alias_once": SECOND,
        "area_alias_not_blank": {"name": ""},
        "area_alias_codes_are_codes": {"name": "Other", "codes": "00C; 00D"},
        "area_alias_ends_after_it_starts": {
            "name": "Other",
            "date_from": LATER,
            "date_to": LATER,
        },
    },
    AreaPeriod: {
        "area_one_period_a_day": {"system_id": lambda: _system().pk},
        "area_period_certainty_is_known": {"certainty": "guess"},
    },
    Organisation: {
        "organisation_code_is_a_code": {"code": "z99999"},
        "organisation_kind_is_known": {"code": "Z99998", "kind": "dentist"},
        "organisation_name_not_blank": {"code": "Z99998", "name": ""},
        "organisation_closes_after_it_opens": {
            "code": "Z99998",
            "opened_on": LATER,
            "closed_on": LATER,
        },
        "organisation_website_is_web": {"code": "Z99998", "website": "javascript:alert(1)"},
        "organisation_patients_have_a_date": {"code": "Z99998", "patients": 1},
        "organisation_not_in_itself": {"pk": 10**6, "code": "Z99998", "part_of_id": 10**6},
    },
    OrganisationAlias: {
        "organisation_alias_once": SECOND,
        "organisation_alias_not_blank": {"name": ""},
        "organisation_alias_kind_is_known": {"name": "Other", "kind": "nickname"},
    },
    FormerCouncil: {
        "former_council_once": SECOND,
        "former_council_code_is_a_code": {"code": "e07999999"},
        "former_council_name_not_blank": {"code": "E07999998", "name": ""},
    },
    OrganisationSuccession: {
        "organisation_succession_once": {"date": LATER},
        "organisation_succession_not_to_itself": {"successor_id": lambda: _organisation().pk},
    },
    Membership: {
        "membership_once": SECOND,
        "membership_role_is_known": {"role": "friend"},
        "membership_ends_after_it_starts": {"role": "paid", "date_to": LATER},
    },
    CouncilArea: {"council_area_once": {"residents": 2}},
    Scheme: {
        "scheme_has_slug": {"slug": ""},
        "scheme_name_not_blank": {"slug": "s2", "name": ""},
        "scheme_status_is_known": {"slug": "s2", "status": "perhaps"},
        "scheme_known_as_of_is_a_date": {"slug": "s2", "known_as_of": "July 2022"},
        "scheme_status_as_of_is_a_date": {"slug": "s2", "status_as_of": "2022-7"},
        "scheme_end_has_a_date": {"slug": "s2", "status": "ended"},
        "scheme_published_in_order": {"slug": "s2", "published_until": BEFORE},
    },
    Term: {
        "term_has_slug": {"slug": ""},
        "term_name_not_blank": {"slug": "t2", "name": ""},
        "term_has_meaning": {"slug": "t2", "meaning": ""},
    },
    LoadedRow: {"loaded_row_once": {"object_id": 2}},
    Report: {
        "report_says_something": {"text": "", "token": "t2"},
        "report_page_is_a_path": {"page": "https://example.org/", "token": "t2"},
    },
    FormerSlug: {
        "former_slug_has_kind": {"kind": ""},
        "former_slug_has_slug": {"slug": ""},
    },
    LinkCheck: {
        "link_check_finding_is_known": {"url": "u2", "finding": "dull"},
        "link_check_fails_since_a_time": {"url": "u2", "failures": 1},
    },
    Editorship: {
        "editorship_of_one_or_of_all": {"role": "system"},
        "editorship_ends_after_it_began": {"date_to": LATER},
    },
    RecoveryCode: {"recovery_code_once": SECOND},
    Upload: {"upload_applied_before_undone": {"undone_at": timezone.now}},
    UploadedRow: {"uploaded_row_once": SECOND},
    Entry: {
        "entry_title_not_blank": {"title": ""},
        "entry_precision_is_known": {"precision": "hour"},
        "entry_kind_is_known": {"kind": "rumour"},
        "entry_published_in_order": {"slug": "e2", "published_until": BEFORE},
    },
    Event: {"event_unit_is_known": {"slug": "e2", "unit": "pct"}},
    LegalInstrument: {
        "legal_instrument_has_title": {"slug": "l2", "title": ""},
        "legal_instrument_has_effect": {"slug": "l2", "effect": ""},
        "legal_instrument_made_is_a_date": {"slug": "l2", "made": "June 2030"},
    },
    Statement: {
        "statement_text_not_blank": {"text": ""},
        "statement_has_organisation": {"organisation": ""},
        "statement_stance_is_known": {"stance": "shouted"},
        "statement_number_once": {"position": 98, "number": "S1"},  # as one that was loaded
        "statement_position_once": SECOND,
        "statement_number_is_a_fact": {"number": "S01"},
    },
    AlsoListed: {"also_listed_once": SECOND},
    Merger: {
        "merger_title_not_blank": {"title": ""},
        "merger_state_is_known": {"state": "done"},
    },
    Successor: {
        "successor_system_once": {"slug": "another"},
        "successor_is_there_or_new": {"system": None, "slug": ""},
        "successor_slug_once": {"system": None},
    },
    Placement: {"placement_of_area_once": SECOND},
    Decision: {
        "decision_once": SECOND,
        "decision_kind_is_known": {"kind": "contact"},
        "decision_choice_is_known": {"choice": "lost"},
    },
    MergerChange: {"merger_change_once": SECOND},
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
    own = {
        "membership_once_without_a_start",  # the two are not told apart by name: see below
        "editorship_role_is_known",  # what breaks it breaks editorship_of_one_or_of_all too
    }
    assert {name for _, name in CASES} | own == set(constraints())


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
        models.Model.save(broken)  # past what the model's own might mend
    assert in_message(model, constraints()[name]) in str(caught.value)


def test_a_membership_without_a_start_is_there_once() -> None:
    # A unique constraint takes two unknown starts for different ones; so there is a second.
    row = {**VALID[Membership](), "date_from": None}
    Membership.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(**row)
    Membership.objects.create(**{**row, "role": "paid"})
    Membership.objects.create(**{**row, "date_from": LATER})


@pytest.mark.parametrize("model", [Topic, Audience, Way, Organisation, Scheme, Term])
def test_what_has_an_address_of_its_own_has_it_alone(model: type[models.Model]) -> None:
    model(**VALID[model]()).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        model(**VALID[model]()).save()


def test_a_system_area_or_organisation_that_others_rest_on_cannot_be_deleted() -> None:
    for found in (
        Organisation.objects.get(code="U41591"),  # its practices are part of it
        Area.objects.get(slug="devon"),
        System.objects.get(slug="devon"),
    ):
        with pytest.raises(ProtectedError):
            found.delete()


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


def test_a_system_without_a_name_goes_by_its_slug() -> None:
    System.objects.create(slug="new-one")
    assert System.objects.named_on(LATER).get(slug="new-one").name == "new-one"
    assert str(System.objects.get(slug="new-one")) == "new one"


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


def _codes(found: models.QuerySet) -> set[str]:
    return set(found.values_list("code", flat=True))


@pytest.mark.parametrize(
    ("code", "day", "is_open"),
    [
        ("R1C", "2024-09-30", True),  # Solent, closed on 1 October 2024
        ("R1C", "2024-10-01", False),
        ("R1C", "2011-04-01", True),
        ("R1C", "2011-03-31", False),
        ("K0N6A", "2027-01-31", False),  # The Online NHS Trust
        ("K0N6A", "2027-02-01", True),
        ("E06000063", "1900-01-01", True),  # no dates are known
    ],
)
def test_an_organisation_is_open_from_its_first_day_to_the_day_before_it_closed(
    code: str, day: str, is_open: bool
) -> None:
    found = Organisation.objects.open_on(date.fromisoformat(day))
    assert found.filter(code=code).exists() == is_open
    organisation = Organisation.objects.get(code=code)
    on = date.fromisoformat(day)
    assert is_open == (not organisation.closed_by(on) and not organisation.opens_after(on))


def test_a_membership_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    practice = Organisation.objects.get(code="D82022")  # in Norfolk
    for day, slug in [("2026-03-31", "norfolk-and-waveney"), ("2026-04-01", "norfolk-and-suffolk")]:
        rows = practice.memberships.all() & Membership.objects.holding_on(date.fromisoformat(day))
        assert [row.system.slug for row in rows] == [slug]


def test_the_members_of_a_system_are_those_of_the_day() -> None:
    systems = System.objects.in_bulk(
        ["norfolk-and-waveney", "norfolk-and-suffolk"], field_name="slug"
    )
    before, after = date(2026, 3, 31), date(2026, 4, 1)
    members = {
        (slug, day): _codes(Organisation.objects.members_on(system, day))
        for slug, system in systems.items()
        for day in (before, after)
    }
    assert members["norfolk-and-waveney", after] == members["norfolk-and-suffolk", before] == set()
    merged = members["norfolk-and-suffolk", after]
    assert members["norfolk-and-waveney", before] < merged
    # Ipswich came with it, as its residents did: a council needs no row of its own.
    assert "E07000202" in merged - members["norfolk-and-waveney", before]


def test_a_member_in_two_ways_is_a_member_once() -> None:
    row = {**VALID[Membership](), "date_from": None, "system": System.objects.get(slug="devon")}
    for role in ("listed", "paid"):
        Membership.objects.create(**{**row, "role": role})
    found = Organisation.objects.members_on(row["system"], date(2026, 11, 21))
    assert found.filter(code="RRU").count() == 1


def test_who_has_closed_is_a_member_no_longer() -> None:
    system = System.objects.get(slug="devon")
    closed = Organisation.objects.get(code="R1C")
    Membership.objects.create(organisation=closed, system=system, role="listed", source=_source())
    for day, there in [(date(2024, 9, 30), True), (date(2024, 10, 1), False)]:
        assert ("R1C" in _codes(Organisation.objects.members_on(system, day))) == there


@pytest.mark.parametrize(
    ("slug", "day", "number"),
    [
        ("frimley", "2026-03-31", 3),
        ("frimley", "2026-04-01", 0),
        ("surrey-and-sussex", "2026-03-31", 0),
        ("surrey-and-sussex", "2026-04-01", 7),
        ("devon", "2017-06-15", 0),
    ],
)
def test_the_areas_of_a_system_are_those_of_the_day(slug: str, day: str, number: int) -> None:
    system, on = System.objects.get(slug=slug), date.fromisoformat(day)
    found = Area.objects.in_system_on(system, on)
    assert found.count() == number
    assert {area.pk for area in found} == {
        row.area_id for row in AreaPeriod.objects.holding_on(on) if row.system == system
    }


def _scheme(slug: str, **changes: Any) -> Scheme:
    return Scheme.objects.create(**{**VALID[Scheme](), "slug": slug, **changes})


@pytest.mark.parametrize(
    ("known_as_of", "day", "known"),
    [
        ("2024-05-15", "2024-05-14", False),
        ("2024-05-15", "2024-05-15", True),
        ("2024-05", "2024-04-30", False),
        ("2024-05", "2024-05-31", True),
        ("2024", "2023-12-31", False),
        ("2024", "2024-12-31", True),
        ("", "2018-01-01", True),  # nobody knows since when
    ],
)
def test_a_scheme_is_known_from_when_it_was_reported(
    known_as_of: str, day: str, known: bool
) -> None:
    scheme = _scheme("made", known_as_of=known_as_of)
    found = Scheme.objects.known_on(date.fromisoformat(day))
    assert found.filter(pk=scheme.pk).exists() == known


def test_a_scheme_is_for_its_areas_or_without_any_for_all_of_its_system() -> None:
    devon, frimley = System.objects.get(slug="devon"), System.objects.get(slug="frimley")
    here, there = Area.objects.get(slug="east-berkshire"), Area.objects.get(slug="devon")
    everywhere, whole, part = (
        _scheme("made-england"),
        _scheme("made-whole", system=frimley),
        _scheme("made-part", system=frimley),
    )
    part.areas.set([here, Area.objects.get(slug="north-east-hampshire")])

    def found(areas: list[Area], systems: list[System]) -> set[str]:
        listed = Scheme.objects.in_places(areas, systems).filter(slug__startswith="made")
        assert listed.count() == listed.distinct().count()
        return set(listed.values_list("slug", flat=True))

    assert found([here], [frimley]) == {whole.slug, part.slug}
    assert found([here], []) == {part.slug}
    assert found([there], [frimley]) == {whole.slug}
    assert found([there], [devon]) == found([], []) == set()
    assert everywhere.slug not in found(list(Area.objects.all()), list(System.objects.all()))


def test_the_freshest_schemes_come_first_and_what_has_ended_last() -> None:
    day = date(2026, 11, 21)
    tomorrow = day + timedelta(days=1)
    _scheme("made-a", name="Ended", status="ended", status_as_of="2026-11", check_by=LATER)
    _scheme("made-b", name="Old", check_by=day)
    _scheme("made-c", name="Fresh, too", check_by=tomorrow)
    _scheme("made-d", name="Fresh", status="running", check_by=LATER)
    found = Scheme.objects.filter(slug__startswith="made").fresh_first(day)
    assert [(one.name, one.freshness) for one in found] == [
        ("Fresh", 1),
        ("Fresh, too", 1),
        ("Old", 2),
        ("Ended", 3),
    ]
    later = Scheme.objects.filter(slug__startswith="made").fresh_first(tomorrow)
    assert [one.name for one in later if one.freshness == 1] == ["Fresh"]


@pytest.mark.parametrize(
    ("partial", "said"),
    [("2018", "2018"), ("2018-02", "February 2018"), ("2018-02-22", "22 February 2018"), ("", "")],
)
def test_a_scheme_says_when_it_was_known_as_exactly_as_anybody_does(
    partial: str, said: str
) -> None:
    scheme = Scheme(known_as_of=partial, status_as_of=partial)
    assert (scheme.known_when, scheme.status_when) == (said, said)


def test_a_term_with_initials_shows_them() -> None:
    assert str(Term(name="Integrated care system", short="ICS")) == "Integrated care system (ICS)"
    assert str(Term(name="Place")) == "Place"
