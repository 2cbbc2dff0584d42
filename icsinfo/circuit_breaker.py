"""A circuit breaker on the database: while it does not answer, nobody waits for it.

See https://martinfowler.com/bliki/CircuitBreaker.html. One thread of a server asks the database
again and again and says here whether it answers (`systems.content`). Every connection looks here
before it asks, and while it waits (`icsinfo.databases`). In a command nobody says anything, and so
nothing is refused.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long something waits for the database, in seconds.

    `outage`: how long the breaker may have been open already. `answer`: for one answer; on SQLite,
    for those who write.
    """

    outage: float = 0
    answer: float = math.inf


PUBLIC = Patience(outage=0, answer=2)
STAFF = Patience(outage=3, answer=20)
COMMAND = Patience()
PROBE = Patience(outage=math.inf, answer=0.75)
START = Patience(outage=0, answer=10)


class CircuitBreaker:
    """Closed while the database answers."""

    def __init__(self) -> None:
        self._open_since: float | None = None  # of the monotonic clock
        self._patience = ContextVar("patience", default=COMMAND)

    def open(self, why: object = "no answer") -> None:
        """`why` goes into the log."""
        if self._open_since is None:
            self._open_since = time.monotonic()
            logger.error(
                "The database cannot be asked (%s). Kept pages and look-ups go on without it.",
                " ".join(str(why).split()),
            )

    def close(self) -> None:
        if self._open_since is not None:
            logger.error("The database answers again, after %.1f s.", self._seconds_open())
            self._open_since = None

    @property
    def is_open(self) -> bool:
        return self._open_since is not None

    @contextmanager
    def patience(self, patience: Patience) -> Iterator[None]:
        """What is asked inside waits no longer than this."""
        token = self._patience.set(patience)
        try:
            yield
        finally:
            self._patience.reset(token)

    @property
    def seconds_for_an_answer(self) -> float:
        return self._patience.get().answer

    def refuses(self, waited: float = 0) -> bool:
        """Whether to give up now, having waited for one answer for so many seconds."""
        patience = self._patience.get()
        return waited > patience.answer or self._seconds_open() > patience.outage

    def _seconds_open(self) -> float:
        since = self._open_since
        return 0 if since is None else time.monotonic() - since


breaker = CircuitBreaker()


def limit_waiting(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: readers wait less long than editors, who have typed something."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with breaker.patience(STAFF if request.path_info.startswith("/admin/") else PUBLIC):
            return get_response(request)

    return middleware
