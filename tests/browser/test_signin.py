"""The way into the admin, as somebody walks it with keyboard, mouse and phone."""

import re
import sqlite3
import time
from base64 import b32decode
from contextlib import closing
from pathlib import Path

import pytest
from django_otp.oath import totp
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SECRET = "four plain words here"  # noqa: S105
OTHER_SECRET = "another four plain words"  # noqa: S105
WIDTHS = [320, 1280]


@pytest.fixture
def tell(state: Path):
    """Do something to the database of the site behind its back, as time does."""

    def _tell(statement: str) -> None:
        with closing(sqlite3.connect(state / "db.sqlite3", timeout=20)) as database, database:
            database.execute(statement)

    return _tell


@pytest.fixture
def account(site: str, manage, tell):
    """A fresh account that may do everything, as on the day on which a site is set up."""
    made = []

    def _account(name: str) -> str:
        made.append(name)
        manage(
            *("createsuperuser", "--noinput", "--username", name, "--email", ""),
            DJANGO_SUPERUSER_PASSWORD=SECRET,
        )
        return name

    yield _account
    tell("DELETE FROM systems_signintry")
    for name in made:
        tell(f"UPDATE auth_user SET is_active = 0 WHERE username = '{name}'")  # noqa: S608


def press(page: Page, name: str, role: str = "button") -> None:
    """Press a button, or follow a link, and wait for the page that comes of it."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).click()


def give_password(page: Page, name: str, password: str = SECRET) -> None:
    page.goto("/admin/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Next")


def give_code(page: Page, code: str, label: str = "Code") -> None:
    page.get_by_label(label, exact=True).fill(code)
    press(page, "Sign in")


def key_on(page: Page) -> bytes:
    return b32decode(page.locator(".key").inner_text().replace(" ", ""))


def now_code(key: bytes, steps: int = 0) -> str:
    """The code of a phone. Each counts once; the next one (`steps=1`) is taken early.

    Not one that ends while it is on its way: its phone would be taken for one that is slow.
    """
    if (left := 30 - time.time() % 30) < 8:
        time.sleep(left)
    return f"{totp(key, t0=-30 * steps):06}"


def wrong_code(key: bytes) -> str:
    near = {now_code(key, steps) for steps in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(20)) if code not in near)


def enrol(page: Page, name: str) -> tuple[bytes, list[str]]:
    """Sign in for the first time; what the phone has learnt, and the recovery codes."""
    give_password(page, name)
    key = key_on(page)
    give_code(page, now_code(key), "Code from the app")
    codes = page.locator(".codes code").all_inner_texts()
    press(page, "I have saved them: continue", "link")
    return key, codes


def is_in(page: Page) -> bool:
    page.goto("/admin/")
    return page.get_by_role("heading", name="What you can edit").is_visible()


def sign_out(page: Page) -> None:
    press(page, "Log out")
    expect(page.get_by_text("You have signed out.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_time_and_the_times_after(visit, account, width, scripts) -> None:
    name = account(f"first{width}{scripts}".lower())
    seen = visit(width, java_script_enabled=scripts)
    page = seen.page
    give_password(page, name)
    expect(page).to_have_title(re.compile("^Set up your phone"))
    box = page.locator(".picture svg").bounding_box()
    assert box
    assert box["width"] == pytest.approx(box["height"])
    assert box["width"] > 150
    page.goto("/admin/systems/system/")
    expect(page).to_have_title(re.compile("^Sign in"))
    key, codes = enrol(page, name)
    assert len(set(codes)) == 10
    assert is_in(page)
    sign_out(page)
    assert not is_in(page)
    give_password(page, name)
    give_code(page, wrong_code(key))
    expect(page).to_have_title(re.compile("^Error: Enter your code"))
    expect(page.get_by_label("Code", exact=True)).to_have_attribute("aria-invalid", "true")
    give_code(page, now_code(key, 1))
    assert is_in(page)
    sign_out(page)
    give_password(page, name)
    give_code(page, codes[0].lower())
    expect(page.get_by_text("You used a recovery code. 9 are left.")).to_be_visible()
    sign_out(page)
    give_password(page, name)
    give_code(page, codes[0])
    expect(page.get_by_text("That code is not right.")).to_be_visible()
    assert seen.complaints == []
    assert {address for address in seen.asked if not address.startswith(page.url[:17])} == set()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_of_the_way_is_wider_than_the_screen(visit, account, width) -> None:
    name = account(f"wide{width}")
    seen = visit(width)
    page = seen.page
    wide = []

    def look() -> None:
        if seen.is_wider_than_the_screen():
            wide.append(page.url)

    page.goto("/admin/")
    look()
    give_password(page, name, "wrong")
    look()
    give_password(page, name)
    look()
    give_code(page, now_code(key_on(page)), "Code from the app")
    look()
    for path in ("/admin/second-factor/", "/admin/second-factor/phone/"):
        page.goto(path)
        look()
    press(page, "Log out")
    look()
    give_password(page, name)
    look()
    assert wide == []
    assert seen.complaints == []


def test_the_keyboard_alone_is_enough(visit, account) -> None:
    name = account("keys")
    page = visit().page
    page.goto("/admin/")
    page.get_by_label("Name").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    key = key_on(page)
    page.get_by_label("Code from the app").focus()
    page.keyboard.type(now_code(key))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()


def test_an_editor_walks_from_the_first_password_into_the_admin(visit, site, manage) -> None:
    said = manage("make_editor", "dora", "--system", "devon")
    page = visit().page
    give_password(page, "dora", re.search(r"First password: +(\S+)", said)[1])
    page.get_by_label("New password", exact=True).fill(SECRET)
    page.get_by_label("Confirm new password").fill(SECRET)
    press(page, "Next")
    give_code(page, now_code(key_on(page)), "Code from the app")
    press(page, "I have saved them: continue", "link")
    assert is_in(page)


def test_after_ten_wrong_passwords_even_the_right_one_waits(visit, account, manage) -> None:
    name = account("locked")
    page = visit().page
    for _ in range(10):
        give_password(page, name, "wrong")
        expect(page.get_by_text("user name or password is incorrect")).to_be_visible()
    give_password(page, name)
    expect(page.get_by_role("alert")).to_have_text(re.compile("Wait 5 minutes"))
    manage("lift_lockout")
    give_password(page, name)
    expect(page).to_have_title(re.compile("^Set up your phone"))


def test_an_hour_without_a_click_ends_a_session(visit, account, tell) -> None:
    page = visit().page
    enrol(page, account("idle"))
    assert is_in(page)
    tell("UPDATE django_session SET expire_date = datetime(expire_date, '-60 minutes')")
    assert not is_in(page)


def test_a_link_in_an_e_mail_leads_into_the_admin_and_leaves_other_windows_signed_in(
    visit, account, site
) -> None:
    seen = visit()
    enrol(seen.page, account("mail"))
    [session] = [one for one in seen.context.cookies() if one["name"] == "session"]
    assert session["sameSite"] == "Strict"
    mail = f'<a href="{site}/admin/systems/scheme/?q=stop">Look at this</a>'
    seen.context.route(
        "http://mail.example/", lambda route: route.fulfill(body=mail, content_type="text/html")
    )
    other = seen.context.new_page()
    other.goto("http://mail.example/")
    other.get_by_role("link").click()
    expect(other.get_by_role("heading", name="Select scheme to change")).to_be_visible()
    assert other.url.endswith("?q=stop")
    assert is_in(seen.page)


def test_a_new_password_ends_the_other_sessions_of_the_account(visit, account) -> None:
    name = account("moved")
    here, elsewhere = visit().page, visit().page
    key, _ = enrol(here, name)
    give_password(elsewhere, name)
    give_code(elsewhere, now_code(key, 1))
    assert is_in(elsewhere)
    press(here, "Change password", "link")
    here.get_by_label("Old password").fill(SECRET)
    here.get_by_label("New password:", exact=True).fill(OTHER_SECRET)
    here.get_by_label("New password confirmation").fill(OTHER_SECRET)
    press(here, "Change my password")
    assert is_in(here)
    assert not is_in(elsewhere)


def test_public_pages_set_no_cookie_even_for_an_editor(visit, account) -> None:
    seen = visit()
    enrol(seen.page, account("cookies"))
    before = {cookie["name"]: cookie["value"] for cookie in seen.context.cookies()}
    assert set(before) == {"session", "csrf"}
    for path in ("/", "/ics/devon/", "/report/"):
        response = seen.page.goto(path)
        assert "set-cookie" not in response.headers
        assert "cookie" not in response.headers.get("vary", "").lower()
    assert {cookie["name"]: cookie["value"] for cookie in seen.context.cookies()} == before
