"""That no name leads to another part of England: to ask, or to find nothing, is better."""

import random
import re
from collections.abc import Iterator
from datetime import date

import pytest

from systems import gazetteer as gazetteer_module
from systems.lookup import lookup
from systems.lookup.outcomes import Answer, Kind, Outcome
from systems.models.organisations import OrganisationKind
from systems.text.names import SMALL_WORDS
from tests.builders import TODAY

pytestmark = pytest.mark.django_db

GENERIC = [
    *("Community Hospital", "General Hospital", "District Hospital", "Cottage Hospital"),
    *("Hospital", "Infirmary", "Health Centre", "Medical Centre", "Surgery", "Medical Practice"),
    *("Clinic", "District Council"),
]
SLIPS = 300  # names with a slip in each run of the default suite


def ask(text: str, on: date | None = None) -> Answer:
    day = on.isoformat() if on else None
    return lookup(text, day, today=TODAY, gazetteer=gazetteer_module.current())


def systems_of(name: str) -> set[str]:
    """The systems of all places of a name today."""
    held = gazetteer_module.current()
    areas = [
        held.atlas.areas[code]
        for place in held.places.by_name[name]
        for code, _ in place.shares
        if code in held.atlas.areas
    ]
    return {system.slug for area in areas if (system := area.system_on(TODAY))}


@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_a_town_and_a_generic_word_lead_to_no_other_system(every) -> None:
    places = gazetteer_module.current().places.by_name
    towns = [name for name, found in places.items() if found[0].kind in {"city", "town"}]
    assert len(towns) > 500
    wrong = []
    for name in towns[::every]:
        for words in GENERIC:
            answer = ask(f"{places[name][0].name} {words}")
            if answer.system and answer.system.slug not in systems_of(name):
                wrong.append((name, words, answer.system.slug))
    assert wrong == []


@pytest.mark.parametrize("every", [60, pytest.param(1, marks=pytest.mark.slow)])
def test_a_village_and_the_words_for_a_practice_lead_to_no_other_system(every) -> None:
    places = gazetteer_module.current().places.by_name
    wrong = []
    for name in list(places)[::every]:
        for words in ("Surgery", "Medical Centre", "Health Centre"):
            answer = ask(f"{places[name][0].name} {words}")
            if answer.system and systems_of(name) and answer.system.slug not in systems_of(name):
                wrong.append((name, words, answer.system.slug))
    assert wrong == []


def test_a_practice_with_a_slip_in_its_name_is_offered_and_never_taken() -> None:
    """What is one letter from the name of a practice is as likely another that we do not know."""
    pick = random.Random(5)
    practices = [
        one
        for one in gazetteer_module.current().register.by_code.values()
        if one.kind is OrganisationKind.PRACTICE
    ]
    for one in pick.sample(practices, SLIPS):
        at = pick.randrange(1, len(one.name))
        answer = ask(one.name[:at] + one.name[at + 1 :])
        exact = {found.name.casefold() for found in practices}
        if (one.name[:at] + one.name[at + 1 :]).casefold() not in exact and answer.organisation:
            assert answer.organisation == one, one.name


@pytest.mark.parametrize(
    "text",
    [
        "Ulster Hospital",
        "Prince Philip Hospital",
        "Ellen's Glen House",
        "UHNX",
        "BGTX",
        "Abbey Surgeon Surgery",
    ],
)
def test_what_is_not_known_is_not_taken_for_something_else(text) -> None:
    answer = ask(text)
    assert (answer.system, answer.organisation) == (None, None), answer.message


@pytest.mark.parametrize(
    ("text", "said", "there"),
    [
        ("Dorking Community Hospital", "Dorking, Surrey is in Surrey and Sussex ICS.", "Dorking"),
        ("Gravesham Community Hospital", "is in Kent and Medway ICS.", "Gravesham"),
        ("Bramcote Hospital", "is in Nottingham and Nottinghamshire ICS.", "Bramcote"),
        ("Swindon Health Centre", "Choose the one you mean.", "Ashington House Surgery"),
        ("Highgate Cottage Hospital", "Choose the one you mean.", "Highgate East"),
    ],
)
def test_where_the_place_is_known_it_says_what_is_there(text, said, there) -> None:
    answer = ask(text)
    assert answer.outcome is Outcome.CHOOSE
    assert answer.repairs == (f"We could not find anything called “{text}”.",)
    assert said in answer.message
    assert any(there in candidate.label for candidate in answer.candidates)


@pytest.mark.parametrize(
    ("text", "outcome", "system"),
    [
        ("NHS Lincolnshire ICB - 71E", Outcome.MATCH, "lincolnshire"),
        ("B85022: Honley Surgery", Outcome.ORGANISATION, "west-yorkshire"),
        ("Honley Surgery (B85022)", Outcome.ORGANISATION, "west-yorkshire"),
        ("Trafford District", Outcome.MATCH, "greater-manchester"),
        ("South Tyneside District", Outcome.MATCH, "north-east-and-north-cumbria"),
        ("The Christie NHS Foundation Trust", Outcome.ORGANISATION, "greater-manchester"),
        ("Royal Berkshire NHS Foundation Trust", Outcome.ORGANISATION, "thames-valley"),
        ("Royal Cornwall Hospital (Treliske)", Outcome.ORGANISATION, None),
        ("Pinderfields General Hospital", Outcome.ORGANISATION, "west-yorkshire"),
        ("Bridgnorth Community Hospital", Outcome.REPAIRED, "shropshire-telford-and-wrekin"),
        ("Royal Bournmouth Hospital", Outcome.REPAIRED, "dorset"),
        ("Bury St Edmonds", Outcome.REPAIRED, "norfolk-and-suffolk"),
        ("Stockport Surgry", Outcome.CHOOSE, None),
        ("NEWPORT PAGNELL MED.CTR.", Outcome.ORGANISATION, "central-east"),
        ("Kes@Northgate", Outcome.ORGANISATION, "thames-valley"),
        ("Manchester, UK", Outcome.MATCH, "greater-manchester"),
        ("Manchester England", Outcome.MATCH, "greater-manchester"),
    ],
)
def test_names_are_read_as_lists_write_them(text, outcome, system) -> None:
    answer = ask(text)
    assert answer.outcome is outcome, answer.message
    assert system is None or (answer.system and answer.system.slug) == system


def test_initials_of_a_hospital_are_no_slip_for_a_place() -> None:
    assert ask("St Thomas'").outcome is Outcome.CHOOSE


def official() -> Iterator[tuple[str, str]]:
    """The names and codes of boards, sub-ICB locations, commissioning groups, councils, trusts."""
    held = gazetteer_module.current()
    for system in held.atlas.systems.values():
        for code in system.codes:
            yield f"NHS {system.name_on(code.date_from)} Integrated Care Board", code.value
    for area in held.atlas.areas.values():
        for code in area.codes:
            if code.name:
                yield code.name, code.value
        for group in area.aliases:
            yield from ((group.name, code) for code in group.codes)
    for code, one in held.register.by_code.items():
        if one.kind in {OrganisationKind.COUNCIL, OrganisationKind.TRUST}:
            yield one.name, code


@pytest.mark.parametrize("every", [15, pytest.param(1, marks=pytest.mark.slow)])
def test_every_official_name_is_found_by_itself_and_beside_its_code(every) -> None:
    names = sorted(set(official()))
    assert len(names) > 1400
    for name, code in names[::every]:
        assert ask(name).outcome is not Outcome.NOT_FOUND, name
        alone = ask(code)
        if alone.outcome in {Outcome.PARTIAL, Outcome.INVALID}:
            assert f"{code} is also the code of" in alone.message, code
            continue
        for text in (f"{name} ({code})", f"{name} - {code}", f"{code}: {name}"):
            answer = ask(text)
            assert (answer.system, answer.organisation) == (alone.system, alone.organisation), text
            assert answer.candidates == alone.candidates, text


def test_a_part_of_a_postcode_that_is_a_code_too_says_so() -> None:
    answer = ask("RM1")
    assert answer.outcome is Outcome.PARTIAL
    assert "RM1 is also the code of Norfolk and Norwich University Hospitals" in answer.message


def test_the_code_of_a_site_leads_to_its_trust() -> None:
    answer = ask("RM102")
    assert answer.outcome is Outcome.REPAIRED
    assert answer.organisation
    assert answer.organisation.code == "RM1"
    assert "It looks like a site of" in answer.repairs[0]


@pytest.mark.parametrize(
    ("text", "stands", "trust"),
    [
        ("Ipswich Hospital", "norfolk-and-suffolk", "RDE"),
        ("Queen Mary's Hospital Sidcup", "south-east-london", "RN7"),
        ("Wexham Park Hospital", "thames-valley", "RDU"),
        ("Harefield Hospital", "west-and-north-london", "RJ1"),
    ],
)
def test_a_hospital_in_another_system_than_its_trust_asks_and_says_where_it_stands(
    text, stands, trust
) -> None:
    answer = ask(text)
    assert answer.outcome is Outcome.CHOOSE
    first, second = answer.candidates
    assert first.system
    assert (first.system.slug, first.organisation) == (stands, None)
    assert second.organisation
    assert second.organisation.code == trust
    assert first.system.name_on(TODAY) in answer.message.partition(". ")[0]


@pytest.mark.parametrize(
    "text",
    [
        "Leister",  # Leicester, and not The Lister in Stevenage
        "Southern General Hospital",  # in Glasgow
        "Western General Hospital",  # in Edinburgh
        "Western Infirmary",
        "Northern Hospital",
    ],
)
def test_what_is_but_like_the_name_of_a_hospital_is_asked(text) -> None:
    answer = ask(text)
    assert answer.outcome is Outcome.CHOOSE
    assert answer.repairs == (f"We could not find anything called “{text}”.",)


def test_initials_that_several_hospitals_have_are_asked() -> None:
    sites = [
        site
        for one in gazetteer_module.current().register.by_code.values()
        for site in one.aliases
        if site.area and not one.closed_by(TODAY)
    ]
    areas: dict[str, set[str | None]] = {}
    for site in sites:
        words = re.findall(r"[A-Za-z']+", site.name)
        initials = "".join(word[0] for word in words if word.lower() not in SMALL_WORDS)
        areas.setdefault(initials.upper(), set()).add(site.area)
    short = {site.name for site in sites if re.fullmatch("[A-Z]{2,5}", site.name)}
    assert len(short) > 50
    for name in short:
        answer = ask(name)
        held = gazetteer_module.current().atlas.areas
        there = {held[code].system_on(TODAY) for code in areas.get(name, ()) if code}
        if answer.system:
            assert there <= {answer.system}, name


@pytest.mark.parametrize("text", ["Chlsea", "BALLBY", "Ellnd"])
def test_a_word_of_letters_is_no_postcode_with_slips(text) -> None:
    assert ask(text).kind is Kind.PLACE
    in_a_column_of_postcodes = lookup(
        text, today=TODAY, gazetteer=gazetteer_module.current(), names=False
    )
    assert in_a_column_of_postcodes.outcome is Outcome.NOT_FOUND


def test_a_place_with_the_county_of_old_addresses_is_offered() -> None:
    answer = ask("Bromley, Kent")
    assert answer.outcome is Outcome.CHOOSE
    assert answer.message == "Bromley is in South East London ICS."


@pytest.mark.parametrize("code", ["E07000048", "E07000057", "E07000164"])
def test_a_former_council_is_in_no_other_place_of_its_name(code) -> None:
    """Christchurch is in Dorset, in Gloucestershire and in Cambridgeshire."""
    register = gazetteer_module.current().register
    atlas = gazetteer_module.current().atlas
    theirs = {
        atlas.areas[area].system_on(TODAY)
        for council in register.coded(code)
        for area, _ in council.residents
    }
    for text in (code, register.former_councils[code].name):
        answer = ask(text)
        assert answer.outcome is Outcome.MATCH
        assert answer.system in theirs


def test_a_hospital_of_the_channel_islands_is_in_no_system() -> None:
    assert ask("Jersey General Hospital").outcome is Outcome.CROWN_DEPENDENCY


def test_a_hospital_says_where_it_stands_before_who_runs_it() -> None:
    answer = ask("Stepping Hill Hospital")
    assert answer.outcome is Outcome.ORGANISATION
    assert answer.message == (
        "Stepping Hill Hospital, Stockport, is in Greater Manchester ICS. "
        "It is run by Stockport NHS Foundation Trust."
    )


def test_where_a_hospital_of_our_own_knowledge_stands_is_said_as_such() -> None:
    register = gazetteer_module.current().register
    sites = [
        (one, site)
        for one in register.by_code.values()
        for site in one.aliases
        if not site.confirmed and site.area and not one.closed_by(TODAY)
    ]
    assert len(sites) > 50
    for one, site in sites:
        answer = ask(site.label)
        if answer.organisation == one and f"{site.label} is in" in answer.message.replace(",", ""):
            assert answer.message.startswith("As far as we know, "), site
