"""The file of places, and what can be found in it."""

from pathlib import Path

import pytest
from django.conf import settings

from systems.lookup.outcomes import Outcome
from systems.reference.places import Places, PlacesError
from systems.text.names import fold

HEADER = "name,kind,qualifier,areas,weight\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "places.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load(settings.PLACES_FILE)


def labels(places: Places, folded: str) -> list[str]:
    return [place.label for place in places.called(folded)]


def test_the_biggest_meaning_of_a_name_comes_first(places: Places) -> None:
    found = places.called("farnham")
    assert found[0].label == "Farnham, Surrey"
    assert [place.weight for place in found] == sorted((p.weight for p in found), reverse=True)
    assert len(found) == 5


def test_a_name_with_its_county_is_one_place(places: Places) -> None:
    assert labels(places, "newport shropshire") == ["Newport, Shropshire"]
    assert labels(places, "richmond london") == ["Richmond, Richmond upon Thames, London"]


def test_a_label_says_what_a_division_is_and_where_a_town_is(places: Places) -> None:
    assert "Somerset (ceremonial county)" in labels(places, "somerset")
    assert labels(places, "bath")[0] == "Bath, Somerset"
    assert labels(places, "wales")[-1] == "Wales"


def test_every_area_is_one_that_the_site_knows_and_shares_make_a_whole(places: Places) -> None:
    with (settings.FIXTURES / "areas.csv").open(encoding="utf-8") as file:
        known = {line.split(",")[0] for line in list(file)[1:]}
    for found in places.by_name.values():
        for place in found:
            assert {code for code, _ in place.shares} <= known, place
            shares = [share for _, share in place.shares if share is not None]
            assert not shares or 97 < sum(shares) < 102, place
            assert place.nation or place.shares


def test_what_is_in_another_nation_is_answered_so_or_offered_beside_its_namesakes(
    places: Places, ask
) -> None:
    abroad = [
        place
        for found in places.by_name.values()
        for place in found
        if place.kind == "elsewhere" and place.weight
    ]
    assert len(abroad) > 600
    for place in abroad:
        answer = ask(place.name)
        others = {other.label for other in places.called(fold(place.name))} - {place.label}
        if not others and answer.outcome is not Outcome.ORGANISATION:
            assert (answer.outcome, answer.read_as) == (Outcome.NATION, place.name)
        elif others:
            assert place.label in {one.label for one in answer.candidates}, place


@pytest.mark.parametrize(
    ("typed", "nation"),
    [
        ("Powys", "Wales"),
        ("Powys County Council", "Wales"),
        ("Wrexham County Borough Council", "Wales"),
        ("Cyngor Gwynedd", "Wales"),
        ("Betsi Cadwaladr University Health Board", "Wales"),
        ("Llanelli", "Wales"),
        ("Y Rhyl", "Wales"),
        ("NHS Lothian", "Scotland"),
        ("Comhairle nan Eilean Siar", "Scotland"),
        ("Belfast Health and Social Care Trust", "Northern Ireland"),
    ],
)
def test_councils_and_health_boards_of_other_nations_are_known(
    ask, typed: str, nation: str
) -> None:
    answer = ask(typed)
    assert answer.outcome is Outcome.NATION
    assert f"is in {nation}." in answer.message


def test_places_of_other_nations_have_no_areas_and_say_which_nation(places: Places) -> None:
    assert [place.nation for place in places.called("cardiff")] == ["Wales"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,kind,areas\nBath,city,92G\n", "expected the columns name, kind, qualifier"),
        ("", "found none"),
        (f"{HEADER}Bath,city,Somerset,92G,many\n", "places.csv, line 2"),
        (f"{HEADER}Bath,city,Somerset,92G x,9\n", "places.csv, line 2"),
        (f"{HEADER}Bath,city\n", "places.csv, line 2"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_that_says_where(tmp_path, text, said) -> None:
    with pytest.raises(PlacesError, match=said):
        Places.load(write(tmp_path, text))


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlacesError, match=r"nowhere\.csv cannot be read"):
        Places.load(tmp_path / "nowhere.csv")
