"""Room on the call stack: tests call deeply, with pytest's own calls under those of a request.

CPython has memory for calls in pieces of 16 KB. It takes the next piece from the system when a call
does not fit, and gives it back when that call returns. A loop that happens to be at the end of a
piece does both at each turn: one page took 80 ms instead of 10, and some tests half their time.
"""

from collections.abc import Callable
from typing import Any

SLOTS = 2**16  # of 8 bytes: room for some 2,000 calls


def in_one_piece(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call `function` in a frame that asks for a large piece, in which all its calls find room."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return call
