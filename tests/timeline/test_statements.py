"""Every fact of the five founding documents is on a public page, with its source."""

import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from timeline.models import Stance, Statement

pytestmark = pytest.mark.django_db

NUMBERS = [f"S{number}" for number in range(1, 82)]


def test_there_are_81_numbered_facts() -> None:
    numbers = Statement.objects.exclude(number="").values_list("number", flat=True)
    assert sorted(numbers) == sorted(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_public_page_shows_each_fact_with_its_source(client: Client, number: str) -> None:
    statement = Statement.objects.select_related("entry", "source").get(number=number)
    listing = client.get(
        "/timeline/", {"words": statement.text.split()[0], "year": statement.entry.date.year}
    )
    assert listing.status_code == 200
    page = BeautifulSoup(client.get(statement.entry.get_absolute_url()).content, "html.parser")
    shown = page.find(id=number)
    assert statement.text in " ".join(shown.get_text(" ").split())
    reference = shown.select_one("sup.ref a")["href"].removeprefix("#")
    source = page.find(id=reference).get_text(" ", strip=True)
    assert statement.source.publisher in source
    assert statement.source.title in source


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
    page = BeautifulSoup(client.get(critique.entry.get_absolute_url()).content, "html.parser")
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
