"""The file that export_offline writes, opened from a disk with the network off."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ANSWERS = [
    ("GU9 0NZ", "2026-03-31", "match", "GU9 0NZ was in Frimley ICS on 31 March 2026."),
    ("gu90nz", "2026-04-01", "match", "GU9 0NZ was in Surrey and Sussex ICS on 1 April 2026."),
    ("RG12 1AA", "2026-04-01", "match", "was in Thames Valley ICS on 1 April 2026."),
    (
        "SW1A 1AA",
        "2018-01-01",
        "match",
        "in no integrated care system on 1 January 2018; it",
    ),
    ("M1 1AA", "2026-04-01", "retired", "It was probably in the area Manchester, which"),
    ("B1 1AA", "2022-06-30", "retired", "which was in The Black Country"),
    ("CF10 1EP", "2026-04-01", "nation", "CF10 1EP is in Wales."),
    ("SWIA 1AA", "2026-04-01", "repaired", "We read the letter I as the number 1: SW1A 1AA."),
    ("SW1A", "2026-04-01", "partial", "only part of a postcode"),
]


@pytest.fixture
def offline(tmp_path: Path, manage) -> Path:
    manage("export_offline", tmp_path / "ics.html")
    return tmp_path / "ics.html"


def test_it_answers_from_a_disk_with_the_network_off(offline: Path, visit) -> None:
    assert offline.stat().st_size < 1_500_000
    seen = visit(360)
    seen.context.set_offline(True)
    page = seen.page
    page.goto(offline.as_uri())
    result = page.get_by_role("status")
    for postcode, on, outcome, sentence in ANSWERS:
        page.get_by_label("Postcode").fill(postcode)
        page.get_by_label("Date", exact=True).fill(on)
        page.get_by_role("button", name="Find the ICS").click()
        expect(result).to_have_attribute("data-outcome", outcome)
        expect(result).to_contain_text(sentence)
    main = page.locator("main")
    for line in ("October 2025", "independent", "Contains OS data", "Contains Royal Mail data"):
        expect(main).to_contain_text(line)
    assert seen.asked == {offline.as_uri()}
    assert not seen.is_wider_than_the_screen()
    assert seen.complaints == []
