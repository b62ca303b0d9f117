"""Where no webhook goes."""

import asyncio
import socket
from typing import Any

import pytest

from hub.errors import SettingsWrong, Unavailable
from hub.events.addresses import is_allowed, parts_of, resolved

WRONG = (
    "ftp://example.com/", "http://example.com/hook", "https://", "https://user:word@example.com/", "https://[::1", "x",
    "https://example.com/#part", "https://example.com:99999/", "https://exa mple.com/", "https://exämple.com/",
    "http://127.0.0.1.example.com/", "http://10.0.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_what_is_no_good_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsWrong):
        parts_of(url)


@pytest.mark.parametrize("url", ["https://example.com/hook?a=b", "http://127.0.0.1:8000/", "http://[::1]:8000/h"])
def test_what_is_good_is_taken(url: str) -> None:
    assert parts_of(url).hostname


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200", "0.0.0.0",
     "224.0.0.1", "::", "127.0.0.1", "::1", "::ffff:127.0.0.1", "168.63.129.16", "64:ff9b::a9fe:a9fe"],
)  # fmt: skip
def test_credentials_of_clouds_and_the_hub_itself_are_out_of_reach(address: str) -> None:
    assert not is_allowed(address, own=False)


def test_private_networks_are_where_receivers_are() -> None:
    assert all(is_allowed(one, own=False) for one in ("10.1.2.3", "192.168.1.9", "fd12::1", "93.184.215.14"))
    assert is_allowed("127.0.0.1", own=True)


@pytest.mark.parametrize("addresses", [["169.254.169.254"], ["127.0.0.1"], ["93.184.215.14", "169.254.169.254"]])
def test_a_name_that_leads_there_is_refused_whatever_else_it_leads_to(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(SettingsWrong, match="to which no webhook is sent"):
        asyncio.run(resolved(parts_of("https://innocent.example/")))


def test_a_name_that_is_none_may_be_one_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unavailable):
        asyncio.run(resolved(parts_of("https://nowhere.example/")))
