"""The only import of the HTTP library: time-outs, and what each failure means for the thing that was sent.

A read may be repeated, so its failures are `Unavailable` (nothing changed). A write whose request left may have
been carried out, so a lost or broken answer is `Uncertain` and is never repeated here. An address that leads elsewhere
is a setting to correct.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx
import orjson

from hub.contract import Meter, Unmetered
from hub.errors import SettingsWrong, Throttled, Unavailable, Uncertain

# It logs every address in full, and some hold a secret or name a person.
logging.getLogger("httpx").setLevel(logging.WARNING)

Auth = httpx.Auth
Request = httpx.Request
Response = httpx.Response
StatusError = httpx.HTTPStatusError
Transport = httpx.BaseTransport

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeEncodeError)

METER = "meter"
READ_ATTEMPTS = 3
LONGEST_WAIT = 86_400
_Failure = httpx.HTTPError | httpx.InvalidURL | UnicodeEncodeError


class Client:
    """A session with one host. No redirects are followed (they could carry credentials elsewhere), no cookies kept.

    `says_no` knows the server errors (5xx) by which an ERP refuses a request: they are answers and not accidents.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: tuple[str, str] | httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: int = 60,
        transport: httpx.BaseTransport | None = None,
        meter: Meter | None = None,
        says_no: Callable[[Response], bool] = lambda _answer: False,
    ) -> None:
        self._says_no = says_no
        self._meter = meter or Unmetered()
        try:
            address, always = httpx.URL(base_url), httpx.Headers(dict(headers or {}))
        except httpx.InvalidURL as error:
            raise SettingsWrong(f"{_shown(base_url)!r} is not an address; correct the settings.") from error
        except UnicodeEncodeError:  # it holds the header, and with that perhaps a credential
            raise SettingsWrong(f"A header for {_shown(base_url)} is not ASCII; correct the settings.") from None
        self._client = httpx.Client(
            base_url=address,
            auth=auth,
            headers=always,
            timeout=httpx.Timeout(timeout_seconds, connect=10),
            follow_redirects=False,
            transport=transport,
            trust_env=False,
            verify=_trusted(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, method: str, url: str, **request: Any) -> httpx.Response:
        """A request that changes nothing, tried up to three times; raises `Throttled` or `Unavailable`.

        A `meter` among the arguments is asked instead of the client's.
        """
        for attempt in range(1, READ_ATTEMPTS + 1):
            try:
                return self._checked(self._send(method, url, request), read=True)
            except Unavailable:
                if attempt == READ_ATTEMPTS:
                    raise
        raise AssertionError

    def write(self, method: str, url: str, **request: Any) -> httpx.Response:
        """A request that changes something, sent once; raises `Throttled`, `Unavailable` or `Uncertain`.

        A `meter` among the arguments is asked instead of the client's.
        """
        return self._checked(self._send(method, url, request), read=False)

    def _send(self, method: str, url: str, request: dict[str, Any]) -> httpx.Response | _Failure:
        given = {"meter": self._meter, **request}
        meter = given.pop("meter")
        meter.take()
        if "json" in given:
            given["content"] = orjson.dumps(given.pop("json"))
            given["headers"] = {"content-type": "application/json", **(given.get("headers") or {})}
        try:
            # Along with the request, for who signs it and may have to repeat it.
            response = self._client.request(method, url, extensions={METER: meter}, **given)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError) as error:
            return error
        self._client.cookies.clear()
        return response

    def _checked(self, answer: httpx.Response | _Failure, *, read: bool) -> httpx.Response:
        host = self._client.base_url.host
        if isinstance(answer, _NOT_SENDABLE):
            # Its text is left out: it may quote a header, and with that a credential.
            message = f"The address of {host or 'the ERP'} or a header for it cannot be sent; correct the settings."
            raise SettingsWrong(message, detail=type(answer).__name__) from None
        if isinstance(answer, _NEVER_LEFT):
            raise Unavailable(f"{host} cannot be reached; nothing was sent.", detail=repr(answer)) from answer
        if isinstance(answer, httpx.HTTPError):
            if read:
                raise Unavailable(f"{host} did not answer.", detail=repr(answer)) from answer
            raise Uncertain(f"{host} took the request and its answer was lost.", detail=repr(answer)) from answer
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self._meter.breached(retry_after(answer))
            raise Throttled(f"{host} asks to slow down.", after=retry_after(answer))
        if answer.is_redirect:
            raise _redirected(answer, read=read)
        if answer.is_server_error and not self._says_no(answer):
            detail = f"HTTP {answer.status_code}"
            if read:
                raise Unavailable(f"{host} answered {detail}.", after=retry_after(answer), detail=detail)
            raise Uncertain(f"{host} answered {detail}; the change may have been made.", detail=detail)
        return answer


def _shown(address: str) -> str:
    """The address without what may be a password before its host."""
    scheme, slashes, rest = address.partition("//")
    return f"{scheme}{slashes}{rest.rpartition('@')[2]}"


class Told(NamedTuple):
    """What a receiver answered: status, and seconds after which it wants to be asked again (0: it does not say)."""

    status: int
    after: int


async def tell(url: str, address: str, headers: Mapping[str, str], body: bytes, seconds: int) -> Told:
    """POST once to that IP address of the URL's host; the answer is over with its headers and its body is not read.

    Raises `Unavailable` when there is no answer within so many seconds, however slowly it drips, and `SettingsWrong`
    for a URL that is none.
    """
    try:
        there = httpx.URL(url)
        given = {**headers, "host": there.netloc.decode()}
    except httpx.InvalidURL as error:
        raise SettingsWrong("This is no address; correct it.", detail=type(error).__name__) from None
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(verify=_trusted(), trust_env=False, timeout=seconds) as client,
            client.stream(
                "POST",
                there.copy_with(host=address),
                headers=given,
                content=body,
                extensions={"sni_hostname": there.host},  # also the name that the certificate must have
            ) as answer,
        ):
            return Told(answer.status_code, retry_after(answer, 0))
    except (httpx.HTTPError, OSError) as error:  # a TimeoutError is one
        raise Unavailable(f"{there.host} did not answer ({type(error).__name__}).") from error


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are trusted, read once: that takes longer than most requests."""
    return httpx.create_ssl_context(trust_env=False)


def _redirected(answer: httpx.Response, *, read: bool) -> SettingsWrong | Uncertain:
    host, detail = answer.request.url.host, f"HTTP {answer.status_code}"
    if read or answer.status_code != httpx.codes.SEE_OTHER:  # which shows the outcome of what was done
        there = _target(answer)
        return SettingsWrong(f"{host} leads on to {there}; enter the address of the ERP itself.", detail=detail)
    return Uncertain(f"{host} answered {detail}, a redirect; the change may have been made.", detail=detail)


def _target(answer: httpx.Response) -> str:
    # Only scheme and host are shown: the rest may hold a session or a token.
    try:
        target = answer.request.url.join(answer.headers.get("location", ""))
    except httpx.InvalidURL:
        return "an address that is none"
    return f"{target.scheme}://{target.netloc.decode()}"


def retry_after(response: httpx.Response, default: int = 60) -> int:
    """Seconds of a `Retry-After` header (RFC 9110 10.2.3, delay form) up to a day, else the default."""
    value = response.headers.get("retry-after", "")
    return min(int(value), LONGEST_WAIT) if value.isascii() and value.isdecimal() and len(value) < 20 else default
