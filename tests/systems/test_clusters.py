"""Boards that share leaders: which do on a day, on their pages, in the API, to download."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from systems.models import AreaPeriod, Cluster, Source, System
from tests.pages import links, read, words

pytestmark = pytest.mark.django_db

MANCHESTER, CHESHIRE = "greater-manchester", "cheshire-and-merseyside"
CUMBRIA = "lancashire-and-south-cumbria"
LAST, MERGED = "2026-03-31", "2026-04-01"


@pytest.fixture
def join() -> Any:
    """Makes a cluster of systems; three of the North West are in none of the fixtures."""
    source = Source.objects.create(key="p", publisher="A paper", title="They share")

    def make(*slugs: str, **more: Any) -> Cluster:
        given = {"name": "A cluster", "date_from": "2026-09", "certainty": "sure"} | more
        cluster = Cluster.objects.create(source=source, **given)
        cluster.systems.set(System.objects.filter(slug__in=slugs))
        return cluster

    return make


def close(slug: str, day: date) -> None:
    """Let another system have all areas of one from a day on."""
    source = Source.objects.first()
    for period in AreaPeriod.objects.holding_on(date(2026, 11, 21)).filter(system__slug=slug):
        AreaPeriod.objects.create(
            area=period.area,
            date_from=day,
            system=System.objects.get(slug="devon"),
            certainty="planned",
            source=source,
        )


def said(client, slug: str, on: str = "") -> str:
    return words(read(client, f"/ics/{slug}/{on}").main)


def together(client, slug: str, on: str) -> list[list[str]]:
    """With whom the API says that a system is in a cluster, for each cluster."""
    clusters = client.get(f"/api/v1/systems/{slug}?on={on}").json()["clusters"]
    return [[other["slug"] for other in cluster["with"]] for cluster in clusters]


def test_a_page_says_with_whom_a_board_shares_what_and_since_when(client) -> None:
    soup = read(client, "/ics/devon/")
    text = "Since 1 September 2025, NHS Devon ICB has shared a chair with"
    [line] = [p for p in soup.main.find_all("p") if words(p).startswith(text)]
    cornwall = "/ics/cornwall-and-the-isles-of-scilly/"
    assert links(line)["NHS Cornwall and the Isles of Scilly ICB"] == cornwall
    assert line.find(class_="ref")


def test_each_of_three_boards_names_the_other_two(client) -> None:
    assert "has shared a chair and chief executive with NHS Derby and Derbyshire ICB and" in said(
        client, "lincolnshire"
    )
    assert together(client, "derby-and-derbyshire", "2026-11-21") == [
        ["lincolnshire", "nottingham-and-nottinghamshire"]
    ]


def test_where_no_source_says_what_is_shared_the_page_does_not_either(client) -> None:
    text = said(client, "dorset")
    assert "Since June 2025, NHS Dorset ICB has been in a cluster with" in text
    assert "We have not found when they began to share leaders. We are not certain" in text


def test_a_board_in_no_cluster_says_nothing_of_clusters(client) -> None:
    assert "cluster" not in said(client, MANCHESTER)
    assert together(client, MANCHESTER, "2026-11-21") == []


def test_a_past_date_is_told_in_the_past(client) -> None:
    text = said(client, "sussex", f"?on={LAST}")
    assert "From October 2025, NHS Sussex ICB shared a chair and chief executive with" in text


@pytest.mark.parametrize(
    ("day", "number"), [("2025-06-29", 0), ("2025-12-31", 14), (LAST, 14), (MERGED, 8)]
)
def test_six_of_the_fourteen_ended_when_their_boards_merged(client, day, number) -> None:
    text = client.get(f"/data/clusters.csv?on={day}").content.decode("utf-8-sig")
    assert len({row["cluster"] for row in csv.DictReader(io.StringIO(text))}) == number


def test_no_end_is_written_that_follows_from_the_systems(client) -> None:
    assert not Cluster.objects.exclude(date_to=None).exists()
    [cluster] = client.get(f"/api/v1/systems/sussex?on={LAST}").json()["clusters"]
    assert cluster["to"] == MERGED


def test_a_board_that_closes_leaves_and_the_others_go_on(client, join) -> None:
    join(MANCHESTER, CHESHIRE, CUMBRIA)
    close(CUMBRIA, date(2026, 12, 1))
    assert together(client, MANCHESTER, "2026-11-30") == [[CHESHIRE, CUMBRIA]]
    assert together(client, MANCHESTER, "2026-12-01") == [[CHESHIRE]]
    assert together(client, CUMBRIA, "2026-12-01") == []


def test_a_cluster_ends_when_one_board_is_left_of_it(client, join) -> None:
    join(MANCHESTER, CHESHIRE)
    close(CHESHIRE, date(2026, 12, 1))
    assert together(client, MANCHESTER, "2026-11-30") == [[CHESHIRE]]
    assert together(client, MANCHESTER, "2026-12-01") == []


def test_a_cluster_of_boards_that_go_on_ends_on_the_day_that_is_written(client, join) -> None:
    join(MANCHESTER, CHESHIRE, date_to=date(2026, 12, 1))
    assert together(client, MANCHESTER, "2026-11-30") == [[CHESHIRE]]
    assert together(client, MANCHESTER, "2026-12-01") == []


def test_the_api_says_all_that_is_known_of_a_cluster(client) -> None:
    [cluster] = client.get("/api/v1/systems/black-country").json()["clusters"]
    [source] = cluster.pop("sources")
    assert [other["name"] for other in cluster.pop("with")] == ["Birmingham and Solihull"]
    assert cluster.pop("note").startswith("The date is when the chair was announced.")
    assert cluster == {
        "name": "Birmingham and Solihull with Black Country",
        "official_name": "NHS Birmingham, Black Country and Solihull",
        "from": "2025-09-01",
        "to": None,
        "shares": "chair",
        "certainty": "sure",
    }
    assert source["publisher"] == "Healthcare Management"


def compared(client, query: str) -> list[str]:
    heading = read(client, f"/compare/{query}").find("h2", string="ICSs that share leaders")
    return [words(item) for item in heading.find_next("ul").find_all("li")] if heading else []


def test_a_comparison_says_who_of_those_compared_shares_leaders_with_whom(client) -> None:
    [devon] = compared(client, "?system=devon&system=greater-manchester")
    assert devon.startswith("Cornwall and the Isles of Scilly; and Devon Source")
    assert devon.endswith("They have shared a chair since 1 September 2025.")
    assert len(compared(client, "")) == 8
    assert compared(client, "?system=greater-manchester&system=essex") == []
    past = compared(client, f"?system=sussex&system=devon&on={LAST}")
    assert "They shared a chair and chief executive from October 2025." in past[1]
    unknown = compared(client, "?system=dorset&system=essex")
    assert "They have been in a cluster since June 2025." in unknown[0]


def test_the_file_of_a_comparison_names_the_others_of_a_cluster(client) -> None:
    text = client.get("/compare.csv").content.decode("utf-8-sig")
    shared = {row["slug"]: row["shares_leaders_with"] for row in csv.DictReader(io.StringIO(text))}
    assert shared["dorset"] == "bath-and-north-east-somerset-swindon-and-wiltshire; somerset"
    assert shared["greater-manchester"] == shared[""] == ""
