"""Where messages may go. Whoever sets a webhook up must not reach through it what only the hub can reach.

Refused are the addresses at which clouds hand credentials to their machines (link-local and the few others), and names
that lead back to the hub's own machine. Private networks are allowed: that is where many receivers are.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from hub.errors import SettingsWrong, Unavailable

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PORTS = {"https": 443, "http": 80}
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")))
"""Alibaba Cloud, Azure, Oracle Cloud, AWS over IPv6; all others are link-local."""


def parts_of(url: str) -> SplitResult:
    """The parts of a good address; raises `SettingsWrong`. Only the hub's own machine may be reached in the clear."""
    try:
        parts = urlsplit(url)
        plain = url.isascii() and url.isprintable() and " " not in url
        good = plain and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or parts.username or parts.password or parts.fragment:
        raise SettingsWrong("This is no address for a webhook; write it as https://host/path, without a log-in.")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsWrong("A webhook needs an https:// address; http:// is for this machine only.")
    return parts


async def resolved(parts: SplitResult) -> str:
    """The IP address to connect to, so that the name cannot mean another one a moment later.

    Raises `Unavailable` for an unknown name and `SettingsWrong` for a host that is not to be reached.
    """
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"The name {host} is not known.") from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(is_allowed(one, own=host in LOOPBACK) for one in addresses):
        raise SettingsWrong(f"{host} leads to an address to which no webhook is sent.")
    return addresses[0]


def is_allowed(address: str, *, own: bool) -> bool:
    """Whether messages may go there; `own`: the URL says openly that it means this machine."""
    ip = _plain(ip_address(address.partition("%")[0]))
    if ip.is_loopback:
        return own
    return not (ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved or ip in _METADATA)


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return mapped or ip
