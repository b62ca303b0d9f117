"""What the checks of all connectors have in common: steps in an order, and the way over the network."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from hub.contract import Finding, Severity
from hub.errors import HubError, Wait

Told = tuple[Severity, str]
Look = Callable[[], Told]
"""One step: how it is, in words for the person who sets the connection up. Raises the errors of `hub.errors`."""

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def findings(steps: Mapping[str, Look]) -> Iterator[Finding]:
    """Look at everything, in the order in which it is needed; the first error ends it."""
    for subject, look in steps.items():
        try:
            severity, message = look()
        except HubError as error:
            yield ended(subject, error)
            return
        yield Finding(subject, severity, message)


def ended(subject: str, error: HubError) -> Finding:
    """The look at a subject ended with an error."""
    return Finding(subject, Severity.LATER if isinstance(error, Wait) else Severity.ERROR, error.message)


def transport(secret: str, *addresses: str) -> Told:
    """Whether what is secret (token, key, password) is encrypted on its way to these addresses."""
    for address in map(urlsplit, addresses):
        if address.scheme != "https" and address.hostname not in _THIS_MACHINE:
            return Severity.WARNING, f"The {secret} travels unencrypted to {address.hostname}; give its https address."
    return Severity.OK, f"The {secret} is not exposed on the network."
