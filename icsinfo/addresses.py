"""Addresses of the internet: whose a request is, and which are no business of ours."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# Addresses of version 6 in which one of version 4 is hidden, and where in them it begins (in bits).
_HOLD_VERSION_4 = {
    IPv6Network("::ffff:0:0/96"): 96,  # mapped
    IPv6Network("::/96"): 96,  # compatible, of old
    IPv6Network("64:ff9b::/96"): 96,  # translated (NAT64)
    IPv6Network("2002::/16"): 16,  # tunnelled (6to4)
}
_TUNNEL = IPv6Network("2001::/32")  # Teredo: its version 4 is somebody's home


def read(text: str) -> IPv4Address | IPv6Address | None:
    """An address as a value, without the name of a network card; None for all else."""
    try:
        return ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one of the open internet, and not of this machine, its network, or a group."""
    if isinstance(address, IPv6Address):
        for network, start in _HOLD_VERSION_4.items():
            if address in network:
                return is_public(IPv4Address(int(address) >> (96 - start) & 0xFFFFFFFF))
        if address in _TUNNEL or address.is_site_local:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


def of_client(request: HttpRequest) -> str:
    """Whom a request comes from, as far as wrong tries are counted together.

    What the visitor sends as X-Forwarded-For is worth nothing. Each of our own proxies adds at its
    end whom it was asked by, so settings.PROXIES says which entry is the visitor's. Who has one
    address of version 6 has a whole network of them (/64), which counts as one.
    """
    text = request.META.get("REMOTE_ADDR") or ""
    if settings.PROXIES:
        passed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(passed) >= settings.PROXIES and read(passed[-settings.PROXIES]):
            text = passed[-settings.PROXIES]
    address = read(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
