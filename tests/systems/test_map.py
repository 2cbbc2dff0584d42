"""The map of any date: every system on it, told apart, and the way from date to date."""

import gzip
import re
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.conf import settings

from systems import gazetteer as gazetteer_module
from systems.gazetteer import Gazetteer
from systems.maps.drawing import Maps
from systems.models import AreaPeriod, Source, System
from tests.pages import links, read, words

pytestmark = pytest.mark.django_db

TURNS = {
    "2017-06-15": 10,
    "2018-04-01": 10,
    "2018-05-24": 14,
    "2018-09-30": 14,
    "2019-06-19": 14,
    "2020-04-01": 14,
    "2020-05-04": 18,
    "2020-12-01": 29,
    "2021-04-01": 42,
    "2022-07-01": 42,
    "2023-04-01": 42,
    "2026-04-01": 36,
}
DAYS = [date.fromisoformat(day) for day in TURNS]
KILOBYTE = 1000


@pytest.fixture
def maps(gazetteer: Gazetteer) -> Maps:
    return gazetteer.maps


def on_the_map(soup: BeautifulSoup) -> dict[str, str]:
    """Names and addresses of what the map links to, in its order."""
    return {link.title.get_text(): link["href"] for link in soup.select("svg.map a")}


def in_the_list(soup: BeautifulSoup) -> dict[str, str]:
    return {link.contents[-1]: link["href"] for link in soup.select("#list li a")}


class TestThePage:
    @pytest.mark.parametrize("day", [*DAYS, date(2026, 3, 31), date(2028, 11, 1)])
    def test_every_system_is_a_link_on_the_map_and_in_the_list(self, client, day: date) -> None:
        soup = read(client, f"/map/?on={day}")
        there = System.objects.open_on(day).named_on(day)
        expected = {s.name: f"{s.get_absolute_url()}?on={day}" for s in there}
        assert on_the_map(soup) == in_the_list(soup) == expected
        assert f" {len(expected)}" in words(soup.select_one(".answer"))

    def test_today_links_go_without_a_date(self, client) -> None:
        soup = read(client, "/map/")
        assert on_the_map(soup)["Devon"] == in_the_list(soup)["Devon"] == "/ics/devon/"
        assert words(soup.select_one(".answer")) == "There are 36 today."
        assert (
            "has been current since 1 April 2026. On its first day 6 ICSs opened and 12 closed."
            in (words(soup.main))
        )
        assert soup.select(".banner") == []

    def test_both_go_by_region_and_then_by_name(self, client) -> None:
        soup = read(client, "/map/?on=2025-01-01")
        regions = dict(System.objects.values_list("slug", "region"))
        order = [
            (regions[re.split("[/?]", url)[2]], name) for name, url in on_the_map(soup).items()
        ]
        assert order == sorted(order)
        assert list(on_the_map(soup)) == list(in_the_list(soup))
        assert [words(h2) for h2 in soup.select("#list h2")] == [
            *["East of England", "London", "Midlands", "North East and Yorkshire"],
            *["North West", "South East", "South West"],
        ]

    def test_the_numbers_on_the_map_are_those_of_the_list(self, client) -> None:
        soup = read(client, "/map/?on=2025-01-01")
        numbers = [str(number) for number in range(1, 43)]
        assert [words(text) for text in soup.select("svg.map text:not(.caption)")] == numbers
        assert [words(span) for span in soup.select("#list span")] == numbers
        drawn = [link["class"] for link in soup.select("svg.map a")]
        assert drawn == [span["class"] for span in soup.select("#list span")]

    def test_what_is_in_no_system_is_drawn_pale_and_counted(self, client) -> None:
        soup = read(client, "/map/?on=2019-01-01")
        assert len(soup.select("path.pale")) == 2  # in place, and London large
        assert words(soup.select_one(".answer")) == (
            "On 1 January 2019 there were 14, for 29% of England’s residents."
        )
        assert "Pale areas were not in an ICS." in words(soup.main)
        assert read(client, "/map/").select("path.pale") == []

    def test_london_is_drawn_twice_but_linked_once(self, client) -> None:
        soup = read(client, "/map/")
        large = [use["href"] for use in soup.select("svg.map use")]
        assert large == [
            *["#map-north-east-london", "#map-south-east-london"],
            *["#map-south-west-london", "#map-west-and-north-london"],
        ]
        assert all(soup.select_one(href) for href in large)

    def test_one_can_walk_from_the_first_map_to_the_last_and_back(self, client) -> None:
        address, walked = "/map/?on=2017-06-15", []
        while address:
            soup = read(client, address)
            walked.append(address)
            assert soup.select_one(".walk [aria-current]")["href"] == address
            following = soup.select_one("a[rel=next]")
            address = following["href"] if following else ""
        assert walked == [f"/map/?on={day}" for day in TURNS]
        back = [read(client, address).select_one("a[rel=prev]") for address in walked]
        assert [link and link["href"] for link in back] == [None, *walked[:-1]]

    def test_the_numbers_on_the_way_are_those_of_the_count(self, client) -> None:
        steps = read(client, "/map/").select(".walk a")
        assert {a["href"].partition("=")[2]: int(words(a.b)) for a in steps} == TURNS
        for day, number in TURNS.items():
            count = read(client, f"/count/?on={day}").select_one(".answer")
            assert f" {number} integrated" in words(count)

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            ("2017-06-15", "On its first day 10 ICSs opened."),
            ("2018-04-01", "On its first day 1 area joined."),
            ("2020-04-01", "On its first day 2 areas joined and 2 left."),
            ("2022-08-01", "from 1 July 2022 to 31 March 2023. On its first day 4 areas moved."),
        ],
    )
    def test_it_says_what_happened_when_it_began(self, client, day: str, said: str) -> None:
        assert said in words(read(client, f"/map/?on={day}").main)

    def test_a_past_day_is_announced_and_leads_back(self, client) -> None:
        soup = read(client, "/map/?on=2025-01-01")
        assert "1 January 2025" in words(soup.select_one(".banner"))
        assert links(soup.select_one(".banner")) == {"Go back to today": "/map/"}
        assert "on 1 January 2025" in soup.title.get_text()

    @pytest.mark.parametrize("on", ["1999-01-01", "2099-01-01", "yesterday", "2026-02-30", "42"])
    def test_a_date_that_is_none_shows_today_and_what_is_wrong(self, client, on: str) -> None:
        soup = read(client, f"/map/?on={on}", status=400)
        assert soup.title.get_text().startswith("Error:")
        assert links(soup.select_one(".error-summary")) != {}
        assert len(on_the_map(soup)) == 36

    def test_it_says_what_is_not_drawn_and_whose_data_it_is(self, client) -> None:
        caption = words(read(client, "/map/").figcaption)
        assert "The Isles of Scilly are not shown" in caption
        assert "Contains OS data © Crown copyright and database right" in caption
        assert "Outlines of areas" in words(read(client, "/data/").main)

    @pytest.mark.parametrize("day", ["", *(f"?on={day}" for day in TURNS)])
    def test_it_is_small(self, client, day: str) -> None:
        content = client.get(f"/map/{day}").content
        assert len(gzip.compress(content, 6)) < 24 * KILOBYTE
        assert b"style=" not in content
        assert b"<script" not in content

    def test_without_any_data_it_says_so(self, client) -> None:
        AreaPeriod.objects.all().delete()
        soup = read(client, "/map/")
        assert words(soup.select_one(".answer")).startswith("There are 0 today")
        assert on_the_map(soup) == {}

    def test_a_change_that_is_entered_is_on_the_map_at_once(self, client) -> None:
        client.get("/map/")
        period = AreaPeriod.objects.filter(system__slug="devon").first()
        new = System.objects.create(slug="exmoor", region="south-west")
        AreaPeriod.objects.create(
            area=period.area,
            date_from=date(2027, 4, 1),
            system=new,
            certainty="planned",
            source=Source.objects.first(),
        )
        soup = read(client, "/map/")
        assert "exmoor" not in on_the_map(soup)
        assert soup.select_one("a[rel=next]")["href"] == "/map/?on=2027-04-01"
        ahead = read(client, "/map/?on=2027-04-01")
        assert on_the_map(ahead)["exmoor"] == "/ics/exmoor/?on=2027-04-01"
        assert "as far as we know" in words(ahead.select_one(".answer"))


class TestColours:
    def test_no_two_systems_that_touch_on_any_day_are_alike(self, maps: Maps) -> None:
        held = gazetteer_module.read()
        assert [turn.day for turn in maps.map_changes] == DAYS
        for day in [*DAYS, *(day - timedelta(days=1) for day in DAYS[1:])]:
            systems = {code: area.system_on(day) for code, area in held.atlas.areas.items()}
            of = {code: system and system.slug for code, system in systems.items()}
            touching = {
                (of[one], of[other])
                for one, others in held.outlines.neighbours.items()
                for other in others
                if of[one] and of[other] and of[one] != of[other]
            }
            assert [(a, b) for a, b in touching if maps.hues[a] == maps.hues[b]] == [], day

    def test_there_are_six_and_all_are_used_about_as_often(self, maps: Maps) -> None:
        used = [list(maps.hues.values()).count(hue) for hue in range(1, 7)]
        assert sum(used) == len(maps.hues) == 51
        assert max(used) - min(used) <= 2

    def test_a_system_keeps_its_colour_for_ever(self, maps: Maps) -> None:
        for day in DAYS:
            drawn = {shape.system.slug: shape.hue for shape in maps.drawing(day).shapes}
            assert drawn.items() <= maps.hues.items()

    def test_they_are_the_same_each_time(self, gazetteer: Gazetteer) -> None:
        again = Maps(gazetteer.atlas, gazetteer.outlines)
        assert again.hues == gazetteer.maps.hues


class TestDrawings:
    @pytest.mark.parametrize("small", [False, True])
    def test_a_map_is_drawn_once_for_all_days_on_which_it_holds(
        self, maps: Maps, small: bool
    ) -> None:
        first = maps.drawing(date(2021, 4, 1), small=small)
        assert maps.drawing(date(2022, 6, 30), small=small) is first
        assert maps.drawing(date(2022, 7, 1), small=small) is not first

    def test_a_number_stands_in_its_system(self, maps: Maps) -> None:
        for shape in maps.drawing(date(2026, 11, 21)).shapes:
            assert maps.sheet.x < shape.middle.x < maps.sheet.x + maps.sheet.width
            assert maps.sheet.y < shape.middle.y < maps.sheet.y + maps.sheet.height

    def test_what_is_enlarged_is_london(self, maps: Maps) -> None:
        for day in DAYS:
            for shape in maps.drawing(day).shapes:
                assert shape.enlarged == (shape.system.region == "london")


class TestSmallMaps:
    def test_the_first_page_has_the_map_of_today_as_one_link(self, client) -> None:
        link = read(client, "/").select_one("a.whole")
        assert link["href"] == "/map/"
        assert words(link) == "Map of all 36 ICSs today, and of every day since 2017"
        assert len(link.select("path")) == 36

    @pytest.mark.parametrize(
        ("path", "leads_to", "label"),
        [
            ("/ics/devon/", "/map/", "where Devon is"),
            ("/ics/devon/?on=2024-01-01", "/map/?on=2024-01-01", "where Devon is"),
            ("/ics/frimley/", "/map/", "where Frimley is"),  # closed
            ("/areas/stockport/", "/map/", "where Stockport is, in Greater Manchester"),
            (
                "/areas/stockport/?on=2026-03-31",
                "/map/?on=2026-03-31",
                "where Stockport is, in Greater Manchester",
            ),
            ("/areas/devon/?on=2018-01-01", "/map/?on=2018-01-01", "where Devon is"),
        ],
    )
    def test_a_page_says_where_it_is(self, client, path: str, leads_to: str, label: str) -> None:
        link = read(client, path).select_one(".locator a")
        assert link["href"] == leads_to
        assert link.svg["aria-label"] == f"Map of England: {label}"
        assert len(link.select("path.own")) == 1
        assert len(link.select("path.around")) == ("in" in label.split())

    def test_a_system_without_areas_has_none(self, client) -> None:
        System.objects.create(slug="nowhere")
        assert read(client, "/ics/nowhere/").select(".locator") == []

    def test_what_is_too_small_to_be_seen_has_a_ring(self, gazetteer: Gazetteer) -> None:
        areas = {area.slug: area for area in gazetteer.atlas.areas.values()}
        assert gazetteer.maps.locator([areas["stockport"]]).ring
        assert gazetteer.maps.locator([areas["devon"]]).ring is None
        assert gazetteer.maps.locator([]) is None

    @pytest.mark.parametrize("path", ["/", "/ics/devon/", "/areas/stockport/", "/ics/frimley/"])
    def test_pages_with_one_stay_small(self, client, path: str) -> None:
        style = (settings.BASE_DIR / "static/css/site.css").read_bytes()
        content = client.get(path).content
        assert len(gzip.compress(content, 6)) + len(gzip.compress(style, 6)) < 24 * KILOBYTE
