"""IP addresses: the client's behind our proxies, and which addresses are public."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# IPv6 networks that embed an IPv4 address, and the bit at which it begins.
_HOLD_VERSION_4 = {
    IPv6Network("::ffff:0:0/96"): 96,  # mapped
    IPv6Network("::/96"): 96,  # compatible, of old
    IPv6Network("64:ff9b::/96"): 96,  # translated (NAT64)
    IPv6Network("2002::/16"): 16,  # tunnelled (6to4)
}
# Global by their number, and of the inside of a data centre: protocol assignments (RFC 6890), which
# Oracle has its metadata on, and the address at which Azure speaks to a machine.
_INSIDE = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))
_TUNNEL = IPv6Network("2001::/32")  # Teredo embeds the address of somebody's home


def parse_ip(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an address, without its zone index (`%eth0`). None for anything else."""
    try:
        return ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is globally routable unicast, after unwrapping an embedded IPv4 one."""
    if isinstance(address, IPv6Address):
        for network, start in _HOLD_VERSION_4.items():
            if address in network:
                return is_public(IPv4Address(int(address) >> (96 - start) & 0xFFFFFFFF))
        if address in _TUNNEL or address.is_site_local:
            return False
    elif any(address in network for network in _INSIDE):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


def client_ip(request: HttpRequest) -> str:
    """The client's IP address, as the key for rate limits and lockouts; "None" where it has none.

    X-Forwarded-For is read from its end, where each of our own settings.PROXIES proxies appended
    the address that it was asked by; what comes before that the client made up. An IPv6 address
    is given as its /64 network, all of which one customer has.
    """
    text = request.META.get("REMOTE_ADDR") or ""
    if settings.PROXIES:
        passed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(passed) >= settings.PROXIES and parse_ip(passed[-settings.PROXIES]):
            text = passed[-settings.PROXIES]
    address = parse_ip(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
