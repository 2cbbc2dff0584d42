"""The poster on paper: one sheet of A4, with a code that can be read from it."""

import io

import pytest
from pypdf import PdfReader

from tests.codes import read_code

pytestmark = pytest.mark.browser

A4 = (595, 842)  # points
# The shortest name, the longest, and a closed system with several successors.
SLUGS = ["devon", "bath-and-north-east-somerset-swindon-and-wiltshire", "frimley"]


@pytest.mark.parametrize("slug", SLUGS)
def test_it_is_exactly_one_page_of_a4(visit, slug: str) -> None:
    page = visit().page
    page.goto(f"/ics/{slug}/poster/")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    [sheet] = printed.pages
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == A4
    text = " ".join(sheet.extract_text().split())
    assert "Report a mistake" not in text
    if slug != "frimley":
        assert "It is not run by, or part of, the NHS" in text
        assert "or 999 in an emergency." in text


@pytest.mark.parametrize("theme", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_its_code_can_be_read_from_the_screen(visit, site: str, theme: dict) -> None:
    seen = visit(320, **theme)
    seen.page.goto("/ics/devon/poster/")
    assert not seen.is_wider_than_the_screen()
    assert read_code(seen.page.locator("svg.qr").screenshot()) == f"{site}/ics/devon/"
    assert seen.complaints == []
