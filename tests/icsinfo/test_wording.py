"""Shares, lists and tenses in sentences."""

from datetime import date

import pytest

from icsinfo.wording import name_list, per_cent, say_share, to_be

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("part", "whole", "share", "said"),
    [
        (1, 3, 33.3, "33%"),
        (1, 16, 6.3, "6%"),  # 6.25: halves go up
        (1, 2000, 0.1, "under 1%"),
        (1, 1_000_000, 0.1, "under 1%"),
        (999_999, 1_000_000, 99.9, "over 99%"),
        (0, 5, 0.1, "under 1%"),
        (5, 5, 100.0, "100%"),
        (0, 0, 100.0, "100%"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_nor_to_all(
    part: int, whole: int, share: float, said: str
) -> None:
    assert (per_cent(part, whole), say_share(share)) == (share, said)


def test_nothing_is_said_of_a_share_that_is_not_known() -> None:
    assert say_share(None) == ""


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["Devon"], "Devon"),
        (["Devon", "Dorset"], "Devon and Dorset"),
        (["Devon", "Dorset", "Kent"], "Devon, Dorset and Kent"),
        (["Bath, Swindon", "Dorset"], "Bath, Swindon; and Dorset"),
        (["Kent and Medway", "Essex"], "Kent and Medway; and Essex"),
    ],
)
def test_names_are_listed_so_that_their_own_commas_and_ands_do_not_part_them(
    names: list[str], said: str
) -> None:
    assert name_list(names) == said


def test_a_sentence_has_the_tense_of_its_day() -> None:
    days = [date(2026, 11, 20), DAY, date(2026, 11, 22)]
    assert [to_be(day, DAY) for day in days] == ["was", "is", "will be"]
