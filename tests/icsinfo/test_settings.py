"""Settings in a process of their own, as a server or an operator starts one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from icsinfo.settings import env_flag

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "ICSINFO_SECRET_KEY": "one-that-somebody-made-up",
    "ICSINFO_HOSTS": "ics.example.org, www.ics.example.org",
}


def python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with no environment but the one given."""
    system = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**system, "DJANGO_SETTINGS_MODULE": "icsinfo.settings", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    return python("import django; django.setup()", **variables)


def settings_with(**variables: str) -> dict[str, Any]:
    result = python(
        "import json; from django.conf import settings; settings.DEBUG;"
        "print(json.dumps({n: getattr(settings, n) for n in dir(settings) if n.isupper()},"
        " default=str))",
        **variables,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    return settings_with(**PRODUCTION)


def test_production_starts_with_a_key_and_its_hosts() -> None:
    result = start(**PRODUCTION)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("missing", PRODUCTION)
@pytest.mark.parametrize("value", [None, " "])
def test_production_does_not_start_without_one_of_them(missing: str, value: str | None) -> None:
    given = {**PRODUCTION, missing: value}
    result = start(**{name: value for name, value in given.items() if value is not None})
    assert result.returncode != 0
    last = result.stderr.splitlines()[-1]
    assert f"{missing} is not set. Set it, for example to '" in last
    assert last.endswith("or set ICSINFO_LOCAL=1 if this is your own computer.")


def test_the_api_is_limited_in_production_and_only_there_unless_told(production) -> None:
    assert production["API_REQUESTS_A_MINUTE"] == 300
    assert settings_with(ICSINFO_LOCAL="1")["API_REQUESTS_A_MINUTE"] == 0
    told = settings_with(ICSINFO_LOCAL="1", ICSINFO_API_REQUESTS_A_MINUTE="7")
    assert told["API_REQUESTS_A_MINUTE"] == 7


@pytest.mark.parametrize("value", ["-1", "many", "1.5", "٣", "9999999"])
def test_a_limit_that_is_no_whole_number_stops_the_start(value: str) -> None:
    result = start(**{**PRODUCTION, "ICSINFO_API_REQUESTS_A_MINUTE": value})
    assert result.returncode != 0
    assert "set it to a whole number, or leave it" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["ICSINFO_LOCAL", "ICSINFO_DEBUG"])
def test_a_flag_that_is_neither_yes_nor_no_stops_the_start(name: str) -> None:
    result = start(**{**PRODUCTION, name: "maybe"})
    assert result.returncode != 0
    assert result.stderr.splitlines()[-1].endswith(f"{name} is 'maybe'; set it to 1 or 0.")


def test_production_is_served_over_https_alone(production: dict[str, Any]) -> None:
    assert production["SECURE_SSL_REDIRECT"]
    assert production["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert production["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert production["SESSION_COOKIE_SECURE"]
    assert production["CSRF_COOKIE_SECURE"]


def test_cookies_in_production_are_of_this_host_and_https_alone(
    production: dict[str, Any],
) -> None:
    for kind in ("SESSION", "CSRF"):
        assert production[f"{kind}_COOKIE_NAME"] == f"__Host-{kind.lower()}"
        # Without these three a browser takes no cookie of such a name.
        assert production[f"{kind}_COOKIE_SECURE"] is True
        assert production[f"{kind}_COOKIE_PATH"] == "/"
        assert production[f"{kind}_COOKIE_DOMAIN"] is None
        assert production[f"{kind}_COOKIE_HTTPONLY"] is True
        assert production[f"{kind}_COOKIE_SAMESITE"] == "Strict"
    assert production["SESSION_COOKIE_AGE"] == 3600
    assert production["SESSION_EXPIRE_AT_BROWSER_CLOSE"] is True


def test_a_request_comes_through_one_proxy_unless_the_operator_says_otherwise(
    production: dict[str, Any],
) -> None:
    assert production["PROXIES"] == 1
    assert settings_with(**PRODUCTION, ICSINFO_PROXIES="2")["PROXIES"] == 2
    assert settings_with(ICSINFO_LOCAL="1")["PROXIES"] == 0
    result = start(**PRODUCTION, ICSINFO_PROXIES="-1")
    assert "ICSINFO_PROXIES is '-1'; set it to a whole number, or leave it." in result.stderr


def test_the_machine_itself_may_ask_without_https(production: dict[str, Any]) -> None:
    assert production["SECURE_REDIRECT_EXEMPT"] == ["^healthz$", "^readyz$"]


def test_production_answers_to_its_own_hosts_alone(production: dict[str, Any]) -> None:
    assert production["ALLOWED_HOSTS"] == ["ics.example.org", "www.ics.example.org"]
    assert production["CSRF_TRUSTED_ORIGINS"] == [
        "https://ics.example.org",
        "https://www.ics.example.org",
    ]
    assert production["SECRET_KEY"] == PRODUCTION["ICSINFO_SECRET_KEY"]
    assert production["DEBUG"] is False


def test_pages_can_be_put_in_no_frame_and_load_from_nowhere_else(
    production: dict[str, Any],
) -> None:
    assert production["X_FRAME_OPTIONS"] == "DENY"
    directives = production["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["default-src"] == directives["frame-ancestors"] == ["'none'"]
    sources = {source for sources in directives.values() for source in sources}
    assert sources == {"'none'", "'self'"}


def test_ones_own_computer_needs_nothing_but_to_be_called_so() -> None:
    first, second = (settings_with(ICSINFO_LOCAL="yes") for _ in range(2))
    assert first["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert not first["SECURE_SSL_REDIRECT"]
    assert not first["DEBUG"]
    assert first["SECRET_KEY"] != second["SECRET_KEY"]


@pytest.mark.parametrize(
    ("value", "on"),
    [("1", True), ("TRUE", True), (" yes ", True), ("0", False), ("No", False), ("", False)],
)
def test_a_flag_may_be_written_in_several_ways(
    monkeypatch: pytest.MonkeyPatch, value: str, on: bool
) -> None:
    monkeypatch.setenv("ICSINFO_DEBUG", value)
    assert env_flag("ICSINFO_DEBUG") is on


def test_the_database_is_a_file_of_ones_own_unless_an_address_is_given(tmp_path: Path) -> None:
    default = settings_with(ICSINFO_LOCAL="1", ICSINFO_STATE=str(tmp_path))["DATABASES"]["default"]
    assert default["ENGINE"] == "icsinfo.databases.sqlite3"
    assert default["NAME"] == str(tmp_path / "db.sqlite3")
    assert default["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    given = settings_with(ICSINFO_LOCAL="1", DATABASE_URL="postgres://me@db.example.org/ics")
    given = given["DATABASES"]["default"]
    assert given["ENGINE"] == "icsinfo.databases.postgresql"
    assert (given["HOST"], given["NAME"]) == ("db.example.org", "ics")
    assert "transaction_mode" not in given.get("OPTIONS", {})
    assert given["OPTIONS"]["options"].startswith("-c jit=off -c statement_timeout=60s ")
    assert given["OPTIONS"]["connect_timeout"] == 2
    url = "postgres://me@db.example.org/ics?options=-c%20statement_timeout%3D9&connect_timeout=7"
    given = settings_with(ICSINFO_LOCAL="1", DATABASE_URL=url)["DATABASES"]["default"]
    assert given["OPTIONS"]["options"].endswith(" -c statement_timeout=9")
    assert int(given["OPTIONS"]["connect_timeout"]) == 7


def test_nothing_that_is_sent_is_written_to_disk(production: dict[str, Any]) -> None:
    assert production["FILE_UPLOAD_HANDLERS"] == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler"
    ]
    assert production["DATA_UPLOAD_MAX_MEMORY_SIZE"] == 256 * 1024
