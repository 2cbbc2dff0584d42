"""A rate limiter in memory: so many requests a minute for each client.

Each worker process counts for itself, so that n workers let through up to n times the limit. It is
to stop one program from slowing the site for all others; for an exact limit, use the proxy's.
"""

import math
import time
from collections.abc import Callable
from threading import Lock

MINUTE = 60.0  # seconds
MAX_CLIENTS = 50_000  # held in memory at a time


class Throttle:
    """The generic cell rate algorithm (GCRA): a minute's requests may come all at once.

    For each client it holds one number, the theoretical arrival time: when its budget will be whole
    again. `clock` counts seconds from any start.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._lock = Lock()

    def wait(self, client: str, limit: int) -> int:
        """Count a request against `limit` a minute. 0 if it is within it, else seconds to wait."""
        with self._lock:
            now = self._clock()
            if len(self._full_at) >= MAX_CLIENTS:
                self._forget(now)
            full_at = max(self._full_at.get(client, now), now) + MINUTE / limit
            if full_at - now > MINUTE:
                return math.ceil(full_at - now - MINUTE)
            self._full_at[client] = full_at
            return 0

    def _forget(self, now: float) -> None:
        """Drop clients whose budget is whole; all of them where that is nobody."""
        self._full_at = {who: full_at for who, full_at in self._full_at.items() if full_at > now}
        if len(self._full_at) >= MAX_CLIENTS:
            self._full_at = {}


throttle = Throttle()
