"""Links that let whoever has them do one thing, until they end: a page to see, a connection to authorise.

A link carries 256 random bits, and only their digest is kept: it cannot be guessed, nor made from the database, and it
is over when its row is gone.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, delete
from sqlmodel import col, select

from hub.database import reading, writing
from hub.records import ConnectLink

PARAMETER = "link"
CONNECTIONS_PAGE = "/connections"
"""The path of the page on which people see how the connections stand, and authorise them."""


def new_word(engine: Engine, tenant: str, subject: str, at: int, minutes: int) -> str:
    """The word of a link good for so many minutes from `at` (UTC seconds); links that are over are forgotten."""
    return new_words(engine, tenant, [subject], at, minutes)[0]


def new_words(engine: Engine, tenant: str, subjects: Sequence[str], at: int, minutes: int) -> list[str]:
    """The same for many subjects at once: a word of each."""
    words = [secrets.token_urlsafe(32) for _ in subjects]
    there: dict[str, Any] = {"tenant": tenant, "expires_at": at + minutes * 60}
    rows = [
        ConnectLink(connection=subject, sha256=digest(word), **there)
        for subject, word in zip(subjects, words, strict=True)
    ]
    with writing(engine) as session:
        session.connection().execute(
            delete(ConnectLink).where(col(ConnectLink.tenant) == tenant, col(ConnectLink.expires_at) < at)
        )
        session.add_all(rows)
    return words


def link_of(engine: Engine, word: str, subject: str, at: int) -> ConnectLink | None:
    """The link of that word, if it is for that subject and not over."""
    one = ConnectLink
    query = select(one).where(one.tenant != "", one.sha256 == digest(word), one.connection == subject)
    with reading(engine) as session:
        return session.exec(query.where(col(one.expires_at) >= at)).first()


def digest(word: str) -> str:
    """What is kept of a word. Of 256 random bits a plain digest cannot be turned back."""
    return hashlib.sha256(word.encode()).hexdigest()


def plan_page(number: int) -> str:
    """The path of a plan's page; also the subject of a link to it, which no connection's name can be."""
    return f"/plans/{number}"


def explanation_page(connection: str, employee: str, day: object) -> str:
    """The path of the page that explains an employee-day, likewise."""
    return f"/explain/{quote(connection)}/{quote(employee)}/{day}"


def day_page(connection: str, day: object) -> str:
    """The path of the page that leads to the explanations of a work date, likewise."""
    return f"/explain/{quote(connection)}/{day}"
