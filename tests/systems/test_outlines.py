"""The outlines of areas: whole, fitting together, and drawn as SVG."""

from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from systems.fixtures import FIXTURES
from systems.loading.loader import FixtureError
from systems.maps.colours import COLOURS, colour
from systems.maps.outlines import Border, Line, Outlines, OutlinesError, Point

ENGLAND = 130_279  # square kilometres of land (ONS, Standard Area Measurements)


@pytest.fixture(scope="module")
def england() -> Outlines:
    return Outlines.load(settings.OUTLINES_FILE)


def line(*points: tuple[int, int]) -> Line:
    return tuple(Point(*point) for point in points)


def size(rings: list[Line]) -> float:
    """Square kilometres within rings that have the land on their left; y counts down."""
    doubled = sum(b.x * a.y - a.x * b.y for ring in rings for a, b in pairwise(ring))
    return doubled / 2 / 100


# Two squares side by side, west and east, and an island of the eastern one.
TWO = Outlines(
    [
        Border("W", "", line((1, 0), (0, 0), (0, 1), (1, 1))),
        Border("W", "E", line((1, 1), (1, 0))),
        Border("E", "", line((1, 1), (2, 1), (2, 0), (1, 0))),
        Border("E", "", line((3, 0), (3, 1), (4, 1), (3, 0))),
    ]
)


class TestTheFile:
    def test_every_area_has_an_outline(self, england: Outlines) -> None:
        areas = (settings.FIXTURES / "areas.csv").read_text().splitlines()[1:]
        assert england.areas == {row.split(",")[0] for row in areas}

    def test_all_of_them_together_are_as_big_as_england(self, england: Outlines) -> None:
        sizes = {area: size(england.rings([area])) for area in england.areas}
        assert min(sizes.values()) > 20
        assert sum(sizes.values()) == pytest.approx(ENGLAND, rel=0.01)
        assert size(england.rings(england.areas)) == pytest.approx(sum(sizes.values()))

    def test_no_sea_is_left_between_neighbours(self, england: Outlines) -> None:
        # Joined, England is land and islands: no ring goes round a hole.
        assert [ring for ring in england.rings(england.areas) if size([ring]) <= 0] == []

    def test_areas_touch_those_that_they_touch_on_the_ground(self, england: Outlines) -> None:
        neighbours = england.neighbours
        assert all(area in neighbours[other] for area in neighbours for other in neighbours[area])
        assert neighbours["11N"] == {"15N"}  # Cornwall borders Devon alone
        assert neighbours["10R"] <= {"D9Y0V"}  # Portsmouth, and all around it Hampshire

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("area,path\n", "expected the columns left, right, line"),
            ("left,right,line\nA,,1 2 3\n", "line 2"),
            ("left,right,line\nA,,one 2\n", "line 2"),
            ("left,right,line\nA,,1 2\n", "line 2"),
            ("left,right,line\n,A,1 2 3 4\n", "an area on its left"),
            ("left,right,line\nA,A,1 2 3 4\n", "an area on its left"),
            ("left,right,line\nA,,1 2 3 4\n", "the outline of A is not closed"),
        ],
    )
    def test_a_file_that_is_none_is_refused_with_its_fault(
        self, tmp_path: Path, text: str, said: str
    ) -> None:
        (tmp_path / "outlines.csv").write_text(text)
        with pytest.raises(OutlinesError, match=said):
            Outlines.load(tmp_path / "outlines.csv")

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(OutlinesError, match="cannot be read"):
            Outlines.load(tmp_path / "outlines.csv")

    def test_loading_checks_how_many_borders_there_are(self) -> None:
        [datasets] = [fixture for fixture in FIXTURES if fixture.name == "datasets"]
        rows = (settings.FIXTURES / "datasets.csv").read_text().splitlines()
        [checksum] = [row.split(",")[-2] for row in rows if row.startswith("outlines,")]
        row = {"kind": "outlines", "file": "outlines.csv", "checksum": checksum, "rows": "7"}
        with pytest.raises(FixtureError, match="borders where 7 are expected"):
            datasets.complete(row, settings.FIXTURES)


class TestShapes:
    def test_areas_are_joined_by_leaving_out_what_is_between_them(self) -> None:
        assert [size([ring]) * 100 for ring in TWO.rings(["W"])] == [1]
        assert [size([ring]) * 100 for ring in TWO.rings(["E"])] == [1, 0.5]
        assert [size([ring]) * 100 for ring in TWO.rings(["W", "E"])] == [2, 0.5]
        assert TWO.rings(["nowhere"]) == []

    def test_a_path_has_its_first_point_and_then_steps(self) -> None:
        one = Outlines([Border("A", "", line((5, 5), (2, 9), (9, 1), (5, 5)))])
        assert one.path(["A"]) == "M5 5l-3 4 7-8z"
        assert TWO.path(["nowhere"]) == ""

    def test_a_box_is_around_all_of_it(self) -> None:
        assert TWO.box(["E"]) == (1, 0, 3, 1)
        assert TWO.box(["nowhere"]) is None

    def test_the_middle_is_well_inside(self, england: Outlines) -> None:
        assert TWO.middle(["W"]) == (0.5, 0.5)
        assert TWO.middle(["nowhere"]) is None
        # Surrey Heath and Farnham is a crescent; the middle of its box is not in it.
        for area in england.areas:
            middle = england.middle([area])
            cuts = [
                a.x + (b.x - a.x) * (middle.y - a.y) / (b.y - a.y)
                for ring in england.rings([area])
                for a, b in pairwise(ring)
                if (a.y > middle.y) != (b.y > middle.y)
            ]
            assert sum(cut < middle.x for cut in cuts) % 2 == 1, area

    @pytest.mark.parametrize("least", [0, 50, 200, 1000])
    def test_coarser_outlines_still_fit_together(self, england: Outlines, least: int) -> None:
        coarse = england.coarser(least)
        assert coarse.neighbours == england.neighbours
        ends = [(border.line[0], border.line[-1]) for border in coarse.borders]
        assert ends == [(border.line[0], border.line[-1]) for border in england.borders]
        for area in england.areas:
            rings = coarse.rings([area])
            assert all(ring[0] == ring[-1] for ring in rings)
            assert size(rings) == pytest.approx(size(england.rings([area])), rel=0.45), area
        assert len(coarse.path(coarse.areas)) <= len(england.path(england.areas))

    def test_a_coarse_outline_is_small(self, england: Outlines) -> None:
        assert len(england.coarser(200).path(england.areas)) < 5500


class TestColours:
    @given(st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40))
    def test_those_that_touch_differ_wherever_six_colours_must_do(self, pairs) -> None:
        # Squares of a chessboard of any size, of which some touch across a corner too: the
        # board stays flat, so each touches five others at most when the rest is taken away.
        squares = {f"{x} {y}": (x, y) for x, y in pairs}
        touching = {
            one: {
                other
                for other, (u, v) in squares.items()
                if (u - x, v - y) in {(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1)}
            }
            for one, (x, y) in squares.items()
        }
        given_colours = colour(touching, lambda one, other: 0)
        assert set(given_colours) == set(squares)
        assert set(given_colours.values()) <= set(range(1, COLOURS + 1))
        for one, others in touching.items():
            assert given_colours[one] not in {given_colours[other] for other in others}

    def test_kin_get_the_same_colour_if_they_do_not_touch(self) -> None:
        apart = {"old": set(), "new": set(), "other": set()}
        found = colour(apart, lambda one, other: {one, other} == {"old", "new"})
        assert found["old"] == found["new"] != found["other"]
        touching = {"old": {"new"}, "new": {"old"}}
        found = colour(touching, lambda one, other: 1)
        assert found["old"] != found["new"]

    def test_more_than_six_that_all_touch_still_get_colours(self) -> None:
        names = set("abcdefgh")
        found = colour({name: names - {name} for name in names}, lambda one, other: 0)
        assert set(found.values()) == set(range(1, COLOURS + 1))
