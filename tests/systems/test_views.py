"""The pages about systems and areas, as a reader sees them."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from systems import gazetteer
from systems.models import Area, AreaPeriod, Contact, System
from tests.pages import links, page, read, words

pytestmark = pytest.mark.django_db

PLANNED = [
    "dorset",
    "somerset",
    "bath-and-north-east-somerset-swindon-and-wiltshire",
    "coventry-and-warwickshire",
    "devon",
    "herefordshire-and-worcestershire",
    "surrey-and-sussex",
]
# The lines of the reference data for the releases that are in use.
ATTRIBUTIONS = [
    "Contains OS data © Crown copyright and database right 2025, 2026.",
    "Contains Royal Mail data © Royal Mail copyright and database right 2025.",
    "Contains National Statistics data © Crown copyright and database right 2025.",
    "Source: Office for National Statistics, licensed under the Open Government Licence v3.0.",
    "Contains information from NHS England, licensed under the Open Government Licence v3.0.",
    "MSOA names: House of Commons Library, Open Parliament Licence v3.0.",
    "Contains GeoNames data (postal codes, GB), CC BY 4.0, geonames.org.",
]


def column(soup: BeautifulSoup, number: int) -> list[str]:
    return [words(row.find_all(["th", "td"])[number]) for row in soup.select("tbody tr")]


def rail_under(soup: BeautifulSoup, heading: str):
    return soup.find("h2", string=heading).find_next("ol", class_="rail")


class TestHome:
    def test_it_has_the_box_and_every_open_system_by_region(self, client) -> None:
        soup = read(client, "/")
        form = soup.main.find("form", {"action": "/find/"})
        assert form["method"] == "post"
        assert form.find("input", {"name": "q"})
        assert len(soup.main.select("ul.index a")) == 36
        assert "36 ICSs today" in [words(heading) for heading in soup.find_all("h2")]
        north_west = soup.find("h3", string="North West").parent
        assert "Greater Manchester" in links(north_west)

    def test_it_has_no_closed_system(self, client) -> None:
        assert "/ics/frimley/" not in read(client, "/").main.decode()

    def test_it_says_what_changed_last_and_what_changes_next(self, client) -> None:
        said = words(read(client, "/").main)
        last = "Twelve boards close and six open: 42 systems become 36"
        assert re.search(rf"Last change: {last} ?\( ?1 April 2026 ?\)", said)
        assert "Next: Boards that share leaders asked to merge by 1 April 2027" in said


class TestSystems:
    @pytest.mark.parametrize(
        ("on", "number"),
        [("", 36), ("2026-03-31", 42), ("2026-04-01", 36), ("2017-06-15", 10), ("2021-03-31", 29)],
    )
    def test_the_list_counts_the_systems_of_the_day(self, client, on, number) -> None:
        soup = read(client, f"/ics/?on={on}" if on else "/ics/")
        assert len(column(soup, 0)) == number
        assert re.search(rf"\b{number}\b", words(soup.select_one("p.answer")))

    def test_the_names_and_the_links_are_of_the_day(self, client) -> None:
        soup = read(client, "/ics/?on=2017-06-15")
        assert links(soup.table)["Frimley Health"] == "/ics/frimley/?on=2017-06-15"
        assert "15 June 2017" in words(soup.find("aside", {"aria-label": "Date shown"}))

    def test_it_can_be_filtered_by_region(self, client) -> None:
        names = column(read(client, "/ics/?region=london"), 0)
        assert names == [
            "North East London",
            "South East London",
            "South West London",
            "West and North London",
        ]

    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ("devon", "Devon"),
            ("bassetlaw", "South Yorkshire"),
            ("coast vale", "Humber and North Yorkshire"),
            ("BLACKPOOL", "Lancashire and South Cumbria"),
        ],
    )
    def test_it_can_be_filtered_by_words_of_any_name_that_it_had(self, client, typed, name) -> None:
        assert column(read(client, f"/ics/?name={typed}"), 0) == [name]

    def test_filters_keep_their_values_and_can_be_taken_away(self, client) -> None:
        soup = read(client, "/ics/?name=devon&on=2026-03-31")
        assert soup.find("input", {"name": "name"})["value"] == "devon"
        assert soup.find("input", {"name": "on"})["value"] == "2026-03-31"
        assert words(soup.find("p", role="status")) == "1 of 42 ICSs"
        assert soup.select_one("details.filters").has_attr("open")
        assert links(soup.main)["Remove all"] == "/ics/"
        assert "/ics/?on=2026-03-31" in [link["href"] for link in soup.main.select("ul a")]

    def test_a_filter_that_nothing_fits_says_so(self, client) -> None:
        soup = read(client, "/ics/?name=atlantis")
        assert "No ICS matches these choices" in words(soup.main)
        assert links(soup.select_one(".notice")) == {
            "Remove “Name contains: atlantis”": "/ics/",
            "Remove all choices": "/ics/",
            "enter yours in the main search box": "/find/",
        }

    def test_its_choices_are_folded_until_one_is_made_or_wrong(self, client) -> None:
        for query, is_open in (("", False), ("?region=london", True), ("?region=x", True)):
            soup = read(client, f"/ics/{query}", 400 if query.endswith("x") else 200)
            assert soup.select_one("details.filters").has_attr("open") is is_open

    @pytest.mark.parametrize("sort", ["residents", "-residents", "-areas", "since", "-since"])
    def test_it_can_be_sorted(self, client, sort) -> None:
        field = sort.removeprefix("-")
        cells = column(
            read(client, f"/ics/?sort={sort}"), {"residents": 2, "areas": 3, "since": 4}[field]
        )
        if field == "since":
            days = AreaPeriod.objects.values_list("date_from", flat=True)
            by_words = {f"{day.day} {day:%b %Y}": day for day in days}
            values = [by_words[cell] for cell in cells]
        else:
            values = [int(cell.replace(",", "")) for cell in cells]
        assert values == sorted(values, reverse=sort.startswith("-"))
        assert len(set(values)) > 1

    @pytest.mark.parametrize(
        ("query", "field"),
        [("region=atlantis", "region"), ("sort=colour", "sort"), ("name=%00", "name")],
    )
    def test_an_invalid_choice_is_shown_to_the_reader_beside_its_field(
        self, client, query, field
    ) -> None:
        soup = read(client, f"/ics/?{query}", 400)
        assert soup.title.string.startswith("Error:")
        assert words(soup.find(id=f"id_{field}_error"))

    @pytest.mark.parametrize("query", ["region=atlantis", "sort=colour", "on=2026-02-30"])
    def test_an_invalid_choice_has_a_summary_that_leads_to_its_field(self, client, query) -> None:
        soup = read(client, f"/ics/?{query}", 400)
        target = soup.select_one(".error-summary a")["href"].removeprefix("#")
        assert soup.find(id=target)["name"] == query.split("=")[0]

    @pytest.mark.parametrize("count", [64, 70, 1000])
    def test_a_filter_of_very_many_words_is_answered(self, client, count) -> None:
        typed = "+".join(f"w{number}" for number in range(count))
        assert client.get(f"/ics/?name={typed}").status_code in {200, 400}


class TestSystem:
    def test_an_open_one_says_what_it_is_and_lists_its_areas(self, client) -> None:
        soup = read(client, "/ics/west-and-north-london/")
        assert words(soup.h1) == "West and North London"
        assert "is one of the 36 integrated care systems" in words(soup.select_one("p.answer"))
        listed = soup.find("h2", string="Its areas").find_next("ul")
        assert links(listed) == {
            "North Central London": "/areas/north-central-london/",
            "North West London": "/areas/north-west-london/",
        }
        facts = words(soup.select_one("aside.facts"))
        assert "Z9B2Z" in facts
        assert "E54000071" in facts
        assert "1 April 2026" in facts

    def test_a_renamed_one_has_its_history(self, client) -> None:
        rail = words(rail_under(read(client, "/ics/south-yorkshire/"), "What has changed"))
        assert "Began as South Yorkshire and Bassetlaw" in rail
        assert "Now called South Yorkshire" in rail
        assert "1 July 2022" in rail
        assert "Nottingham and Nottinghamshire : Bassetlaw" in rail

    def test_a_system_has_the_name_of_the_day_that_is_asked_about(self, client) -> None:
        soup = read(client, "/ics/south-yorkshire/?on=2021-05-01")
        assert words(soup.h1) == "South Yorkshire and Bassetlaw"
        assert "was one of the 42" in words(soup.select_one("p.answer"))
        assert soup.main.find("a", href="/areas/bassetlaw/?on=2021-05-01")

    @pytest.mark.parametrize(
        ("slug", "successors"),
        [
            (
                "frimley",
                {
                    "Thames Valley": ["East Berkshire"],
                    "Hampshire and Isle of Wight": ["North East Hampshire"],
                    "Surrey and Sussex": ["Surrey Heath and Farnham"],
                },
            ),
            (
                "hertfordshire-and-west-essex",
                {
                    "Central East": ["East and North Hertfordshire", "Herts Valleys"],
                    "Essex": ["West Essex"],
                },
            ),
            (
                "suffolk-and-north-east-essex",
                {
                    "Norfolk and Suffolk": ["Ipswich and East Suffolk", "West Suffolk"],
                    "Essex": ["North East Essex"],
                },
            ),
            ("north-west-london", {"West and North London": ["North West London"]}),
        ],
    )
    def test_a_closed_one_names_all_successors_with_the_areas_that_went_there(
        self, client, slug, successors
    ) -> None:
        soup = read(client, f"/ics/{slug}/")
        assert "Closed" in words(soup.h1)
        assert "until 31 March 2026" in words(soup.select_one("p.answer"))
        found = {}
        for item in soup.main.find("h2").find_next("ul").find_all("li"):
            name, *areas = [words(a) for a in item.find_all("a")]
            found[name] = areas
        assert found == successors
        assert soup.main.find("form", {"action": "/find/"}).find("input", {"name": "q"})

    def test_every_closed_system_names_the_successors_that_are_recorded(self, client) -> None:
        today = date(2026, 11, 21)
        open_now = set(System.objects.open_on(today))
        closed = [s for s in System.objects.all() if s not in open_now]
        assert len(closed) == 15
        for system in closed:
            soup = read(client, system.get_absolute_url())
            shown = {urlsplit(a["href"]).path for a in soup.main.find("ul").find_all("a")}
            for succession in system.successions.all():
                later = succession.successor
                if later in open_now:
                    assert later.get_absolute_url() in shown, system
            assert soup.main.find("form", {"action": "/find/"}), system

    def test_a_closed_one_at_a_date_when_it_was_open_says_when_it_closed(self, client) -> None:
        soup = read(client, "/ics/frimley/?on=2026-03-31")
        assert "was one of the 42" in words(soup.select_one("p.answer"))
        assert "closed at the end of 31 March 2026" in words(soup.main)

    def test_one_that_has_not_begun_says_when_it_did(self, client) -> None:
        soup = read(client, "/ics/thames-valley/?on=2026-03-31")
        said = words(soup.select_one("p.answer"))
        assert "was not yet an integrated care system (ICS) on 31 March 2026" in said
        assert "began on 1 April 2026" in said

    @pytest.mark.parametrize("slug", PLANNED)
    def test_a_planned_change_is_shown_as_a_plan(self, client, slug) -> None:
        notice = words(read(client, f"/ics/{slug}/").select_one(".notice-planned"))
        assert "Planned for 1 April 2027, not yet certain" in notice

    def test_a_plan_stays_one_on_every_day_after_it_was_announced(self, client) -> None:
        before = read(client, "/ics/dorset/?on=2026-03-31")
        assert before.select_one(".notice-planned") is None
        after = words(read(client, "/ics/dorset/?on=2027-05-01").select_one(".notice-planned"))
        assert "not yet certain" in after
        assert "This may have changed by 1 May 2027" in after
        today = words(read(client, "/ics/dorset/").select_one(".notice-planned"))
        assert "may have changed it" not in today

    def test_a_plan_is_not_shown_to_others(self, client) -> None:
        assert read(client, "/ics/greater-manchester/").select_one(".notice-planned") is None

    def test_what_was_is_not_spoken_of_as_if_it_were(self, client) -> None:
        for path in ["/ics/frimley/?on=2026-03-31", "/areas/east-berkshire/?on=2026-03-31"]:
            text = words(read(client, path).main)
            assert "NHS body was NHS Frimley" in text
            assert "plans services" not in text
        area = words(read(client, "/areas/east-berkshire/?on=2026-03-31").main)
        assert "East Berkshire was in it from 15 June 2017 to 31 March 2026" in area
        still = words(read(client, "/areas/manchester/?on=2020-01-01").main)
        assert "has been in it since 15 June 2017, and still is" in still

    def test_the_first_page_has_the_latest_announcements(self, client) -> None:
        soup = read(client, "/")
        assert soup.find("h2", string="Latest announcements")
        assert soup.main.find("a", href=re.compile("^/timeline/."))

    def test_contacts_that_nobody_confirmed_say_so_in_one_line(self, client) -> None:
        soup = read(client, "/ics/birmingham-and-solihull/")
        shown = soup.find("h2", string="How to contact it").find_next("dl")
        assert links(shown)["www.birminghamsolihull.icb.nhs.uk/"].startswith("https://")
        doubt = "From sources published in 2022 to 2025. Not confirmed by the ICB: "
        assert words(shown.find_next_sibling("p")) == f"{doubt}check its website."
        assert words(soup.main).count("Not confirmed by the ICB") == 1

    def test_what_an_editor_confirmed_is_told_from_the_rest(self, client) -> None:
        reached = Contact.objects.filter(system__slug="birmingham-and-solihull")
        reached.filter(kind="website").update(confirmed_on=date(2026, 11, 1))
        text = words(read(client, "/ics/birmingham-and-solihull/").main)
        assert "Confirmed on 1 November 2026." in text
        assert "The others are from sources published in 2022. Not confirmed by the ICB" in text
        reached.update(confirmed_on=date(2026, 11, 1))
        assert "Not confirmed by" not in words(read(client, "/ics/birmingham-and-solihull/").main)

    def test_the_board_of_a_closed_ics_is_not_offered_as_a_way_to_check(self, client) -> None:
        text = words(read(client, "/ics/north-west-london/").main)
        assert "020 3350 4567" in text
        assert "Not confirmed by the ICB." in text
        assert "NHS England lists how to complain" not in text

    def test_every_page_of_an_ics_and_an_area_says_how_to_complain(self, client) -> None:
        atlas = gazetteer.current().atlas
        open_now = atlas.open_on(timezone.localdate())
        own, national = 0, 0
        for one in [*open_now, *atlas.areas.values()]:
            main = read(client, one.get_absolute_url()).main
            terms = [words(term) for term in main.find_all("dt")]
            if any(term.startswith("Complaints") for term in terms):
                own += 1
            else:
                national += 1
                assert main.find("a", href=re.compile("england.nhs.uk/contact-us/")), one
        assert own + national == len(open_now) + len(atlas.areas)
        assert min(own, national) > 10

    @pytest.mark.parametrize("path", ["/ics/nothing/", "/areas/nothing/", "/code/NOTHING/", "/x/"])
    def test_what_is_not_there_is_a_page_with_the_box(self, client, path) -> None:
        soup = read(client, path, 404)
        assert soup.main.find("form", {"action": "/find/"}).find("input", {"name": "q"})

    @pytest.mark.parametrize(
        "path",
        [
            "/ics/",
            "/ics/devon/",
            "/ics/devon/members/",
            "/ics/devon/schemes/",
            "/areas/",
            "/areas/devon/",
        ],
    )
    @pytest.mark.parametrize("on", ["2026-02-30", "2017-06-14", "2028-11-22", "soon"])
    def test_a_date_that_cannot_be_shown_is_400_and_says_why(self, client, path, on) -> None:
        soup = read(client, f"{path}?on={on}", 400)
        assert soup.title.string.startswith("Error:")
        summary = soup.select_one(".error-summary a")
        assert soup.find(id=summary["href"].removeprefix("#"))["name"] == "on"
        assert soup.find("aside", {"aria-label": "Date shown"}) is None


class TestAreas:
    def test_the_list_has_every_area_with_its_system_of_the_day(self, client) -> None:
        soup = read(client, "/areas/?on=2026-03-31")
        rows = dict(zip(column(soup, 0), column(soup, 1), strict=True))
        assert len(rows) == 116
        assert rows["Surrey Heath and Farnham"] == "Frimley"

    def test_a_resident_reads_answer_contact_schemes_and_what_changes_next_in_that_order(
        self, client
    ) -> None:
        said = words(read(client, "/areas/devon/").main)
        order = ("for Devon is Devon", "Contact NHS Devon", "Local schemes in Devon")
        order += ("What changes next", "Organisations here", "Which ICS, and when")
        places = [said.index(one) for one in order]
        assert places == sorted(places)

    def test_an_area_without_a_plan_says_that_we_know_of_none(self, client) -> None:
        following = read(client, "/areas/stockport/").find("h2", id="next").find_next_sibling()
        assert words(following) == "We do not know of any change that is planned here."
        following = read(client, "/areas/dorset/").find("h2", id="next").find_next_sibling()
        assert words(following).startswith("Planned for 1 April 2027, not yet certain")

    def test_an_area_in_no_system_yet_says_so(self, client) -> None:
        soup = read(client, "/areas/?on=2018-01-01")
        rows = dict(zip(column(soup, 0), column(soup, 1), strict=True))
        assert rows["Devon"] == "None yet"
        answer = words(read(client, "/areas/devon/?on=2018-01-01").select_one("p.answer"))
        assert "was not in any integrated care system (ICS) on 1 January 2018" in answer

    def test_the_first_sentence_says_which_ics_and_then_what_was_before(self, client) -> None:
        soup = read(client, "/areas/north-west-london/")
        first = soup.main.find("p")
        assert words(first) == (
            "The integrated care system (ICS) for North West London is West and North London ."
        )
        assert first.select_one("a:not(.term)")["href"] == "/ics/west-and-north-london/"
        assert "Before that, until 31 March 2026, it was in North West London" in words(soup.main)

    def test_it_names_the_ccg_and_the_board_that_replaced_it(self, client) -> None:
        said = words(read(client, "/areas/north-west-london/").main)
        assert re.search(r"\(CCG\) ?, last NHS North West London CCG", said)
        assert re.search(r"1 July 2022[^.]*NHS North West London Integrated Care Board", said)

    def test_at_another_date_everything_is_of_that_date(self, client) -> None:
        soup = read(client, "/areas/surrey-heath-and-farnham/?on=2026-03-31")
        answer = soup.select_one("p.answer")
        assert "was Frimley" in words(answer)
        assert answer.select_one("a:not(.term)")["href"] == "/ics/frimley/?on=2026-03-31"
        assert "NHS Frimley Integrated Care Board" in words(soup.main)
        assert "From 1 April 2026 it is in Surrey and Sussex" in words(soup.main)

    def test_every_stay_is_on_the_rail_newest_first(self, client) -> None:
        rail = rail_under(read(client, "/areas/glossop/"), "Which ICS, and when")
        assert [words(item.select_one(".name")).split(" Source")[0] for item in rail("li")] == [
            "Derby and Derbyshire Now",
            "Greater Manchester",
        ]
        assert "15 June 2017 to 30 June 2022" in words(rail("li")[1])

    @pytest.mark.parametrize("slug", ["dorset", "devon", "surrey-heartlands-without-east-surrey"])
    def test_a_planned_change_is_shown_as_a_plan(self, client, slug) -> None:
        notice = words(read(client, f"/areas/{slug}/").select_one(".notice-planned"))
        assert "Planned for 1 April 2027, not yet certain" in notice

    def test_a_plan_for_some_areas_is_shown_to_those_and_what_is_for_all_to_all(
        self, client
    ) -> None:
        surrey, sussex = (
            words(read(client, f"/areas/{slug}/").main) for slug in ("east-surrey", "east-sussex")
        )
        assert "Surrey's twelve councils due to become two" in surrey
        assert "New councils due in Sussex" not in surrey
        assert "New councils due in Sussex" in sussex
        assert "twelve councils" not in sussex
        for text in (surrey, sussex):
            assert "NHS England due to be abolished By March 2027" in text

    @pytest.mark.slow
    def test_every_area_says_the_system_that_its_periods_say(self, client) -> None:
        for area in Area.objects.all():
            row = area.periods.filter(date_from__lte=date(2026, 11, 21)).latest("date_from")
            text = client.get(area.get_absolute_url()).content.decode()
            answer = BeautifulSoup(re.search("<p.*?</p>", text)[0], "html.parser")
            system = answer.select_one("a:not(.term)")
            assert system["href"] == row.system.get_absolute_url()


class TestCode:
    @pytest.mark.parametrize(
        ("code", "path"),
        [
            ("QRV", "/ics/north-west-london/"),
            ("qrv", "/ics/north-west-london/"),
            ("Z9B2Z", "/ics/west-and-north-london/"),
            ("E54000027", "/ics/north-west-london/"),
            ("W2U3Z", "/areas/north-west-london/"),
            ("e38000130", "/areas/northumberland/"),
            ("00L", "/areas/northumberland/"),
            ("D4U1Y-3", "/areas/surrey-heath-and-farnham/"),
        ],
    )
    def test_a_code_old_or_new_leads_to_its_page(self, client, code, path) -> None:
        response = client.get(f"/code/{code}/")
        assert response.status_code in {301, 302}
        assert response["Location"] == path
        assert client.get(path).status_code == 200

    def test_it_keeps_the_date(self, client) -> None:
        response = client.get("/code/QRV/?on=2026-03-31")
        assert response["Location"] == "/ics/north-west-london/?on=2026-03-31"

    @pytest.mark.parametrize(
        ("code", "areas"), [("78h", 2), ("d4u1y", 3), ("42D", 3), ("E38000182", 2), ("92A", 3)]
    )
    def test_a_code_of_several_areas_is_a_choice(self, client, code, areas) -> None:
        soup = read(client, f"/code/{code}/")
        choices = soup.main.select("ul.list a")
        assert len(choices) == areas
        assert all(client.get(a["href"]).status_code == 200 for a in choices)

    def test_it_leads_to_what_has_the_code_on_the_date(self, client) -> None:
        response = client.get("/code/01Y/")
        assert response["Location"] == "/areas/tameside/"
        assert len(read(client, "/code/01Y/?on=2022-06-30").main.select("ul.list a")) == 2

    def test_every_code_in_the_data_leads_somewhere(self, client, gazetteer) -> None:
        for code in gazetteer.atlas.codes:
            assert client.get(f"/code/{code}/").status_code in {200, 302}, code


class TestData:
    @pytest.mark.parametrize("line", ATTRIBUTIONS)
    def test_it_has_every_line_that_must_be_shown(self, client, line) -> None:
        assert line in words(read(client, "/data/").main)

    def test_it_names_the_releases_with_their_dates(self, client) -> None:
        soup = read(client, "/data/")
        rows = words(soup.find("caption", string="Releases in use").find_parent("table"))
        assert "OS Code-Point Open" in rows
        assert "October 2025" in rows
        assert "1,492,125" in rows


class TestEveryPage:
    PATHS = (
        "/",
        "/find/",
        "/ics/",
        "/ics/?on=2026-03-31",
        "/ics/devon/",
        "/ics/frimley/",
        "/ics/thames-valley/?on=2026-03-31",
        "/areas/",
        "/areas/north-west-london/",
        "/code/E38000182/",
        "/data/",
        "/data/?on=2026-03-31",
        "/developers/",
        "/about/",
        "/help/",
        "/privacy/",
        "/nothing/",
        "/ics/?region=atlantis",
    )

    @pytest.mark.parametrize("path", PATHS)
    def test_it_has_what_every_page_needs(self, client, path) -> None:
        soup = page(client.get(path))
        assert soup.html["lang"] == "en-GB"
        assert len(soup.find_all("h1")) == 1
        assert soup.title.string.endswith("– ICS Info")
        assert soup.find(id=soup.select_one("a.skip")["href"].removeprefix("#")) is soup.main
        footer = words(soup.footer)
        assert "ICS Info is independent. It is not run by, or part of, the NHS" in footer
        ids = [tag["id"] for tag in soup.find_all(id=True)]
        assert len(ids) == len(set(ids))
        for label in soup.find_all("label"):
            assert soup.find(id=label["for"]), label

    @pytest.mark.parametrize("path", PATHS)
    def test_it_has_no_inline_style_or_script_and_nothing_from_elsewhere(
        self, client, path
    ) -> None:
        soup = page(client.get(path))
        assert soup.find_all(["style", "iframe"]) == []
        scripts = soup.find_all("script", type=lambda kind: kind != "application/ld+json")
        assert [script for script in scripts if words(script)] == []
        assert soup.find_all(style=True) == []
        for tag in soup.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], tag
        loaded = [tag["src"] for tag in soup.find_all(src=True)]
        loaded += [tag["href"] for tag in soup.select("link:not([rel=canonical], [rel=alternate])")]
        assert loaded
        assert [address for address in loaded if not re.match(r"/(?!/)", address)] == []

    @pytest.mark.parametrize("path", PATHS)
    def test_it_is_sent_with_the_headers_that_protect_and_without_cookies(
        self, client, path
    ) -> None:
        response = client.get(path)
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()

    @pytest.mark.parametrize("path", ["/", "/ics/", "/ics/devon/", "/areas/devon/", "/areas/"])
    def test_no_date_banner_shows_on_whatever_day_it_is(self, client, monkeypatch, path) -> None:
        for day in (date(2026, 11, 20), date(2027, 2, 1)):
            monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, day=day: day)
            assert read(client, path).find("aside", {"aria-label": "Date shown"}) is None

    def test_head_is_answered_without_a_body(self, client) -> None:
        for path in ("/", "/ics/", "/ics/devon/", "/areas/devon/", "/data/", "/about/"):
            response = client.head(path)
            assert (response.status_code, response.content) == (200, b"")

    def test_nothing_but_reading_is_allowed(self, client) -> None:
        for path in ("/", "/ics/", "/ics/devon/", "/areas/devon/", "/code/QRV/", "/data/"):
            assert client.post(path).status_code == 405


def test_a_change_takes_effect_by_itself_at_midnight(client, monkeypatch) -> None:
    change = date(2026, 4, 1)
    for day, name in ((change - timedelta(days=1), "Frimley"), (change, "Surrey and Sussex")):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, day=day: day)
        answer = read(client, "/areas/surrey-heath-and-farnham/").select_one("p.answer")
        assert f"is {name}" in words(answer)
