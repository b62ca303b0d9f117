"""Ways to people: e-mail, Slack-style webhook, plain webhook.

`MUSTER_ALERTS` names a YAML file with those that are wanted:

    email: {host: mail.example, sender: muster@acme.example, to: [pay@acme.example], user: m, password: {env: MAIL}}
    slack: {url: {env: MUSTER_SLACK}}
    webhook: {url: {env: MUSTER_HOOK}}

Addresses of webhooks are secrets: whoever has one can write there.
"""

import os
import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import SettingsWrong, Unavailable
from hub.http import Client
from hub.secrets import SecretRef

FILE = "MUSTER_ALERTS"
SECONDS = 20


class Message(BaseModel):
    """What is told: `cause` is stable while it lasts, `text` a sentence with what to do."""

    model_config = ConfigDict(frozen=True)

    tenant: str
    cause: str
    text: str
    state: Literal["open", "over"] = "open"

    @property
    def line(self) -> str:
        """As one line."""
        return f"{'Over: ' if self.state == 'over' else ''}{self.tenant}: {self.text}"


class Way(Protocol):
    """How a message reaches people; raises `HubError`."""

    def tell(self, message: Message) -> None:
        """Carry the message."""


class Email(BaseModel):
    """SMTP, with STARTTLS wherever the server offers it; a password is sent in no other way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(description="Mail server.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    sender: str = Field(description="Address it comes from.")
    to: tuple[str, ...] = Field(min_length=1, description="Addresses it goes to.")
    user: str = Field(default="", description="Log-in, if the server asks for one.")
    password: SecretRef | None = Field(default=None, description="Where its password is kept.")

    def tell(self, message: Message) -> None:
        """Send it as a mail."""
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = f"Muster: {message.line}"[:150], self.sender, ", ".join(self.to)
        mail.set_content(f"{message.line}\n\nCause: {message.cause}\n")
        try:
            with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as server:
                self._greet(server)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"The mail server {self.host} did not take it ({type(error).__name__}).") from error

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
        elif self.password:
            raise SettingsWrong(
                f"The mail server {self.host} offers no STARTTLS; the password is not sent in the clear."
            )
        if self.password:
            server.login(self.user, self.password.reveal())


class Hook(BaseModel):
    """An address that takes a JSON document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretRef = Field(description="Where its address is kept.")

    def tell(self, message: Message) -> None:
        """The message as it is."""
        self._post(message.model_dump())

    def _post(self, document: dict[str, Any]) -> None:
        address = urlsplit(self.url.reveal())
        with Client(f"{address.scheme}://{address.netloc}", timeout_seconds=SECONDS) as client:
            path = f"{address.path}?{address.query}" if address.query else address.path
            answer = client.write("POST", path, json=document)
        if not answer.is_success:
            raise SettingsWrong(f"The webhook at {address.hostname} answered HTTP {answer.status_code}.")


class Slack(Hook):
    """A webhook of Slack, Mattermost, Rocket.Chat, Google Chat and others."""

    def tell(self, message: Message) -> None:
        """The one field that all of them know."""
        self._post({"text": message.line})


class Ways(BaseModel):
    """What the file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: Email | None = None
    slack: Slack | None = None
    webhook: Hook | None = None

    def all(self) -> list[Way]:
        """Those that are configured."""
        return [one for one in (self.email, self.slack, self.webhook) if one]


def ways_from_environment() -> list[Way]:
    """What `MUSTER_ALERTS` says; none without it. Raises `SettingsWrong`."""
    name = os.environ.get(FILE, "")
    if not name:
        return []
    try:
        return Ways.model_validate(yaml.safe_load(Path(name).read_text(encoding="utf-8")) or {}).all()
    except ValidationError as error:
        # Without the values: somebody may have written a secret where its name belongs.
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsWrong(f"{FILE}: {wrong}.") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsWrong(f"{FILE} names {name}, which cannot be read ({type(error).__name__}).") from None
