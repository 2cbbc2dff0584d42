"""The directory of organisations and the page of each, as a reader sees them."""

import re
from datetime import date
from string import ascii_uppercase
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from systems.models import Area, CouncilArea, Membership, Organisation, Source, System
from systems.models.organisations import OrganisationKind
from systems.views.organisations import PAGE
from tests.pages import read, words

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
TOLD_BY_ADDRESS = ["?kind=dentist", "?system=atlantis", "?system=frimley", "?area=mars"]


def answer(soup: BeautifulSoup) -> str:
    return words(soup.select_one("p.answer"))


def codes(soup: BeautifulSoup) -> list[str]:
    return [words(row.find_all("td")[-1]) for row in soup.select("tbody tr")]


def total(soup: BeautifulSoup) -> int:
    said = words(soup.find("p", role="status"))
    return int(re.fullmatch(r"([\d,]+) organisations?", said)[1].replace(",", ""))


def memberships(soup: BeautifulSoup) -> list[list[str]]:
    """Rows of ICS, how, since, until."""
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in soup.select("tbody tr")]


def facts(soup: BeautifulSoup) -> dict[str, str]:
    return {words(dt): words(dt.find_next_sibling("dd")) for dt in soup.select("aside.facts dt")}


class TestDirectory:
    def test_it_has_everybody_a_page_at_a_time(self, client) -> None:
        first = read(client, "/organisations/")
        assert total(first) == 274 + 153 + 164 + 1298 + 6129 + 127
        assert Organisation.objects.count() == total(first) + 1979  # practices that have closed
        assert len(codes(first)) == PAGE
        assert f"Page 1 of {-(-total(first) // PAGE)}" in words(first.main)
        second = read(client, first.find("a", rel="next")["href"].replace("?", "/organisations/?"))
        assert "page 2" in second.title.string
        assert not set(codes(first)) & set(codes(second))
        assert (
            codes(first) + codes(second)
            == list(
                Organisation.objects.listed_on(TODAY)
                .by_first_letter()
                .values_list("code", flat=True)
            )[: 2 * PAGE]
        )

    def test_a_name_is_found_under_its_first_letter(self, client) -> None:
        first = read(client, "/organisations/")
        assert words(first.select_one("tbody a")).startswith("A1 Network PCN")
        letters = first.main.find("nav", {"aria-label": "A to Z"}).find_all("a")
        assert [words(link) for link in letters] == list(ascii_uppercase)
        soup = read(client, f"/organisations/{letters[8]['href']}")
        assert "P87657" in codes(soup) + codes(read(client, "/organisations/?letter=i&page=2"))
        names = [words(link).lstrip("(0123456789/ ") for link in soup.select("tbody th a")]
        assert {name[0].upper() for name in names} == {"I"}
        assert soup.main.find("a", {"aria-current": "true"}, string="I")
        assert soup.main.find("a", href="/organisations/", string="Remove all")

    def test_each_kind_is_a_link_with_its_number(self, client) -> None:
        soup = read(client, "/organisations/")
        for kind in OrganisationKind:
            [link] = soup.main.find_all("a", href=f"/organisations/?kind={kind.value}")
            number = int(words(link).rpartition(": ")[2].replace(",", ""))
            assert number == total(read(client, link["href"]))

    def test_an_ics_and_an_area_are_one_click_away_from_their_own(self, client) -> None:
        soup = read(client, "/organisations/")
        assert soup.main.find("a", href="/ics/devon/members/", string="Devon")
        link = soup.main.find("a", href="/organisations/?area=stockport", string="Stockport")
        assert total(read(client, link["href"])) > 10
        area = read(client, "/areas/stockport/")
        assert area.main.find("a", href=link["href"], string="All organisations in Stockport")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("kind=trust&words=ambulance", "RRU"),
            ("kind=council&words=derbyshire", "E10000007"),
            ("kind=pcn&words=coast+country", "U41591"),
            ("kind=practice&words=darwen+healthcare", "P81051"),
            ("words=P81051", "P81051"),  # a code
            ("words=p81051", "P81051"),
            ("words=egham+runnymede", "H81047"),  # a town and a name, in any order
            ("system=thames-valley&words=runnymede", "H81047"),  # the system that pays for it
            ("area=surrey-heath-and-farnham&words=runnymede", "H81047"),  # where it stands
            ("area=devon&kind=council&words=plymouth", "E06000026"),
            ("system=devon&kind=council&words=plymouth", "E06000026"),
        ],
    )
    def test_it_can_be_filtered(self, client, query: str, found: str) -> None:
        soup = read(client, f"/organisations/?{query}")
        assert found in codes(soup)
        assert 0 < total(soup) < 50

    def test_it_does_not_look_for_postcodes_as_words_are_part_of_the_address(self, client) -> None:
        assert facts(read(client, "/organisations/H81047/"))["Address"].endswith("TW20 0PF")
        assert total(read(client, "/organisations/?words=TW20+0PF")) == 0

    def test_filters_narrow_one_another(self, client) -> None:
        queries = ["kind=practice", "kind=practice&system=thames-valley"]
        queries.append(queries[-1] + "&area=surrey-heath-and-farnham")
        numbers = [total(read(client, f"/organisations/?{query}")) for query in queries]
        assert numbers[0] == 6129 + 127
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[2] == 1  # it stands in one system and another pays for it

    def test_each_choice_can_be_taken_away_alone(self, client) -> None:
        soup = read(client, "/organisations/?kind=practice&system=devon&words=exeter&page=1")
        choices = soup.find("ul", {"aria-label": "Your choices"})
        removals = {words(a): parse_qs(urlsplit(a["href"]).query) for a in choices.find_all("a")}
        assert removals == {
            "Remove Name, town or code: exeter ✕": {
                "kind": ["practice"],
                "system": ["devon"],
            },
            "Remove Kind: GP practices ✕": {"system": ["devon"], "words": ["exeter"]},
            "Remove ICS: Devon ✕": {"kind": ["practice"], "words": ["exeter"]},
            "Remove all": {},
        }

    def test_the_fields_keep_what_was_chosen_and_so_do_the_pages(self, client) -> None:
        soup = read(client, "/organisations/?kind=practice&words=surgery")
        assert soup.find("input", {"name": "words"})["value"] == "surgery"
        assert soup.select_one("select[name=kind] option[selected]")["value"] == "practice"
        following = parse_qs(urlsplit(soup.find("a", rel="next")["href"]).query)
        assert following == {"kind": ["practice"], "words": ["surgery"], "page": ["2"]}

    @pytest.mark.parametrize("query", [*TOLD_BY_ADDRESS, "?words=%00", "?words=" + "x" * 101])
    def test_a_choice_that_cannot_be_made_is_shown_beside_its_field(self, client, query) -> None:
        soup = read(client, f"/organisations/{query}", 400)
        field = query[1:].partition("=")[0]
        assert soup.title.string.startswith("Error:")
        assert soup.select_one(".error-summary a")["href"] == f"#id_{field}"
        assert words(soup.find(id=f"id_{field}_error"))
        assert soup.find("ul", {"aria-label": "Your choices"}) is None
        assert codes(soup)  # the other choices hold

    def test_nothing_found_says_how_to_go_on(self, client) -> None:
        soup = read(client, "/organisations/?words=xyzzy&kind=trust")
        assert "No organisation matches these choices" in words(soup.main)
        assert soup.main.find("a", href="/organisations/", string="Remove all choices")

    @pytest.mark.parametrize("page", ["0", "-1", "999999", "two", "%00", "²", ""])
    def test_a_page_that_is_not_there_is_the_nearest(self, client, page) -> None:
        assert codes(read(client, f"/organisations/?page={page}"))

    def test_closed_ones_are_listed_and_marked(self, client) -> None:
        soup = read(client, "/organisations/?words=solent")
        row = next(row for row in soup.select("tbody tr") if "R1C" in words(row))
        assert words(row.th.select_one(".tag")) == "Closed"

    def test_districts_of_a_county_are_councils(self, client) -> None:
        assert total(read(client, "/organisations/?kind=council")) == 153 + 164


class TestPractice:
    def test_one_whose_payer_and_address_agree_is_in_one_ics(self, client) -> None:
        soup = read(client, "/organisations/P81051/")
        assert words(soup.h1) == "Darwen Healthcare"
        assert answer(soup).startswith("Darwen Healthcare is in Lancashire and South Cumbria ,")
        said = words(soup.main)
        assert "Its address is in the same ICS" in said
        assert "The board of the ICS plans and funds care for its patients" in said
        assert "Two integrated care systems" not in said

    def test_one_that_another_ics_pays_for_shows_both_and_who_deals_with_what(self, client) -> None:
        soup = read(client, "/organisations/H81047/")
        assert answer(soup) == (
            "Runnymede Medical Practice comes under two integrated care systems (ICSs)."
        )
        both = soup.main.select_one(".text dl.summary")
        said = {words(dt): dt.find_next_sibling("dd") for dt in both.find_all("dt")}
        paid, here = said["The ICS that funds it"], said["The ICS of its address"]
        assert paid.a["href"] == "/ics/thames-valley/"
        assert "plans and funds care for the patients" in words(paid)
        assert here.a["href"] == "/ics/surrey-and-sussex/"
        assert "councils and local schemes" in words(here)
        assert "contact the first ICS about your NHS care" in words(soup.main)
        assert "Contact your own council about social care" in words(soup.main)
        assert "Who Pays?" in words(soup.select_one(".sources"))

    def test_all_that_differ_show_both(self, client, gazetteer) -> None:
        register, atlas = gazetteer.register, gazetteer.atlas
        differing = [
            found.code
            for found in register.by_code.values()
            if found.kind == "practice" and found.area and found.systems_on(TODAY)
            if atlas.areas[found.area].system_on(TODAY).slug not in found.systems_on(TODAY)
        ]
        assert len(differing) == 17
        for code in differing:
            assert answer(read(client, f"/organisations/{code}/")).endswith(
                "comes under two integrated care systems (ICSs)."
            )

    def test_its_payers_are_dated_and_an_unknown_start_is_not_known(self, client) -> None:
        rows = memberships(read(client, "/organisations/H81047/"))
        assert [row[1:] for row in rows] == [
            ["Funded by this ICB", "1 April 2026", "–"],
            ["Was funded by this ICB", "Not known", "31 March 2026"],
        ]
        assert [row[0].split(" Source")[0] for row in rows] == ["Thames Valley", "Frimley"]
        [row] = memberships(read(client, "/organisations/P81051/"))
        assert row[2:] == ["Not known", "–"]

    def test_the_facts_say_where_it_is_and_what_it_is_part_of(self, client) -> None:
        said = facts(read(client, "/organisations/P81051/"))
        assert said["What it is"].startswith("GP practice")
        assert said["Address"] == "James Street West, Darwen BB3 1PY"
        assert said["Phone"] == "01254 964640"
        assert said["Registered patients"] == "14,439 On 1 January 2026"
        assert said["Code"].startswith("P81051 NHS Organisation Data Service")
        assert said["Part of"].endswith("PCN")
        assert "Opened" not in said  # not known

    def test_one_in_no_list_and_at_no_known_place_says_so(self, client) -> None:
        Organisation.objects.create(
            code="Z99999", kind="practice", form="GP practice", name="X", source=_source()
        )
        soup = read(client, "/organisations/Z99999/")
        assert (
            answer(soup)
            == "Our sources do not say which integrated care system (ICS) X belongs to."
        )
        assert soup.select("tbody tr") == []

    def test_many_of_one_name_have_titles_with_place_and_code(self, client) -> None:
        named = Organisation.objects.filter(name="Church Road Surgery")
        assert named.count() > 1
        titles = {
            read(client, one.get_absolute_url()).title.string.removesuffix(" – ICS Info")
            for one in named
        }
        assert titles == {f"Church Road Surgery, {one.place} ({one.code})" for one in named}


class TestTrust:
    def test_it_is_listed_under_one_ics_and_may_serve_several(self, client) -> None:
        soup = read(client, "/organisations/RRU/")
        assert answer(soup).startswith(
            "London Ambulance Service NHS Trust is listed under South East London ,"
        )
        said = words(soup.main)
        assert "The trust may serve people in several" in said
        assert "it serves all of London" in said
        assert [row[1:3] for row in memberships(soup)] == [["Listed under this ICS", "Not known"]]

    def test_a_list_that_changed_its_mind_is_told(self, client) -> None:
        said = words(read(client, "/organisations/RPG/").main)
        assert "is listed under Kent and Medway" in said
        assert "In the July 2025 list it was under South East London" in said

    def test_one_that_came_over_with_a_merger_has_both_systems_dated(self, client) -> None:
        rows = memberships(read(client, "/organisations/G6V2S/"))
        assert [(row[0].split(" Source")[0], *row[2:]) for row in rows] == [
            ("West and North London", "1 April 2026", "–"),
            ("North Central London", "Not known", "31 March 2026"),
        ]

    def test_the_hospitals_it_runs_are_named_with_their_town_and_source(self, client) -> None:
        soup = read(client, "/organisations/RDU/")
        hospitals = soup.find("h2", string="Hospitals listed under it").find_next("ul")
        shown = next(item for item in hospitals("li") if "Wexham Park" in words(item))
        assert "Slough" in words(shown)
        assert shown.select_one("sup.ref a")["href"].startswith("#source-")
        assert "There may be more hospitals, or fewer" in words(soup.main)
        assert "Hospitals listed under it" not in words(read(client, "/organisations/RRU/").main)

    def test_what_it_runs_is_said_to_be_our_reading(self, client) -> None:
        said = facts(read(client, "/organisations/RRU/"))["What it is"]
        assert "Ambulance, judging by its name" in said

    def test_a_closed_one_says_when_it_closed_and_what_followed_it(self, client) -> None:
        soup = read(client, "/organisations/R1C/")
        assert words(soup.h1) == "Solent NHS Trust Closed"
        assert answer(soup) == "Solent NHS Trust closed at the end of 30 September 2024."
        followed = soup.find("h2", string="What replaced it").find_next("ul")
        assert followed.a["href"] == "/organisations/RW1/"
        assert "From 1 October 2024." in words(followed)
        assert facts(soup)["Last day"] == "30 September 2024"
        assert "Solent NHS Trust is listed under" not in words(soup.main)
        # and the other way round
        later = read(client, "/organisations/RW1/")
        took = later.find("h2", string="What it replaced").find_next("ul")
        assert took.find("a", href="/organisations/R1C/")
        assert "On 1 October 2024." in words(took)
        assert "The successor was then Southern Health NHS Foundation Trust." in words(took)

    def test_one_that_was_split_names_all_that_followed(self, client) -> None:
        soup = read(client, "/organisations/RJD/")
        followed = soup.find("h2", string="What replaced it").find_next("ul")
        assert {a["href"] for a in followed.select("li > a")} == {
            "/organisations/RJE/",
            "/organisations/RL4/",
        }
        assert "without services, until 2017" in words(followed)

    def test_a_closed_one_that_nothing_is_known_to_follow_says_so(self, client) -> None:
        soup = read(client, "/organisations/RYH/")
        assert answer(soup) == "NHS Direct NHS Trust closed at the end of 31 March 2014."
        assert words(soup.find("h2", string="What replaced it").find_next("p")) == "We do not know."

    def test_one_that_is_not_open_yet_says_when(self, client) -> None:
        soup = read(client, "/organisations/K0N6A/")
        assert words(soup.h1) == "The Online NHS Trust Not open yet"
        assert answer(soup) == (
            "The Online NHS Trust has been set up but is not open yet. It opens on 1 February 2027."
        )
        assert facts(soup)["Opens"] == "1 February 2027"

    def test_it_opens_by_itself_on_the_day(self, client, monkeypatch) -> None:
        for day, tagged in [(date(2027, 1, 31), True), (date(2027, 2, 1), False)]:
            monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, day=day: day)
            soup = read(client, "/organisations/K0N6A/")
            assert ("Not open yet" in words(soup.h1)) == tagged
        assert "Our sources do not say which integrated care system" in answer(soup)


class TestCouncil:
    def test_one_whose_residents_are_all_in_one_ics(self, client) -> None:
        soup = read(client, "/organisations/E10000007/")
        assert answer(soup).startswith(
            "All residents of Derbyshire County Council live in Derby and Derbyshire ,"
        )
        shown = words(soup.select_one(".text ul.list"))
        assert "100%" in shown
        # Glossop joined in July 2022: since then all of it is there.
        assert "since 1 July 2022" in shown

    def test_one_that_only_touches_another_ics_is_nearly_all_in_one(self, client) -> None:
        soup = read(client, "/organisations/E06000060/")
        assert answer(soup).startswith("Nearly all residents of Buckinghamshire Council, 99%")
        assert "only a small part" in words(soup.select(".text ul.list > li")[1])

    @pytest.mark.parametrize(
        ("code", "most", "shares"),
        [
            (
                "E06000064",
                "76%, are in Lancashire and South Cumbria",
                {"lancashire-and-south-cumbria": "76%", "north-east-and-north-cumbria": "24%"},
            ),
            (
                "E06000065",
                "91%, are in Humber and North Yorkshire",
                {
                    "humber-and-north-yorkshire": "91%",
                    "west-yorkshire": "8%",
                    "lancashire-and-south-cumbria": "under 1%",
                },
            ),
        ],
    )
    def test_one_in_several_says_how_many_residents_are_in_each(
        self, client, code, most, shares
    ) -> None:
        soup = read(client, f"/organisations/{code}/")
        main = [share for share in shares.values() if share != "under 1%"]  # not a sliver
        assert f"is in {len(main)} integrated care systems" in answer(soup)
        assert most in answer(soup)
        items = soup.select(".text ul.list > li")
        shown = {item.a["href"].split("/")[2]: words(item) for item in items}
        assert list(shown) == list(shares)  # most first
        for slug, share in shares.items():
            assert f", {share}" in shown[slug]
        numbers = [
            int(re.search(r"([\d,]+) residents", s)[1].replace(",", "")) for s in shown.values()
        ]
        rows = CouncilArea.objects.filter(council__code=code)
        assert sum(numbers) == sum(rows.values_list("residents", flat=True))
        assert "2021 Census" in words(soup.main)

    def test_a_sliver_is_called_one(self, client) -> None:
        soup = read(client, "/organisations/E06000065/")
        said = [words(item) for item in soup.select(".text ul.list > li")]
        assert ["only a small part" in item for item in said] == [False, False, True]

    def test_it_moves_with_its_areas_at_midnight(self, client, monkeypatch) -> None:
        for day, several in [(date(2026, 3, 31), True), (date(2026, 4, 1), False)]:
            monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, day=day: day)
            said = answer(read(client, "/organisations/E10000030/"))
            if several:
                assert "is in 2 integrated care systems" in said
                assert "87%, are in Surrey Heartlands" in said
            else:
                assert said.startswith(
                    "All residents of Surrey County Council live in Surrey and Sussex"
                )

    @pytest.mark.parametrize(
        ("code", "successor"),
        [("E07000217", "West Surrey Council is"), ("E07000215", "East Surrey Council is")],
    )
    def test_one_that_is_to_end_says_what_is_planned_to_replace_it(
        self, client, code, successor
    ) -> None:
        said = words(read(client, f"/organisations/{code}/").main)
        assert f"{successor} planned to replace it on 1 April 2027" in said

    def test_a_county_has_its_districts_and_a_district_its_county(self, client) -> None:
        county = read(client, "/organisations/E10000007/")
        districts = county.find("h2", string="Its district councils").find_next("ul")
        assert districts.find("a", href="/organisations/E07000037/")
        assert len(districts.find_all("li")) == 8
        district = read(client, "/organisations/E07000037/")
        assert facts(district)["Part of"] == "Derbyshire County Council"
        assert "All residents of High Peak Borough Council live in Derby and Derbyshire" in answer(
            district
        )

    def test_its_code_is_the_onss(self, client) -> None:
        said = facts(read(client, "/organisations/E06000065/"))["Code"]
        assert said.startswith("E06000065 Office for National Statistics")

    def test_one_that_is_in_no_ics_says_so(self, client) -> None:
        area = Area.objects.create(
            code="99Z",
            slug="atlantis",
            name="Atlantis",
            residents=10,
            live_postcodes=1,
            source=_source(),
        )
        council = Organisation.objects.create(
            code="E99999999", kind="council", form="borough", name="Atlantis", source=_source()
        )
        CouncilArea.objects.create(council=council, area=area, residents=10)
        soup = read(client, "/organisations/E99999999/")
        assert answer(soup) == "All residents of Atlantis live in no integrated care system (ICS)."

    def test_one_that_nobody_lives_in_has_a_page(self, client) -> None:
        Organisation.objects.create(
            code="E99999999", kind="council", form="borough", name="Atlantis", source=_source()
        )
        assert "Our sources do not say" in answer(read(client, "/organisations/E99999999/"))


class TestNetwork:
    def test_it_has_its_practices(self, client) -> None:
        soup = read(client, "/organisations/U88348/")
        assert "is listed under Lancashire and South Cumbria" in answer(soup)
        practices = soup.find("h2", string="Its GP practices").find_next("ul")
        assert practices.find("a", href="/organisations/P81051/")
        assert "A primary care network (PCN) is a group of GP practices" in words(soup.main)

    def test_the_one_in_two_systems_names_both(self, client) -> None:
        soup = read(client, "/organisations/U41591/")
        assert answer(soup) in {
            f"Coast and Country PCN is listed under {names} , two integrated care systems (ICSs)."
            for names in (
                "Devon and Cornwall and the Isles of Scilly",
                "Cornwall and the Isles of Scilly and Devon",
            )
        }
        assert len(soup.find("h2", string="Its GP practices").find_next("ul").find_all("li")) == 4


class TestAddresses:
    @pytest.mark.parametrize("code", ["p81051", "P81051", "rru"])
    def test_small_letters_lead_to_the_page(self, client, code) -> None:
        response = client.get(f"/organisations/{code}/", follow=True)
        assert response.status_code == 200
        assert response.redirect_chain == (
            [] if code.isupper() else [(f"/organisations/{code.upper()}/", 302)]
        )

    @pytest.mark.parametrize("code", ["P99999", "E10000099", "X", "0", "P81051 ", "QNQ"])
    def test_a_code_that_nobody_has_is_not_found(self, client, code) -> None:
        soup = read(client, f"/organisations/{code}/", 404)
        assert soup.main.find("form", {"action": "/find/"})

    @pytest.mark.parametrize(
        "odd",
        [
            *(
                "%00",
                "P81051%00",
                "%0A",
                "P%0d%0a81051",
                "%2F..%2F",
                "..",
                "P81051/x",
                "%F0%9F%98%80",
            ),
            *("ſ", "ﬁ", "İ", "%FF", "%22%3E%3Cb%3E", "x" * 5000, "'; drop table", "P81051/edit/"),
        ],
    )
    def test_an_odd_address_is_never_an_error_of_ours(self, client, odd) -> None:
        for path in (f"/organisations/{odd}", f"/organisations/{odd}/"):
            response = client.get(path, follow=True)
            assert response.status_code in {400, 404}, path

    @pytest.mark.parametrize("kind", ["trust", "council", "pcn", "practice"])
    def test_every_kind_has_a_title_of_its_own(self, client, kind) -> None:
        shown = Organisation.objects.filter(kind=kind).order_by("-code")[:5]
        for one in shown:
            title = read(client, one.get_absolute_url()).title.string
            place = f", {one.place}" if one.place else ""
            assert title == f"{one.name}{place} ({one.code}) – ICS Info"

    def test_every_fact_has_its_source_at_the_foot(self, client) -> None:
        for code in ("RRU", "H81047", "U41591", "E06000065", "R1C"):
            soup = read(client, f"/organisations/{code}/")
            refs = {a["href"].removeprefix("#") for a in soup.select("main sup.ref a")}
            assert refs == {item["id"] for item in soup.select(".sources li")}
            assert refs

    def test_what_an_editor_writes_is_shown_as_text(self, client) -> None:
        source = _source()
        trust = Organisation.objects.create(
            code="Z9", kind="trust", form="<i>f</i>", name="<b>A & B</b>", note="<u>", source=source
        )
        devon = System.objects.get(slug="devon")
        Membership.objects.create(organisation=trust, system=devon, role="listed", source=source)
        soup = read(client, "/organisations/Z9/")
        assert words(soup.h1) == "<b>A & B</b>"
        assert soup.main.find(["b", "i", "u"]) is None


def _source() -> Source:
    return Source.objects.earliest("pk")
