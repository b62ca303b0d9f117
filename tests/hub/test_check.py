"""The steps of a check, and what is said of the way over the network."""

import pytest

from hub.check import findings, transport
from hub.contract import Finding, Severity
from hub.errors import HubError, NotPermitted, Unavailable, Uncertain


@pytest.mark.parametrize(
    ("error", "severity"),
    [
        (NotPermitted("Give the user the right to read."), Severity.ERROR),
        (Uncertain("The answer was lost."), Severity.ERROR),
        (Unavailable("erp.example cannot be reached."), Severity.LATER),
    ],
)
def test_a_check_ends_at_the_first_error(error: HubError, severity: Severity):
    def refused() -> tuple[Severity, str]:
        raise error

    steps = {"server": lambda: (Severity.OK, "It answers."), "rights": refused, "people": refused}
    assert [*findings(steps)] == [
        Finding("server", Severity.OK, "It answers."), Finding("rights", severity, error.message),
    ]  # fmt: skip


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
