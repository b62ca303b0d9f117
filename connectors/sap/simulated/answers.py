"""What the simulated systems answer."""

import json
from typing import Any

from fastapi import Response


def json_answer(body: Any, status: int = 200) -> Response:
    """A JSON document; dates in it as texts."""
    return Response(json.dumps(body, default=str), status, media_type="application/json")
