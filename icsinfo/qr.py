"""QR codes as SVG paths, drawn inline: nothing to fetch, sharp at any size."""

from dataclasses import dataclass
from functools import lru_cache

import segno

QUIET_ZONE = 4  # modules of white around it, which scanners need (ISO/IEC 18004)


@dataclass(frozen=True, slots=True)
class QrCode:
    """`path` draws the dark modules, in a viewBox of `size` by `size` modules with the border."""

    size: int
    path: str


@lru_cache(maxsize=1024)  # a busy page need not be encoded each time
def qr_code(text: str) -> QrCode:
    """The code for an address, readable with a fold or a stain through 15% of it (level M)."""
    code = segno.make(text, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=QUIET_ZONE)]
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
