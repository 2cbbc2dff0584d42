"""Signing in: two steps, the first time, guessing, and when it is over."""

import re
import time
from base64 import b32decode
from datetime import timedelta
from http.cookies import SimpleCookie
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from icsinfo.staff import BEGAN, SessionStore
from systems.models import Editorship, OneTimePassword, RecoveryCode, SignInTry, System
from systems.models.signin import CODES_WINDOW, MAX_CODES, MAX_TRIES, WINDOW
from systems.signin import factor
from systems.signin.views import LOCKED, WRONG_CODE, WRONG_PAIR
from tests.pages import page

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
LOGIN = "/admin/login/"
CODE = "/admin/login/code/"
ENROL = "/admin/login/enrol/"
CHOOSE = "/admin/login/new-password/"
FACTOR = "/admin/second-factor/"
PHONE = "/admin/second-factor/phone/"
SECRET = "four plain words here"  # noqa: S105
KEY = "31" * 20


@pytest.fixture(autouse=True)
def _phones_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lest a code changes between the moment in which it is read and that in which it is judged."""
    now = time.time()
    monkeypatch.setattr("django_otp.oath.time", lambda: now)
    monkeypatch.setattr(
        "django_otp.plugins.otp_totp.models.time", SimpleNamespace(time=lambda: now)
    )


def text(response) -> str:
    return " ".join(page(response).main.get_text(" ").split())


def now_code(key: str = KEY, steps: int = 0) -> str:
    return f"{totp(bytes.fromhex(key), t0=-30 * steps):06}"


def wrong_code(key: str = KEY) -> str:
    """Six digits that are not the code, nor the one before or after."""
    near = {now_code(key, steps) for steps in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", *"345") if code not in near)


def key_on(response) -> str:
    """The secret that somebody types into an app from this page."""
    typed = page(response).select_one(".key").get_text().replace(" ", "")
    return b32decode(typed).hex()


@pytest.fixture
def anna() -> User:
    """An account with a phone that holds KEY."""
    user = User.objects.create_superuser("anna", password=SECRET)
    TOTPDevice.objects.create(user=user, name="phone", key=KEY)
    return user


def give_password(client: Client, name: str = "anna", password: str = SECRET, **more):
    return client.post(LOGIN, {"username": name, "password": password}, **more)


def sign_in(client: Client):
    give_password(client)
    return client.post(CODE, {"code": now_code()})


def is_in(client: Client) -> bool:
    return client.get(INDEX).status_code == 200


# --- The two steps ---------------------------------------------------------------------------


def test_password_and_code_open_the_page_that_was_asked_for(client, anna) -> None:
    goal = "/admin/systems/system/"
    to_login = client.get(goal)
    assert to_login["Location"] == f"{LOGIN}?next={goal}"
    form = page(client.get(to_login["Location"])).main.form
    sent = {
        "username": "anna",
        "password": SECRET,
        "next": form.find(attrs={"name": "next"})["value"],
    }
    assert client.post(form["action"], sent)["Location"] == CODE
    assert client.post(CODE, {"code": now_code()})["Location"] == goal
    assert client.get(goal).status_code == 200


@pytest.mark.parametrize(
    "goal",
    ["https://x.example/", "//x.example", "/ics/", "javascript:alert(1)", "/\\x.example", "\x00"],
)
def test_signing_in_leads_to_no_other_site_or_page(client, anna, goal) -> None:
    client.post(LOGIN, {"username": "anna", "password": SECRET, "next": goal})
    assert client.post(CODE, {"code": now_code()})["Location"] == INDEX


def test_a_password_alone_opens_nothing(client, anna) -> None:
    give_password(client)
    for path in (
        INDEX,
        "/admin/systems/system/",
        FACTOR,
        PHONE,
        "/admin/password_change/",
        "/admin/jsi18n/",
    ):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, f"{LOGIN}?next={path}")
    assert "_auth_user_id" not in client.session


def test_a_session_with_the_user_alone_opens_nothing(client, anna) -> None:
    client.force_login(anna)
    assert not is_in(client)


def test_the_phone_of_somebody_else_is_no_second_factor(anna, staff_client) -> None:
    client = staff_client(User.objects.create_superuser("ben"))
    assert is_in(client)
    session = client.session
    session["otp_device_id"] = TOTPDevice.objects.get(user=anna).persistent_id
    session.save()
    assert not is_in(client)


@pytest.mark.parametrize("path", [CODE, ENROL, CHOOSE])
def test_no_step_can_be_taken_without_the_password(client, anna, path) -> None:
    for response in (client.get(path), client.post(path, {"code": now_code()})):
        assert (response.status_code, response["Location"]) == (302, INDEX)


@pytest.mark.parametrize("path", [ENROL, CHOOSE])
def test_who_has_a_phone_cannot_go_round_it(client, anna, path) -> None:
    give_password(client)
    for response in (client.get(path), client.post(path, {"code": now_code()})):
        assert response["Location"] == CODE
    assert TOTPDevice.objects.get(user=anna).key == KEY


def test_a_password_is_good_for_a_code_for_a_quarter_of_an_hour(client, anna) -> None:
    give_password(client)
    assert client.get(CODE).status_code == 200
    session = client.session
    session[BEGAN] = time.time() - 15 * 60 - 1
    session.save()
    assert client.get(CODE).status_code == 302


@pytest.mark.parametrize("change", ["password", "is_active", "is_staff"])
def test_a_code_does_not_help_an_account_that_was_closed_in_between(client, anna, change) -> None:
    give_password(client)
    if change == "password":
        anna.set_password("another that is long")
    else:
        setattr(anna, change, False)
    anna.save()
    client.post(CODE, {"code": now_code()})
    assert not is_in(client)


def test_a_code_counts_once(client, anna) -> None:
    sign_in(client)
    again = Client()
    give_password(again)
    assert WRONG_CODE in text(again.post(CODE, {"code": now_code()}))


@pytest.mark.parametrize("shape", ["{} {}", " {}{} ", "{}-{}"])
def test_a_code_may_be_typed_as_the_app_shows_it(client, anna, shape) -> None:
    give_password(client)
    code = now_code()
    assert client.post(CODE, {"code": shape.format(code[:3], code[3:])}).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize(
    "code", ["+12345", "1_2_34", "１２３４５６", "12345\x00", "", " ", "x" * 41, "0" * 16, "٣٣٣٣٣٣"]
)
def test_what_is_no_code_gets_a_sentence(client, anna, code) -> None:
    give_password(client)
    response = client.post(CODE, {"code": code})
    assert response.status_code == 200
    field = page(response).find(id="id_code")
    assert field["aria-invalid"] == "true"
    assert (
        page(response).find(id=field["aria-describedby"]).get_text().strip().endswith((".", ")."))
    )
    assert page(response).title.get_text().startswith("Error: Enter your code")


# --- The first time --------------------------------------------------------------------------


def test_the_first_account_sets_up_its_phone_before_it_sees_anything(client) -> None:
    User.objects.create_superuser("first", password=SECRET)
    assert give_password(client, "first")["Location"] == ENROL
    shown = client.get(ENROL)
    key = key_on(shown)
    assert key == key_on(client.get(ENROL))  # a second look does not undo the first
    assert not is_in(client)
    assert client.post(ENROL, {"code": wrong_code(key)}).status_code == 200
    assert not TOTPDevice.objects.exists()
    done = client.post(ENROL, {"code": now_code(key)})
    codes = [code.get_text() for code in page(done).select(".codes code")]
    assert len(set(codes)) == 10
    assert "no-store" in done["Cache-Control"]
    assert is_in(client)
    for path in (ENROL, FACTOR, INDEX):
        assert codes[0] not in client.get(path, follow=True).content.decode()


def test_the_picture_holds_the_key_that_is_typed(client, monkeypatch) -> None:
    drawn = []
    make = factor.segno.make
    monkeypatch.setattr(
        factor.segno, "make", lambda text, **how: drawn.append(text) or make(text, **how)
    )
    User.objects.create_superuser("first", password=SECRET)
    give_password(client, "first")
    response = client.get(ENROL)
    typed = page(response).select_one(".key").get_text().replace(" ", "")
    assert drawn[0].startswith("otpauth://totp/ICS%20Info%3Afirst?")
    assert f"secret={typed}&" in drawn[0]
    svg = page(response).select_one(".picture svg")
    assert not [tag for tag in [svg, *svg.find_all()] if tag.has_attr("style")]
    assert svg.find_parent(attrs={"role": "img"})["aria-label"]


def test_two_who_set_up_a_phone_at_once_do_not_both_succeed(client) -> None:
    User.objects.create_superuser("first", password=SECRET)
    other = Client()
    for each in (client, other):
        give_password(each, "first")
    keys = [key_on(each.get(ENROL)) for each in (client, other)]
    assert keys[0] != keys[1]
    client.post(ENROL, {"code": now_code(keys[0])})
    other.post(ENROL, {"code": now_code(keys[1])})
    assert (is_in(client), is_in(other)) == (True, False)
    assert TOTPDevice.objects.get().key == keys[0]


def make_editor(*arguments: str) -> str:
    out = StringIO()
    call_command("make_editor", *arguments, stdout=out)
    return out.getvalue()


def test_an_editor_chooses_a_password_then_sets_up_a_phone(client) -> None:
    said = make_editor("dora", "--system", "devon")
    assert said.startswith("dora is an editor for Devon.")
    first = re.search(r"First password: +(\S+)", said)[1]
    dora = User.objects.get(username="dora")
    assert (dora.is_staff, dora.is_superuser) == (True, False)
    assert Editorship.objects.get(user=dora).system == System.objects.get(slug="devon")
    assert give_password(client, "dora", first)["Location"] == CHOOSE
    assert client.get(ENROL)["Location"] == CHOOSE
    for one, two, sentence in (
        ("", "", "Enter a new password."),
        ("sesame", "sesame", "too short"),
        (SECRET, SECRET + "s", "match"),
        (first, first, "Choose a different password"),
    ):
        refused = client.post(CHOOSE, {"new_password1": one, "new_password2": two})
        assert sentence in text(refused)
    sent = {"new_password1": SECRET, "new_password2": SECRET}
    assert client.post(CHOOSE, sent)["Location"] == ENROL
    client.post(ENROL, {"code": now_code(key_on(client.get(ENROL)))})
    assert is_in(client)
    assert authenticate(username="dora", password=first) is None
    assert give_password(Client(), "dora")["Location"] == CODE


def test_a_first_password_that_lay_about_for_a_week_is_refused(client) -> None:
    first = re.search(r"First password: +(\S+)", make_editor("cara", "--central"))[1]
    OneTimePassword.objects.update(expires_at=timezone.now())
    assert "no longer valid" in text(give_password(client, "cara", first))
    assert client.get(CHOOSE)["Location"] == INDEX


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["dora", "--system", "devom"], "There is no ICS 'devom'."),
        (["dora", "--system", "devon-east"], "Did you mean devon?"),
        (["dora", "--system", "frimley"], "Frimley has closed"),
        (["dora", "--system", "frimley"], "hampshire-and-isle-of-wight"),
        (["Anna", "--central"], "There is already an account called Anna."),
        (["d o", "--central"], "'d o' is not a valid name."),
        (["d" * 151, "--central"], "is not a valid name."),
        (["", "--central"], "is not a valid name."),
        (["dora"], "one of the arguments --system --central is required"),
        (["dora", "--central", "--system", "devon"], "not allowed with"),
    ],
)
def test_an_editor_who_cannot_be_made_is_not_half_made(anna, arguments, sentence) -> None:
    with pytest.raises(CommandError) as error:
        make_editor(*arguments)
    assert sentence in str(error.value)
    assert list(User.objects.all()) == [anna]


def test_preparing_says_how_to_make_the_first_account(anna, settings, tmp_path) -> None:
    settings.STATIC_ROOT = tmp_path

    def said() -> str:
        out = StringIO()
        call_command("prepare", stdout=out, verbosity=0)
        return out.getvalue()

    assert "createsuperuser" not in said()
    anna.delete()
    assert "./dev manage createsuperuser" in said()


# --- Recovery codes --------------------------------------------------------------------------


def test_a_recovery_code_works_once_however_it_is_typed(client, anna) -> None:
    codes = factor.new_recovery_codes(anna)
    give_password(client)
    client.post(CODE, {"code": codes[0].lower().replace("-", " ")})
    assert "You used a recovery code. 9 are left." in page(client.get(INDEX)).get_text()
    again = Client()
    give_password(again)
    assert WRONG_CODE in text(again.post(CODE, {"code": codes[0]}))


def test_recovery_codes_are_of_their_owner_alone(client, anna) -> None:
    codes = factor.new_recovery_codes(User.objects.create_superuser("ben"))
    give_password(client)
    client.post(CODE, {"code": codes[0]})
    assert not is_in(client)


def test_no_table_holds_a_recovery_code(anna) -> None:
    codes = factor.new_recovery_codes(anna)
    stored = repr(list(RecoveryCode.objects.values()))
    assert len(codes) == 10
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


def test_new_recovery_codes_replace_the_old_for_a_code_of_the_phone(anna, staff_client) -> None:
    old = factor.new_recovery_codes(anna)
    client = staff_client(anna)
    assert "You have 10 recovery codes left." in text(client.get(FACTOR))
    assert WRONG_CODE in text(client.post(FACTOR, {"code": wrong_code()}))
    shown = client.post(FACTOR, {"code": now_code()})
    new = [code.get_text() for code in page(shown).select(".codes code")]
    assert not set(old) & set(new)
    assert factor.check(anna, old[0]) is None
    assert factor.check(anna, new[0]) is not None


def test_another_phone_takes_over_when_both_show_their_codes(anna, staff_client) -> None:
    client = staff_client(anna)
    elsewhere = staff_client(anna)
    key = key_on(client.get(PHONE))
    for new, old in ((wrong_code(key), now_code()), (now_code(key), wrong_code())):
        refused = client.post(PHONE, {"new_code": new, "code": old})
        assert "That code is not right." in text(refused)
        assert TOTPDevice.objects.get(user=anna).key == KEY
    assert client.post(PHONE, {"new_code": now_code(key), "code": now_code()}).status_code == 302
    assert TOTPDevice.objects.get(user=anna).key == key
    assert "come from the new phone" in page(client.get(FACTOR)).get_text()
    assert not is_in(elsewhere)


def test_who_lost_phone_and_password_is_let_in_anew(anna, staff_client) -> None:
    session = staff_client(anna)
    factor.new_recovery_codes(anna)
    out = StringIO()
    call_command("reset_sign_in", "anna", stdout=out)
    assert not is_in(session)
    assert not RecoveryCode.objects.exists()
    client = Client()
    first = re.search(r"First password: +(\S+)", out.getvalue())[1]
    assert give_password(client, "anna", first)["Location"] == CHOOSE
    sent = {"new_password1": SECRET, "new_password2": SECRET}
    assert client.post(CHOOSE, sent)["Location"] == ENROL
    with pytest.raises(CommandError, match="There is no account 'ann' that can sign in"):
        call_command("reset_sign_in", "ann")


# --- Guessing --------------------------------------------------------------------------------


def is_locked(response) -> bool:
    if response.status_code != 429:
        return False
    assert response["Retry-After"] == "300"
    assert LOCKED in text(response)
    return True


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_after_ten_wrong_passwords_a_name_is_locked_from_everywhere(client, anna, name) -> None:
    for number in range(MAX_TRIES):
        response = give_password(client, name, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
        assert response.status_code == 200
        assert WRONG_PAIR in text(response)
    assert is_locked(give_password(client, name, REMOTE_ADDR="198.51.100.1"))
    assert not is_locked(give_password(client, f"{name}2", REMOTE_ADDR="198.51.100.1"))


def test_after_ten_wrong_passwords_an_address_is_locked_for_every_name(client, anna) -> None:
    for number in range(MAX_TRIES):
        give_password(client, f"name{number}", REMOTE_ADDR="192.0.2.1")
    assert is_locked(give_password(client, REMOTE_ADDR="192.0.2.1"))
    assert give_password(client, REMOTE_ADDR="192.0.2.2")["Location"] == CODE


def test_while_it_is_locked_no_password_is_hashed(client, anna, monkeypatch) -> None:
    hashed = []
    monkeypatch.setattr("systems.signin.views.authenticate", lambda **given: hashed.append(given))
    for _ in range(MAX_TRIES + 5):
        response = give_password(client)
    assert is_locked(response)
    assert len(hashed) == MAX_TRIES


def test_what_is_answered_does_not_tell_whether_there_is_such_an_account(client, anna) -> None:
    User.objects.create_user("reader", password=SECRET)
    User.objects.create_user("left", password=SECRET, is_staff=True, is_active=False)

    def answer(name: str, password: str) -> str:
        page = give_password(Client(), name, password).content.decode()
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.replace(name, "NAME"))

    known = answer("anna", "wrong")
    assert {answer("nobody", "wrong"), answer("reader", SECRET), answer("left", SECRET)} == {known}
    for name in ("anna", "nobody"):
        for _ in range(MAX_TRIES):
            give_password(Client(), name, "wrong", REMOTE_ADDR="192.0.2.9")
        SignInTry.objects.update(address="elsewhere")
    assert answer("anna", SECRET) == answer("nobody", SECRET)


def test_wrong_codes_count_with_wrong_passwords(client, anna) -> None:
    for _ in range(4):
        give_password(client, password="wrong")
    give_password(client)
    for _ in range(MAX_TRIES - 4):
        assert WRONG_CODE in text(client.post(CODE, {"code": wrong_code()}))
    assert is_locked(client.post(CODE, {"code": now_code()}))
    assert is_locked(give_password(Client(), REMOTE_ADDR="192.0.2.1"))
    assert not is_in(client)


def test_wrong_codes_on_a_new_phone_and_for_new_recovery_codes_count_too(
    anna, staff_client
) -> None:
    client = staff_client(anna)
    key = key_on(client.get(PHONE))
    for _ in range(MAX_TRIES // 2):
        client.post(PHONE, {"new_code": now_code(key), "code": wrong_code()})
        client.post(FACTOR, {"code": wrong_code()})
    assert is_locked(client.post(FACTOR, {"code": now_code()}))
    assert is_locked(client.post(PHONE, {"new_code": now_code(key), "code": now_code()}))


def test_a_lockout_is_over_after_five_minutes_whoever_goes_on_guessing(client, anna) -> None:
    for _ in range(MAX_TRIES + 20):
        give_password(client, password="wrong")
    assert SignInTry.objects.count() == MAX_TRIES
    SignInTry.objects.update(at=timezone.now() - WINDOW)
    assert give_password(client)["Location"] == CODE
    assert not SignInTry.objects.exists()


def test_who_knows_the_password_has_fifty_codes_a_day(client, anna) -> None:
    give_password(client)
    for _ in range(MAX_CODES):
        client.post(CODE, {"code": wrong_code()})
        SignInTry.objects.update(at=timezone.now() - WINDOW)
    assert is_locked(client.post(CODE, {"code": now_code()}))
    SignInTry.objects.update(at=timezone.now() - CODES_WINDOW)
    assert client.post(CODE, {"code": now_code()}).status_code == 302


def test_right_tries_lock_nobody_out(anna) -> None:
    for _ in range(MAX_TRIES + 1):
        assert give_password(Client())["Location"] == CODE
    assert not SignInTry.objects.exists()


def test_a_lockout_does_not_touch_who_is_signed_in(anna, staff_client) -> None:
    session = staff_client(anna)
    for _ in range(MAX_TRIES + 1):
        give_password(Client(), password="wrong")
    assert is_in(session)


def test_a_lockout_is_lifted_by_a_command(client, anna) -> None:
    for _ in range(MAX_TRIES):
        give_password(client, password="wrong")
        give_password(client, "nobody", "wrong", REMOTE_ADDR="192.0.2.1")
    out = StringIO()
    call_command("lift_lockout", "anna", stdout=out)
    assert out.getvalue() == "10 failed attempts by anna cleared.\n"
    assert give_password(client)["Location"] == CODE
    call_command("lift_lockout", stdout=out)
    assert not SignInTry.objects.exists()


def test_neither_names_nor_addresses_can_be_read_from_the_tries(client) -> None:
    give_password(client, "my password by mistake", "wrong", REMOTE_ADDR="192.0.2.77")
    stored = repr(list(SignInTry.objects.values()))
    assert "mistake" not in stored
    assert "192.0.2" not in stored


# --- When it is over -------------------------------------------------------------------------


def test_signing_out_ends_the_session_for_good(client, anna) -> None:
    sign_in(client)
    cookie = client.cookies["session"].value
    response = client.post("/admin/logout/")
    assert "You have signed out." in text(response)
    client.cookies["session"] = cookie
    assert not is_in(client)
    assert not Session.objects.filter(session_key=cookie).exists()


def test_a_new_session_begins_at_each_step(client, anna) -> None:
    client.get(LOGIN)
    assert "session" not in client.cookies
    give_password(client)
    before = client.cookies["session"].value
    client.post(CODE, {"code": now_code()})
    assert client.cookies["session"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_new_password_ends_all_other_sessions(anna, staff_client) -> None:
    here, elsewhere = staff_client(anna), staff_client(anna)
    new = {"new_password1": "other plain words there", "new_password2": "other plain words there"}
    assert here.post("/admin/password_change/", {"old_password": SECRET, **new}).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_wrong_old_password_counts_as_a_wrong_try_to_sign_in(anna, staff_client) -> None:
    here = staff_client(anna)
    new = {"new_password1": "other plain words there", "new_password2": "other plain words there"}
    page = "/admin/password_change/"
    for _ in range(MAX_TRIES):
        assert here.post(page, {"old_password": "wrong", **new}).status_code == 200
    refused = here.post(page, {"old_password": SECRET, **new})
    assert refused.status_code == 429
    assert "Too many failed attempts" in text(refused)
    assert User.objects.get(pk=anna.pk).check_password(SECRET)
    SignInTry.objects.all().delete()
    assert here.post(page, {"old_password": SECRET, **new}).status_code == 302
    assert not SignInTry.objects.exists()


@pytest.mark.parametrize("change", ["is_active", "is_staff"])
def test_an_account_that_is_switched_off_is_out_at_once(anna, staff_client, change) -> None:
    client = staff_client(anna)
    assert is_in(client)
    User.objects.filter(pk=anna.pk).update(**{change: False})
    assert not is_in(client)


def test_without_the_phone_on_record_a_session_is_over(anna, staff_client) -> None:
    client = staff_client(anna)
    TOTPDevice.objects.all().delete()
    assert not is_in(client)


def test_a_session_is_over_after_an_hour_without_a_request(client, anna) -> None:
    sign_in(client)
    session = Session.objects.get()
    assert timedelta(minutes=59) < session.expire_date - timezone.now() <= timedelta(hours=1)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    assert is_in(client)
    assert Session.objects.get().expire_date - timezone.now() > timedelta(minutes=59)
    Session.objects.update(expire_date=timezone.now())
    assert not is_in(client)


@pytest.mark.parametrize(("hours", "over"), [(11.9, False), (12.1, True)])
def test_a_session_is_over_after_twelve_hours_however_busy(client, anna, hours, over) -> None:
    sign_in(client)
    session = client.session
    session[BEGAN] = time.time() - hours * 3600
    session.save()
    assert is_in(client) is not over


def test_while_the_database_is_away_an_editor_gets_a_page_that_says_so(
    anna, staff_client, monkeypatch
) -> None:
    client = staff_client(anna)

    def fail(self) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(SessionStore, "_get_session_from_db", fail)
    assert client.get(INDEX).status_code == 503


def test_while_the_database_cannot_be_written_an_editor_gets_a_page_that_says_so(
    anna, staff_client
) -> None:
    """Somebody else writes for longer than one waits; the session is what each page writes."""
    client = staff_client(anna)

    def lock(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(lock):
        response = client.get(INDEX)
    assert response.status_code == 503
    assert "Please try again in a few minutes." in response.content.decode()
    assert is_in(client)


# --- Cookies ---------------------------------------------------------------------------------


def test_cookies_are_for_the_server_alone_and_end_with_the_browser(client, anna) -> None:
    sign_in(client)
    assert set(client.cookies) == {"session", "csrf"}
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
        assert (cookie["max-age"], cookie["domain"]) == ("", "")


def test_a_link_from_another_site_costs_nobody_their_session(client) -> None:
    sent = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    arrived = client.get("/admin/systems/scheme/?q=a%22b", headers=sent)
    link = BeautifulSoup(arrived.content, "html.parser").find("a")
    assert link["href"] == "/admin/systems/scheme/?q=a%22b"
    assert not arrived.cookies
    assert "no-store" in arrived["Cache-Control"]
    assert client.get(INDEX, headers=sent | {"Sec-Fetch-Site": "same-origin"}).status_code == 302
    assert "arrived" not in client.get("/", headers=sent).content.decode()


@pytest.mark.parametrize(
    "path", ["/", "/ics/devon/", "/help/", "/nothing/", "/api/v1/systems", "/administer/"]
)
def test_a_public_page_is_the_same_for_who_is_signed_in(anna, staff_client, path) -> None:
    signed_in = staff_client(anna)
    seen = [client.get(path) for client in (Client(), signed_in)]
    for response in seen:
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert not hasattr(response.wsgi_request, "session")
    assert seen[0].content == seen[1].content


def test_a_public_page_asks_the_database_nothing_about_who_is_signed_in(
    anna, staff_client, django_assert_num_queries
) -> None:
    client = staff_client(anna)
    with django_assert_num_queries(0):
        client.get("/privacy/")


@pytest.mark.parametrize("value", ["x", "\x00", "é", "x" * 5000, "../etc"])
def test_an_odd_session_cookie_is_no_session(client, anna, value) -> None:
    client.cookies = SimpleCookie({"session": value, "csrf": value})
    assert client.get(LOGIN).status_code == 200
    assert client.get(INDEX).status_code == 302


@pytest.mark.parametrize("path", [LOGIN, CODE, ENROL, CHOOSE, FACTOR, PHONE, "/admin/logout/"])
def test_a_form_of_another_site_is_refused(anna, path) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(path, {"username": "anna", "password": SECRET}).status_code in {302, 403}
    assert not is_in(client)
