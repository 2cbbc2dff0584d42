"""No request can make a 500: generated texts, bodies, claims and addresses."""

import json
import random
from itertools import cycle
from urllib.parse import quote, quote_from_bytes

import pytest
from bs4 import BeautifulSoup

from systems.lookup.outcomes import Outcome
from tests.texts import ODD, texts

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
API = "/api/v1/lookup"
OPENAPI = "/api/v1/openapi.json"
# The whole ten thousand on every address takes 40 seconds, so by default a tenth goes one by one.
COUNTS = [1000, pytest.param(10_000, marks=pytest.mark.slow)]
OUTCOMES = set(Outcome)


def as_form(text: str) -> bytes:
    """A form's body as a careless program writes it: surrogates are percent-encoded too."""
    return b"q=" + quote_from_bytes(text.encode("utf-8", "surrogatepass")).encode()


def outcome_of(response) -> str:
    """The outcome that the page is marked with; only a match leads on without one."""
    if response.status_code == 303:
        return "match"
    _, _, rest = response.content.decode().partition('data-outcome="')
    return rest.partition('"')[0]


def assert_known(response, sent: object) -> None:
    """An outcome, or a page or error that says that the request is at fault."""
    assert response.status_code < 500, sent
    if response["Content-Type"] == JSON:
        body = response.json()
        if response.status_code >= 400:
            assert set(body["error"]) == {"code", "message", "detail"}, sent
    elif response.status_code == 200:
        assert outcome_of(response) in OUTCOMES, sent


@pytest.mark.parametrize("count", COUNTS)
def test_generated_texts_in_the_box_come_to_an_outcome(client, count) -> None:
    reached = set()
    for text in texts(count, seed=1):
        response = client.generic("POST", "/find/", as_form(text), content_type=FORM)
        found = outcome_of(response)
        assert found in OUTCOMES, ascii(text)
        assert response.status_code == (303 if found == "match" else 200), ascii(text)
        reached.add(found)
    # The generator is worth something: it comes to nearly everything that can be reached.
    assert len(reached) >= 18


@pytest.mark.parametrize("count", COUNTS)
def test_generated_texts_sent_to_the_api_one_by_one_come_to_an_outcome(client, count) -> None:
    for text in texts(count, seed=2):
        response = client.generic("POST", API, json.dumps({"q": text}), content_type=JSON)
        assert response.status_code == 200, ascii(text)
        assert response.json()["outcome"] in OUTCOMES, ascii(text)


@pytest.mark.parametrize("times", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_thousands_of_texts_sent_in_bulk_come_to_an_outcome_each(client, times) -> None:
    for seed in range(times):
        # Five hundred at a time, so that the long ones fit into 256 kB with their escapes.
        sent = [text[:300] for text in texts(500, seed)]
        body = json.dumps({"queries": sent})
        response = client.generic("POST", API, body, content_type=JSON)
        assert response.status_code == 200, seed
        assert {found["outcome"] for found in response.json()["results"]} <= OUTCOMES
        assert len(response.json()["results"]) == len(sent)


@pytest.mark.slow
def test_generated_dates_come_to_an_outcome(client) -> None:
    pick = random.Random(3)
    for text in texts(300, seed=3):
        near = f"{pick.randrange(1900, 2100)}-{pick.randrange(14):02}-{pick.randrange(33):02}"
        on = pick.choice([near, text, near + text])
        body = as_form("SW1A 1AA") + b"&on=" + as_form(on)[2:]
        response = client.generic("POST", "/find/", body, content_type=FORM)
        assert outcome_of(response) in {"match", "bad_date", "out_of_range"}, ascii(on)
        response = client.generic("POST", API, json.dumps({"q": "B1", "on": on}), content_type=JSON)
        found = response.json()["outcome"]
        assert found in {"partial", "bad_date", "out_of_range"}, ascii(on)


@pytest.mark.parametrize("path", ["/find/", API])
@pytest.mark.parametrize("kind", [FORM, JSON, "multipart/form-data; boundary=x", "text/plain", ""])
@pytest.mark.parametrize("size", [262_144, 262_145, 3_000_000])
def test_a_large_body_is_read_or_refused(client, path, kind, size) -> None:
    for start in (b"q=", b'{"q": "', b"--x\r\n", b"\x00"):
        body = start.ljust(size, b"S")
        response = client.generic("POST", path, body, content_type=kind)
        assert_known(response, (start, kind))
        assert (response.status_code == 413) == (size > 262_144)


BODIES = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbfq=SW1A+1AA",
    b"q",
    b"q=%",
    b"q=%ZZ%u0041",
    b"q=%00",
    b"q=%ED%A0%80",
    b"q=\xff\xfe",
    b"q[]=SW1A+1AA",
    b"q=SW1A&q=1AA&on=&on=x",
    b"&".join(b"q%d=1" % n for n in range(5000)),
    b"&" * 100_000,
    b"q=" + b"%00" * 50_000,
    b"--x--\r\n",
    b"--x\r\n\r\n",
    b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\nSW1A 1AA\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\nSW1A 1AA',
    b'--x\r\nContent-Disposition: form-data; name="q"; filename="a"\r\n\r\nSW1A\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="q"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    b"U1cxQSAxQUE\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="q"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    b"!!!\xff\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="q"\r\n'
    b"Content-Type: text/plain; charset=rot13\r\n\r\nSW1A 1AA\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../a\x00"\r\n'
    b"Content-Type: text/plain; charset=hex\r\n\r\nSW1A\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name*=rot13''q\r\n\r\nSW1A\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name*=utf-8''%ff%fe\r\n\r\nSW1A\r\n--x--\r\n",
    b"--x\r\n" + b"A" * 5000 + b": b\r\n\r\nc\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 3000 + b"--x--\r\n",
]
KINDS = [
    FORM,
    *(f"{FORM}; charset={name}" for name in ("rot13", "utf-16", "hex", "idna", "zlib", "é")),
    f'{FORM}; charset="',
    f"{FORM}; charset*=rot13''x",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=x; charset=rot13",
    "multipart/form-data; boundary=x; charset=idna",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    f"multipart/form-data; boundary={'x' * 300}",
    "multipart/form-data; boundary=é",
    'multipart/form-data; boundary="',
    "multipart/mixed; boundary=x",
    JSON,
    "application/json; charset=rot13",
    "text/html; charset=utf-7",
    "x",
    ";",
    "; charset=hex",
    "",
]


@pytest.mark.parametrize("path", ["/find/", API])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: ascii(kind)[:60])
def test_a_body_of_any_kind_is_answered_or_refused(client, path, kind) -> None:
    for body in BODIES:
        assert_known(client.generic("POST", path, body, content_type=kind), body[:200])


@pytest.mark.parametrize("length", ["-1", "0", "x", "", " 5", "1e3", "٣", "9" * 5000])
def test_a_wrong_length_is_answered_or_refused(client, length) -> None:
    for path, body, kind in (("/find/", b"q=SW1A", FORM), (API, b'{"q": "SW1A"}', JSON)):
        response = client.generic("POST", path, body, content_type=kind, CONTENT_LENGTH=length)
        assert_known(response, length)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"q":' * 40_000,
        '{"q":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"queries":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"q": NaN}',
        '{"q": Infinity}',
        '{"q": 1e999}',
        '{"q": ' + "9" * 100_000 + "}",
        '{"q": -' + "9" * 4000 + "}",
        '{"q": "a", "on": ' + "9" * 4000 + "}",
        '{"q": "SW1A", "q": "SW1A 1AA"}',
        '{"q": "SW1A 1AA", "q": null}',
        '\ufeff{"q": "SW1A 1AA"}',
        '{"q": "\\ud800"}',
        '{"q": "\\udc00\\ud800"}',
        '{"q": "\\u0000"}',
        '{"q": "a", "on": "\\ud800\\u0000"}',
        '{"\\ud800": 1}',
        '{"\\u0000": 1, "q": "a"}',
        '{"": 1}',
        '{"q": "\x00"}',
        '{"q": "a"} {"q": "b"}',
        '{"queries": [' + ",".join(['""'] * 1000) + "]}",
        '{"queries": [' + ",".join(["{}"] * 1001) + "]}",
        '{"queries": [' + ",".join(["[1]"] * 60_000) + "]}",
        "{" + ",".join(f'"{n}": 1' for n in range(20_000)) + "}",
        '{"q": {"__class__": "x"}}',
        "tru",
        "1",
        "-",
    ],
    ids=lambda body: ascii(body)[:40],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_json_of_any_kind_is_answered_or_refused(client, body, encoding) -> None:
    response = client.generic("POST", API, body.encode(encoding), content_type=JSON)
    assert_known(response, body[:100])
    assert response.status_code in {200, 400, 413, 422}
    if response.status_code == 200:
        assert "outcome" in response.json() or "results" in response.json()


ODD_FIELDS = {
    "/ics/": ["on", "name", "region", "sort", "q"],
    "/compare/": ["on", "system", "sort"],
    "/compare.csv": ["on", "system", "sort"],
}


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/find/", "/ics/devon/", "/areas/devon/", "/code/E38000182/", "/code/QRV/", API),
        *("/about/", "/readyz"),
        *(
            pytest.param(path, marks=pytest.mark.slow)
            for path in ("/ics/", "/areas/", "/compare/", "/compare.csv", "/data/", OPENAPI)
        ),
    ],
)
def test_an_odd_query_is_answered_or_refused(client, path) -> None:
    values = ["", *texts(12, seed=5), *ODD[::16], "2026-03-31", "x" * 5000, "2026-03-31\n"]
    for value, field in zip(values, cycle(ODD_FIELDS.get(path, ["on", "q"])), strict=False):
        encoded = quote_from_bytes(value.encode("utf-8", "surrogatepass"))
        response = client.get(f"{path}?{field}={encoded}")
        assert response.status_code in {200, 302, 400, 405}, (field, ascii(value))
    for query in ("on", "on=&on=x", "&&&", "%", "=%FF", "on[]=1", "%00=%00", "on=%ED%A0%80"):
        assert client.get(f"{path}?{query}").status_code in {200, 302, 400, 405}, query
    assert client.get(f"{path}?{'a=1&' * 1500}").status_code in {200, 302, 400, 405}


@pytest.mark.slow
def test_an_odd_address_is_a_page_or_not_found(client) -> None:
    parts = [
        "",
        "%00",
        "%2e%2e",
        "%2F",
        "a" * 5000,
        "-",
        "_",
        "%FF",
        "%ED%A0%80",
        "%0A",
        "devon%0A",
    ]
    parts += [quote(text.encode("utf-8", "surrogatepass"), safe="") for text in texts(60, seed=6)]
    for part in parts:
        for start in (
            "/",
            "/ics/",
            "/areas/",
            "/code/",
            "/api/",
            "/api/v1/",
            "/admin/",
            "/static/",
        ):
            for end in ("", "/"):
                response = client.get(start + part + end)
                assert response.status_code in {200, 301, 302, 400, 404, 405}, (start, part[:99])
    soup = BeautifulSoup(client.get("/ics/%00/").content, "html.parser")
    assert soup.find("form", {"action": "/find/"})


@pytest.mark.slow
def test_an_odd_header_is_no_fault_of_ours(client) -> None:
    for value in ("", "x" * 5000, "é", "\x00", "*/*;q=x", "bytes=0-1", "=?", "W/"):
        for name in ("ACCEPT", "ACCEPT_LANGUAGE", "ORIGIN", "REFERER", "COOKIE", "RANGE", "HOST"):
            headers = {f"HTTP_{name}": value} if (name, value) != ("HOST", "") else {}
            for path in ("/", "/ics/", API):
                assert client.get(path, **headers).status_code < 500, (name, ascii(value))
