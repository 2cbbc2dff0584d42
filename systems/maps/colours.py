"""Few colours for many shapes, so that no two that touch are alike. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

COLOURS = 6


def colour(
    touching: Mapping[str, AbstractSet[str]], kinship: Callable[[str, str], int]
) -> dict[str, int]:
    """A colour from 1 to COLOURS for each, none the same as that of what it touches.

    They are coloured one by one, the one with the fewest neighbours last, then the one with
    the fewest among the rest before it, and so on. Each then meets as few coloured neighbours as
    can be: at most five on any flat map, so six colours are always enough. Where several
    are free, it gets that of its nearest kin (`kinship` is a number for two), else the rarest.
    Should none be free, it gets the one that the fewest neighbours have.
    """
    given: dict[str, int] = {}
    for one in _fewest_last(touching):
        taken = Counter(given[other] for other in touching[one] if other in given)
        used = Counter(given.values())
        related = Counter[int]()
        for other, number in given.items():
            related[number] += kinship(one, other)
        given[one] = min(
            range(1, COLOURS + 1),
            key=lambda number: (taken[number], -related[number], used[number], number),
        )
    return given


def _fewest_last(touching: Mapping[str, AbstractSet[str]]) -> list[str]:
    left = {one: set(others) for one, others in touching.items()}
    order = []
    while left:
        one = min(left, key=lambda name: (len(left[name]), name))
        order.append(one)
        for other in left.pop(one):
            left[other].discard(one)
    return order[::-1]
