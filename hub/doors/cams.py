"""The "RealTime / PunchLog / stgid" callbacks of CAMS (Web API 3.0), Minop and nialabs.

One wire format with three profiles that differ in the acknowledgement and in how times and types are written.
The engine keeps a punch until it is acknowledged, so a row that can never be read is acknowledged too (and put in
quarantine), while a wrong token or a body that is not JSON is refused: those are faults of configuration.
"""

import hmac
import json
from typing import Any, Final

from hub.doors.cams_json import dumped, read_object, text_of
from hub.doors.cams_punch import PunchReader
from hub.doors.punch import MAX_FIELD, Ack, DeviceEvent, Parsed, Profile, RawPunch, Reply, Source

_JSON: Final = "application/json"
ACKS: Final[dict[Ack, Reply]] = {
    "done": Reply(200, _JSON, b'{"status":"done"}'),
    "1": Reply(200, _JSON, b'{"status":"1"}'),
    "ok": Reply(200, "text/plain", b"ok"),
}
PROFILE_ACK: Final[dict[Profile, Ack]] = {"cams": "done", "minop": "1", "nialabs": "done"}
"""As each vendor documents it; the flat webhook on Minop's operations page waits for `ok` instead."""


def callback(body: bytes, source: Source, received: int) -> Parsed:
    """One callback, received at that UTC second; the caller has found the source by the URL's `stgid`."""
    try:
        document = read_object(body)
    except ValueError:
        return _refused(400, "invalid_json", "the body is not a JSON object")
    realtime = document.get("RealTime")
    members = realtime if isinstance(realtime, dict) else {}
    if not _authentic(source.token, [document.get("AuthToken"), members.get("AuthToken")]):
        return _refused(403, "wrong_token", "the AuthToken is missing or wrong")
    if "LogTime" in document:
        return _flat(document, source, received)
    parsed = Parsed([], [], [], ACKS[source.ack or PROFILE_ACK[source.profile]])
    if "PunchLog" in members:
        _punch(members["PunchLog"], members, parsed, PunchReader(source, received))
    if "UserUpdated" in members:
        parsed.events.append(_user_event(members))
    if not {"PunchLog", "UserUpdated"} & members.keys():
        parsed.events.append(DeviceEvent("unknown_member", dumped(document), {}))
    return parsed


def _flat(document: dict[str, Any], source: Source, received: int) -> Parsed:
    """Minop's webhook without `RealTime`: it names its source in the body too."""
    if "stgid" in document and text_of(document["stgid"]) != source.serial:
        return _refused(403, "wrong_source", "the stgid in the body is not the one in the URL")
    parsed = Parsed([], [], [], ACKS[source.ack or "ok"])
    _punch(document, document, parsed, PunchReader(source, received))
    return parsed


def _punch(log: object, envelope: dict[str, Any], into: Parsed, reader: PunchReader) -> None:
    row = reader.row(log, envelope.get("OperationID"), dumped(envelope))
    if isinstance(row, RawPunch):
        into.punches.append(row)
    else:
        into.refused.append(row)


def _user_event(members: dict[str, Any]) -> DeviceEvent:
    """Names and templates come uninvited when a user is changed at the terminal; only sizes of the latter stay."""
    user = members["UserUpdated"]
    user_id = text_of(user.get("UserID", user.get("UserId"))) if isinstance(user, dict) else ""
    fields = {"UserID": user_id} if user_id.isprintable() and 0 < len(user_id) <= MAX_FIELD else {}
    return DeviceEvent("user_updated", dumped(members), fields)


def _authentic(expected: str, given: list[object]) -> bool:
    """Every token that came must be right, and one must have come; commands carry it at the top, punches inside."""
    if not expected:
        return True
    wanted = expected.encode()
    right = [
        hmac.compare_digest(token.encode(errors="surrogatepass"), wanted) if isinstance(token, str) else False
        for token in given
        if token is not None
    ]
    return bool(right) and all(right)


def _refused(status: int, error: str, message: str) -> Parsed:
    body = json.dumps({"status": "error", "message": message}, separators=(",", ":")).encode()
    return Parsed([], [], [], Reply(status, _JSON, body), error=error)
