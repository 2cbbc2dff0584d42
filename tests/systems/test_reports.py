"""Reporting a mistake: the link, the form, what is stored, and what keeps robots out."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from time import time
from types import SimpleNamespace
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.query import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icsinfo.circuit_breaker import breaker
from systems.models import Report, System
from systems.models.reports import MAX_REPORT_LENGTH, RETENTION, RETENTION_SETTLED
from systems.reports import intake
from tests.editing import form_of
from tests.pages import page, words

FORM = "application/x-www-form-urlencoded"
WRONG = "The phone number is that of Xylophone House."
DEVON = {"page": "/ics/devon/", "ics": "devon"}

database = pytest.mark.django_db


class Clock:
    """The clock by which tickets age; it stands still until it is turned."""

    def __init__(self) -> None:
        self.now = time()

    def time(self) -> float:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by).total_seconds()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.core.signing.time", SimpleNamespace(time=clock.time))
    return clock


def fields(response) -> dict[str, str]:
    """What a browser would send if somebody pressed "Send" on this page."""
    form = page(response).main.form
    sent = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    return sent | {"text": form.textarea.get_text()}


@pytest.fixture
def write(client: Client, clock: Clock) -> Callable:
    """Open the form for a page, take ten seconds to write something, and send it."""

    def _write(text: str = WRONG, about: dict[str, str] = DEVON, **changes: str):
        sent = fields(client.get("/report/", about))
        clock.turn(seconds=10)
        return client.post("/report/", sent | {"text": text} | changes)

    return _write


def is_thanked(response) -> bool:
    return response.status_code == 303 and response["Location"].startswith("/report/thanks/?page=")


def problem(response, status: int = 400) -> str:
    """What the summary says of a report that was not stored, which has to take the focus."""
    assert response.status_code == status
    soup = page(response)
    assert soup.title.string.startswith("Error: Report a mistake")
    summary = soup.select_one(".error-summary")
    assert summary.has_attr("autofocus")
    assert summary["tabindex"] == "-1"
    for a in summary.find_all("a"):
        assert soup.find(id=a["href"].removeprefix("#")).name in {"textarea", "input", "button"}
    return words(summary)


# --- The link --------------------------------------------------------------------------------


def link(client: Client, path: str) -> str | None:
    a = page(client.get(path)).footer.find("a", string="Report a mistake on this page")
    return a["href"] if a else None


@database
@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", "/report/?page=/"),
        ("/help/", "/report/?page=/help/"),
        ("/ics/", "/report/?page=/ics/"),
        ("/ics/?name=xylophone&on=2026-03-31", "/report/?page=/ics/%3Fon%3D2026-03-31"),
        ("/ics/?on=soon", "/report/?page=/ics/"),
        ("/ics/devon/", "/report/?page=/ics/devon/&ics=devon"),
        (
            "/ics/frimley/?on=2026-03-31",
            "/report/?page=/ics/frimley/%3Fon%3D2026-03-31&ics=frimley",
        ),
        ("/ics/devon/history/", "/report/?page=/ics/devon/history/&ics=devon"),
        ("/ics/devon/announcements/", "/report/?page=/ics/devon/announcements/&ics=devon"),
        ("/areas/manchester/", "/report/?page=/areas/manchester/&ics=greater-manchester"),
        ("/areas/devon/?on=2018-01-01", "/report/?page=/areas/devon/%3Fon%3D2018-01-01"),
        ("/find/", "/report/?page=/find/"),
        ("/find/?q=xylophone&on=2026-03-31", "/report/?page=/find/"),
    ],
)
def test_a_page_with_facts_leads_to_a_form_that_knows_which_page_it_is(
    client, path, address
) -> None:
    assert link(client, path) == address
    assert client.get(address).status_code == 200


@database
def test_the_link_after_a_search_does_not_hold_what_was_typed(client) -> None:
    for sent in ({"q": "Xylophone"}, {"q": "SW1A", "on": "2026-03-31"}, {"q": "", "on": "xylo"}):
        soup = page(client.post("/find/", sent))
        a = soup.footer.find("a", string="Report a mistake on this page")
        assert a["href"] == "/report/?page=/find/"


@database
@pytest.mark.parametrize("path", ["/nothing/", "/ics/nothing/", "/report/", "/report/thanks/"])
def test_a_page_without_facts_has_no_link(client, path) -> None:
    assert link(client, path) is None


# --- The form --------------------------------------------------------------------------------


@database
def test_the_form_says_what_it_is_about_who_reads_it_and_for_how_long_it_is_kept(client) -> None:
    on = {"page": "/ics/humber-and-north-yorkshire/?on=2026-03-31"}
    response = client.get("/report/", on | {"ics": "humber-and-north-yorkshire"})
    assert response.status_code == 200
    main = page(response).main
    said = words(main)
    assert "Page /ics/humber-and-north-yorkshire/?on=2026-03-31" in said
    assert "The editors of this site for Humber and North Yorkshire" in said
    assert "For 90 days after it has been dealt with, and 2 years at most" in said
    assert "Do not include anything about your health, or personal details" in said
    assert [words(label) for label in main.find_all("label")] == [
        "What is wrong?",
        "Your email address (optional)",
        "Leave this empty",
    ]


@database
@pytest.mark.parametrize("query", ["", "page=", "ics=", "page=&ics=", "x=y", "on=soon"])
def test_the_form_works_without_parameters(client, clock, query) -> None:
    response = client.get(f"/report/?{query}")
    assert "Not known. Please say which page you mean" in words(page(response).main)
    sent = fields(response)
    clock.turn(seconds=10)
    assert is_thanked(client.post("/report/", sent | {"text": WRONG}))
    report = Report.objects.get()
    assert (report.page, report.system) == ("/report/", None)


@database
def test_what_was_written_while_the_database_is_away_stays_in_the_form(client, clock) -> None:
    breaker.open()
    try:
        sent = fields(client.get("/report/", DEVON)) | {"text": WRONG, "email": "a@example.org"}
        clock.turn(seconds=10)
        refused = client.post("/report/", sent)
    finally:
        breaker.close()
    assert "select “Send” again in a minute" in problem(refused, 503)
    assert refused["Retry-After"] == "30"
    assert fields(refused) == sent
    assert is_thanked(client.post("/report/", fields(refused)))
    assert Report.objects.get().text == WRONG


@database
@pytest.mark.parametrize("path", ["/report/", "/report/thanks/", "/report/?page=/ics/devon/"])
def test_the_pages_have_what_every_page_needs(client, path) -> None:
    response = client.get(path)
    soup = page(response)
    assert len(soup.find_all("h1")) == 1
    assert soup.find_all(["style", "script"]) == []
    assert soup.find_all(style=True) == []
    assert soup.find("meta", {"name": "robots"})["content"] == "noindex"
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for tag in soup.main.find_all(["input", "textarea"]):
        assert tag.get("type") == "hidden" or soup.find("label", {"for": tag["id"]})
        for described in tag.get("aria-describedby", "").split():
            assert soup.find(id=described)
    assert response["Cache-Control"] == "no-store"
    assert client.head(path).status_code == 200


@database
def test_the_field_for_robots_is_hidden_from_everybody_else(client) -> None:
    trap = page(client.get("/report/")).find("input", {"name": "extra"})
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert (trap.parent["aria-hidden"], trap.parent["class"]) == ("true", ["trap"])
    assert ".trap { display: none; }" in Path("static/css/site.css").read_text()


# --- What is stored --------------------------------------------------------------------------


@database
def test_a_report_is_stored_for_the_editors_of_the_system_and_thanked_for(client, write) -> None:
    response = write(email="jo@example.org")
    assert response.status_code == 303
    assert response["Location"] == "/report/thanks/?page=%2Fics%2Fdevon%2F"
    report = Report.objects.get()
    assert (report.page, report.system.slug) == ("/ics/devon/", "devon")
    assert (report.text, report.email, report.settled_at) == (WRONG, "jo@example.org", None)
    thanks = page(client.get(response["Location"])).main
    assert "Thank you" in words(thanks)
    assert thanks.find("a", string="Go back to the page")["href"] == "/ics/devon/"


@database
def test_the_date_of_the_page_comes_along(client, write) -> None:
    response = write(about={"page": "/ics/frimley/?on=2026-03-31", "ics": "frimley"})
    assert Report.objects.get().page == "/ics/frimley/?on=2026-03-31"
    thanks = page(client.get(response["Location"])).main
    assert thanks.find("a", string="Go back to the page")["href"] == "/ics/frimley/?on=2026-03-31"


@database
@pytest.mark.parametrize("ics", ["atlantis", "devon/", "\x00", "é", "x" * 5000, "1 OR 1=1"])
def test_a_system_that_is_not_known_is_said_so_and_the_report_goes_to_everybody(
    client, write, ics
) -> None:
    response = client.get("/report/", {"page": "/ics/devon/", "ics": ics})
    assert "names an ICS we do not know" in words(page(response).main)
    assert is_thanked(write(ics=ics))
    assert Report.objects.get().system is None


@database
def test_a_second_report_on_the_same_page_is_stored_too(write) -> None:
    assert is_thanked(write())
    assert is_thanked(write("The website is wrong too."))
    assert Report.objects.count() == 2


@database
@pytest.mark.parametrize(
    ("changes", "said", "field"),
    [
        ({"text": ""}, "Tell us what is wrong.", "text"),
        ({"text": " \n\t\u200b\x00 … "}, "Tell us what is wrong.", "text"),
        ({"text": "x" * 2001}, "2001 characters are too many, 2000 will do", "text"),
        ({"text": "http://a.example www.b.example " * 2}, "no more than 3 links", "text"),
        ({"email": "jo at example"}, "like name@example.org", "email"),
        ({"email": "jo@example.org\x00"}, "Null characters", "email"),
        ({"email": f"{'x' * 300}@example.org"}, "", "email"),
    ],
)
def test_a_mistake_in_the_form_is_said_beside_its_field_and_the_rest_is_kept(
    client, write, changes, said, field
) -> None:
    response = write(**{"text": WRONG, "email": "jo@example.org"} | changes)
    assert said in problem(response)
    soup = page(response)
    wrong = soup.find(id=field)
    assert wrong["aria-invalid"] == "true"
    error = soup.find(id=f"{field}-error")
    assert error["id"] in wrong["aria-describedby"]
    kept = fields(response)
    assert (kept["page"], kept["ics"]) == ("/ics/devon/", "devon")
    assert kept["email" if field == "text" else "text"] in {WRONG, "jo@example.org"}
    assert not Report.objects.exists()
    mended = kept | {"text": WRONG, "email": ""}
    assert is_thanked(client.post("/report/", mended))


@database
def test_as_much_as_is_promised_can_be_written_also_in_several_lines(write) -> None:
    text = ("four\r\n" * MAX_REPORT_LENGTH)[: MAX_REPORT_LENGTH // 5 * 6 - 2]
    assert is_thanked(write(text))
    assert Report.objects.get().text == text.replace("\r\n", "\n")


@database
def test_three_sources_may_be_given(write) -> None:
    assert is_thanked(write("See https://www.a.example/, http://b.example and www.c.example."))


@database
def test_what_is_written_is_shown_again_as_text(write) -> None:
    response = write('</textarea><script>alert("1")</script>', email='"><b>')
    assert page(response).find_all(["script", "b"]) == []
    assert fields(response)["text"] == '</textarea><script>alert("1")</script>'


# --- Robots, and people who are taken for one --------------------------------------------------


@database
def test_what_comes_back_at_once_is_asked_for_again_and_then_taken(client, clock) -> None:
    sent = fields(client.get("/report/", DEVON)) | {"text": WRONG, "email": "jo@example.org"}
    for seconds in (0, 2):
        clock.turn(seconds=seconds)
        response = client.post("/report/", sent)
        assert "select “Send” again" in problem(response)
        assert fields(response) == sent  # the same form, which gets older
    assert not Report.objects.exists()
    clock.turn(seconds=2)
    assert is_thanked(client.post("/report/", fields(response)))


@database
def test_a_form_that_is_a_day_old_is_asked_for_again_with_the_text_kept(client, clock) -> None:
    sent = fields(client.get("/report/", DEVON)) | {"text": WRONG}
    clock.turn(hours=24, seconds=2)
    response = client.post("/report/", sent)
    assert "was open for a long time" in problem(response)
    again = fields(response)
    assert again.pop("token") != sent.pop("token")
    assert again == sent
    clock.turn(seconds=4)
    assert is_thanked(client.post("/report/", fields(response)))
    assert Report.objects.get().text == WRONG


@database
def test_a_form_is_good_for_a_day(client, clock) -> None:
    sent = fields(client.get("/report/", DEVON)) | {"text": WRONG}
    clock.turn(hours=23, minutes=59)
    assert is_thanked(client.post("/report/", sent))


@database
@pytest.mark.parametrize(
    "forged",
    ["", "x", "a:b:c", "\x00", "é:ü:ß", ":" * 500, "x" * 5000, "\ud800", "WyJ4Il0:1:x"],
    ids=ascii,
)
def test_a_ticket_that_is_not_ours_is_replaced(client, clock, write, forged) -> None:
    response = write(token=forged.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert "select “Send” again" in problem(response)
    assert not Report.objects.exists()
    clock.turn(seconds=4)
    assert is_thanked(client.post("/report/", fields(response)))


@database
def test_a_ticket_is_for_one_page(client, clock, write) -> None:
    other = fields(client.get("/report/", {"page": "/help/"}))["token"]
    assert "select “Send” again" in problem(write(token=other))
    assert not Report.objects.exists()


@database
def test_a_mistake_in_an_old_form_renews_it_at_once(client, clock) -> None:
    sent = fields(client.get("/report/", DEVON))
    clock.turn(days=2)
    response = client.post("/report/", sent)
    assert "Tell us what is wrong" in problem(response)
    clock.turn(seconds=4)
    assert is_thanked(client.post("/report/", fields(response) | {"text": WRONG}))


@database
def test_a_double_click_is_thanked_twice_and_stored_once(client, clock) -> None:
    sent = fields(client.get("/report/", DEVON)) | {"text": WRONG}
    clock.turn(seconds=10)
    answers = [client.post("/report/", sent) for _ in range(3)]
    assert [is_thanked(answer) for answer in answers] == [True] * 3
    assert Report.objects.count() == 1


@database
def test_whoever_goes_back_and_writes_more_loses_nothing(client, clock) -> None:
    sent = fields(client.get("/report/", DEVON)) | {"text": WRONG}
    clock.turn(seconds=10)
    client.post("/report/", sent)
    response = client.post("/report/", sent | {"text": "And another thing."})
    assert "has already been sent" in problem(response)
    clock.turn(seconds=4)
    assert is_thanked(client.post("/report/", fields(response)))
    assert {report.text for report in Report.objects.all()} == {WRONG, "And another thing."}


@database
def test_the_same_text_for_the_same_page_is_stored_once_a_day(write) -> None:
    assert is_thanked(write())
    assert is_thanked(write(f"  {WRONG}\r\n"))
    assert Report.objects.count() == 1
    assert is_thanked(write(about={"page": "/help/"}))
    assert Report.objects.count() == 2
    Report.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert is_thanked(write())
    assert Report.objects.count() == 3


@database
def test_a_robot_that_fills_in_every_field_is_thanked_and_ignored(write) -> None:
    assert is_thanked(write(extra="Buy xylophones"))
    assert not Report.objects.exists()


def fill(number: int, minutes_ago: float, page: str = "/help/") -> None:
    made = [
        Report.objects.create(page=page, text=f"No. {n}", token=f"{page}{n}") for n in range(number)
    ]
    Report.objects.filter(pk__in=[report.pk for report in made]).update(
        created_at=timezone.now() - timedelta(minutes=minutes_ago)
    )


@database
@pytest.mark.parametrize(
    ("most", "where"),
    [(intake.MAX_AN_HOUR, "/help/"), (intake.MAX_AN_HOUR_ON_A_PAGE, "/ics/devon/")],
)
def test_more_than_can_be_read_in_an_hour_is_asked_to_come_back(client, write, most, where) -> None:
    fill(most, 48.5, where)
    response = write(email="jo@example.org")
    assert "select “Send” again in 12 minutes." in problem(response, 429)
    assert 600 < int(response["Retry-After"]) <= 690
    kept = fields(response)
    assert (kept["text"], kept["email"]) == (WRONG, "jo@example.org")
    assert Report.objects.count() == most
    Report.objects.update(created_at=timezone.now() - timedelta(minutes=60, seconds=1))
    assert is_thanked(client.post("/report/", kept))


@database
def test_one_fewer_is_taken(write) -> None:
    fill(intake.MAX_AN_HOUR - intake.MAX_AN_HOUR_ON_A_PAGE, 1)
    fill(intake.MAX_AN_HOUR_ON_A_PAGE - 1, 1, "/ics/devon/")
    assert is_thanked(write())


@database
def test_a_double_click_on_the_last_one_that_fits_is_thanked(client, clock) -> None:
    fill(intake.MAX_AN_HOUR_ON_A_PAGE - 1, 1, "/ics/devon/")
    sent = fields(client.get("/report/", DEVON)) | {"text": WRONG}
    clock.turn(seconds=10)
    assert all(is_thanked(client.post("/report/", sent)) for _ in range(2))


@database
def test_too_much_at_once_is_refused_unread(client) -> None:
    response = client.post("/report/", {"text": "x" * 300_000})
    assert response.status_code == 413
    assert response["Cache-Control"] == "no-store"


def in_thread(work: Callable) -> Callable:
    def working(*arguments):
        try:
            return work(*arguments)
        finally:
            connection.close()

    return working


def test_two_clicks_at_the_same_moment_are_thanked_and_stored_once(
    committed, clock, monkeypatch
) -> None:
    both, store = Barrier(2, timeout=20), QuerySet.bulk_create

    def store_together(self, *args, **kwargs):
        both.wait()  # neither has found the report of the other
        return store(self, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "bulk_create", store_together)
    with ThreadPoolExecutor(2) as pool:
        opened = pool.submit(in_thread(lambda: Client().get("/report/", DEVON))).result()
        sent = fields(opened) | {"text": WRONG}
        clock.turn(seconds=10)
        answers = list(pool.map(in_thread(lambda _: Client().post("/report/", sent)), range(2)))
        stored = pool.submit(in_thread(Report.objects.count)).result()
    assert [is_thanked(answer) for answer in answers] == [True, True]
    assert stored == 1


# --- Other sites, and odd texts ----------------------------------------------------------------

ELSEWHERE = [
    "//evil.example",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/javascript:alert(1)/",
    " //evil.example/",
    "/\t/evil.example/",
    "/ics//evil.example/",
    "/@evil.example/",
    "/%2Fevil.example/",
    "/ics/devon/?next=//evil.example",
    "/ics/devon/?on=2026-03-31&q=evil.example",
    "/ics/devon/?on=soon",
    "/ics/devon/#evil",
    "/ics/devon",
    "/ics/devon/\n",
    "/ics/devon/?on=2026-03-31\n",
    "/evil\x00/",
    "/évil/",
    "/../evil/",
    '/"><b>evil</b>/',
    "/" + "evil/" * 60,
    "/evil" * 5000,
]


@database
@pytest.mark.parametrize("evil", ELSEWHERE, ids=lambda text: ascii(text)[:40])
def test_a_page_elsewhere_is_one_that_is_not_known(client, write, evil) -> None:
    assert intake.page_of_site(evil) == "/report/"
    for path in ("/report/", "/report/thanks/"):
        main = page(client.get(path, {"page": evil})).main
        assert "evil" not in str(main)
        for a in main.find_all("a"):
            assert re.match(r"/(?!/)", a["href"])
    response = write(about={"page": evil})
    assert response["Location"] == "/report/thanks/?page=%2Freport%2F"
    assert Report.objects.get().page == "/report/"


@database
def test_a_path_may_be_as_long_as_its_column(client) -> None:
    longest = "/areas/" + "x" * 292 + "/"
    assert intake.page_of_site(longest) == longest
    assert len(longest) == intake._MAX_PAGE_LENGTH == Report._meta.get_field("page").max_length


def test_an_address_that_no_page_has_is_not_known() -> None:
    for path in ("/x0/", "/areas/devon/more/", "/ics/devon/membership/"):
        assert intake.page_of_site(path) == intake.NO_PAGE


def test_every_page_that_links_to_the_form_is_one_that_it_knows() -> None:
    for path in ("/", "/ics/devon/", "/code/D4U1Y-3/", "/ics/a-b/history/?on=2026-03-31"):
        assert intake.page_of_site(path) == path


@database
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    text=st.text(st.characters(), max_size=80),  # lone surrogates too
    other=st.text(st.characters(), max_size=40),
    name=st.sampled_from(["page", "ics", "token", "email", "extra", "on", "text"]),
)
def test_any_text_in_any_field_is_taken_or_refused(client, clock, text, other, name) -> None:
    sent = fields(client.get("/report/", DEVON)) | {"text": text} | {name: other}
    clock.turn(seconds=10)
    body = "&".join(
        f"{key}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}"
        for key, value in sent.items()
    )
    for response in (
        client.generic("POST", "/report/", body, content_type=FORM),
        client.get(f"/report/?{body}"),
        client.get(f"/report/thanks/?{body}"),
    ):
        assert response.status_code in {200, 303, 400, 429}
        assert not response.cookies
    Report.objects.all().delete()


@database
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b"text", FORM),
        (b"text=%ED%A0%80%00%FF", FORM),
        (b"&".join(b"t%d=1" % n for n in range(5000)), FORM),
        (b"text=a", f"{FORM}; charset=rot13"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b'{"text": "a"}', "application/json"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_body_of_any_kind_is_answered(client, body, kind) -> None:
    response = client.generic("POST", "/report/", body, content_type=kind)
    assert response.status_code == 400
    assert not response.cookies


# --- Privacy -----------------------------------------------------------------------------------


@database
def test_what_is_written_is_in_no_log_address_cache_or_cookie(client, write, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [write(email="jo@xylophone.example"), write("", email="jo@xylophone.example")]
    answers.append(client.post("/report/", {"text": WRONG}))
    for response in answers:
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
        assert "cookie" not in response.get("Vary", "").lower()
        assert "ylophone" not in str(response.headers)
    assert "ylophone" not in "\n".join(repr(record.__dict__) for record in caplog.records)


@database
def test_nothing_is_left_in_the_log_when_the_form_breaks(
    client, write, caplog, monkeypatch
) -> None:
    def fail(*args, **kwargs):
        raise ValueError("broken")

    client.raise_request_exception = False
    monkeypatch.setattr("systems.views.reports.receive", fail)
    assert write().status_code == 500
    logged = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "Internal Server Error: /report/" in logged
    assert "ylophone" not in logged


@database
def test_what_was_promised_to_be_deleted_is_deleted_with_the_next_report(write) -> None:
    now, moment = timezone.now(), timedelta(minutes=1)
    ages = {
        "settled long ago": {"settled_at": now - RETENTION_SETTLED - moment},
        "settled lately": {"settled_at": now - RETENTION_SETTLED + moment},
        "two years old": {"created_at": now - RETENTION - moment},
        "not yet two years old": {"created_at": now - RETENTION + moment},
        "old and settled": {"created_at": now - RETENTION, "settled_at": now},
    }
    for text, changes in ages.items():
        Report.objects.create(page="/", text=text, token=text)
        Report.objects.filter(text=text).update(**changes)
    assert is_thanked(write())
    kept = {report.text for report in Report.objects.all()}
    assert kept == {"settled lately", "not yet two years old", WRONG}


@database
def test_the_page_about_privacy_says_what_is_stored_who_sees_it_and_for_how_long(client) -> None:
    heading = page(client.get("/privacy/")).find(id="reports")
    said = words(heading.find_next("p")) + words(heading.find_next("p").find_next("p"))
    for promise in ("email address", "editors", "90 days", "2 years"):
        assert promise in said


# --- The database, and the editors ---------------------------------------------------------------


@database
def test_a_report_takes_a_few_queries_however_many_there_are(client, clock) -> None:
    def queries() -> int:
        sent = fields(client.get("/report/", DEVON)) | {"text": f"{WRONG} {Report.objects.count()}"}
        clock.turn(seconds=10)
        with CaptureQueriesContext(connection) as captured:
            assert is_thanked(client.post("/report/", sent))
        return len(captured)

    few = queries()
    fill(500, 120)
    assert queries() == few <= 9


@database
def test_the_form_takes_one_query_at_most(client, django_assert_num_queries) -> None:
    client.get("/report/", DEVON)  # by then the gazetteer is read
    with django_assert_num_queries(1):
        client.get("/report/", DEVON)
    with django_assert_num_queries(0):
        client.get("/report/")
        client.get("/report/thanks/")


@pytest.fixture
def editor(staff_client) -> Client:
    return staff_client(User.objects.create_superuser("editor"))


@database
def test_editors_find_the_reports_of_a_system_that_wait(editor, write) -> None:
    write()
    write(about={"page": "/ics/frimley/", "ics": "frimley"})
    devon = System.objects.get(slug="devon")
    Report.objects.filter(system=devon).update(settled_at=timezone.now())
    for query, found in (
        ("", {"/ics/devon/", "/ics/frimley/"}),
        (f"system__id__exact={devon.pk}", {"/ics/devon/"}),
        ("settled_at__isempty=1", {"/ics/frimley/"}),
    ):
        rows = page(editor.get(f"/admin/systems/report/?{query}")).select("#result_list tbody tr")
        assert {row.th.get_text() for row in rows} == found


@database
def test_an_editor_settles_a_report_and_changes_nothing_else(editor, write) -> None:
    write('<script>alert("1")</script>', email="jo@example.org")
    report = Report.objects.get()
    address = f"/admin/systems/report/{report.pk}/change/"
    answer = editor.get(address)
    form = page(answer).find(id="report_form")
    shown = {field.get("name") for field in form.find_all(["input", "textarea", "select"])}
    assert {"settled_at_0", "settled_at_1"} <= shown
    assert not shown & {"page", "system", "text", "email", "created_at", "token"}
    assert '<script>alert("1")</script>' in form.get_text()
    sent = {"settled_at_0": "2026-11-21", "settled_at_1": "12:00", "text": "Changed", "email": ""}
    assert editor.post(address, form_of(answer) | sent).status_code == 302
    after = Report.objects.get()
    assert after.settled_at
    assert (after.text, after.email) == (report.text, report.email)
    assert editor.get("/admin/systems/report/add/").status_code == 403


@database
def test_editors_do_not_see_what_was_promised_to_be_deleted(editor, write) -> None:
    write()
    Report.objects.update(created_at=timezone.now() - RETENTION)
    rows = page(editor.get("/admin/systems/report/")).select("#result_list tbody tr")
    assert rows == []


@database
def test_nobody_reads_reports_without_signing_in(client, write) -> None:
    write()
    for path in ("/admin/systems/report/", f"/admin/systems/report/{Report.objects.get().pk}/"):
        assert client.get(path).status_code == 302
    query = urlencode({"page": "/ics/devon/"})
    for path in (f"/report/?{query}", f"/report/thanks/?{query}", "/ics/devon/"):
        assert WRONG not in client.get(path).content.decode()
