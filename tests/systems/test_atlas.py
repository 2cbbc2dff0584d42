"""The dated facts in memory, held against what the database answers."""

from datetime import date

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from systems import gazetteer
from systems.atlas import Atlas, residents_of
from systems.lookup import lookup
from systems.lookup.outcomes import Outcome
from systems.models import (
    Area,
    AreaAlias,
    AreaCode,
    AreaPeriod,
    GazetteerVersion,
    Membership,
    Organisation,
    Source,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
)
from systems.text.names import NamedBody, fold, split_body
from tests.systems.rows import Rows

pytestmark = pytest.mark.django_db

MERGED = date(2026, 4, 1)


@pytest.fixture(scope="module")
def atlas(gazetteer: gazetteer.Gazetteer) -> Atlas:
    return gazetteer.atlas


def test_the_same_systems_are_open_as_in_the_database(atlas: Atlas) -> None:
    for day in Rows().telling_days:
        expected = set(System.objects.open_on(day).values_list("slug", flat=True))
        assert {s.slug for s in atlas.systems.values() if s.open_on(day)} == expected, day


def test_the_same_systems_have_closed_as_in_the_database(atlas: Atlas) -> None:
    for day in Rows().telling_days:
        expected = set(System.objects.closed_by(day).values_list("slug", flat=True))
        assert {system.slug for system in atlas.closed_by(day)} == expected, day


def test_closed_systems_come_latest_first_and_then_by_name(atlas: Atlas) -> None:
    closed = [system.slug for system in atlas.closed_by(MERGED)]
    assert closed[0] == "bedfordshire-luton-and-milton-keynes"
    assert closed[11:] == [
        "sussex",
        "berkshire-west",
        "buckinghamshire",
        "west-north-and-east-cumbria",
    ]


def test_all_areas_are_there_as_they_are_stored(atlas: Atlas) -> None:
    assert {
        (code, area.code, area.slug, area.name, area.residents)
        for code, area in atlas.areas.items()
    } == set(Area.objects.values_list("code", "code", "slug", "name", "residents"))


# --- What it adds ----------------------------------------------------------------------------


def test_a_closed_system_keeps_the_areas_it_had_last(atlas: Atlas) -> None:
    # Oundle and Thrapston left it in 2022.
    system = atlas.systems["cambridgeshire-and-peterborough"]
    assert [area.code for area in atlas.nearest_areas(system, date(2022, 6, 30))] == [
        "06H-1",
        "06H-2",
    ]
    assert [area.code for area in atlas.nearest_areas(system, MERGED)] == ["06H-1"]


def test_a_system_that_is_not_open_yet_has_the_areas_it_opens_with(atlas: Atlas) -> None:
    system = atlas.systems["thames-valley"]
    codes = {area.code for area in atlas.nearest_areas(system, MERGED)}
    assert {area.code for area in atlas.nearest_areas(system, date(2020, 1, 1))} == codes
    assert "D4U1Y-1" in codes


def test_the_open_systems_have_all_of_england(atlas: Atlas) -> None:
    everybody = sum(Area.objects.values_list("residents", flat=True))
    for day in (date(2021, 4, 1), date(2026, 3, 31), MERGED):
        areas = [area for one in atlas.open_on(day) for area in atlas.areas_on(one, day)]
        assert (len(areas), residents_of(areas)) == (116, everybody)


@pytest.mark.parametrize(
    ("day", "ods", "ons"),
    [
        ("2021-03-31", None, "E54000042"),
        ("2022-06-30", "QRL", "E54000042"),
        ("2022-07-01", "QRL", "E54000042"),
        ("2026-03-31", "QRL", "E54000042"),
        ("2026-04-01", "QRL", "E54000067"),
    ],
)
def test_a_system_has_the_codes_of_the_day(atlas: Atlas, day: str, ods: str, ons: str) -> None:
    # It grew in April 2026: an ONS code stands for an outline, an ODS code for a body.
    on, system = date.fromisoformat(day), atlas.systems["hampshire-and-isle-of-wight"]
    assert (system.ods_code_on(on), system.ons_code_on(on)) == (ods, ons)


def test_a_system_without_a_name_goes_by_the_words_of_its_address() -> None:
    System.objects.create(slug="new-one")
    assert Atlas.read().systems["new-one"].name_on(MERGED) == "new one"


@pytest.mark.parametrize(
    ("code", "day", "slugs"),
    [
        # Glossop left in July 2022, and the code of the group stayed with Tameside.
        ("01Y", "2022-06-30", ["glossop", "tameside"]),
        ("01Y", "2022-07-01", ["tameside"]),
        ("E38000182", "2026-11-21", ["glossop", "tameside"]),  # the group's, last held by both
        ("E38000263", "2026-11-21", ["tameside"]),
        ("E38000263", "2018-01-01", ["tameside"]),  # held by nobody yet, and first by this
        ("D2P2L", "2022-06-30", ["black-country", "west-birmingham"]),
        ("D2P2L", "2026-11-21", ["black-country"]),
        ("15E", "2022-07-01", ["birmingham-and-solihull", "west-birmingham"]),
        ("D9Y0V", "2026-03-31", ["hampshire-southampton-and-isle-of-wight"]),
        (
            "D9Y0V",
            "2026-04-01",
            ["hampshire-southampton-and-isle-of-wight", "north-east-hampshire"],
        ),
        ("E38000253", "2026-04-01", ["hampshire-southampton-and-isle-of-wight"]),
    ],
)
def test_a_code_stands_for_what_has_it_on_the_day_or_else_had_it_last(
    atlas: Atlas, code: str, day: str, slugs: list[str]
) -> None:
    found = atlas.coded(code, date.fromisoformat(day))
    assert sorted(meaning.slug for meaning in found) == slugs


def test_every_former_group_is_found_by_its_codes_while_it_was_and_since(atlas: Atlas) -> None:
    groups = [(area, group) for area in atlas.areas.values() for group in area.aliases]
    coded = [(area, group) for area, group in groups if group.codes]
    assert len(coded) > 100
    for area, group in coded:
        for code in group.codes:
            for day in (group.date_from, group.last_day, date(2026, 11, 21)):
                assert area in atlas.coded(code, day), (code, day)


def test_every_code_leads_to_its_owner_on_each_day_from_which_it_has_it(atlas: Atlas) -> None:
    for model, owner in [(SystemCode, "system__slug"), (AreaCode, "area__slug")]:
        for code, day, slug in model.objects.values_list("code", "date_from", owner):
            assert slug in {meaning.slug for meaning in atlas.coded(code, day)}, code


@pytest.mark.parametrize(
    ("code", "slugs"),
    [
        ("QRL", ["hampshire-and-isle-of-wight"]),
        ("E54000042", ["hampshire-and-isle-of-wight"]),  # its code until March 2026
        ("E54000067", ["hampshire-and-isle-of-wight"]),
        ("02Q", ["bassetlaw"]),
        ("D4U1Y", ["east-berkshire", "north-east-hampshire", "surrey-heath-and-farnham"]),
        ("D4U1Y-2", ["north-east-hampshire"]),
    ],
)
def test_a_code_old_or_new_leads_to_all_that_it_stands_for(
    atlas: Atlas, code: str, slugs: list[str]
) -> None:
    assert sorted(meaning.slug for meaning in atlas.codes[code]) == slugs


def test_every_code_that_is_stored_leads_to_its_owner(atlas: Atlas) -> None:
    owners = [(SystemCode, "system__slug"), (AreaCode, "area__slug"), (Area, "slug")]
    for model, owner in owners:
        for code, slug in model.objects.values_list("code", owner):
            assert slug in {meaning.slug for meaning in atlas.codes[code]}, code


@pytest.mark.parametrize(
    ("stored", "owner", "bodies"),
    [
        (SystemName.objects, "system__slug", (None, NamedBody.SYSTEM)),
        (SystemAlias.objects, "system__slug", (NamedBody.SYSTEM,)),
        (Area.objects, "slug", (None,)),
        (AreaAlias.objects, "area__slug", (NamedBody.CCG,)),
        (AreaCode.objects.filter(body="ccg"), "area__slug", (NamedBody.CCG,)),
        (AreaCode.objects.filter(body="sub-icb"), "area__slug", (NamedBody.SYSTEM,)),
    ],
    ids=["names", "aliases", "areas", "former groups", "groups", "sub-ICB locations"],
)
def test_every_name_that_is_stored_leads_to_its_owner(
    atlas: Atlas, stored, owner: str, bodies: tuple[NamedBody | None, ...]
) -> None:
    for name, slug in stored.values_list("name", owner):
        bare, _ = split_body(fold(name))
        for body in bodies:
            assert slug in {meaning.slug for meaning in atlas.names[bare, body]}, name


@pytest.mark.parametrize(
    ("name", "body", "slugs"),
    [
        ("humber and north yorkshire", None, ["humber-and-north-yorkshire"]),
        ("humber coast and vale", NamedBody.SYSTEM, ["humber-and-north-yorkshire"]),  # its old name
        ("joined up care derbyshire", None, ["derby-and-derbyshire"]),  # an alias
        ("bassetlaw", NamedBody.CCG, ["bassetlaw"]),
        ("enfield", NamedBody.CCG, ["north-central-london"]),  # a group of 2017
    ],
)
def test_a_name_old_or_new_leads_to_what_it_stands_for(
    atlas: Atlas, name: str, body: NamedBody | None, slugs: list[str]
) -> None:
    assert sorted(meaning.slug for meaning in atlas.names[name, body]) == slugs


def test_a_system_without_areas_cannot_be_found_yet() -> None:
    system = System.objects.create(slug="atlantis")
    source = Source.objects.earliest("pk")
    SystemName.objects.create(system=system, name="Atlantis", date_from=MERGED, source=source)
    SystemAlias.objects.create(system=system, name="Thera", source=source)
    SystemCode.objects.create(
        system=system, scheme="ods", code="Q99", date_from=MERGED, source=source
    )
    atlas = Atlas.read()
    assert "Q99" not in atlas.codes
    assert not {("atlantis", None), ("thera", None)} & set(atlas.names)


def test_a_system_without_areas_is_not_open_yet_on_any_day() -> None:
    system = System.objects.create(slug="atlantis")
    source = Source.objects.earliest("pk")
    SystemName.objects.create(system=system, name="Atlantis", date_from=MERGED, source=source)
    atlas = Atlas.read()
    facts = atlas.systems["atlantis"]
    assert (facts.opened_on, facts.closed_on, facts.name_on(MERGED)) == (None, None, "Atlantis")
    for day in (date.min, MERGED, date.max):
        assert {facts.open_on(day), facts.opened_by(day), facts.closed_by(day)} == {False}
        assert atlas.nearest_areas(facts, day) == []


def test_an_organisation_of_a_system_without_areas_is_in_none_yet() -> None:
    system = System.objects.create(slug="atlantis")
    source = Source.objects.earliest("pk")
    trust = Organisation.objects.create(
        code="XT1", kind="trust", name="Atlantis Trust", form="NHS trust", source=source
    )
    Membership.objects.create(organisation=trust, system=system, role="listed", source=source)
    answer = lookup("Atlantis Trust", today=MERGED, gazetteer=gazetteer.read())
    assert (answer.outcome, answer.system) == (Outcome.ORGANISATION, None)


def test_an_area_without_periods_is_in_no_system() -> None:
    Area.objects.create(
        code="99Z",
        slug="atlantis",
        name="Atlantis",
        residents=0,
        live_postcodes=0,
        source=Source.objects.earliest("pk"),
    )
    assert Atlas.read().areas["99Z"].system_on(MERGED) is None


# --- Reading it ------------------------------------------------------------------------------


def test_reading_takes_as_few_queries_with_much_as_with_little() -> None:
    with CaptureQueriesContext(connection) as much:
        Atlas.read()
    # Past the models, whose signals would make it slow.
    for table in (SystemAlias, AreaAlias, AreaCode):
        table.objects.exclude(pk=table.objects.earliest("pk").pk)._raw_delete("default")
    AreaPeriod.objects.exclude(area__code="00L")._raw_delete("default")
    with CaptureQueriesContext(connection) as little:
        opened = [system for system in Atlas.read().systems.values() if system.opened_on]
    assert len(opened) == 1
    assert len(much) == len(little) == 12


@pytest.fixture
def _nothing_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gazetteer, "_cached", None)


@pytest.mark.usefixtures("_nothing_held")
def test_memory_is_read_again_only_when_facts_have_changed(django_assert_num_queries) -> None:
    first = gazetteer.current()
    with django_assert_num_queries(1):
        assert gazetteer.current() is first
    name = SystemName.objects.get(name="Essex")
    name.name = "Greater Essex"
    name.save()
    assert gazetteer.current().atlas.systems["essex"].name_on(MERGED) == "Greater Essex"


@pytest.mark.usefixtures("_nothing_held")
def test_memory_goes_on_answering_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = gazetteer.current()

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(GazetteerVersion, "current", away)
    assert gazetteer.current() is first
    monkeypatch.setattr(gazetteer, "_cached", None)
    with pytest.raises(OperationalError):
        gazetteer.current()
