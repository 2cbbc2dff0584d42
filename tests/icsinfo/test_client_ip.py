"""Whose a request is, and which addresses are internal."""

import pytest

from icsinfo.client_ip import client_ip, is_public, parse_ip


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104
        *("169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1"),
        *("240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1"),
        *("fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:c0a8:101::1"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.0.192", "::ffff:192.0.0.192"),
        *("168.63.129.16", "64:ff9b::a83f:8110"),
    ],
)
def test_what_is_not_of_the_open_internet_is_internal(text: str) -> None:
    assert not is_public(parse_ip(text))


@pytest.mark.parametrize(
    "text",
    [
        *("8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4009::1", "::ffff:8.8.8.8"),
        *("64:ff9b::808:808", "2002:808:808::1"),
    ],
)
def test_what_is_of_the_open_internet_is_public(text: str) -> None:
    assert is_public(parse_ip(text))


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "0x7f.1", "2130706433", "127.1", "[::1]"])
def test_what_is_no_address_is_read_as_none(text: str) -> None:
    assert parse_ip(text) is None


@pytest.mark.parametrize(
    ("proxies", "remote", "passed", "client"),
    [
        (0, "192.0.2.1", None, "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.1", "192.0.2.1"),  # anybody may send that
        (1, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # the first is made up
        (2, "127.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "127.0.0.1", "198.51.100.1", "127.0.0.1"),
        (1, "127.0.0.1", "nonsense", "127.0.0.1"),
        (1, "127.0.0.1", None, "127.0.0.1"),
        (1, "127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, "", None, "None"),
        (0, "unix:", "\x00", "None"),
    ],
)
def test_a_visitor_is_known_by_what_our_own_proxies_say(
    rf, settings, proxies, remote, passed, client
) -> None:
    settings.PROXIES = proxies
    more = {} if passed is None else {"HTTP_X_FORWARDED_FOR": passed}
    assert client_ip(rf.get("/", REMOTE_ADDR=remote, **more)) == client
