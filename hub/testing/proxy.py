"""A real ERP as a target: a proxy before it that spoils requests and answers as the simulators do."""

from fastapi import FastAPI, Request, Response
from httpx import AsyncClient

from hub.testing.simulator import Simulator

_NOT_PASSED_ON = {"host", "content-length", "connection", "transfer-encoding", "content-encoding", "accept-encoding"}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


class ProxiedErp(Simulator):
    """Passes everything on to `behind`, the address of the real one."""

    behind: str = ""

    def routes(self, app: FastAPI) -> None:
        """Every path."""
        client = AsyncClient(timeout=60, trust_env=False)

        async def pass_on(request: Request) -> Response:
            headers = [(name, value) for name, value in request.headers.items() if name not in _NOT_PASSED_ON]
            url = f"{self.behind}{request.url.path}"
            body = await request.body()
            answer = await client.request(
                request.method, url, params=request.url.query or None, headers=headers, content=body
            )
            kept = {name: value for name, value in answer.headers.items() if name not in _NOT_PASSED_ON}
            return Response(answer.content, answer.status_code, kept)

        app.add_api_route("/{path:path}", pass_on, methods=_METHODS)
