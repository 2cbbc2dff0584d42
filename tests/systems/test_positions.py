"""Postcodes that may be recorded where their post is sorted, and those near a border."""

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from systems.lookup.outcomes import Outcome
from systems.reference.directory import UNIT_NUMBERS, Directory, Sector, UnitStatus
from systems.reference.positions import counted
from tests.builders import TODAY
from tests.pages import page, words

pytestmark = pytest.mark.django_db

HOME, OFFICE = (500_000, 200_000), (503_000, 200_000)


def bitmap(*units: str) -> int:
    return sum(1 << (399 - UNIT_NUMBERS[unit]) for unit in units)


def derive(folder: Path, directory: Directory, places: dict[str, tuple[int, int]]) -> Directory:
    """What the command makes of a directory and a release with these positions."""
    file, release = folder / "postcodes.csv.gz", folder / "release.zip"
    directory.save(file)
    with zipfile.ZipFile(release, "w") as made:
        rows = "".join(f'"{unit}",10,{east},{north}\n' for unit, (east, north) in places.items())
        made.writestr("codepo_gb/Data/CSV/zz.csv", rows)
    call_command("derive_positions", release, directory=file, stdout=io.StringIO())
    return Directory.load(file)


def test_a_postcode_where_several_sectors_meet_far_from_its_own_is_apart(tmp_path: Path) -> None:
    sectors = {
        f"AL1 {digit}": Sector(bitmap("AA", "AB"), bitmap("AD", "AE"), (0, 3), ("06K", "06N"))
        for digit in "123"
    }
    places = {f"AL1 {digit}AA": HOME for digit in "1"} | {
        "AL1 2AA": (500_100, 200_000),
        "AL1 3AA": (500_200, 200_000),
        **{f"AL1 {digit}AB": OFFICE for digit in "123"},
    }
    derived = derive(tmp_path, Directory(sectors), places)
    assert [derived.is_apart(f"AL1 {digit}AB") for digit in "123"] == [True] * 3
    assert not derived.is_apart("AL1 1AA")
    # A retired one, of which no position is known: no other of its sector is in that area.
    assert derived.find("AL1 1AE") == (UnitStatus.RETIRED, "06N")
    assert derived.is_apart("AL1 1AE")
    assert not derived.is_apart("AL1 1AD")
    assert derived.count(["AL1 1"]) == (UnitStatus.LIVE, {"06K": 1})


def test_where_only_two_sectors_meet_or_the_sector_is_near_nothing_is_apart(tmp_path: Path) -> None:
    sectors = {f"AL1 {n}": Sector(bitmap("AA", "AB"), 0, (0,), ("06K",)) for n in "1234"}
    places = {f"AL1 {digit}AA": HOME for digit in "12"} | {
        **{f"AL1 {digit}AB": OFFICE for digit in "12"},
        **{f"AL1 {digit}AA": (510_000, 200_000) for digit in "34"},
        **{f"AL1 {digit}AB": (510_000, 200_400) for digit in "34"},
    }
    assert counted(derive(tmp_path, Directory(sectors), places)).total() == 0


def test_postcodes_within_300_metres_of_another_area_are_near_its_border(tmp_path: Path) -> None:
    sectors = {
        "AL1 1": Sector(bitmap("AA", "AB"), 0, (0,), ("06K",)),
        "AL1 2": Sector(bitmap("AA"), 0, (0,), ("06N",)),
    }
    places = {"AL1 1AA": HOME, "AL1 1AB": (499_800, 200_000), "AL1 2AA": (500_299, 200_000)}
    derived = derive(tmp_path, Directory(sectors), places)
    assert derived.near("AL1 1AA") == ("06N",)
    assert derived.near("AL1 2AA") == ("06K",)
    assert derived.near("AL1 1AB") == ()
    assert derived.near_borders == {("06K", "06N"): 1, ("06N", "06K"): 1}


def test_a_file_that_is_no_release_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    file, release = tmp_path / "postcodes.csv.gz", tmp_path / "release.zip"
    Directory({"AL1 1": Sector(1, 0, (0,), ("06K",))}).save(file)
    before = file.read_bytes()
    release.write_text("no archive")
    with pytest.raises(CommandError, match=r"release\.zip is not a Code-Point Open release"):
        call_command("derive_positions", release, directory=file)
    zipfile.ZipFile(release, "w").close()
    with pytest.raises(CommandError, match="no positions"):
        call_command("derive_positions", release, directory=file)
    assert file.read_bytes() == before


def test_docs_say_how_many_the_rules_catch() -> None:
    said = (settings.BASE_DIR / "docs/data.md").read_text(encoding="utf-8")
    for number in counted(Directory.load(settings.POSTCODE_DIRECTORY)).values():
        assert f"{number:,}" in said


def test_a_large_user_is_told_that_its_post_may_be_sorted_there(client, ask) -> None:
    answer = ask("SW1A 1ZA")
    assert (answer.outcome, answer.system.slug) == (Outcome.MATCH, "south-west-london")
    main = page(client.post("/find/", {"q": "SW1A 1ZA"})).main
    assert main["data-outcome"] == "match"
    assert "may only be where its post is sorted" in words(main)
    assert "postcodes that begin with SW1A 1 are in West and North London" in words(main)
    assert main.select_one('a[href="/areas/north-west-london/"]')
    assert main.select_one('a[href="/areas/south-west-london/"]')


def test_a_retired_large_user_is_told_the_same(client) -> None:
    said = words(page(client.post("/find/", {"q": "SW1A 2SD"})).main)
    assert "may only be where its post was sorted" in said
    assert "SW1A 2 are in West and North London" in said


def test_large_users_do_not_count_in_the_shares_of_a_part(ask) -> None:
    assert ask("SW1A").message == "Every SW1A postcode is in West and North London ICS."


def test_where_its_place_makes_no_difference_a_large_user_is_led_on(client, ask) -> None:
    assert "post is sorted" in ask("BN14 0FB").message
    assert client.post("/find/", {"q": "BN14 0FB"}).status_code == 303


def test_a_postcode_near_a_border_leads_to_the_part_of_its_page_about_it(client) -> None:
    response = client.post("/find/", {"q": "B43 7DY"})
    assert response["Location"] == "/areas/black-country/#near-border"
    main = page(client.get("/areas/black-country/")).main
    assert main.find(id="near-border").a["href"] == "#border"
    section = main.find(id="border").find_next("ul")
    assert "Birmingham and Solihull" in words(section)
    answer = client.post("/api/v1/lookup", {"q": "B43 7DY"}, content_type="application/json").json()
    assert [system["slug"] for system in answer["near_border"]] == ["birmingham-and-solihull"]
    assert "close to the border with Birmingham and Solihull" in answer["message"]


def test_a_border_between_areas_of_one_system_is_none(ask, gazetteer) -> None:
    atlas = gazetteer.atlas
    [unit] = [
        unit
        for unit in ("M33 2AA", "SK8 1AA", "OL9 7AA", "M16 0AA", "M21 0AA")
        if gazetteer.directory.find(unit)[0] is UnitStatus.LIVE and gazetteer.directory.near(unit)
    ][:1]
    there = {atlas.areas[code].system_on(TODAY) for code in gazetteer.directory.near(unit)}
    assert there == {ask(unit).system}
    assert ask(unit).near == ()


def test_an_area_without_a_system_has_no_border(client) -> None:
    main = page(client.get("/areas/black-country/?on=2018-01-01")).main
    assert main.find(id="border") is None
