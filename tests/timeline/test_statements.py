"""Every fact of the five founding documents is on a public page, with its source."""

import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.pages import read
from timeline.models import Stance, Statement

pytestmark = pytest.mark.django_db

# What a page has to say to have said the fact: figures, names, turns of phrase, taken from the
# documents and not from our own texts.
FACTS = dict(
    line.split(" ", 1)
    for line in """
S1 42|doctors
S2 commissioning groups
S3 Stockport|betting
S4 Coventry|sports club|gym
S5 mental health|young
S6 £14 million
S7 170|chief executives
S8 truly transform
S9 difference
S10 need|resources
S11 Health Foundation
S12 resources|size
S13 variation
S14 integration|one model
S15 clinical voice|private
S16 1 July 2022
S17 partnership|councils
S18 several conditions
S19 42|1 July 2022
S20 commissioning groups
S21 South East London|animation
S22 £14 million|170
S23 killer conditions
S24 sports clubs and betting shops
S25 unique chance
S26 closer to home
S27 inequalities
S28 13|14.9 million|1 April 2021
S29 Lincolnshire|Kent and Medway|Devon
S30 42|whole of England
S31 meeting
S32 at the heart of
S33 22 million
S34 most testing period
S35 can-do attitude
S36 42
S37 UnitedHealth
S38 billions|track and trace
S39 American
S40 Long Term Plan
S41 long-term conditions|voluntary
S42 2021/22|obesity
S43 private and non-private
S44 insurance
S45 spin
S46 Accountable Care Organisations|public concern
S47 40,000
S48 10,000
S49 criminal neglect
S50 White Paper
S51 thousands
S52 four weeks
S53 joined-up
S54 Norfolk and Waveney|North East London
S55 12|2018
S56 South East London|June 2019
S57 barriers
S58 44
S59 distortion
S60 21 million
S61 three million|largest
S62 first|capital
S63 Buckinghamshire, Oxfordshire and Berkshire West
S64 12|2018
S65 Greater Manchester|Surrey
S66 cancer|A&E
S67 100,000
S68 200 strokes|£2.5 million
S69 800,000
S70 repeat
S71 intensify partnership working
S72 real gains of collaboration
S73 42|England
S74 strength of system collaboration
S75 past year
S76 30 per cent|parking
S77 website
S78 lilly guiding
S79 worse state
S80 specialist
S81 organisations
""".strip().splitlines()
)


def test_there_are_81_numbered_facts() -> None:
    numbers = Statement.objects.exclude(number="").values_list("number", flat=True)
    assert sorted(numbers) == sorted(FACTS)


@pytest.mark.parametrize("number", FACTS)
def test_a_public_page_shows_each_fact_with_its_source(client: Client, number: str) -> None:
    statement = Statement.objects.select_related("entry", "source").get(number=number)
    page = read(client, statement.entry.get_absolute_url())
    shown = page.find(id=number)
    said = " ".join(shown.get_text(" ").split())
    for telling in FACTS[number].split("|"):
        assert telling.lower() in said.lower()
    reference = shown.select_one("sup.ref a")["href"].removeprefix("#")
    source = page.find(id=reference).get_text(" ", strip=True)
    assert statement.source.publisher in source
    assert statement.source.title in source


@pytest.mark.parametrize("number", ["S3", "S37", "S47", "S69", "S76"])
def test_a_search_for_what_a_fact_says_finds_its_entry(client: Client, number: str) -> None:
    statement = Statement.objects.select_related("entry").get(number=number)
    page = client.get("/timeline/", {"words": FACTS[number].replace("|", " ")})
    assert statement.entry.title in BeautifulSoup(page.content, "html.parser").get_text()


def test_quotations_have_a_speaker_and_are_short() -> None:
    for statement in Statement.objects.exclude(quote=""):
        assert statement.speaker or statement.organisation
        assert len(statement.quote.split()) <= 30


def test_nothing_of_the_reworded_document_is_anybodys_quotation() -> None:
    reworded = Statement.objects.filter(
        source__title__icontains="reworded"
    ) | Statement.objects.filter(source__publisher__icontains="reworded")
    assert reworded.exists()
    assert not reworded.exclude(quote="").exists()


def test_critics_and_nhs_england_stand_in_equal_type(client: Client) -> None:
    critique = Statement.objects.filter(stance__in=[Stance.CLAIMED, Stance.CRITICISED]).first()
    page = read(client, critique.entry.get_absolute_url())
    tags = {item.name for item in page.select(".statements > li")}
    classes = {" ".join(item.get("class", [])) for item in page.select(".statements > li")}
    assert (tags, classes) == ({"li"}, {""})


def test_what_differs_stands_beside_what_it_differs_from() -> None:
    for statement in Statement.objects.filter(stance=Stance.DIFFERS):
        others = Statement.objects.filter(entry=statement.entry).exclude(pk=statement.pk)
        assert others.exclude(stance=Stance.DIFFERS).exists(), statement


def test_the_numbers_of_garbles_are_not_shown_to_readers() -> None:
    for statement in Statement.objects.all():
        assert not re.search(r"\bG[0-9]+\b", statement.text + statement.reading)
