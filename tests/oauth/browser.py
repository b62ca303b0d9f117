"""What a person's browser does: follows redirects, keeps cookies, fills in the forms of the provider."""

import re

import httpx
from fastapi.testclient import TestClient


class Browser:
    """Of one person; `muster` answers under the public address, the network everything else."""

    def __init__(self, muster: TestClient) -> None:
        self.muster = muster
        self.cookies = httpx.Cookies()
        self.web = httpx.Client()

    def get(self, url: str) -> httpx.Response:
        """One page, without following."""
        if not url.startswith(str(self.muster.base_url)):
            return self.web.get(url)
        self.muster.cookies = self.cookies
        answer: httpx.Response = self.muster.get(url, follow_redirects=False)
        self.cookies = httpx.Cookies(self.muster.cookies)
        self.muster.cookies = httpx.Cookies()
        return answer

    def until(self, url: str, end: str = "\0") -> httpx.Response | str:
        """Follow, log in, consent; the last page, or the address that begins with `end` when one leads there."""
        answer = self.get(url)
        for _ in range(20):
            if answer.is_redirect:
                url = str(answer.request.url.join(answer.headers["location"]))
                if url.startswith(end):
                    return url
                answer = self.get(url)
            elif prompt := re.search(r'name="prompt" value="(\w+)"', answer.text):
                action = re.search(r'action="([^"]+)"', answer.text)
                assert action
                answer = self.web.post(action[1], data={"prompt": prompt[1], "login": "asha", "password": "x"})
            else:
                return answer
        raise AssertionError(answer.text)
