"""A page of another origin shows the card, sends its form and reads the API; others stay out."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<title>A council</title>
<link rel="icon" href="data:,">
<h1>A council</h1>
<iframe src="{site}{path}" title="The ICS" width="{width}" height="700"></iframe>
<form action="{site}/find/" method="post">
  <label>Postcode or place <input name="q"></label>
  <button>Find my ICS</button>
</form>
<p id="answer"></p>
<script>
  fetch("{site}/api/v1/lookup", {{
    method: "POST",
    headers: {{"Content-Type": "application/json"}},
    body: JSON.stringify({{q: "EX4 3LS"}}),
  }})
    .then((response) => response.json())
    .then((found) => {{ document.querySelector("#answer").textContent = found.system.name; }});
</script>
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def council(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of somebody else, with pages that put ours into a frame."""
    folder: Path = tmp_path_factory.mktemp("council")
    for name, path, width in [
        ("card", "/ics/devon/card/", 320),
        ("closed", "/ics/frimley/card/", 600),
        ("page", "/ics/devon/", 600),
    ]:
        text = PAGE.format(site=site, path=path, width=width)
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # By another name than ours: another port is another origin, but not another site.
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_it_shows_the_card_and_reads_the_api(visit, council: str, site: str) -> None:
    seen = visit()
    seen.page.goto(f"{council}/card.html")
    frame = seen.page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Devon")
    expect(frame.get_by_role("heading", name="Local schemes")).to_be_visible()
    expect(seen.page.locator("#answer")).to_have_text("Devon")
    framed = seen.page.frames[1]
    assert framed.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    assert seen.complaints == []
    assert seen.context.cookies() == []
    ours = {address for address in seen.asked if address.startswith(site)}
    assert len(ours) <= 4  # the card, its style, the question to the API and what comes before it
    assert not any(".js" in address for address in ours)


@pytest.mark.parametrize("theme", [{}, {"color_scheme": "dark"}])
def test_the_card_answers_in_the_whole_window(visit, council: str, site: str, theme) -> None:
    page = visit(**theme).page
    page.goto(f"{council}/card.html")
    frame = page.frame_locator("iframe")
    frame.get_by_label("Find your ICS: enter a postcode or place").fill("GU9 0NZ")
    frame.get_by_role("button", name="Find").click()
    expect(page).to_have_url(f"{site}/areas/surrey-heath-and-farnham/")


def test_the_links_of_a_card_open_in_the_whole_window(visit, council: str, site: str) -> None:
    page = visit().page
    page.goto(f"{council}/closed.html")
    page.frame_locator("iframe").get_by_role("link", name="Thames Valley").click()
    expect(page).to_have_url(f"{site}/ics/thames-valley/")


def test_a_form_in_the_page_itself_is_answered_too(visit, council: str, site: str) -> None:
    page = visit(java_script_enabled=False).page
    page.goto(f"{council}/card.html")
    page.get_by_label("Postcode or place", exact=True).fill("Frimley")
    page.get_by_role("button", name="Find my ICS").click()
    expect(page).to_have_url(f"{site}/find/")
    expect(page.locator("main")).to_contain_text("Surrey and Sussex")


def test_no_other_page_lets_itself_be_framed(visit, council: str) -> None:
    seen = visit()
    seen.page.goto(f"{council}/page.html")
    seen.page.wait_for_timeout(300)
    assert any("frame-ancestors" in complaint for complaint in seen.complaints)
    assert seen.page.frame_locator("iframe").locator("main, .answer").count() == 0


@pytest.mark.parametrize("path", ["/ics/devon/", "/timeline/final-thirteen-april-2021/"])
def test_facts_for_machines_and_the_copy_buttons_break_no_policy(visit, path: str) -> None:
    seen = visit(320)
    seen.page.goto(path)
    assert seen.page.locator('script[type="application/ld+json"]').count() == 2
    seen.page.get_by_text("Link to this page").click()
    assert not seen.is_wider_than_the_screen()
    seen.page.get_by_role("button", name="Copy Address").click()
    expect(seen.page.get_by_role("button", name="Address")).not_to_have_text("Copy Address")
    assert seen.complaints == []


def test_a_link_can_be_copied_by_keyboard_without_a_script(visit, site: str) -> None:
    page = visit(java_script_enabled=False).page
    page.goto("/ics/devon/")
    page.get_by_text("Link to this page").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("#link-address").evaluate("field => field === document.activeElement")
    page.keyboard.press("Control+A")
    chosen = page.locator("#link-address").evaluate(
        "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    )
    assert chosen == f"{site}/ics/devon/"
