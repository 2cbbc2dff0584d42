"""Who is in a system on a date: the page, the two downloads, and that they agree."""

import csv
import io
import re
from collections import Counter, defaultdict
from datetime import date

import pytest
from bs4 import BeautifulSoup

from systems import gazetteer as gazetteer_module
from systems.facts import members
from systems.models import CouncilArea, Membership, Organisation, Source, System
from systems.models.organisations import OrganisationKind
from tests.pages import read, words

pytestmark = pytest.mark.django_db

BEFORE, AFTER, TODAY = date(2026, 3, 31), date(2026, 4, 1), date(2026, 11, 21)
LABELS = {kind.label: kind.value for kind in OrganisationKind}
BAD_DATES = ["2026-02-30", "yesterday", "2017-06-14", "2030-01-01", "%00"]


def counts(soup: BeautifulSoup) -> dict[str, int]:
    """The number that the page gives for each kind."""
    found = re.findall(
        r"^(.+?) : ([\d,]+)$", "\n".join(map(words, soup.select("ul.list > li"))), re.M
    )
    return {LABELS[label]: int(number.replace(",", "")) for label, number in found}


def groups(soup: BeautifulSoup) -> dict[str, dict[str, list[str]]]:
    """The tables of the page: by kind and path of the organisation, the further cells."""
    found = {}
    for table in soup.select("main table"):
        kind = LABELS[words(table.find_previous("h2"))]
        found[kind] = {
            row.th.a["href"]: [words(cell) for cell in row.find_all("td")]
            for row in table.select("tbody tr")
        }
    return found


def download(client, slug: str, on: str = "") -> list[dict[str, str]]:
    response = client.get(f"/ics/{slug}/members.csv{on}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


class TestPage:
    def test_it_counts_each_kind_and_lists_trusts_and_councils(self, client) -> None:
        soup = read(client, "/ics/devon/members/")
        assert words(soup.h1) == "Organisations in Devon ICS"
        shown = groups(soup)
        assert list(shown) == ["trust", "council"]
        said = counts(soup)
        assert list(said) == ["trust", "council", "pcn", "practice"]
        for kind, rows in shown.items():
            assert len(rows) == said[kind]
        assert f"{sum(said.values())} organisations today" in words(soup.main)
        assert said["council"] == 11  # the county, eight districts, Plymouth and Torbay

    def test_at_another_date_it_lists_all_trusts_and_councils_too(self, client) -> None:
        soup = read(client, f"/ics/norfolk-and-waveney/members/?on={BEFORE}")
        shown, said = groups(soup), counts(soup)
        assert sum(said.values()) > 100  # more than a page of a list
        assert {kind: len(rows) for kind, rows in shown.items()} == {
            kind: said[kind] for kind in ("trust", "council")
        }

    def test_the_counts_are_those_of_the_files(self) -> None:
        # Counted from fixtures/, by hand: see the memberships and council areas of that day.
        system = System.objects.get(slug="frimley")
        assert dict(members.counts(system, BEFORE)) == {
            "trust": 2,
            "council": 11,
            "pcn": 16,
            "practice": 66,
        }
        assert members.counts(system, AFTER) == []

    def test_each_kind_has_a_list_of_its_own_with_when_they_joined(self, client) -> None:
        path = "/ics/norfolk-and-suffolk/members/"
        following, found = {"href": "?kind=practice"}, {}
        while following:
            soup = read(client, path + following["href"])
            shown = groups(soup)
            assert list(shown) == ["practice"]
            assert "161 of 215" in words(soup.find("p", role="status"))
            assert not set(shown["practice"]) & set(found)
            found |= shown["practice"]
            following = soup.find("a", rel="next")
        assert len(found) == 161
        assert {cells[-1] for cells in found.values()} == {"1 April 2026"}

    def test_a_start_that_nobody_knows_is_not_known(self, client) -> None:
        shown = groups(read(client, "/ics/devon/members/"))
        assert {cells[-1] for cells in shown["trust"].values()} == {"Not known"}
        assert {cells[-1] for cells in shown["council"].values()} == {"Not known"}

    def test_members_move_with_a_merger(self, client) -> None:
        practice = "/organisations/D82022/"
        asked = [
            ("norfolk-and-waveney", BEFORE, True),
            ("norfolk-and-waveney", AFTER, False),
            ("norfolk-and-suffolk", BEFORE, False),
            ("norfolk-and-suffolk", AFTER, True),
        ]
        for slug, day, there in asked:
            soup = read(client, f"/ics/{slug}/members/?words=D82022&on={day}")
            assert (practice in groups(soup).get("practice", {})) == there, (slug, day)
        rows = {row["code"]: row for row in download(client, "norfolk-and-suffolk")}
        assert (rows["D82022"]["from"], rows["D82022"]["to"]) == ("2026-04-01", "")
        rows = {
            row["code"]: row for row in download(client, "norfolk-and-waveney", f"?on={BEFORE}")
        }
        assert (rows["D82022"]["from"], rows["D82022"]["to"]) == ("", "2026-04-01")

    def test_a_council_says_how_many_of_its_residents_are_there(self, client) -> None:
        councils = groups(read(client, f"/ics/frimley/members/?on={BEFORE}"))["council"]
        assert councils["/organisations/E10000030/"][1] == "12.8%"  # Surrey
        assert councils["/organisations/E06000039/"][1] == "All"  # Slough
        today = groups(read(client, "/ics/lancashire-and-south-cumbria/members/"))["council"]
        assert today["/organisations/E06000065/"][1] == "1% Only a small part"
        assert today["/organisations/E06000064/"][1] == "75.8%"

    def test_a_closed_system_says_so_and_leads_on(self, client) -> None:
        soup = read(client, "/ics/frimley/members/")
        said = words(soup.main)
        assert "Frimley closed at the end of 31 March 2026" in said
        then = soup.main.find("a", string="which organisations were in it on that day")
        assert then["href"] == f"/ics/frimley/members/?on={BEFORE}"
        assert soup.main.find("a", string="what replaced it")["href"] == "/ics/frimley/"
        assert groups(soup) == counts(soup) == {}
        assert "Download" not in said

    def test_one_that_has_not_begun_has_no_members(self, client) -> None:
        soup = read(client, f"/ics/surrey-and-sussex/members/?on={BEFORE}")
        assert "It began on 1 April 2026" in words(soup.main)
        assert groups(soup) == counts(soup) == {}

    def test_at_another_date_everything_says_so_and_keeps_it(self, client) -> None:
        soup = read(client, f"/ics/frimley/members/?on={BEFORE}")
        assert "on 31 March 2026" in soup.title.string
        assert "95 organisations on 31 March 2026" in words(soup.main)
        hrefs = [a["href"] for a in soup.main.find_all("a", href=True)]
        files = [href for href in hrefs if "/members." in href]
        assert len(files) == 2
        assert all(href.endswith(f"?on={BEFORE}") for href in files)
        kinds = [href for href in hrefs if "kind=" in href]
        assert len(kinds) == 4
        assert all(f"on={BEFORE}" in href for href in kinds)
        banner = soup.find("aside", {"aria-label": "Date shown"})
        assert "31 March 2026" in words(banner)

    def test_an_old_list_says_that_some_may_have_joined_later(self, client) -> None:
        assert "some may have joined later than 31 March 2024" in words(
            read(client, "/ics/devon/members/?on=2024-03-31").main
        )
        assert "joined later" not in words(read(client, "/ics/devon/members/").main)

    @pytest.mark.parametrize(
        ("query", "paths"),
        [
            ("words=university+plymouth", ["/organisations/RK9/"]),
            ("words=RK9", ["/organisations/RK9/"]),
            ("kind=council&words=torbay", ["/organisations/E06000027/"]),
            ("kind=trust&words=torbay+council", []),
        ],
    )
    def test_it_can_be_filtered(self, client, query: str, paths: list[str]) -> None:
        soup = read(client, f"/ics/devon/members/?{query}")
        assert [path for rows in groups(soup).values() for path in rows] == paths
        assert f"{len(paths)} of " in words(soup.find("p", role="status"))
        if not paths:
            assert "No organisation matches these choices" in words(soup.main)

    def test_a_choice_can_be_taken_away_alone_and_the_date_stays(self, client) -> None:
        soup = read(client, f"/ics/frimley/members/?kind=trust&words=health&on={BEFORE}")
        removals = {words(a): a["href"] for a in soup.select("ul[aria-label='Your choices'] a")}
        path = "/ics/frimley/members/"
        assert removals["Remove Kind: NHS trusts ✕"] == f"{path}?words=health&on={BEFORE}"
        assert soup.find("input", {"name": "on"})["value"] == str(BEFORE)

    @pytest.mark.parametrize("query", ["kind=dentist", "words=%00"])
    def test_a_choice_that_cannot_be_made_is_shown_beside_its_field(self, client, query) -> None:
        soup = read(client, f"/ics/devon/members/?{query}", 400)
        assert soup.title.string.startswith("Error:")
        assert words(soup.find(id=f"id_{query.partition('=')[0]}_error"))

    def test_the_page_of_a_system_leads_there_with_the_same_numbers(self, client) -> None:
        for path, on in [("/ics/devon/", ""), ("/ics/frimley/", f"?on={BEFORE}")]:
            whole = read(client, path + on)
            section = whole.find("h2", id="members")
            said = section.find_next("ul")
            numbers = [int(n) for n in re.findall(r": (\d+)", words(said))]
            assert numbers == list(counts(read(client, f"{path}members/{on}")).values())
            assert said.find_next("a", href=f"{path}members/{on}")


class TestDownloads:
    @pytest.mark.parametrize(
        ("slug", "on"),
        [("devon", ""), ("frimley", f"?on={BEFORE}"), ("norfolk-and-suffolk", ""), ("frimley", "")],
    )
    def test_both_hold_the_same_rows_and_as_many_as_the_page_counts(self, client, slug, on) -> None:
        rows = download(client, slug, on)
        body = client.get(f"/ics/{slug}/members.json{on}").json()
        told = [
            {key: "" if value is None else str(value) for key, value in row.items()}
            for row in body["results"]
        ]
        assert told == rows
        assert body["count"] == len(rows)
        assert body["on"] == (on.removeprefix("?on=") or str(TODAY))
        assert Counter(row["kind"] for row in rows) == counts(
            read(client, f"/ics/{slug}/members/{on}")
        )
        assert len({row["code"] for row in rows}) == len(rows)

    def test_the_day_is_in_the_name_of_the_file(self, client) -> None:
        for on, day in [("", TODAY), (f"?on={BEFORE}", BEFORE)]:
            response = client.get(f"/ics/frimley/members.csv{on}")
            assert f'filename="frimley-members-{day}.csv"' in response["Content-Disposition"]

    def test_a_row_says_who_what_where_how_and_when(self, client) -> None:
        rows = {row["code"]: row for row in download(client, "thames-valley")}
        assert rows["H81047"] == {
            "code": "H81047",
            "name": "Runnymede Medical Practice",
            "kind": "practice",
            "form": "GP practice",
            "place": "Egham",
            "postcode": "TW20 0PF",
            "role": "paid for by",
            "from": "2026-04-01",
            "to": "",
            "share": "",
            "url": "http://testserver/organisations/H81047/",
            "source": str(Membership.objects.get(organisation__code="H81047", date_to=None).source),
            "as_at": str(TODAY),
        }
        council = rows["E06000060"]  # Buckinghamshire
        assert (council["role"], council["from"], council["share"]) == (
            "council of",
            "",  # nobody says since when
            "98.7",
        )

    @pytest.mark.parametrize("on", BAD_DATES)
    @pytest.mark.parametrize("ending", ["csv", "json"])
    def test_a_date_that_cannot_be_read_is_never_answered_with_today(
        self, client, ending, on
    ) -> None:
        response = client.get(f"/ics/devon/members.{ending}?on={on}")
        assert response.status_code == 400
        said = (
            response.json()["error"]["message"] if ending == "json" else response.content.decode()
        )
        assert re.search(r"date", said)
        assert said.endswith(".")
        assert "Content-Disposition" not in response

    @pytest.mark.parametrize("path", ["members/", "members.csv", "members.json"])
    def test_a_system_that_is_not_there_has_none(self, client, path) -> None:
        assert client.get(f"/ics/atlantis/{path}").status_code == 404

    def test_a_name_cannot_become_a_formula(self, client) -> None:
        trust = Organisation.objects.create(
            code="Z9",
            kind="trust",
            form="trust",
            name='=HYPERLINK("https://example.org")',
            source=Source.objects.earliest("pk"),
        )
        Membership.objects.create(
            organisation=trust,
            system=System.objects.get(slug="devon"),
            role="listed",
            source=trust.source,
        )
        [row] = [row for row in download(client, "devon") if row["code"] == "Z9"]
        assert row["name"] == '\'=HYPERLINK("https://example.org")'


class TestShares:
    @pytest.mark.parametrize("day", [BEFORE, AFTER, TODAY])
    def test_a_councils_shares_over_all_systems_add_up_to_all(self, gazetteer, day) -> None:
        rows: dict[int, list[CouncilArea]] = defaultdict(list)
        for row in CouncilArea.objects.select_related("area"):
            rows[row.council_id].append(row)
        assert len(rows) == 153 + 164
        for mine in rows.values():
            parts = members.council_parts(gazetteer.atlas, mine, day)
            assert sum(part.residents for part in parts) == sum(row.residents for row in mine)
            assert None not in {part.system for part in parts}
            residents = [part.residents for part in parts]
            assert residents == sorted(residents, reverse=True)

    def test_what_members_pages_say_of_one_council_adds_up(self, gazetteer) -> None:
        for code, systems in [
            ("E06000065", 3),  # North Yorkshire
            ("E06000060", 2),  # Buckinghamshire
        ]:
            council = Organisation.objects.filter(code=code)
            atlas = gazetteer_module.current().atlas
            found = [
                members.described(list(council), system, TODAY, atlas)[0]
                for system in atlas.open_on(TODAY)
                if Organisation.objects.members_on(system.pk, TODAY).filter(code=code).exists()
            ]
            assert len(found) == systems
            assert abs(sum(member.share for member in found) - 100) < 0.11
            assert any(member.only_touches for member in found)

    def test_a_council_is_there_since_the_last_of_its_areas_came(self, gazetteer) -> None:
        rows = CouncilArea.objects.filter(council__code="E10000007").select_related("area")
        for day, since, number in [
            (date(2022, 6, 30), [date(2018, 5, 24), date(2017, 6, 15)], 2),
            (date(2022, 7, 1), [date(2022, 7, 1)], 1),
        ]:
            parts = members.council_parts(gazetteer.atlas, rows, day)
            assert len(parts) == number
            if number == 1:
                assert [part.since(day) for part in parts] == since

    def test_residents_of_an_area_in_no_system_are_in_none(self, gazetteer) -> None:
        rows = CouncilArea.objects.filter(council__code="E10000008").select_related("area")
        [part] = members.council_parts(gazetteer.atlas, rows, date(2018, 1, 1))
        assert (part.system, part.since(date(2018, 1, 1))) == (None, None)
