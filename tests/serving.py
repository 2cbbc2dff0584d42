"""Several processes of gunicorn as a reader meets them, one connection for each request."""

import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.browser.started import run_command


@dataclass
class Answer:
    status: int
    content: bytes
    headers: HTTPMessage

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def process(self) -> str:
        return self.headers["X-Process"]


class Site:
    """Two processes of gunicorn and their database."""

    def __init__(self, address: str, state: Path, database: str) -> None:
        self.host = urlsplit(address).netloc
        self.state, self.database = state, database

    def ask(self, path: str, sent: dict | None = None, **headers: str) -> Answer:
        """An answer, by a connection of its own."""
        link = HTTPConnection(self.host, timeout=60)
        body = None if sent is None else urlencode(sent, doseq=True)
        if sent is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request("GET" if sent is None else "POST", path, body, headers)
        answer = link.getresponse()
        made = Answer(answer.status, answer.read(), answer.headers)
        link.close()
        return made

    def ask_both(self, path: str) -> list[Answer]:
        """What each of the two processes answers."""
        answers: dict[str, Answer] = {}
        until = time.monotonic() + 60
        while len(answers) < 2:
            answer = self.ask(path)
            answers.setdefault(answer.process, answer)
            assert time.monotonic() < until, "one process alone answers"
        return [*answers.values()]

    def manage(self, *arguments: str) -> str:
        return run_command(self.state, *arguments, database=self.database)
