"""A transport that writes down what was asked."""

from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class Recording(httpx.HTTPTransport):
    """The network, with its requests and answers kept."""

    requests: list[httpx.Request] = field(default_factory=list)
    answers: list[httpx.Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = super().handle_request(request)
        self.answers.append(answer)
        return answer

    def bodies(self, end: str = "") -> list[bytes]:
        return [one.content for one in self.requests if one.method == "POST" and one.url.path.endswith(end)]

    def paths(self, method: str = "POST") -> list[str]:
        return [one.url.path for one in self.requests if one.method == method]


class Answering(httpx.BaseTransport):
    """Gives these answers, one a request, whatever is asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answers.pop(0)


def json_answer(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)
