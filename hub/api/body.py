"""Request bodies: read with a limit, as bytes, never decompressed."""

from starlette.requests import Request

from hub.api.problems import Problem


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes; 413 above it, 415 for a compressed one (a small bomb may unpack to anything)."""
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise Problem(415, f"Send the body without Content-Encoding; {encoding[:20]!r} is not taken.")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise Problem(413, f"The body has {declared} bytes; the limit is {limit}. Send it in parts.")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Problem(413, f"The body is longer than {limit} bytes. Send it in parts.")
        chunks.append(chunk)
    return b"".join(chunks)
