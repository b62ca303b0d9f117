"""What can go wrong with a connection, grouped by the way back.

    HubError
      Fix              someone must change settings or rights; never retried
        SettingsWrong    a setting is missing or refused
        NotPermitted     the ERP user lacks a right
        NotInstalled     an ERP module or feature is missing
        ContractBroken   the ERP answered in a shape we do not know
      Reconnect        the grant is gone; someone must authorise again
      Wait             not done, nothing changed in the ERP; try after `after` seconds
        Throttled        too many requests
        Unavailable      the ERP could not be reached
        Locked           a record or period is locked for now
      Uncertain        sent, and the answer was lost: the ERP may or may not hold it; read back before any resend

A refused row is not an exception but a `hub.contract.Receipt`. An exception that is none of these stops the run.
"""


class HubError(Exception):
    """Base of all; `message` is one sentence with the next action, `detail` is for the log."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class Fix(HubError):  # noqa: N818 - the tree names the way back, not the mishap
    """Someone must change settings or rights; never retried."""


class SettingsWrong(Fix):
    """A setting is missing, or the ERP refuses it."""


class NotPermitted(Fix):
    """The ERP user lacks a right."""


class NotInstalled(Fix):
    """An ERP module or feature is missing."""


class ContractBroken(Fix):
    """The ERP answered in a shape we do not know."""


class Reconnect(HubError):  # noqa: N818
    """The grant is gone; someone must authorise again."""


class Wait(HubError):  # noqa: N818
    """Nothing was changed; try again after `after` seconds."""

    def __init__(self, message: str, *, after: int = 60, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.after = after


class Throttled(Wait):
    """Too many requests."""


class Unavailable(Wait):
    """The ERP could not be reached."""


class Locked(Wait):
    """A record or period is locked for now."""


class Uncertain(HubError):  # noqa: N818
    """The request left and its answer was lost; only a read-back tells what happened."""
