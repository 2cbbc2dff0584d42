"""The site as it is served, with the process that answered in a header."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from icsinfo.wsgi import application as site


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
        return start_response(status, [*headers, ("X-Process", str(os.getpid()))], *error)

    return site(environ, start)
