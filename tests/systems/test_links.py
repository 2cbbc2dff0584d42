"""Following links to a real server on this machine, which misbehaves in every way there is."""

import os
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import trustme
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from icsinfo.file_lock import file_lock
from icsinfo.outward import Client
from systems.links import checker
from systems.links.checker import Checker, Result
from systems.models import Contact, Dataset, LinkCheck, Organisation, Source, System
from systems.models.links import Finding

ROOT = Path(__file__).resolve().parents[2]
HERE = "127.0.0.1"


class Server(socketserver.ThreadingTCPServer):
    """Answers each path with the bytes, or by what the function does, that a test has put there."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 50

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__((HERE, 0), Handler)
        self.context = context
        self.answers: dict[str, bytes | Callable[[socket.socket], None]] = {}
        self.asked: list[tuple[str, str]] = []
        self.heads: list[str] = []
        self.times: list[float] = []

    @property
    def port(self) -> int:
        return self.server_address[1]

    def url(self, path: str) -> str:
        return f"http{'s' if self.context else ''}://{HERE}:{self.port}{path}"

    def handle_error(self, request, client_address) -> None:
        pass  # clients that hang up are what is tested


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        connection = self.request
        if self.server.context:
            connection = self.server.context.wrap_socket(connection, server_side=True)
        head = connection.recv(65536).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        self.server.asked.append((method, path))
        self.server.heads.append(head)
        self.server.times.append(time.monotonic())
        answers = self.server.answers
        answer = answers.get(f"{method} {path}", answers.get(path, status(404)))
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
        connection.close()


def status(number: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {number} X", *headers, "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()


def to(address: str, number: int = 302) -> bytes:
    return status(number, f"Location: {address}")


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def _serve(context: ssl.SSLContext | None = None) -> Server:
        server = Server(context)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        running.append(server)
        return server

    yield _serve
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(serve) -> Server:
    return serve()


def client_for(server: Server, **options) -> Client:
    options = {"timeout": 30, "deadline": 60, "inside": [(HERE, server.port)]} | options
    return Client("ICSInfoLinkCheck/1.0 (+https://ics.example.org/about/)", **options)


def check(server: Server, path: str, slept: list[float] | None = None, **options) -> Result:
    wait = (slept if slept is not None else []).append
    return Checker(client_for(server, **options), pause=0, sleep=wait).check(server.url(path))


# --- What is found -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "finding"),
    [
        (200, "fine"),
        (204, "fine"),
        (304, "fine"),
        (404, "gone"),
        (410, "gone"),
        (401, "refused"),
        (403, "refused"),
        (405, "refused"),
        (451, "refused"),
        (999, "fault"),
        (500, "fault"),
        (503, "fault"),
        (429, "busy"),
    ],
)
def test_each_answer_has_one_meaning(server, number, finding) -> None:
    server.answers["/"] = status(number)
    result = check(server, "/")
    assert (result.finding.value, result.status) == (finding, number)


def test_the_site_is_told_who_asks_and_by_which_name(server) -> None:
    server.answers["/a%20b?c=%C3%A9"] = status(200)
    assert check(server, "/a b?c=é#part").finding is Finding.FINE
    assert server.asked == [("HEAD", "/a%20b?c=%C3%A9")]
    assert (
        "\r\nUser-Agent: ICSInfoLinkCheck/1.0 (+https://ics.example.org/about/)\r\n"
        in server.heads[0]
    )
    assert f"\r\nHost: {HERE}:{server.port}\r\n" in server.heads[0]


@pytest.mark.parametrize("number", [400, 403, 404, 405, 500, 501])
def test_a_site_that_does_not_know_head_is_asked_by_get(server, number) -> None:
    server.answers |= {"HEAD /": status(number), "GET /": status(200)}
    assert check(server, "/").finding is Finding.FINE
    assert server.asked == [("HEAD", "/"), ("GET", "/")]


def test_a_page_that_is_gone_is_asked_for_twice_and_no_more(server) -> None:
    assert check(server, "/").finding is Finding.GONE
    assert server.asked == [("HEAD", "/"), ("GET", "/")]


def test_a_fault_is_asked_about_three_times_with_longer_and_longer_waits(server) -> None:
    server.answers["/"] = status(500)
    slept: list[float] = []
    assert check(server, "/", slept).finding is Finding.FAULT
    assert len(server.asked) == 3
    assert slept == [3, 6]


@pytest.mark.parametrize(
    ("header", "waits", "tries"),
    [
        ("2", [2, 2], 3),
        ("31", [], 1),
        ("99999999999999999999", [], 1),
        ("Fri, 31 Dec 2027 23:59:59 GMT", [], 1),
        ("-1", [], 1),
        ("²", [], 1),
    ],
)
def test_a_site_that_asks_for_patience_gets_it(server, header, waits, tries) -> None:
    server.answers["/"] = status(429, f"Retry-After: {header}")
    slept: list[float] = []
    assert check(server, "/", slept).finding is Finding.BUSY
    assert (slept, len(server.asked)) == (waits, tries)


def test_a_site_that_is_ready_after_the_wait_is_fine(server) -> None:
    def once_busy(connection: socket.socket) -> None:
        connection.sendall(status(429, "Retry-After: 1") if len(server.asked) == 1 else status(200))

    server.answers["/"] = once_busy
    assert check(server, "/").finding is Finding.FINE


# --- Redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_to_its_end(server, number) -> None:
    server.answers |= {"/a": to("b?c=1#d", number), "/b?c=1": to("/e", number), "/e": status(200)}
    result = check(server, "/a")
    assert (result.finding, result.status, result.final_url) == (
        Finding.FINE,
        200,
        server.url("/e"),
    )


def test_redirects_in_a_circle_or_without_end_are_left(server) -> None:
    server.answers |= {"/a": to("/b"), "/b": to("/a")}
    assert check(server, "/a").finding is Finding.LOOP
    server.answers |= {f"/{number}": to(f"/{number + 1}") for number in range(20)}
    server.asked.clear()
    assert check(server, "/0").finding is Finding.LOOP
    assert len(server.asked) == 9


@pytest.mark.parametrize(
    "address",
    [
        *("http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/", "http://0/"),
        *(
            "http://[::ffff:127.0.0.1]/",
            "http://localhost/",
            "http://127.0.0.1:443/",
            "http://127.1/",
        ),
        *("http://2130706433/", "http://0x7f000001/", "//192.168.0.1/"),
    ],
)
def test_a_redirect_into_an_internal_network_is_not_followed(server, address, monkeypatch) -> None:
    server.answers["/"] = to(address)
    opened = []
    connect = socket.create_connection
    monkeypatch.setattr(
        "socket.create_connection", lambda where, wait: opened.append(where) or connect(where, wait)
    )
    result = check(server, "/")
    assert result.finding is Finding.INTERNAL
    assert set(opened) == {(HERE, server.port)}


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:1",
        "http://a:b@example.org/",
        "http://[x/",
    ],
)
def test_a_redirect_to_what_is_no_page_is_not_followed(server, address) -> None:
    server.answers["/"] = to(address)
    assert check(server, "/").finding is Finding.NO_ADDRESS


def test_a_redirect_leads_to_no_port_that_the_link_did_not_name(server, serve) -> None:
    """A site could find out from us which ports of another answer."""
    other = serve()
    other.answers["/"] = status(200)
    server.answers["/"] = to(other.url("/"))
    inside = [(HERE, server.port), (HERE, other.port)]
    assert check(server, "/", inside=inside).finding is Finding.NO_ADDRESS
    assert other.asked == []
    assert check(other, "/", inside=inside).finding is Finding.FINE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://",
        "http://:80/",
        "http://example.org:99999/",
        "http://a..b/",
        "gopher://x/",
        "http://" + "a" * 70,
    ],
)
def test_what_is_no_address_is_said_to_be_none(server, url) -> None:
    assert Checker(client_for(server), pause=0).check(url).finding is Finding.NO_ADDRESS


# --- Where it connects -------------------------------------------------------------------------


def resolver(*answers: list[str]):
    """getaddrinfo that gives each of these in turn, and how often it was asked."""
    waiting = list(answers)
    asked = []

    def resolve(host: str, port: int, **more) -> list:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in waiting.pop(0)
        ]

    return resolve, asked


def test_a_name_is_looked_up_once_and_that_very_address_is_asked(server) -> None:
    server.answers["/"] = status(200)
    resolve, asked = resolver([HERE], ["10.0.0.1"])
    client = client_for(server, resolve=resolve)
    assert client.ask("HEAD", f"http://site.example:{server.port}/").status == 200
    assert asked == ["site.example"]
    assert f"Host: site.example:{server.port}" in server.heads[0]


def test_a_name_that_changes_to_an_internal_address_is_caught_at_the_next_request(server) -> None:
    server.answers["/"] = to(f"http://site.example:{server.port}/b")
    resolve, asked = resolver([HERE], ["127.0.0.2"])
    result = Checker(client_for(server, resolve=resolve), pause=0).check(
        f"http://site.example:{server.port}/"
    )
    assert result.finding is Finding.INTERNAL
    assert len(asked) == 2
    assert server.asked == [("HEAD", "/")]


def test_one_internal_address_among_several_is_enough(server) -> None:
    resolve, _ = resolver([HERE, "192.168.0.1"])
    result = Checker(client_for(server, resolve=resolve), pause=0).check(server.url("/"))
    assert (result.finding, server.asked) == (Finding.INTERNAL, [])


def test_without_the_parameter_of_the_tests_this_machine_is_never_asked(server) -> None:
    for url in (
        server.url("/"),
        f"http://localhost:{server.port}/",
        f"http://[::1]:{server.port}/",
    ):
        result = Checker(Client("x"), pause=0).check(url)
        assert (result.finding, server.asked) == (Finding.INTERNAL, [])


def test_a_name_that_nobody_has_is_an_unknown_site(server) -> None:
    def resolve(*args, **more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    result = Checker(client_for(server, resolve=resolve), pause=0).check("http://site.example/")
    assert result.finding is Finding.UNKNOWN_SITE


# --- Bad manners -------------------------------------------------------------------------------


def test_nobody_at_home_is_no_connection(serve) -> None:
    server = serve()
    server.shutdown()
    server.server_close()
    assert check(server, "/").finding is Finding.NO_CONNECTION


def drip(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [lambda connection: time.sleep(3), drip])
def test_an_answer_that_takes_too_long_is_not_waited_for(server, answer) -> None:
    server.answers["/"] = answer
    began = time.monotonic()
    assert check(server, "/", timeout=0.3, deadline=0.6).finding is Finding.TOO_SLOW
    assert time.monotonic() - began < 10  # three tries


def reset(connection: socket.socket) -> None:
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def test_a_connection_that_is_cut_is_tried_again(server) -> None:
    server.answers["/"] = reset
    assert check(server, "/").finding is Finding.NO_CONNECTION
    assert len(server.asked) == 3


def test_of_a_huge_body_nothing_is_read(server) -> None:
    sent = []

    def huge(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(2000):
            connection.sendall(b"x" * 100_000)
            sent.append(1)

    server.answers |= {"HEAD /": status(405), "GET /": huge}
    assert check(server, "/").finding is Finding.FINE
    time.sleep(0.3)
    assert len(sent) < 200


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        to("/x\0y"),
        to("http://a\0b/"),
    ],
)
def test_an_answer_that_cannot_be_read_is_garbled(server, answer) -> None:
    server.answers["/"] = answer
    assert check(server, "/").finding is Finding.GARBLED


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def speaks_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("name", "known", "finding"),
    [
        ("site.example", True, Finding.FINE),
        ("other.example", True, Finding.NOT_SECURE),
        ("site.example", False, Finding.NOT_SECURE),
    ],
)
def test_a_certificate_has_to_be_of_the_site_and_from_somebody_known(
    serve, authority, name, known, finding
) -> None:
    server = serve(speaks_tls(authority, name))
    server.answers["/"] = status(200)
    context = ssl.create_default_context()
    if known:
        authority.configure_trust(context)
    resolve, _ = resolver(*[[HERE]] * 3)
    client = client_for(server, context=context, resolve=resolve)
    result = Checker(client, pause=0).check(f"https://site.example:{server.port}/")
    assert result.finding is finding


def test_a_site_that_does_not_speak_https_is_not_secure(server) -> None:
    result = Checker(client_for(server), pause=0).check(server.url("/").replace("http:", "https:"))
    assert result.finding is Finding.NOT_SECURE


# --- What is kept ------------------------------------------------------------------------------

database = pytest.mark.django_db
NOON = timezone.now().replace(hour=12)


def kept(*findings: Finding) -> LinkCheck:
    """A row after these were found, a day apart."""
    for day, finding in enumerate(findings):
        row = checker.record(Result("https://a.example/", finding, 200), NOON + timedelta(days=day))
    return row


@database
def test_a_link_fails_since_the_first_time_until_it_is_fine() -> None:
    row = kept(Finding.FINE, Finding.FAULT, Finding.TOO_SLOW, Finding.BUSY, Finding.REFUSED)
    assert (row.failures, row.failing_since) == (2, NOON + timedelta(days=1))
    assert row.checked_at == NOON + timedelta(days=4)
    row = kept(Finding.FINE)
    assert (row.failures, row.failing_since) == (0, None)


@database
@pytest.mark.parametrize(
    ("findings", "dead"),
    [
        ([Finding.FINE], False),
        ([Finding.GONE], True),
        ([Finding.FAULT], False),
        ([Finding.FAULT, Finding.NO_CONNECTION], True),
        ([Finding.REFUSED] * 3, False),
        ([Finding.GONE, Finding.FINE], False),
    ],
)
def test_a_link_is_dead_when_it_is_gone_or_failed_twice(findings, dead) -> None:
    row = kept(*findings)
    assert (row in LinkCheck.objects.dead()) is dead


@database
def test_a_link_cannot_fail_since_never() -> None:
    with pytest.raises(IntegrityError):
        LinkCheck.objects.create(
            url="https://a.example/", finding="gone", failures=1, checked_at=NOON
        )


# --- The command -------------------------------------------------------------------------------


@pytest.fixture
def linked(server) -> Callable[..., None]:
    """Make these paths of the server all that the site links to."""

    def _linked(*paths: str) -> None:
        for model in (Source, Dataset):
            model.objects.update(url="")
        Organisation.objects.update(website="")
        Contact.objects.all().delete()
        for number, path in enumerate(paths):
            Source.objects.create(key=f"s{number}", publisher="x", title="x", url=server.url(path))

    return _linked


def run(server: Server, *arguments: str, **options) -> str:
    out = StringIO()
    call_command(
        "check_links", "--pause", "0", *arguments, client=client_for(server), stdout=out, **options
    )
    return out.getvalue()


@database
def test_links_of_sources_organisations_and_contacts_are_followed(server, linked) -> None:
    linked("/source")
    organisation, devon = Organisation.objects.first(), System.objects.get(slug="devon")
    Organisation.objects.filter(pk=organisation.pk).update(website=server.url("/organisation"))
    for kind, value in (("website", server.url("/contact")), ("phone", "01392 000000")):
        Contact.objects.create(system=devon, kind=kind, value=value, source=Source.objects.first())
    run(server)
    assert {path for _, path in server.asked} == {"/source", "/organisation", "/contact"}


@database
def test_a_run_says_what_it_found_and_what_is_dead(server, linked, tmp_path, settings) -> None:
    settings.STATE_DIR = tmp_path
    linked("/fine", "/moved", "/gone")
    server.answers |= {"/fine": status(200), "/moved": to("/fine")}
    LinkCheck.objects.create(url="https://old.example/", finding="fine", checked_at=NOON)
    said = run(server)
    assert f"The site says there is no such page. (404): {server.url('/gone')}" in said
    assert "3 links checked." in said
    assert "     2  It is there." in said
    assert "1 are no longer on any page and were removed." in said
    assert said.endswith("1 links are dead and waiting for an editor.\n")
    moved = LinkCheck.objects.get(url=server.url("/moved"))
    assert (moved.status, moved.final_url, moved.failures) == (200, server.url("/fine"), 0)


@database
def test_a_redirect_that_no_database_stores_stops_no_run(
    server, linked, tmp_path, settings
) -> None:
    settings.STATE_DIR = tmp_path
    linked("/a", "/b")
    server.answers |= {"/a": to("/x\0y"), "/b": status(200)}
    assert "2 links checked." in run(server)


@database
def test_what_was_checked_lately_is_not_checked_again(server, linked, tmp_path, settings) -> None:
    settings.STATE_DIR = tmp_path
    linked("/a", "/b", "/c")
    server.answers |= {path: status(200) for path in ("/a", "/b", "/c")}
    assert "1 are left for the next run." in run(server, "--most", "2")
    assert "2 were checked in the last 20 hours, so they were skipped." in run(server)
    assert Counter(server.asked) == {("HEAD", path): 1 for path in ("/a", "/b", "/c")}
    run(server, "--hours", "0")
    assert Counter(server.asked) == {("HEAD", path): 2 for path in ("/a", "/b", "/c")}


@database
def test_a_site_is_asked_one_thing_at_a_time_with_pauses_and_not_endlessly(
    server, linked, tmp_path, settings
) -> None:
    settings.STATE_DIR = tmp_path
    paths = [f"/{number}" for number in range(6)]
    linked(*paths)
    server.answers |= dict.fromkeys(paths, status(200))
    said = run(server, "--pause", "0.2", "--most-per-site", "4")
    assert "2 are left for the next run." in said
    assert len(server.times) == 4
    pauses = [after - before for before, after in zip(server.times, server.times[1:], strict=False)]
    assert min(pauses) >= 0.19


@database
def test_two_runs_do_not_do_the_same_work(server, linked, tmp_path, settings) -> None:
    settings.STATE_DIR = tmp_path
    linked("/a")
    with (
        file_lock("check_links", AssertionError("taken")),
        pytest.raises(CommandError, match="Another check_links is running"),
    ):
        run(server)
    assert server.asked == []


@database
@pytest.mark.parametrize("option", ["--at-once", "--most", "--most-per-site"])
def test_a_number_that_makes_no_sense_gets_a_sentence(server, option) -> None:
    with pytest.raises(CommandError, match="must be 0 or more"):
        run(server, option, "0")


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_where_it_was(server, tmp_path) -> None:
    paths = [f"/{number}" for number in range(12)]
    server.answers |= dict.fromkeys(paths, status(200))
    environment = os.environ | {"ICSINFO_STATE": str(tmp_path), "ICSINFO_LOCAL": "1"}
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}

    def python(code: str) -> subprocess.Popen:
        begin = (
            "import django; django.setup(); from django.core.management import call_command as c;"
        )
        return subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-c", begin + code],
            cwd=ROOT,
            env=environment | {"DJANGO_SETTINGS_MODULE": "icsinfo.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )

    rows = [(f"s{number}", server.url(path)) for number, path in enumerate(paths)]
    prepare = python(
        "c('migrate', verbosity=0); from systems.models import Source;"
        f"[Source.objects.create(key=k, publisher='x', title='x', url=u) for k, u in {rows!r}]"
    )
    prepare.communicate(timeout=120)
    assert prepare.returncode == 0
    check = (
        "from icsinfo.outward import Client;"
        f"c('check_links', pause={{pause}}, client=Client('x', inside=[('{HERE}', {server.port})]))"
    )
    first = python(check.format(pause=0.5))
    while len(server.asked) < 4 and first.poll() is None:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=20)
    assert first.returncode == -signal.SIGKILL
    before = len(server.asked)
    said, _ = python(check.format(pause=0)).communicate(timeout=60)
    asked = Counter(path for _, path in server.asked)
    assert set(asked) == set(paths)
    # Only the one that was being asked when it ended may have been asked twice.
    assert 4 <= before < 12
    assert sum(asked.values()) <= 13
    assert "were checked in the last 20 hours, so they were skipped." in said
