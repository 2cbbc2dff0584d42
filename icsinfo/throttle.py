"""How often one client may ask the API. Counts are in memory alone, and for about a minute.

Each worker counts for itself, so that n workers let through up to n times as much. What it is for
is that one program cannot slow the site for all others; for an exact limit, use the proxy's.
"""

import math
import time
from collections.abc import Callable
from threading import Lock

MINUTE = 60.0
MOST_CLIENTS = 50_000


class Throttle:
    """Lets each client ask so many times in a minute: all at once or one by one.

    For each it holds one number, the moment at which it will have made up for all it asked
    (the generic cell rate algorithm). The clock counts seconds from any start.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._even_at: dict[str, float] = {}
        self._lock = Lock()

    def wait(self, client: str, most: int) -> int:
        """Count a request. 0 if it may be answered, otherwise the seconds after which one may."""
        with self._lock:
            now = self._clock()
            if len(self._even_at) >= MOST_CLIENTS:
                self._forget(now)
            even = max(self._even_at.get(client, now), now) + MINUTE / most
            if even - now > MINUTE:
                return math.ceil(even - now - MINUTE)
            self._even_at[client] = even
            return 0

    def _forget(self, now: float) -> None:
        """Drop who has made up for everything; where that is nobody, drop them all."""
        self._even_at = {who: even for who, even in self._even_at.items() if even > now}
        if len(self._even_at) >= MOST_CLIENTS:
            self._even_at = {}


throttle = Throttle()
