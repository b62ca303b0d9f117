"""What a refused token request means, and how long nobody repeats it."""

from hub.errors import Fix, HubError, Reconnect, SettingsWrong, Throttled, Unavailable
from hub.oauth.endpoint import Refusal
from hub.oauth.grants import Grant
from hub.tokens import Failure, Way

COOL_DOWN_SECONDS = 60
MENDING_SECONDS = 10
"""After a refusal that somebody must mend: they try again soon, but not at once and not all together."""
_LATER = frozenset({"temporarily_unavailable", "server_error"})
_CLIENT = frozenset({"invalid_client", "invalid_client_id", "invalid_client_secret", "unauthorized_client"})


def meaning(refusal: Refusal, url: str, grant: Grant) -> HubError:
    """By the error codes of RFC 6749 5.2; an unknown one is a setting to look at."""
    said = f"{refusal.error} ({refusal.description})" if refusal.description else refusal.error
    if refusal.error == "slow_down":
        return Throttled(f"{url} asks to slow down.")
    if refusal.error in _LATER:
        return Unavailable(f"{url} gives no token now: {said}.")
    if refusal.error == "invalid_grant" and grant.personal:
        return Reconnect(f"The authorisation is gone: {url} says {said}. Authorise the connection again.")
    if refusal.error in _CLIENT:
        return SettingsWrong(f"{url} does not know the client: {said}. Correct client id and secret.")
    return SettingsWrong(f"{url} refuses the {grant.name}: {said}. Correct the settings, or the set-up there.")


def noted(error: HubError, now: int, grant: Grant) -> Failure:
    """How it is written down: for good when only a person can give the grant anew, else for a while."""
    if isinstance(error, Reconnect) and grant.personal:
        return Failure("reconnect", error.message)
    wait = error.after if isinstance(error, Throttled) else COOL_DOWN_SECONDS
    wait = MENDING_SECONDS if isinstance(error, Fix) else wait
    return Failure(_way(error), error.message, now + wait)


def _way(error: HubError) -> Way:
    match error:
        case Reconnect():
            return "reconnect"
        case Throttled():
            return "throttled"
        case Fix():
            return "fix"
        case _:
            return "wait"


def still_lasts(failure: Failure | None, now: int, grant: Grant) -> None:
    """Raise what was raised before, while it lasts: for good only where a person must give the grant anew."""
    if failure is None or (failure.until is None and not grant.personal):
        return
    if failure.until is not None and failure.until <= now:
        return
    after = max(1, (failure.until or now) - now)
    match failure.way:
        case "reconnect":
            raise Reconnect(failure.message)
        case "fix":
            raise SettingsWrong(failure.message)
        case "throttled":
            raise Throttled(failure.message, after=after)
        case "wait":
            raise Unavailable(failure.message, after=after)
