"""Makes the cassettes in `odoo/` from exchanges recorded on an Odoo 19.0 of ours: `python make_odoo.py RECORDED.jsonl`.

A line of the recording is one exchange (`label`, `method`, `url`, `req`, `status`, `resp_headers`, `resp`). What names a
person, a company, a key or a server does not come into the cassettes.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

HOST = "https://odoo.example.com"
FOLDER = Path(__file__).parent / "odoo"

CASSETTES = {
    "employees": [0, 34],
    "create": [0, 393, 71],
    "replay": [0, 393, 321],
    "one_bad_row": [0, 393, 77, 390, 161, 34, 402],
    "withdraw_missing": [0, 393, 402, 95],
    "wrong_key": [0, 7],
    "wrong_database": [0, 5],
    "wrong_content_type": [0, 17],
    "unknown_model": [0, 10],
    "unknown_field": [0, 23],
    "not_for_this_user": [0, 35],
    "constraint": [0, 48],
    "access_denied_row": [0, 372],
    "rpc_log_in": [294, 298],
    "rpc_wrong_key": [294, 300],
    "rpc_wrong_log_in": [296],
    "rpc_wrong_database": [297],
    "rpc_constraint": [294, 299],
    "rpc_unknown_model": [294, 302],
    "rpc_nothing": [294, 304],
}
"""Lines of the recording, counted from 0, in the order in which the connector asks."""

SCRUBBED = {
    r"Asha Rao": "Employee One",
    r"Bala K": "Employee Two",
    r"AADHAAR-\d+": "ID",
    r"\b[\w.]+@acme\.test": "someone@example.com",
    r"ACME Works": "Works",
    r"Attendance Hub": "Hub",
    r"\b[0-9a-f]{40}\b": "key",
    r"odoo19": "works",
    r"127\.0\.0\.1\\?\", port \d+": "host",
}


def scrubbed(text: str) -> str:
    """Without names and keys."""
    for pattern, word in SCRUBBED.items():
        text = re.sub(pattern, word, text)
    return text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def interaction(exchange: dict[str, Any]) -> dict[str, Any]:
    """One exchange as vcrpy keeps it: no request headers, and of the answer's only the type and the cookie's name."""
    said = exchange["resp_headers"] or {}
    headers = {"content-type": [said.get("content-type", "application/json")]}
    if "set-cookie" in said:
        headers["set-cookie"] = ["session_id=scrubbed; HttpOnly; Path=/"]
    body = None if exchange["req"] in (None, "None") else scrubbed(_text(exchange["req"]))
    return {
        "request": {"method": exchange["method"], "uri": HOST + exchange["url"], "body": body, "headers": {}},
        "response": {
            "status": {"code": exchange["status"], "message": ""},
            "headers": headers,
            "body": {"string": scrubbed(_text(exchange["resp"]))},
        },
    }


def main(path: Path) -> None:
    """Write all cassettes."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for name, numbers in CASSETTES.items():
        cassette = {"interactions": [interaction(lines[number]) for number in numbers], "version": 1}
        (FOLDER / f"{name}.yaml").write_text(yaml.safe_dump(cassette, sort_keys=True, width=120), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
