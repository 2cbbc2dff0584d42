"""What has ended or is called otherwise now is found by the names and codes that it had."""

import re
from collections import defaultdict

import pytest

from systems.lookup.outcomes import Answer
from systems.models import AreaAlias, AreaCode, OrganisationAlias
from systems.models.organisations import AliasKind, OrganisationKind
from tests.pages import read, words

pytestmark = pytest.mark.django_db


def systems_of(answer: Answer) -> set[str]:
    """The systems that an answer leads to."""
    offered = [answer.system, *(candidate.system for candidate in answer.candidates)]
    return {system.slug for system in offered if system}


def test_every_commissioning_group_that_ever_was_is_found_by_its_name_and_its_codes(
    ask, gazetteer
) -> None:
    day = ask("").on
    systems: dict[str, set[str]] = defaultdict(set)  # in which its areas are, by name and code
    for name, codes, area in [
        *AreaAlias.objects.values_list("name", "codes", "area__code"),
        *AreaCode.objects.filter(body="ccg").values_list("name", "code", "area__code"),
    ]:
        for typed in (name, name.removeprefix("NHS "), *codes.split()):
            systems[typed].add(gazetteer.atlas.areas[area].system_on(day).slug)
    assert sum(len(typed) < 6 for typed in systems) == 248  # ODS codes
    for typed, slugs in systems.items():
        leads_to = systems_of(ask(typed))
        assert leads_to, typed
        assert leads_to <= slugs, typed


@pytest.mark.parametrize(
    ("code", "on", "said"),
    [
        (
            "00C",
            "",
            "00C was the code of NHS Darlington CCG, which closed at the end of 31 March 2020. "
            "Tees Valley is in North East and North Cumbria ICS.",
        ),
        ("15D", "2019-06-01", "15D was in Frimley Health ICS on 1 June 2019."),
    ],
)
def test_the_code_of_a_group_says_which_it_was_once_it_has_closed(
    ask, code: str, on: str, said: str
) -> None:
    assert ask(code, on).message == said


def test_an_area_lists_the_groups_before_it_with_their_codes_and_last_months(client) -> None:
    page = read(client, "/areas/tees-valley/")
    assert "NHS Darlington CCG 00C, E38000042, until March 2020" in words(page.main)
    groups = client.get("/api/v1/areas/tees-valley").json()["aliases"]
    assert {
        "name": "NHS Darlington CCG",
        "codes": ["00C", "E38000042"],
        "from": "2013-04-01",
        "to": "2020-04-01",
    }.items() <= next(group for group in groups if group["codes"][0] == "00C").items()


def test_a_practice_that_has_closed_is_found_by_its_code_and_its_name_and_says_so(
    ask, gazetteer
) -> None:
    today = ask("").on
    closed = [
        one
        for one in gazetteer.register.by_code.values()
        if one.kind is OrganisationKind.PRACTICE and one.closed_by(today)
    ]
    assert len(closed) > 1900
    for practice in closed:
        answer = ask(practice.code)
        assert answer.organisation is practice
        assert "closed at the end of" in answer.message
        area = gazetteer.atlas.areas[practice.area]
        assert (
            f"Its address was in {area.name}, which is in "
            f"{area.system_on(today).name_on(today)} ICS." in (answer.message)
        )
        answer = ask(practice.name)
        offered = [answer.organisation, *(one.organisation for one in answer.candidates)]
        # Of a name that more have than can be shown, those that are open come first.
        assert practice in offered or len(answer.candidates) == 40, practice


def test_every_council_that_was_abolished_is_found_by_its_code_and_its_name(
    ask, client, gazetteer
) -> None:
    atlas, register = gazetteer.atlas, gazetteer.register
    assert len(register.former_councils) > 90
    for code, council in register.former_councils.items():
        there = {
            atlas.areas[area].system_on(ask("").on).slug
            for one in register.coded(code)
            for area, _ in one.residents
        }
        for typed in (code, council.name):
            answer = ask(typed)
            assert systems_of(answer), typed
            assert answer.system is None or answer.system.slug in there, typed
        assert client.get(f"/code/{code}/").status_code in {200, 302}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "E07000165",
            "Harrogate Borough Council (E07000165) was abolished at the end of 31 March 2023. "
            "Harrogate",
        ),
        ("E07000097", "East Hertfordshire District Council is in Central East ICS."),
    ],
)
def test_the_code_that_a_council_had_says_what_became_of_it(ask, code: str, said: str) -> None:
    assert ask(code).message.startswith(said)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("Brent London Boro", "west-and-north-london"),
        ("Kingston upon Hull, City of", "humber-and-north-yorkshire"),
        ("City of Bristol (B)", "bristol-north-somerset-and-south-gloucestershire"),
        ("South Tyneside District", "north-east-and-north-cumbria"),
        ("Trafford MB", "greater-manchester"),
        ("LB Sutton", "south-west-london"),
        ("Middlesbrough UA", "north-east-and-north-cumbria"),
        ("East Herts Council", "central-east"),
    ],
)
def test_a_council_is_found_as_lists_write_it(ask, typed: str, slug: str) -> None:
    assert ask(typed).system.slug == slug


def test_a_trust_is_found_by_the_names_that_it_had_on_any_date(ask) -> None:
    former = OrganisationAlias.objects.filter(kind=AliasKind.FORMER)
    assert former.count() > 50
    for name, code in former.values_list("name", "organisation__code"):
        for on in ("", "2022-07-01"):
            answer = ask(name, on)
            offered = [answer.organisation, *(one.organisation for one in answer.candidates)]
            assert code in {one.code for one in offered if one}, (name, on)


def test_a_trust_says_which_names_a_source_gave_it_before(client) -> None:
    page = " ".join(client.get("/organisations/RW1/").content.decode().split())
    assert "<dt>Earlier names</dt> <dd>Southern Health NHS Foundation Trust" in page
    assert "Earlier names" not in client.get("/organisations/RKL/").content.decode()
    sites = client.get("/api/v1/hospital-sites?limit=1000").json()["results"]
    assert "Southern Health NHS Foundation Trust" not in {site["name"] for site in sites}


def test_another_form_of_the_name_of_a_hospital_is_a_search_word_and_not_shown(ask, client) -> None:
    variants = OrganisationAlias.objects.filter(kind=AliasKind.VARIANT)
    assert variants.count() > 300
    for name, code in variants.values_list("name", "organisation__code"):
        answer = ask(name)
        offered = [answer.organisation, *(one.organisation for one in answer.candidates)]
        assert code in {one.code for one in offered if one}, name
    assert ask("Stockport Hospital").organisation.code == "RWJ"
    assert "Stockport Hospital" not in client.get("/organisations/RWJ/").content.decode()


def test_a_system_is_found_by_each_of_its_short_names_and_initials(ask, gazetteer) -> None:
    for system in gazetteer.atlas.systems.values():
        for alias in system.aliases:
            answer = ask(alias.name)
            after = {one.slug for one in gazetteer.atlas.followers(system)}
            assert systems_of(answer) & {system.slug, *after}, alias.name


def test_what_this_site_alone_calls_a_system_is_a_search_word_and_not_shown(client, ask) -> None:
    assert ask("NENC ICB").system.slug == "north-east-and-north-cumbria"
    shown = client.get("/ics/north-east-and-north-cumbria/").content.decode()
    assert "NENC" in shown  # a source has it
    assert ask("SEL ICB").system.slug == "south-east-london"
    page = client.get("/ics/south-east-london/").content.decode()
    assert "Our Healthier South East London" in page
    assert not re.search(r"\bSEL\b", page)


def test_a_short_form_is_not_what_a_slip_is_made_of(ask) -> None:
    assert ask("East Cambs").system.slug == "central-east"
    assert ask("East Camhs").system is None  # mental health services for children
