"""Zoho's data centres: an account lives in one, and its hosts end differently in each.

After zoho.com/accounts/protocol/oauth/multi-dc.html and CRM's page on multi-DC; Singapore and the Emirates as found
by others. Canada is `zohocloud.ca`: `zoho.ca` does not exist. The host for People of the United Kingdom is inferred.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from hub.errors import SettingsWrong

DOMAINS = {
    "us": "zoho.com",
    "eu": "zoho.eu",
    "in": "zoho.in",
    "au": "zoho.com.au",
    "jp": "zoho.jp",
    "ca": "zohocloud.ca",
    "sa": "zoho.sa",
    "uk": "zoho.uk",
    "cn": "zoho.com.cn",
    "sg": "zoho.sg",
    "ae": "zoho.ae",
}
"""What hosts end with, by the location that Zoho names in its call-back."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The two addresses of a data centre that are used."""

    accounts: str
    people: str


def hosts_of(centre: str) -> Hosts:
    """The addresses of a data centre."""
    domain = DOMAINS[centre]
    return Hosts(f"https://accounts.{domain}", f"https://people.{domain}")


def require_centre(server: str, centre: str, ours: str) -> str:
    """The accounts server of a call-back if it is the one of our data centre; raises `SettingsWrong`.

    A secret is sent there, so it must be one of Zoho's, and the data centre is a setting that must fit the account.
    """
    found = {hosts_of(one).accounts: one for one in DOMAINS}
    given = server.rstrip("/")
    if given == ours.rstrip("/"):
        return given
    if given in found:
        raise SettingsWrong(
            f"This Zoho account lives in data centre {found[given]}, the settings say {centre}; correct data_centre."
        )
    host = urlsplit(given).hostname or "an address that is none"
    raise SettingsWrong(f"{host} is no accounts server of Zoho; nothing was sent there.")
