"""Names that are meant by a text with a slip in it."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from systems.reference.spelling import Spelling
from systems.text.names import distinctive

NAMES = ["bath", "ely", "manchester", "mancetter", "stockport", "stoke on trent", "wigan"]
spelling = Spelling(NAMES)


def test_one_slip_of_each_kind_is_forgiven() -> None:
    for typed in ("stockprot", "stockpor", "stockportt", "stockpart", "tsockport"):
        assert spelling.nearest(typed) == ["stockport"], typed


def test_the_longer_the_name_the_more_slips_are_forgiven() -> None:
    assert spelling.nearest("batth") == ["bath"]
    assert spelling.nearest("battth") == []
    assert spelling.nearest("manchsetre") == ["manchester"]
    assert spelling.nearest("stokke on trend") == ["stoke on trent"]


def test_a_slip_in_a_short_word_makes_another_word() -> None:
    assert Spelling(["qa hospital"]).nearest("qe hospital") == []
    assert spelling.nearest("wgan") == ["wigan"]
    assert spelling.nearest("bsth") == []
    assert spelling.nearest("stoke en trent") == []


def test_a_text_of_under_four_letters_is_too_short_to_tell() -> None:
    assert spelling.nearest("elx") == []
    assert spelling.nearest("") == []


def test_names_as_near_as_each_other_are_all_given_and_farther_ones_are_not() -> None:
    assert spelling.nearest("mancester") == ["mancetter", "manchester"]
    assert spelling.nearest("mancheste") == ["manchester"]


def test_the_first_letter_of_a_word_is_no_slip() -> None:
    assert Spelling(["farnham"]).nearest("burnham") == []
    assert Spelling(["kingston"]).nearest("singston") == []


def test_a_word_that_is_in_some_name_is_no_slip_for_another() -> None:
    names = Spelling(["north colchester pcn", "manchester"])
    assert names.nearest("north manchester") == []
    assert Spelling(["trafford", "bradford district and craven"]).nearest("trafford dist") == []


def test_initials_are_no_slip() -> None:
    names = Spelling(["northants"])
    assert names.nearest("nothants") == ["northants"]
    assert names.nearest("nothants", {"nothants"}) == []


def test_generic_words_are_not_compared_but_tell_names_apart() -> None:
    names = Spelling(["pinderfields hospital", "park surgery", "park medical centre", "park"])
    assert names.nearest("pinderfields general hospital") == ["pinderfields hospital"]
    assert names.nearest("park surgery") == ["park surgery"]
    assert names.nearest("park clinic") == ["park", "park medical centre", "park surgery"]
    assert Spelling(["dorking hospital"]).nearest("barking community hospital") == []


def test_a_generic_word_is_put_right_first() -> None:
    assert Spelling(["qa hospital"]).without_slips("qa hospitall") == "qa hospital"
    assert Spelling(["surrey"]).without_slips("surrey surgry") == "surrey surgery"


def test_words_are_joined_or_parted_only_if_one_is_no_word() -> None:
    assert spelling.nearest("stockp ort") == ["stockport"]
    assert Spelling(["yewtree", "yew", "old tree"]).nearest("yew tree") == []


@given(st.text(alphabet="abceghkmnoprstw ", max_size=16))
def test_it_finds_what_comparing_with_every_name_finds(typed: str) -> None:
    allowed = 0 if len(typed) < 4 else 1 if len(typed) < 10 else 2 if len(typed) < 14 else 3
    core = distinctive(" ".join(typed.split()))
    slips = {name: OSA.distance(core, distinctive(name)) for name in NAMES}
    least = min(slips.values())
    near = [name for name in sorted(NAMES) if slips[name] == least <= allowed]
    assert set(spelling.nearest(core)) <= set(near)
    if all(name[0] == core[:1] for name in near) and len(core.split()) == 1 and len(core) >= 5:
        wanted = [name for name in near if " " not in name and (allowed or not least)]
        assert [name for name in spelling.nearest(core) if " " not in name] == wanted
