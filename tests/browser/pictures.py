"""Makes the pictures of the site that are no SVG, from its own map and mark, with Chromium.

    ./dev run                                                    # in another window
    python -m tests.browser.pictures http://127.0.0.1:8000

writes static/img/social.png, what other sites show beside a link to this one, and
static/img/apple-touch-icon.png, the mark for the first screen of a phone. To be run again when the
mark, the colours or the map change; a test holds their sizes.
"""

import base64
import shutil
import struct
import sys
import zlib
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "static" / "img"
SOCIAL = (1200, 630)
ICON = 180

CARD = """
<style>{sheet}
  body {{ width: 1200px; height: 630px; overflow: hidden; font-size: 34px; }}
  .card {{ display: grid; grid-template-columns: 1fr 440px; gap: 40px; padding: 56px 64px 0 72px; }}
  .card .logo {{ width: 88px; height: 88px; }}
  .card p {{ margin: 0 0 32px; max-width: none; }}
  .card .name {{ display: flex; align-items: center; gap: 24px; margin-bottom: 52px; }}
  .name, .said {{ font-size: 58px; font-weight: 600; line-height: 1.14; letter-spacing: -0.01em; }}
  .rest {{ color: var(--quiet); }}
  .card .map {{ height: 500px; }}
  .edge {{ position: absolute; inset: auto 0 0; height: 20px; border-block: 3px solid var(--accent);
    background: repeating-linear-gradient(90deg, var(--accent) 0 100px, transparent 100px 200px); }}
</style>
<div class="card">
  <div>
    <p class="name">{logo}ICS Info</p>
    <p class="said">Which integrated care system serves your part of England</p>
    <p class="rest">Today, and on any day since 2017.<br>Independent, dated and sourced.</p>
  </div>
  {map}
</div>
<div class="edge"></div>
"""
MARK = """
<style>
  body {{ margin: 0; background: #fbfaf7; }}
  svg {{ display: block; width: {size}px; height: {size}px; }}
</style>
{svg}
"""


# The 256 commonest colours of a picture, and for each pixel the number of the nearest of them.
COLOURS = """
async (source) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, width, height).data;
  const pixels = Array.from({ length: width * height }, (_, i) =>
    (bytes[4 * i] << 16) | (bytes[4 * i + 1] << 8) | bytes[4 * i + 2]);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const distance = (a, b) => parts(a).reduce((sum, part, i) => sum + (part - parts(b)[i]) ** 2, 0);
  const near = new Map();
  for (const colour of counts.keys()) {
    let best = 0;
    palette.forEach((other, i) => {
      if (distance(colour, other) < distance(colour, palette[best])) best = i;
    });
    near.set(colour, best);
  }
  return [palette, pixels.map((pixel) => near.get(pixel))];
}
"""


def png(width: int, height: int, palette: list[int], pixels: list[int]) -> bytes:
    """A PNG with a palette: a third of the size that Chromium writes for flat colours."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (bytes([0, *pixels[at : at + width]]) for at in range(0, width * height, width))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", b"".join(colour.to_bytes(3, "big") for colour in palette)),
            chunk(b"IDAT", zlib.compress(b"".join(rows), 9)),
            chunk(b"IEND", b""),
        ]
    )


def picture(browser: Browser, html: str, width: int, height: int, path: Path) -> None:
    """Draw `html`, in the light theme, into a PNG of that size."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.set_content(html)
    source = f"data:image/png;base64,{base64.b64encode(page.screenshot()).decode()}"
    path.write_bytes(png(width, height, *page.evaluate(COLOURS, source)))
    page.close()


def make(site: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        home = browser.new_page(base_url=site)
        home.goto("/")
        drawn = {
            "map": home.locator("svg.map").evaluate("svg => svg.outerHTML"),
            "logo": home.locator("svg.logo").evaluate("svg => svg.outerHTML"),
        }
        sheet = (ROOT / "static" / "css" / "site.css").read_text()
        picture(browser, CARD.format(sheet=sheet, **drawn), *SOCIAL, IMAGES / "social.png")
        mark = MARK.format(size=ICON, svg=(IMAGES / "favicon.svg").read_text())
        picture(browser, mark, ICON, ICON, IMAGES / "apple-touch-icon.png")
        browser.close()


if __name__ == "__main__":
    make(sys.argv[1])
