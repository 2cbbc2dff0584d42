"""Names that are meant by a text with a slip in it."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from systems.reference.spelling import Spelling

NAMES = ["bath", "ely", "manchester", "mancetter", "stockport", "stoke on trent", "wigan"]
spelling = Spelling(NAMES)


def test_one_slip_of_each_kind_is_forgiven() -> None:
    for typed in ("stockprot", "stockpor", "stockportt", "stockpart", "tsockport"):
        assert spelling.nearest(typed) == ["stockport"], typed


def test_the_longer_the_name_the_more_slips_are_forgiven() -> None:
    assert spelling.nearest("batth") == ["bath"]
    assert spelling.nearest("battth") == []
    assert spelling.nearest("stockprtt") == ["stockport"]
    assert spelling.nearest("stokke on tremd") == ["stoke on trent"]


def test_a_slip_in_a_short_word_makes_another_word() -> None:
    assert Spelling(["qa hospital"]).nearest("qe hospital") == []
    assert Spelling(["qa hospital"]).nearest("qa hospitall") == ["qa hospital"]
    assert spelling.nearest("stoke en trent") == []


def test_a_text_of_under_four_letters_is_too_short_to_tell() -> None:
    assert spelling.nearest("elx") == []
    assert spelling.nearest("") == []


def test_names_as_near_as_each_other_are_all_given_and_farther_ones_are_not() -> None:
    assert spelling.nearest("mancester") == ["mancetter", "manchester"]
    assert spelling.nearest("mancheste") == ["manchester"]


@given(st.text(alphabet="abceghkmnoprstw ", max_size=16))
def test_it_finds_what_comparing_with_every_name_finds(typed: str) -> None:
    allowed = 0 if len(typed) < 4 else 1 if len(typed) < 8 else 2 if len(typed) < 14 else 3
    slips = {name: OSA.distance(typed, name) for name in NAMES}
    least = min(slips.values())
    wanted = [name for name in sorted(NAMES) if slips[name] == least <= allowed and allowed]
    assert set(spelling.nearest(typed)) <= set(wanted)
    if not any(len(word) <= 3 for name in wanted for word in name.split()):
        assert spelling.nearest(typed) == wanted
