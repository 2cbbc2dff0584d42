"""QR codes as shapes, to be drawn in a page: no picture to fetch, no style, sharp at any size."""

from dataclasses import dataclass
from functools import lru_cache

import segno

QUIET = 4  # modules of white around it: readers rely on them


@dataclass(frozen=True, slots=True)
class QrCode:
    """`path` is the dark modules as SVG, on a square of `size` modules with its white border."""

    size: int
    path: str


@lru_cache(maxsize=1024)  # a busy page need not be encoded each time
def qr_code(text: str) -> QrCode:
    """The code for an address, readable with a fold or a stain through 15% of it (level M)."""
    code = segno.make(text, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=QUIET)]
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start, dark = x, row[x]
            while x < len(row) and row[x] == dark:
                x += 1
            if dark:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
    return QrCode(len(rows), "".join(runs))
