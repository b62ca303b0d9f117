"""The few pages that people see: a heading, a sentence, tables. No scripts, and everything is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from fastapi.responses import HTMLResponse

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{heading} - Muster</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:{width};margin:4rem auto;padding:0 1rem}}
table{{border-collapse:collapse;font-size:.9rem}}th,td{{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;
border-bottom:1px solid #ddd}}</style></head>
<body><main><h1>{heading}</h1>{body}</main></body></html>
"""
_FORM = """<form method="post"><p><label>API key with the scope {scope}:
<input type="password" name="key" autocomplete="off" required></label> <button>Show</button></p></form>"""


class Link(NamedTuple):
    """A cell that leads to another page."""

    text: str
    address: str


def page(heading: str, text: str, status: int = 200) -> HTMLResponse:
    """A page without scripts that no browser keeps."""
    return _made(heading, paragraph(text), status, "38rem")


def report(heading: str, *parts: str) -> HTMLResponse:
    """A wide page of parts that are HTML already."""
    return _made(heading, "".join(parts), 200, "72rem")


def key_form(heading: str, text: str, scope: str, status: int) -> HTMLResponse:
    """A page that asks for an API key."""
    return _made(heading, paragraph(text) + _FORM.format(scope=escape(scope)), status, "38rem")


def paragraph(text: str) -> str:
    """A sentence."""
    return f"<p>{escape(text)}</p>"


def table(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """These columns of the rows below a title; nothing where there are no rows."""
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in columns)
    lines = ("".join(f"<td>{_cell(row.get(name))}</td>" for name in columns) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"


def listed(title: str, lines: Sequence[str]) -> str:
    """Lines below a title; nothing where there are no lines."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{escape(title)}</h2><ul>{items}</ul>" if lines else ""


def facts(title: str, values: Mapping[str, Any]) -> str:
    """Names and values, a line each."""
    rows = [{"what": name.replace("_", " "), "value": value} for name, value in values.items()]
    return table(title, ("what", "value"), rows)


def _cell(value: Any) -> str:
    if isinstance(value, Link):
        return f'<a href="{escape(value.address)}">{escape(value.text)}</a>'
    if isinstance(value, list | tuple):
        return escape(", ".join(map(str, value)))
    return "" if value is None else escape(str(value))


def _made(heading: str, body: str, status: int, width: str) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(heading=escape(heading), body=body, width=width), status, dict(_HEADERS))
