"""One process of the machine at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def file_lock(name: str, busy: Exception) -> Iterator[None]:
    """Hold a lock of this name, or raise `busy` if another process has it.

    The system lets go of the lock of a process that was killed.
    """
    settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.STATE_DIR / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        yield
