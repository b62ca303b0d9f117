"""The few pages that people see: a heading and a sentence."""

from html import escape

from fastapi.responses import HTMLResponse

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{heading} - Muster</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem}}</style></head>
<body><main><h1>{heading}</h1><p>{text}</p></main></body></html>
"""


def page(heading: str, text: str, status: int = 200) -> HTMLResponse:
    """A page without scripts that no browser keeps."""
    return HTMLResponse(_PAGE.format(heading=escape(heading), text=escape(text)), status, dict(_HEADERS))
