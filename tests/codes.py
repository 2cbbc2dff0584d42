"""Reads QR codes as a phone does: from a picture."""

import io
import re

import zxingcpp
from bs4 import Tag
from PIL import Image, ImageDraw

ZOOM = 4
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+z")


def read_code(picture: bytes) -> str:
    """What the one code in a PNG says. Raises ValueError if there is none, or several."""
    return _read(Image.open(io.BytesIO(picture)))


def read_drawn_code(svg: Tag) -> str:
    """What the code says that an element of a page draws."""
    size = int(svg["viewbox"].split()[2])
    picture = Image.new("L", (size * ZOOM, size * ZOOM), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, width in (map(int, run) for run in RUN.findall(svg.path["d"])):
        corner = ((x + width) * ZOOM - 1, (y + 1) * ZOOM - 1)
        draw.rectangle((x * ZOOM, y * ZOOM, *corner), fill=0)
    return _read(picture)


def _read(picture: Image.Image) -> str:
    [found] = zxingcpp.read_barcodes(picture)
    return found.text
