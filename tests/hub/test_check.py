"""The steps of a check, and what is said of the way over the network."""

import pytest

from hub.check import findings, transport
from hub.contract import Finding, Severity
from hub.errors import NotPermitted


def test_a_check_ends_at_the_first_error():
    def refused() -> tuple[Severity, str]:
        raise NotPermitted("Give the user the right to read.")

    steps = {"server": lambda: (Severity.OK, "It answers."), "rights": refused, "people": refused}
    assert [*findings(steps)] == [
        Finding("server", Severity.OK, "It answers."),
        Finding("rights", Severity.ERROR, "Give the user the right to read."),
    ]


@pytest.mark.parametrize(
    ("addresses", "severity"),
    [
        (["https://erp.example"], Severity.OK),
        (["http://127.0.0.1:8069", "http://localhost", "http://[::1]:80"], Severity.OK),
        (["http://erp.example"], Severity.WARNING),
        (["https://erp.example", "http://accounts.example"], Severity.WARNING),
        (["http://localhost.example"], Severity.WARNING),
    ],
)
def test_only_this_machine_may_be_talked_to_without_encryption(addresses: list[str], severity: Severity):
    found, text = transport("key", *addresses)
    assert found is severity
    assert ("unencrypted" in text) == (severity is Severity.WARNING)
