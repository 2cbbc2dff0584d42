"""Local schemes: how fresh each is, where they are after mergers, and how they are found."""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings

from systems.models import Area, Audience, Scheme, Source, System, Topic, Way
from systems.models.schemes import Freshness
from tests.builders import make_scheme
from tests.pages import page, read, words

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
BETTING_SHOPS = "/schemes/blood-pressure-checks-in-betting-shops-stockport/"
HEALTH_STOCKPORT = "/schemes/neighbourhood-health-stockport/"
NATIONAL = "/schemes/mental-health-staff-in-gp-practices-for-young-people/"
OF_FRIMLEY = {
    "/schemes/fit-and-ready-farnham/": "surrey-and-sussex",
    "/schemes/neighbourhood-health-slough-and-east-berkshire/": "thames-valley",
}
ALL_OF_FRIMLEY = "/schemes/workwell-frimley/"
OF_SUSSEX = "/schemes/lung-checks-sussex/"
FRESH, OLD, ENDED = HEADINGS = [freshness.label for freshness in Freshness]


def groups(soup: BeautifulSoup, level: int = 2) -> dict[str, list]:
    """The items of the groups of schemes, by heading."""
    shown: dict[str, list] = {}
    for heading in soup.main.find_all(f"h{level}"):
        if words(heading) in HEADINGS:
            items = heading.find_next("ul", class_="list").find_all("li", recursive=False)
            shown[words(heading)] = shown.get(words(heading), []) + items
    return shown


def listed(soup: BeautifulSoup, level: int = 2) -> list[str]:
    shown = [item for items in groups(soup, level).values() for item in items]
    return [link["href"] for item in shown for link in item.find_all("a")]


def everything(client, query: str = "") -> Iterator[BeautifulSoup]:
    """All pages of a list."""
    path = f"/schemes/{query}"
    while path:
        soup = read(client, path)
        yield soup
        following = soup.find("a", rel="next")
        path = f"/schemes/{following['href']}" if following else ""


def is_listed(row: dict[str, str], today: date = TODAY) -> bool:
    """Whether two years have not passed since it should have been confirmed."""
    return row["check_by"] > str(today.replace(year=today.year - 2))


def found(client, query: str = "") -> set[str]:
    paths = [path for soup in everything(client, query) for path in listed(soup)]
    assert len(paths) == len(set(paths))
    return set(paths)


def rows() -> dict[str, dict[str, str]]:
    with (settings.FIXTURES / "schemes.csv").open(encoding="utf-8", newline="") as file:
        return {f"/schemes/{row['slug']}/": row for row in csv.DictReader(file)}


def facts(soup: BeautifulSoup) -> dict[str, str]:
    return {words(dt): words(dt.find_next_sibling("dd")) for dt in soup.select("dl.summary dt")}


def make(slug: str, **changes) -> Scheme:
    given = {
        "name": f"Made {slug}",
        "place": "Somewhere",
        "what": "Something.",
        "check_by": TODAY + timedelta(days=1),
        "source": Source.objects.earliest("pk"),
    }
    return Scheme.objects.create(slug=slug, **given | changes)


class TestList:
    def test_it_has_every_scheme_once_the_fresh_first_and_the_ended_last(self, client) -> None:
        order = []
        paths = []
        for soup in everything(client):
            for heading, items in groups(soup).items():
                links = [link["href"] for item in items for link in item.find_all("a")]
                order += [heading] * len(links)
                paths += links
        assert set(paths) == {path for path, row in rows().items() if is_listed(row)}
        assert len(paths) == len(set(paths))
        assert order == sorted(order, key=HEADINGS.index)
        assert [order.count(heading) for heading in HEADINGS] == [16, 53, 3]
        assert words(soup.find("p", role="status")) == "72 schemes"

    def test_what_nobody_confirmed_for_two_more_years_is_no_longer_listed(
        self, client, monkeypatch
    ) -> None:
        path = f"/schemes/{make('made', check_by=date(2024, 2, 28)).slug}/"
        for day, there in [(date(2026, 2, 27), True), (date(2026, 2, 28), False)]:
            monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, day=day: day)
            assert (path in found(client)) == there
            assert (path in found(client, "?show=past")) != there
        past = "We no longer list it: it has not been confirmed for a long time"
        assert past in words(read(client, path).main)

    def test_past_schemes_are_one_link_away_with_the_choices_made(self, client) -> None:
        soup = read(client, "/schemes/?words=betting&system=greater-manchester")
        assert listed(soup) == []
        link = soup.main.find("a", string="See past schemes")
        past = read(client, f"/schemes/{link['href']}")
        assert listed(past) == [BETTING_SHOPS]
        assert words(past.find("p", role="status")) == "1 scheme"
        assert past.main.find("a", string="See past schemes") is None

    def test_a_programme_stands_once_with_a_link_for_each_of_its_places(self, client) -> None:
        soup = read(client, "/schemes/")
        item = soup.main.find("strong", string="WorkWell").parent
        assert "In 15 places. Choose yours:" in words(item)
        assert "You do not need to be claiming benefits" not in words(item)  # cut to 34 words
        assert len(item.find_all("a")) == 15
        assert words(item.select_one(".tag")) == "Running"  # which all have in common
        link = item.find("a", href=ALL_OF_FRIMLEY)
        assert words(link).startswith("WorkWell, Frimley, in Hampshire and Isle of Wight;")

    def test_places_that_differ_each_say_how_sure_they_are(self, client) -> None:
        ago = {"status": "running", "status_as_of": "2026-02", "known_as_of": "2026-02"}
        make("one", name="Strolls", place="Ham", what="Walk. In Ham.", **ago)
        make("two", name="Strolls", place="Eggs", what="Walk. In Eggs.")
        [soup] = everything(client, "?words=strolls")
        [[item]] = groups(soup).values()
        assert [words(link) for link in item.find_all("a")] == ["Strolls, Ham", "Strolls, Eggs"]
        assert [words(tag) for tag in item.select(".tag")] == ["Running", "Reported"]
        assert words(item.p) == "Walk."

    def test_a_programme_is_on_one_page_however_long_the_list_is(self, client) -> None:
        for number in range(60):
            make(f"made-{number}", name=f"Other {number:03}")
            make(f"same-{number}", name="The same")
        pages = [soup for soup in everything(client, "") if soup.find("strong", string="The same")]
        [soup] = pages
        name = soup.find("strong", string="The same")
        assert len(name.parent.find_all("a")) == 60

    def test_each_group_says_what_to_make_of_it(self, client) -> None:
        pages = list(everything(client))
        said = {
            heading: words(soup.find("h2", string=heading).find_next_sibling())
            for soup in pages
            for heading in groups(soup)
        }
        assert "We have not had recent confirmation that these are still running" in said[OLD]
        assert "Check with the organisation named on the page before you go" in said[OLD]
        assert "These have ended. We keep them as a record" in said[ENDED]
        assert "Many have not been confirmed for a long time" in words(pages[0].main)

    def test_none_claims_to_run_unless_a_source_said_so_and_lately(self, client) -> None:
        for soup in everything(client):
            for heading, items in groups(soup).items():
                for item in items:
                    row, said = rows()[item.a["href"]], words(item)
                    tag = words(item.select_one(".tag"))
                    if heading == FRESH:
                        assert row["check_by"] > str(TODAY)
                        running = row["status"] == "running"
                        assert tag == ("Running" if running else "Reported")
                        assert re.search(r"As of (\d+ )?(\w+ )?\d{4}\.", said)
                        assert ("We do not know whether it is still running" in said) != running
                    elif heading == ENDED:
                        assert (row["status"], tag) == ("ended", "Ended")
                    else:
                        assert tag.startswith("Not confirmed")
                        assert row["check_by"] <= str(TODAY)

    def test_one_in_a_list_says_what_where_and_how_to_get_it(self, client) -> None:
        [soup] = everything(client, "?words=betting&show=past")
        [[item]] = groups(soup).values()
        said = words(item)
        assert "Stockport, in Greater Manchester" in said
        assert "They come to you" in said
        assert "Not confirmed since 1 July 2022" in said

    @pytest.mark.parametrize(
        "path",
        [
            *("/schemes/", "/schemes/?topic=mental-health", "/schemes/?words=xyzzy"),
            *("/schemes/?way=nonsense", BETTING_SHOPS, NATIONAL, "/ics/devon/schemes/"),
            *("/ics/frimley/schemes/", "/ics/frimley/schemes/?on=2026-03-31"),
        ],
    )
    def test_a_page_of_schemes_says_that_it_gives_no_advice_and_whom_to_call(
        self, client, path
    ) -> None:
        said = words(page(client.get(path)).main)
        assert "This site gives no medical advice" in said
        assert "urgent help call 111" in said
        assert "emergency call 999" in said


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "there", "elsewhere"),
        [
            ("?system=greater-manchester", HEALTH_STOCKPORT, OF_SUSSEX),
            ("?area=stockport", HEALTH_STOCKPORT, "/schemes/lung-checks-tesco-farnworth/"),
            ("?topic=blood-pressure-and-heart&show=past", BETTING_SHOPS, OF_SUSSEX),
            ("?audience=men", "/schemes/barbers-who-listen-swindon/", OF_SUSSEX),
            ("?way=outreach&show=past", BETTING_SHOPS, ALL_OF_FRIMLEY),
            ("?words=BETTING+stockport&show=past", BETTING_SHOPS, OF_SUSSEX),
            ("?words=farnham", "/schemes/fit-and-ready-farnham/", BETTING_SHOPS),  # the place
        ],
    )
    def test_each_narrows_the_list(self, client, query, there, elsewhere) -> None:
        paths = found(client, query)
        assert there in paths
        assert elsewhere not in paths
        assert len(paths) < 60

    @pytest.mark.parametrize("field", ["topic", "audience", "way"])
    def test_every_label_finds_exactly_those_that_have_it(self, client, field) -> None:
        column = {"topic": "topics", "audience": "audiences", "way": "ways"}[field]
        labels = {label for row in rows().values() for label in row[column].split("; ")}
        for label in sorted(labels)[:4]:
            expected = {path for path, row in rows().items() if label in row[column].split("; ")}
            query = f"?{field}={label}"
            assert found(client, query) | found(client, f"{query}&show=past") == expected

    def test_they_can_be_combined_and_each_taken_away_alone(self, client) -> None:
        query = (
            "?system=greater-manchester&topic=blood-pressure-and-heart&way=outreach&words=betting"
            "&show=past"
        )
        [soup] = everything(client, query)
        assert listed(soup) == [BETTING_SHOPS]
        assert words(soup.find("p", role="status")) == "1 scheme"
        removals = {
            words(a): parse_qs(urlsplit(a["href"]).query)
            for a in soup.select("ul[aria-label='Your choices'] a")
        }
        chosen = parse_qs(query[1:])
        assert len(removals) == 6
        assert removals["Remove all"] == {}
        assert removals["Remove ICS: Greater Manchester ✕"] == {
            key: value for key, value in chosen.items() if key != "system"
        }
        assert removals["Remove How to get it: They come to you ✕"] == {
            key: value for key, value in chosen.items() if key != "way"
        }

    def test_an_area_has_its_own_and_those_of_all_of_its_system(self, client) -> None:
        paths = found(client, "?area=east-berkshire")
        assert "/schemes/neighbourhood-health-slough-and-east-berkshire/" in paths
        assert ALL_OF_FRIMLEY in paths
        assert "/schemes/fit-and-ready-farnham/" not in paths

    @pytest.mark.parametrize(
        "query", ["system=frimley", "area=mars", "topic=x", "audience=x", "way=x", "words=%00"]
    )
    def test_a_choice_that_cannot_be_made_is_shown_beside_its_field(self, client, query) -> None:
        soup = read(client, f"/schemes/?{query}", 400)
        assert soup.title.string.startswith("Error:")
        assert words(soup.find(id=f"id_{query.partition('=')[0]}_error"))
        assert listed(soup)

    def test_nothing_found_says_how_to_go_on(self, client) -> None:
        soup = read(client, "/schemes/?words=xyzzy")
        assert "No scheme matches these choices" in words(soup.main)
        assert soup.main.find("a", href="/schemes/", string="Remove all choices")
        assert "0 schemes" in words(soup.main)

    def test_an_editors_label_can_be_chosen_at_once(self, client) -> None:
        scheme = make("made")
        for model, field in ((Topic, "topics"), (Audience, "audiences"), (Way, "ways")):
            getattr(scheme, field).add(model.objects.create(slug="new", name="A new one"))
        assert found(client, "?topic=new&audience=new&way=new") == {"/schemes/made/"}


class TestScheme:
    def test_the_betting_shops_have_their_source_and_when_that_was(self, client) -> None:
        soup = read(client, BETTING_SHOPS)
        said = words(soup.main)
        assert "Not confirmed since 1 July 2022." in said
        assert "We do not know whether it is still running." in said
        assert "Before you go, check with NHS Greater Manchester Integrated Care Board." in said
        shown = facts(soup)
        assert shown["Where"] == "Stockport Today in Greater Manchester"
        assert shown["Status, as last reported"] == "Not known 1 July 2022"
        assert shown["Date of this information"] == "1 July 2022"
        assert shown["Check again by"] == "1 July 2023"
        assert shown["How to get it"].startswith("The source does not say.")
        # What to do is in the present tense: only for what runs.
        assert shown["How to get it"].endswith("They come to you")
        assert shown["In these areas, or part of them"] == "Stockport"
        [source] = soup.select(".sources li")
        assert "The Guardian" in words(source)
        assert "July 2022" in words(source)
        assert source.a["href"].startswith("https://")
        assert "ics=greater-manchester" in soup.footer.find("a", rel="nofollow")["href"]

    def test_it_becomes_not_confirmed_by_itself_on_the_day(self, client, monkeypatch) -> None:
        scheme = Scheme.objects.get(slug="workwell-frimley")
        for day, fresh in [(scheme.check_by - timedelta(days=1), True), (scheme.check_by, False)]:
            monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, day=day: day)
            said = words(read(client, ALL_OF_FRIMLEY).main)
            assert ("Running , as of 26 February 2026." in said) == fresh
            assert ("Not confirmed since 26 February 2026." in said) == (not fresh)
            [soup] = everything(client, "?words=workwell+frimley")
            [heading] = groups(soup)
            assert heading == (FRESH if fresh else OLD)

    def test_one_that_has_ended_says_since_when_that_is_known(self, client) -> None:
        soup = read(client, "/schemes/nurse-checks-melton-market/")
        assert "It has ended , as of September 2022. We keep this page as a record." in words(
            soup.main
        )
        assert facts(soup)["Status, as last reported"] == "Ended September 2022"

    def test_one_of_which_only_a_year_is_known_says_no_more(self, client) -> None:
        soup = read(client, "/schemes/blood-pressure-champions-broxbourne/")
        assert "Not confirmed since 2025." in words(soup.main)
        assert facts(soup)["Date of this information"] == "2025"

    def test_one_that_nobody_dated_says_so(self, client) -> None:
        soup = read(client, "/schemes/health-outreach-at-mosque-gloucester/")
        assert "Not confirmed." in words(soup.main)
        assert facts(soup)["Date of this information"] == "Date not known"

    def test_one_for_all_of_england_is_in_no_system_and_in_no_systems_list(self, client) -> None:
        soup = read(client, NATIONAL)
        assert facts(soup)["Where"].endswith("England")
        assert "Reported from" not in facts(soup)
        assert NATIONAL in found(client, "?show=past")
        assert NATIONAL not in found(client, "?system=greater-manchester&show=past")

    def test_one_for_all_of_a_closed_system_is_in_all_that_followed(self, client) -> None:
        soup = read(client, ALL_OF_FRIMLEY)
        where = soup.find("dt", string="Where").find_next_sibling("dd")
        assert [a["href"] for a in where.find_all("a")] == [
            "/ics/hampshire-and-isle-of-wight/",
            "/ics/surrey-and-sussex/",
            "/ics/thames-valley/",
        ]
        assert facts(soup)["Reported from"] == "Frimley"

    @pytest.mark.parametrize("slug", ["nothing", "x" * 300])
    def test_one_that_is_not_there_is_not_found(self, client, slug) -> None:
        soup = read(client, f"/schemes/{slug}/", 404)
        assert soup.main.find("form", {"action": "/find/"})

    @pytest.mark.parametrize("odd", ["%00", "%0A", "ſ", "..", "a/b", "%FF", "'", "%F0%9F%98%80"])
    def test_an_odd_address_is_never_an_error_of_ours(self, client, odd) -> None:
        assert client.get(f"/schemes/{odd}/", follow=True).status_code in {400, 404}

    def test_every_page_says_when_it_was_known_and_has_a_source(self, client) -> None:
        for path, row in list(rows().items())[::5]:
            soup = read(client, path)
            assert facts(soup)["Date of this information"], path
            assert soup.select(".sources li"), path
            assert row["what"] in words(soup.main)
            assert row["ask"].lower() in words(soup.main).lower()
            assert soup.title.string == f"{row['name']}, {row['place']} – ICS Info"

    def test_what_an_editor_writes_is_shown_as_text(self, client) -> None:
        scheme = make("made", name="<b>X</b>", what="<script>1</script>", note="<i>n</i>")
        soup = read(client, scheme.get_absolute_url())
        assert words(soup.h1) == "<b>X</b>"
        assert soup.main.find(["b", "i"]) is None
        assert [script for script in soup.main.find_all("script") if words(script)] == []


class TestCarriedOver:
    """Schemes go where their areas go."""

    @pytest.mark.parametrize(("path", "successor"), OF_FRIMLEY.items())
    def test_one_for_one_area_goes_to_the_successor_of_that_area_only(
        self, client, path, successor
    ) -> None:
        for slug in ("thames-valley", "surrey-and-sussex", "hampshire-and-isle-of-wight"):
            there = listed(read(client, f"/ics/{slug}/schemes/"))
            assert (path in there) == (slug == successor)

    def test_one_for_all_of_a_closed_system_goes_to_all_that_followed_once_each(
        self, client
    ) -> None:
        for slug in ("thames-valley", "surrey-and-sussex", "hampshire-and-isle-of-wight"):
            assert listed(read(client, f"/ics/{slug}/schemes/")).count(ALL_OF_FRIMLEY) == 1

    def test_on_the_last_day_of_the_old_system_they_are_still_there(self, client) -> None:
        on = "?on=2026-03-31"
        then = listed(read(client, f"/ics/frimley/schemes/{on}"))
        assert {*OF_FRIMLEY, ALL_OF_FRIMLEY} <= set(then)
        assert listed(read(client, f"/ics/thames-valley/schemes/{on}")) == []
        assert OF_SUSSEX in listed(read(client, f"/ics/sussex/schemes/{on}"))
        assert OF_SUSSEX not in listed(read(client, f"/ics/surrey-and-sussex/schemes/{on}"))

    def test_a_merged_system_has_those_of_both_and_the_old_one_none(self, client) -> None:
        today = listed(read(client, "/ics/surrey-and-sussex/schemes/"))
        assert {OF_SUSSEX, "/schemes/workwell-surrey-heartlands/"} <= set(today)
        assert len(today) == len(set(today))
        soup = read(client, "/ics/sussex/schemes/")
        assert listed(soup) == []
        assert "We do not know of any schemes" in words(soup.main)

    def test_one_for_all_of_a_system_that_split_goes_to_its_areas_today(self, client) -> None:
        # Part of West Essex's old system is in Essex now, the rest in Central East.
        make("made", system=System.objects.get(slug="hertfordshire-and-west-essex"))
        for slug, there in [
            ("essex", True),
            ("central-east", True),
            ("norfolk-and-suffolk", False),
        ]:
            assert ("/schemes/made/" in listed(read(client, f"/ics/{slug}/schemes/"))) == there

    def test_one_for_all_of_a_system_that_lives_goes_by_its_areas_today(self, client) -> None:
        # Glossop joined Derby and Derbyshire in 2022: a scheme for all of it is for Glossop, too.
        make("made", system=System.objects.get(slug="derby-and-derbyshire"))
        assert "/schemes/made/" in found(client, "?area=glossop")
        make("other", system=System.objects.get(slug="greater-manchester"))
        assert "/schemes/other/" not in found(client, "?area=glossop")

    def test_a_page_at_a_date_has_only_what_had_been_reported_by_then(self, client) -> None:
        then = listed(read(client, "/ics/greater-manchester/schemes/?on=2022-12-31"))
        assert then == [BETTING_SHOPS]
        assert listed(read(client, "/ics/greater-manchester/schemes/?on=2022-06-30")) == []

    def test_a_system_says_how_many_it_has_and_leads_to_all(self, client) -> None:
        soup = read(client, "/ics/greater-manchester/")
        shown = soup.find("h2", id="schemes")
        assert listed(soup, 3)[0] == "/schemes/workwell-greater-manchester/"  # the freshest first
        link = shown.find_next("a", href="/ics/greater-manchester/schemes/")
        assert words(link) == "All 3 schemes in Greater Manchester ICS"
        said = words(read(client, link["href"]).find("h1").find_next("p"))
        assert said.startswith("We know of 3 schemes")

    def test_one_without_any_says_so(self, client) -> None:
        Scheme.objects.all().delete()
        soup = read(client, "/ics/devon/schemes/")
        assert "We do not know of any schemes" in words(soup.main)
        assert soup.main.find("a", href="/schemes/", string="See all schemes in England")
        assert soup.main.find("a", href="/ics/devon/#contact")
        system = read(client, "/ics/devon/")
        assert "We do not know of any schemes in Devon" in words(system.main)
        assert system.main.find("a", href="/ics/devon/schemes/", string="See where else to look")
        assert system.find(id="contact")
        assert "Local schemes" not in words(read(client, "/areas/devon/").main)


class TestArea:
    def test_it_has_its_own_first_and_then_those_of_all_of_its_system(self, client) -> None:
        soup = read(client, "/areas/stockport/")
        text = words(soup.main)
        own = text.index("Local schemes in Stockport")
        rest = text.index("Schemes across the ICS")
        assert own < text.index("Neighbourhood health programme") < rest
        assert rest < text.index("WorkWell")
        assert "/schemes/lung-checks-tesco-farnworth/" not in listed(soup, 3)  # for Bolton
        link = soup.main.find("a", string="All schemes in Stockport")
        assert found(client, urlsplit(link["href"])._replace(path="").geturl()) == set(
            listed(soup, 3)
        )

    def test_one_without_its_own_has_no_empty_heading_for_them(self, client) -> None:
        soup = read(client, "/areas/tameside/")
        assert "Local schemes in Tameside" not in words(soup.main)
        assert soup.main.find(id="schemes").get_text() == "Schemes across the ICS"

    def test_it_keeps_those_for_all_of_the_system_that_it_was_in(self, client) -> None:
        whole = "/schemes/workwell-surrey-heartlands/"
        for slug, there in [("east-surrey", True), ("brighton-and-hove", False)]:
            assert (whole in listed(read(client, f"/areas/{slug}/"), 3)) == there
            assert (whole in found(client, f"?area={slug}")) == there

    def test_it_has_none_of_the_other_areas_of_its_system(self, client) -> None:
        soup = read(client, "/areas/surrey-heath-and-farnham/")
        paths = listed(soup, 3)
        assert "/schemes/fit-and-ready-farnham/" in paths
        assert "/schemes/growing-health-together-east-surrey/" not in paths
        assert OF_SUSSEX not in paths

    def test_one_that_is_for_several_areas_is_on_each_once(self, client) -> None:
        for slug in ("east-berkshire", "north-east-hampshire"):
            paths = listed(read(client, f"/areas/{slug}/"), 3)
            assert paths.count("/schemes/lung-checks-slough-and-aldershot/") == 1

    def test_every_listed_scheme_for_an_area_is_on_its_page(self, client) -> None:
        for scheme in Scheme.objects.listed_on(TODAY).exclude(areas=None).order_by("slug")[::6]:
            for area in scheme.areas.all():
                assert scheme.get_absolute_url() in listed(read(client, area.get_absolute_url()), 3)

    def test_of_very_many_it_has_the_freshest_and_a_link_to_all(self, client) -> None:
        devon, source = Area.objects.get(slug="devon"), Source.objects.first()
        for number in range(20):
            lately = date(2027 if number < 3 else 2025, 1, 1)
            make_scheme(f"extra-{number}", None, source, devon, check_by=lately)
        soup = read(client, "/areas/devon/")
        own = [path for path in listed(soup, 3) if path.startswith("/schemes/extra-")]
        assert own[:3] == [f"/schemes/extra-{number}/" for number in range(3)]
        assert len(own) < 20
        link = soup.main.find("a", string="All schemes in Devon")
        rest = found(client, urlsplit(link["href"])._replace(path="").geturl())
        assert {f"/schemes/extra-{number}/" for number in range(20)} <= rest

    def test_it_says_who_is_here(self, client) -> None:
        area = Area.objects.get(slug="stockport")
        soup = read(client, area.get_absolute_url())
        here = soup.find("h2", id="members").find_next("ul")
        assert here.find("a", string="Stockport Metropolitan Borough Council")
        assert here.find("a", string="Stockport NHS Foundation Trust")
        practices = here.find("a", string="GP practices")
        number = int(words(practices.parent).split()[-1])
        directory = read(client, practices["href"])
        assert words(directory.find("p", role="status")) == f"{number} organisations"
