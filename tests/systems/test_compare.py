"""Systems side by side, as a reader sees them."""

import csv
import gzip
import re
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings

from systems import gazetteer as gazetteer_module
from systems.atlas import Atlas
from systems.gazetteer import Gazetteer
from systems.models import Scheme, Source, System, SystemName
from tests.pages import links, read, words

pytestmark = pytest.mark.django_db

KILOBYTE = 1000
TWO = "/compare/?system=devon&system=dorset"


def table(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The cells of each row by its name, as text."""
    return {
        words(row.th): [words(cell) for cell in row.find_all("td")]
        for row in soup.select("tbody tr, tfoot tr")
    }


def named(soup: BeautifulSoup) -> list[str]:
    return [words(head) for head in soup.select("tbody th")]


def ticked(soup: BeautifulSoup) -> list[str]:
    return [box["value"] for box in soup.select("input[name=system][checked]")]


def notices(soup: BeautifulSoup) -> list[str]:
    return [" ".join(notice.get_text().split()) for notice in soup.select("main .notice")]


class TestTable:
    def test_nothing_chosen_shows_all_by_name_and_what_can_be_chosen(self, client) -> None:
        soup = read(client, "/compare/")
        assert len(named(soup)) == len(soup.select("input[name=system]")) == 36
        assert named(soup) == sorted(named(soup))
        assert ticked(soup) == []
        assert not soup.select_one("details#choose").has_attr("open")
        assert soup.title.string.startswith("Compare integrated care systems – ")

    def test_the_table_comes_before_pictures_and_notes(self, client) -> None:
        for path in ("/compare/", TWO):
            main = words(read(client, path).main)
            assert main.index("A full bar is the highest") < main.index("the smallest first")
            assert main.index("the smallest first") < main.index("What the figures mean")

    def test_what_stands_out_is_said_of_the_first_chosen_alone(self, client) -> None:
        def said(path: str) -> str:
            return words(read(client, path).select_one(".answer").find_next_sibling())

        out = said("/compare/?system=west-and-north-london&system=devon")
        assert out.startswith("Of the 36 ICSs, West and North London has the most ")
        assert " and the " in out
        assert "Devon" not in out
        before = said(
            "/compare/?system=cornwall-and-the-isles-of-scilly&system=devon&on=2026-03-31"
        )
        assert before.startswith("Of the 42 ICSs, Cornwall and the Isles of Scilly had the ")
        assert said(TWO) == "Devon has 11 councils. The middle value of all ICSs is 8."
        assert "Of the" not in said("/compare/")

    def test_those_chosen_stand_side_by_side_with_england(self, client) -> None:
        soup = read(client, TWO)
        assert named(soup) == ["Devon", "Dorset"]
        rows = table(soup)
        assert rows["Devon"] == [
            *("1,215,712", "1,291,318", "11,132", "1", "11", "5", "31", "116", "2"),
            "1 Apr 2021",
        ]
        assert rows["England"][0] == "56,489,608"
        assert rows["England"][2] == "10,335"
        assert rows["Lowest of all 36 ICSs"][0] == "509,145"
        assert rows["Middle (median) of all 36 ICSs"][6] == "32.5"
        assert rows["Highest of all 36 ICSs"][0] == "3,503,215"
        assert words(soup.select_one(".answer")) == (
            "Devon has 1.6 times as many residents as Dorset."
        )
        assert soup.title.string.startswith("Compare Devon and Dorset – ")

    def test_the_choice_is_folded_once_made_and_keeps_its_ticks(self, client) -> None:
        soup = read(client, TWO)
        assert not soup.select_one("details#choose").has_attr("open")
        assert ticked(soup) == ["devon", "dorset"]
        assert links(soup.main)["Compare all 36"] == "/compare/"

    def test_boxes_stand_by_region_each_with_its_name(self, client) -> None:
        soup = read(client, "/compare/?on=2026-03-31")
        regions = soup.select("#choose fieldset fieldset")
        assert words(regions[0].legend) == "East of England"
        assert [words(label) for label in regions[0].select("label")][:2] == [
            "Bedfordshire, Luton and Milton Keynes",
            "Cambridgeshire and Peterborough",
        ]
        assert soup.form["method"] == "get"

    def test_each_cell_has_the_name_of_its_column_and_a_bar(self, client) -> None:
        soup = read(client, TWO)
        heads = [words(head) for head in soup.select("thead th")]
        for row in soup.select("tbody tr, tfoot tr"):
            assert [cell["data-label"] for cell in row.find_all("td")] == heads[1:]
        bars = soup.select_one("tbody tr").select("svg.bar path.own")
        assert bars[0]["d"] == f"M0 3h{round(100 * 1215712 / 3503215, 1)}"
        assert len(bars) == len(heads) - 2  # neither the name nor the date has one
        assert heads[2] == "Registered patients, 1 January 2026"

    def test_the_picture_marks_those_chosen_among_all(self, client) -> None:
        picture = read(client, TWO).select_one("figure svg.steps")
        assert len(picture.select("rect")) == 36
        assert len(picture.select("rect.own")) == 2
        heights = [float(bar["height"]) for bar in picture.select("rect")]
        assert heights == sorted(heights)
        assert "from 509,145 to 3,503,215 residents" in picture["aria-label"]

    def test_the_variation_is_quoted_with_who_said_so_and_where(self, client) -> None:
        figure = read(client, "/compare/").select_one("figure.quote")
        assert words(figure.blockquote) == "“The task facing ICSs is not equal”"
        assert words(figure.figcaption).startswith("Health Foundation, 15 June 2022, in Integrated")
        assert figure.a["href"].startswith("https://www.health.org.uk/")
        assert "/timeline/health-foundation-task-not-equal-june-2022/" in links(figure).values()

    def test_nobody_is_quoted_before_they_said_it(self, client) -> None:
        assert read(client, "/compare/?on=2022-06-14").select("figure.quote") == []
        assert read(client, "/compare/?on=2022-06-15").select("figure.quote")

    def test_it_says_why_registered_and_resident_people_differ_with_a_source(self, client) -> None:
        soup = read(client, "/compare/")
        note = soup.find("dt", string="Registered patients").find_next_sibling("dd")
        assert "More people are registered than live in England." in words(note)
        last = note.select(".ref a")[-1]["href"]
        assert "NHS Digital, Patients Registered" in words(soup.select_one(last))

    def test_one_size_is_about_as_much_as_another(self, client) -> None:
        soup = read(client, "/compare/?system=cornwall-and-the-isles-of-scilly&system=somerset")
        assert words(soup.select_one(".answer")) == (
            "Cornwall and the Isles of Scilly has about as many residents as Somerset."
        )


class TestOrder:
    @pytest.mark.parametrize("sort", ["", "-name", "residents", "-residents", "-per_practice"])
    def test_it_can_be_sorted_by_any_column(self, client, sort) -> None:
        soup = read(client, f"/compare/?sort={sort}")
        rows = [[words(row.th), *map(words, row.find_all("td"))] for row in soup.select("tbody tr")]
        place = {"": 0, "name": 0, "residents": 1, "per_practice": 3}[sort.removeprefix("-")]
        values = [row[place] if place == 0 else int(row[place].replace(",", "")) for row in rows]
        assert len(values) == 36
        assert values == sorted(values, reverse=sort.startswith("-"))
        (head,) = soup.select("thead [aria-sort]")
        assert head["aria-sort"] == ("descending" if sort.startswith("-") else "ascending")
        assert head == soup.select("thead th")[place]
        assert soup.select_one("#sort option[selected]")["value"] == (sort or "name")

    def test_a_head_sorts_and_the_second_time_the_other_way(self, client) -> None:
        address, seen = f"{TWO}&on=2026-03-31", []
        for _ in range(3):
            soup = read(client, address)
            seen.append(named(soup))
            address = soup.select("thead a")[1]["href"]  # residents
            query = parse_qsl(urlsplit(address).query)
            assert query[:3] == [("system", "devon"), ("system", "dorset"), ("on", "2026-03-31")]
        assert seen == [["Devon", "Dorset"], ["Devon", "Dorset"], ["Dorset", "Devon"]]

    def test_the_name_head_leads_back_to_the_plain_address(self, client) -> None:
        head = read(client, "/compare/?sort=-residents").select_one("thead a")
        assert head["href"] == "/compare/"

    def test_what_is_not_known_comes_last_either_way(self, client) -> None:
        for sort in ("practices", "-practices"):
            assert named(read(client, f"/compare/?on=2020-01-01&sort={sort}"))[0] == (
                "Bedfordshire, Luton and Milton Keynes"
            )

    def test_an_order_that_is_none_is_told_and_the_table_shown(self, client) -> None:
        soup = read(client, f"{TWO}&sort=beauty", 400)
        assert soup.title.string.startswith("Error: ")
        assert "You cannot sort the table by that." in words(soup.select_one(".error-summary"))
        assert named(soup) == ["Devon", "Dorset"]


class TestDates:
    def test_figures_are_of_the_day_and_links_keep_it(self, client) -> None:
        soup = read(client, "/compare/?system=frimley&system=sussex&on=2026-03-31")
        assert named(soup) == ["Frimley", "Sussex"]
        assert "Highest of all 42 ICSs" in table(soup)
        assert links(soup.tbody)["Frimley"] == "/ics/frimley/?on=2026-03-31"
        assert "had" in words(soup.select_one(".answer"))
        assert links(soup.select_one(".banner"))["Go back to today"] == (
            "?system=frimley&system=sussex"
        )

    def test_what_is_not_known_of_a_day_says_so_and_from_when_it_is(self, client) -> None:
        soup = read(client, "/compare/?on=2025-08-01")
        heads = [words(head) for head in soup.select("thead th")][1:]
        for row in table(soup).values():
            cells = dict(zip(heads, row, strict=True))
            assert cells["GP practices"] == cells["Registered patients"] == "Not known"
            assert cells["Patients per practice"] == cells["Primary care networks"] == "Not known"
            assert cells["NHS trusts"] != "Not known"
        text = words(soup.main)
        assert "Not known for this date: our first figures are from 1 January 2026." in text
        assert "Not known for this date: our first list is from February 2026." in text

    def test_a_day_that_cannot_be_shown_is_400_and_shows_today(self, client) -> None:
        soup = read(client, f"{TWO}&on=2016-01-01", 400)
        assert soup.title.string.startswith("Error: ")
        assert named(soup) == ["Devon", "Dorset"]


class TestChoice:
    def test_one_is_too_few_and_still_shown(self, client) -> None:
        soup = read(client, "/compare/?system=devon", 400)
        link = soup.select_one(".error-summary a")
        assert words(link) == "Choose at least 2 ICSs to compare."
        assert soup.select_one(link["href"]).name == "details"
        assert soup.select_one("details#choose").has_attr("open")
        assert named(soup) == ["Devon"]
        assert words(soup.select_one(".answer")) == "Devon has 2% of England’s residents."

    def test_seven_are_too_many_and_the_first_six_are_shown(self, client) -> None:
        slugs = ["devon", "dorset", "somerset", "essex", "lincolnshire", "northamptonshire"]
        slugs.append("gloucestershire")
        soup = read(client, "/compare/?" + "&".join(f"system={slug}" for slug in slugs), 400)
        assert words(soup.select_one(".error-summary li")) == (
            "Choose at most 6 ICSs. You chose 7, so this page shows the first 6 and leaves out "
            "Gloucestershire."
        )
        assert sorted(ticked(soup)) == sorted(slugs[:6])
        assert len(named(soup)) == 6
        assert soup.title.string.startswith("Error: Compare 6 integrated care systems")

    @pytest.mark.parametrize(
        ("query", "said", "shown"),
        [
            ("system=atlantis&system=devon", "We do not know an ICS called “atlantis”.", 1),
            ("system=atlantis", "We do not know an ICS called “atlantis”.", 36),
            ("system=a&system=b&system=c&system=d", "called “a”, “b”, “c” and 1 more.", 36),
            ("system=%3Cb%3E", "names an ICS we do not know.", 36),
            ("system=a&system=%00", "We do not know an ICS called “a” and 1 more.", 36),
        ],
    )
    def test_one_that_we_do_not_know_is_told(self, client, query, said, shown) -> None:
        soup = read(client, f"/compare/?{query}", 400)
        assert said in words(soup.select_one(".error-summary"))
        assert len(named(soup)) == shown

    def test_the_same_one_twice_is_one_and_an_empty_one_none(self, client) -> None:
        assert named(read(client, f"{TWO}&system=devon&system=")) == ["Devon", "Dorset"]

    def test_a_closed_one_leads_to_what_followed(self, client) -> None:
        soup = read(client, "/compare/?system=frimley&system=devon")
        told, offer = notices(soup)
        assert told == (
            "Frimley closed at the end of 31 March 2026. On 21 November 2026 its areas are in "
            "Hampshire and Isle of Wight; Surrey and Sussex; Thames Valley."
        )
        assert named(soup) == ["Devon"]
        href = links(soup.main)["Compare with the ICSs that have their areas on this date"]
        assert offer.startswith("Compare with the ICSs")
        assert sorted(named(read(client, href))) == [
            *("Devon", "Hampshire and Isle of Wight", "Surrey and Sussex", "Thames Valley"),
        ]

    def test_one_that_was_still_to_come_leads_to_what_was_before(self, client) -> None:
        soup = read(client, "/compare/?system=essex&on=2026-03-31")
        assert notices(soup)[0] == (
            "Essex began on 1 April 2026. On 31 March 2026 its areas were in Hertfordshire and "
            "West Essex; Mid and South Essex; Suffolk and North East Essex."
        )
        href = links(soup.main)["Compare the ICSs that have their areas on this date"]
        assert len(named(read(client, href))) == 3
        assert "on=2026-03-31" in href

    def test_areas_that_were_in_none_lead_nowhere(self, client) -> None:
        soup = read(client, "/compare/?system=devon&on=2019-01-01")
        assert notices(soup) == [
            "Devon began on 1 April 2021. On 1 January 2019 its areas were in no ICS."
        ]
        assert len(named(soup)) == 14


class TestDownload:
    @staticmethod
    def download(client, query: str) -> list[dict[str, str]]:
        response = client.get(f"/compare.csv{query}")
        assert response.status_code == 200
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.DictReader(response.content.decode("utf-8-sig").splitlines()))

    @pytest.mark.parametrize("query", ["", "?system=devon&system=dorset&sort=residents"])
    def test_it_has_just_what_is_shown_in_that_order(self, client, query) -> None:
        soup = read(client, f"/compare/{query}")
        href = links(soup.main)["Download this table (CSV)"]
        assert href == f"/compare.csv{query}"
        rows = self.download(client, query)
        assert [row["name"] for row in rows[:-4]] == named(soup)
        for row, shown in zip(rows, table(soup).values(), strict=True):
            for key, cell in (("residents", 0), ("patients", 1), ("practices", 7)):
                if float(row[key]) == int(float(row[key])):
                    assert f"{int(row[key]):,}" == shown[cell]

    def test_each_row_says_of_which_days_it_is(self, client) -> None:
        rows = self.download(client, "?on=2026-03-31")
        assert {(row["as_at"], row["patients_on"]) for row in rows} == {
            ("2026-03-31", "2026-01-01")
        }
        assert [row["name"] for row in rows[-4:]] == [
            *("England", "Lowest", "Middle (median)", "Highest"),
        ]
        assert rows[0]["slug"] == "bath-and-north-east-somerset-swindon-and-wiltshire"
        assert rows[0]["since"] == "2020-12-01"

    def test_what_is_not_known_is_empty(self, client) -> None:
        for row in self.download(client, "?on=2020-01-01"):
            assert row["practices"] == row["patients"] == row["patients_on"] == ""
            assert row["residents"]

    def test_a_name_cannot_be_a_formula(self, client) -> None:
        SystemName.objects.create(
            system=System.objects.get(slug="devon"),
            name="=1+1",
            date_from=date(2026, 5, 1),
            source=Source.objects.first(),
        )
        assert "'=1+1" in {row["name"] for row in self.download(client, "")}

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("on=2016-01-01", "before 15 June 2017"),
            ("system=devon", "at least 2 ICSs"),
            ("system=x&system=devon", "know an ICS called “x”"),
            ("system=frimley&system=devon", "Frimley is not an ICS on 21 November 2026."),
            ("sort=beauty", "cannot sort the table"),
        ],
    )
    def test_a_file_with_something_else_than_asked_for_is_refused(
        self, client, query, said
    ) -> None:
        response = client.get(f"/compare.csv?{query}")
        assert response.status_code == 400
        assert said in response.content.decode()


class TestWays:
    @pytest.mark.parametrize(
        "path", ["/", "/ics/", "/map/", "/ics/?on=2026-03-31", "/map/?on=2026-03-31"]
    )
    def test_pages_lead_to_it_and_keep_the_day(self, client, path) -> None:
        query = path.partition("?")[2]
        found = links(read(client, path).main)["Compare them"]
        assert found == (f"/compare/?{query}" if query else "/compare/")

    def test_a_system_is_compared_with_those_that_touch_it(self, client) -> None:
        href = links(read(client, "/ics/devon/").main)["Compare Devon with its neighbours"]
        assert named(read(client, href)) == [
            *("Cornwall and the Isles of Scilly", "Devon", "Dorset", "Somerset"),
        ]

    def test_many_neighbours_are_five_and_of_the_day(self, client) -> None:
        path = "/ics/thames-valley/"
        href = links(read(client, path).main)["Compare Thames Valley with its neighbours"]
        query = parse_qsl(urlsplit(href).query)
        assert len(query) == 6
        assert query[0] == ("system", "thames-valley")
        assert len(named(read(client, href))) == 6
        old = read(client, "/ics/frimley/?on=2026-03-31")
        href = links(old.main)["Compare Frimley with its neighbours"]
        assert href.endswith("&on=2026-03-31")
        assert len(named(read(client, href))) == 5

    def test_one_that_touches_none_or_is_closed_has_no_neighbours(self, client) -> None:
        alone = read(client, "/ics/dorset/?on=2017-07-01")
        assert links(alone.main)["Compare ICSs"] == "/compare/?on=2017-07-01"
        closed = words(read(client, "/ics/frimley/").main)
        assert "with its neighbours" not in closed

    def test_neighbours_go_by_the_length_of_the_border(self, gazetteer: Gazetteer) -> None:
        maps, atlas = gazetteer.maps, gazetteer.atlas
        day = date(2026, 11, 21)
        shared = {
            (one, other): length for (one, other), length in gazetteer.outlines.shared.items()
        }
        assert all(shared[other, one] == length for (one, other), length in shared.items())
        for slug in ("devon", "thames-valley", "west-yorkshire"):
            found = maps.neighbours(atlas.systems[slug], day)
            mine = {area.code for area in atlas.nearest_areas(atlas.systems[slug], day)}
            lengths = [
                sum(
                    length
                    for (one, other), length in shared.items()
                    if one in mine and atlas.areas[other].system_on(day) is system
                )
                for system in found
            ]
            assert all(lengths)
            assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize("path", ["/compare/", "/compare/?on=2026-03-31", TWO])
def test_the_page_stays_small(client, path) -> None:
    style = (settings.BASE_DIR / "static/css/site.css").read_bytes()
    content = client.get(path).content
    assert len(gzip.compress(content, 6)) + len(gzip.compress(style, 6)) < 25 * KILOBYTE


def test_there_is_no_inline_style_or_script(client) -> None:
    content = client.get("/compare/").content.decode()
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=\"(?!20)", content)


def test_an_empty_site_has_a_page(client, monkeypatch) -> None:
    Scheme.objects.all().delete()
    empty = replace(gazetteer_module.current(), atlas=Atlas({}, {}))
    monkeypatch.setattr(gazetteer_module, "_current", lambda wait: (empty, False))
    soup = read(client, "/compare/")
    assert words(soup.select_one(".answer")) == "There are no ICSs to compare."
    assert soup.select("table") == []
