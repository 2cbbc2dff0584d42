"""The directory, held against a slow second reading, and against the data it was made from."""

import gzip
import hashlib
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from systems.lookup.outcomes import Outcome
from systems.reference.directory import COLUMNS, Directory, DirectoryError, UnitStatus
from tests.systems import oracle

LIVE = 1_492_125
RETIRED = 779_338

# SHA-256 over a line "SW1A 1AA W2U3Z" for every postcode in the order of sectors and units, made
# by a program of its own from the reference data, not from the files of this project.
LIVE_DIGEST = "70e814b5a07f27cc81254c47d10334f80a70a4adb94f19253edd426fb5a2d940"
RETIRED_DIGEST = "bd77405a80067a95b2a45232ae3278270cc4c1bcd5a9fa9868d2c2379d55c251"


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory.load(settings.POSTCODE_DIRECTORY)


def write(path: Path, *lines: str) -> Path:
    with gzip.open(path, "wt", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    return path


@pytest.mark.slow
def test_it_agrees_with_the_oracle_on_every_unit_of_every_sector(directory: Directory) -> None:
    seen = Counter()
    for postcode, status, area in oracle.read(settings.POSTCODE_DIRECTORY):
        seen[status] += 1
        expected = (UnitStatus(status), None if area == "?" or status == "absent" else area)
        assert directory.find(postcode) == expected, postcode
    assert (seen["live"], seen["retired"]) == (LIVE, RETIRED)
    assert seen.total() == 400 * len(list(directory.sectors()))


def test_it_counts_the_live_postcodes_of_each_area_as_the_oracle_does(directory: Directory) -> None:
    live = Counter(
        area
        for _, status, area in oracle.read(settings.POSTCODE_DIRECTORY)
        if status == "live" and area != "?"
    )
    every = Counter()
    for sector in directory.by_name().values():
        for area, number in sector.count(sector.live):
            every[area] += number if area else 0
    assert +every == live
    assert directory.live_postcodes() == LIVE


@pytest.mark.slow
def test_every_postcode_gets_the_area_that_the_reference_data_gives(ask) -> None:
    """All 1.49 million live and 0.78 million retired ones, through the lookup itself."""
    outcomes = {"live": Outcome.MATCH, "retired": Outcome.RETIRED}
    digests = {"live": hashlib.sha256(), "retired": hashlib.sha256()}
    abroad = 0
    for postcode, status, area in oracle.read(settings.POSTCODE_DIRECTORY):
        if status == "absent":
            continue
        answer = ask(postcode)
        found = answer.area.code if answer.area else "?"
        if found == "?":
            # A real postcode without a place is never given one.
            assert (area, answer.system) == ("?", None), postcode
            assert answer.outcome in {Outcome.UNKNOWN, Outcome.NATION}, postcode
            abroad += answer.outcome is Outcome.NATION
        else:
            assert answer.outcome is outcomes[status], postcode
        digests[status].update(f"{postcode} {found}\n".encode())
    assert digests["live"].hexdigest() == LIVE_DIGEST
    assert digests["retired"].hexdigest() == RETIRED_DIGEST
    assert abroad < 100


def test_a_partial_postcode_covers_the_sectors_it_stands_for(directory: Directory) -> None:
    assert set(directory.in_outward("B1")) < set(directory.in_area("B"))
    assert "B11 1" not in directory.in_outward("B1")
    assert "BA1 1" not in directory.in_area("B")
    assert directory.in_sector("B1 1") == ["B1 1"]
    assert directory.in_sector("B1 Z") == []


def test_sw1_stands_for_the_outward_codes_that_begin_with_it(directory: Directory) -> None:
    outwards = {sector.split()[0] for sector in directory.in_outward("SW1")}
    assert {"SW1A", "SW1E", "SW1V", "SW1Y"} <= outwards
    assert "SW10" not in outwards
    assert {sector.split()[0] for sector in directory.in_outward("E1")} == {"E1"}


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (
            ["sector,live,dead,runs"],
            "expected the columns sector, live, retired, apart, runs, borders",
        ),
        ([",".join(COLUMNS), "AL1 1,zz,,,06N,"], "line 2"),
        ([",".join(COLUMNS), "AL1 1,f,,,06N,", "AL1 2,f,,,06N CC=06K,"], "line 3"),
        ([",".join(COLUMNS), "AL1 1,f"], "line 2"),
        ([""], "found none"),
        ([",".join(COLUMNS), ",f,,,06N,"], "line 2"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(
    tmp_path: Path, lines: list[str], says: str
) -> None:
    with pytest.raises(DirectoryError, match=says):
        Directory.load(write(tmp_path / "bad.csv.gz", *lines))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    whole = settings.POSTCODE_DIRECTORY.read_bytes()
    (tmp_path / "half.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DirectoryError, match="cannot be read"):
        Directory.load(tmp_path / "half.csv.gz")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    whole = bytearray(settings.POSTCODE_DIRECTORY.read_bytes())
    whole[100] ^= 0xFF
    (tmp_path / "damaged.csv.gz").write_bytes(whole)
    with pytest.raises(DirectoryError, match=r"damaged\.csv\.gz"):
        Directory.load(tmp_path / "damaged.csv.gz")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match=r"none\.csv\.gz"):
        Directory.load(tmp_path / "none.csv.gz")
