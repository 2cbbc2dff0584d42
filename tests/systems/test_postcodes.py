"""Reading postcodes: the grammar, the repairs, and what must not be cleaned away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.text import postcodes

UNITS = st.builds(
    lambda area, district, sector, unit: f"{area}{district} {sector}{unit}",
    st.sampled_from(["E", "N", "SW", "SK", "AL", "ZE", "EC", "W"]),
    st.integers(0, 99).map(str),
    st.integers(0, 9),
    st.text(alphabet=postcodes.UNIT_LETTERS, min_size=2, max_size=2),
)
SPACES = st.text(alphabet=" \t\n\u00a0\u2003\u200b\u3000\ufeff", max_size=3)


@pytest.mark.parametrize(
    "unit",
    ["M1 1AE", "B33 8TH", "W1A 0AX", "EC1A 1BB", "CR2 6XH", "DN55 1PT", "BS0 1AA", "W1X 1AA"],
)
def test_every_shape_of_the_grammar_is_read(unit: str) -> None:
    assert postcodes.read_unit(unit) == unit
    assert postcodes.read_unit(unit.lower().replace(" ", "")) == unit


@pytest.mark.parametrize(
    "text",
    [
        "QA1 1AA",  # none begins with Q
        "AJ1 1AA",  # none has J second
        "SW1A 1AC",  # C is never in the unit
        "SW01 1AA",  # no district with a leading nought
        "SW1I 1AA",  # I never follows the district
        "SW1A 1A",
        "SW1A",
        "1SW 1AA",
        "SW1A 1AAA",
        "",
    ],
)
def test_what_cannot_be_a_postcode_is_not_read_as_one(text: str) -> None:
    assert postcodes.read_unit(text) is None


@given(UNITS, st.data())
def test_spacing_case_width_and_edges_do_not_matter(unit: str, data: st.DataObject) -> None:
    written = "".join(char + data.draw(SPACES) for char in unit)
    if data.draw(st.booleans()):
        written = written.lower()
    if data.draw(st.booleans()):
        written = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    written = data.draw(st.sampled_from(["", "'", "(", " «"])) + written
    written += data.draw(st.sampled_from(["", ".", ",", "!", ") ", "»"]))
    assert postcodes.read_unit(postcodes.trim(postcodes.tidy(written))) == unit


@given(st.text())
def test_reading_never_fails_and_what_is_read_is_well_formed(text: str) -> None:
    typed = postcodes.trim(postcodes.tidy(text))
    postcodes.read_partial(typed)
    postcodes.looks_like_postcode(typed)
    postcodes.split_by_mark(typed)
    for unit in [*postcodes.find_units(typed), *(r.unit for r in postcodes.repairs(typed))]:
        assert postcodes.read_unit(unit) == unit


@given(UNITS)
def test_a_repair_changes_only_what_looks_alike(unit: str) -> None:
    mistyped = unit.translate(str.maketrans("O0I1LS5B8", "0OL1I5S8B"))
    alike = [set("O0"), set("I1L"), set("S5"), set("B8")]
    for repair in postcodes.repairs(mistyped):
        pairs = zip(mistyped.replace(" ", ""), repair.unit.replace(" ", ""), strict=True)
        assert all(a == b or any({a, b} <= group for group in alike) for a, b in pairs)
        assert " as the " in repair.words


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("SW1A OAA", ["SW1A 0AA"]),
        ("S01 2AB", ["SO1 2AB"]),
        ("sw1a laa", ["SW1A 1AA"]),
        ("BI1 1AA", ["B11 1AA", "BL1 1AA"]),
        ("SW1A 1AA", []),  # nothing to mend
        ("HELLO", []),
        ("SW1A 1A", []),
        ("5W1A 1AA", ["SW1A 1AA"]),
        ("CV8 SAD", ["CV8 5AD"]),
        ("SLOIAE", ["SL0 1AE", "S10 1AE"]),  # letters where only a number can be
        ("PHILIP", []),  # the last I would have to be a letter, and a name has that
        ("BII ILL", ["B11 1LL", "BL1 1LL"]),  # in two halves
        ("Y02811", []),  # the code of a practice
    ],
)
def test_o_for_0_and_i_for_1_are_mended(text: str, units: list[str]) -> None:
    assert sorted({r.unit for r in postcodes.repairs(text)}) == sorted(units)


@pytest.mark.parametrize("text", ["Prince Philip Hospital", "Ellen's Glen House", "No Oil Lamp"])
def test_words_of_a_longer_text_are_no_postcodes_with_slips(text: str) -> None:
    assert list(postcodes.pieces(text)) == []


def test_a_space_decides_between_an_outward_code_and_a_sector() -> None:
    assert postcodes.read_partial("B11") == postcodes.Partial(outward="B11", sector="B1 1")
    assert postcodes.read_partial("B1 1") == postcodes.Partial(sector="B1 1")
    assert postcodes.read_partial("SW") == postcodes.Partial(area="SW")
    assert postcodes.read_partial("SW1A 1A") == postcodes.Partial(incomplete="SW1A 1")
    assert postcodes.read_partial("Stockport") is None


@pytest.mark.parametrize("text", ["AB!1 2CD", "AB1? 2CD", "A#B1 2CD", "AB1 2.CD"])
def test_marks_inside_are_not_cleaned_away(text: str) -> None:
    assert postcodes.read_unit(text) is None
    assert postcodes.split_by_mark(text) is None
    assert postcodes.find_units(text) == []
    assert postcodes.looks_like_postcode(text)


@pytest.mark.parametrize("text", ["ſW1A 1AA", "SW1A ıAA", "①A1 1AA", "ＳＷ１Ａ ①AA", "АВ1 2CD"])
def test_letters_that_only_look_or_fold_alike_are_left_as_they_are(text: str) -> None:
    assert postcodes.read_unit(postcodes.trim(postcodes.tidy(text))) is None


def test_postcodes_are_found_in_a_longer_text_once_each() -> None:
    text = "Flat 1, 10 High St, Stockport SK1 3XE; sk13xe, or M1 1AE. Not XSK1 3XEX, ABC1 2DEF"
    assert postcodes.find_units(text) == ["SK1 3XE", "M1 1AE"]


def test_halves_joined_by_a_mark_are_read() -> None:
    assert postcodes.split_by_mark("SW1A-1AA") == "SW1A 1AA"
    assert postcodes.split_by_mark("sw1a.1aa") == "SW1A 1AA"
    assert postcodes.split_by_mark("SW1A--1AA") is None
