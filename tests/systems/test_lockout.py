"""Guessing in many threads at once, as several workers of a server see it."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import RequestFactory

from systems.models import SignInTry
from systems.models.signin import MAX_TRIES
from systems.signin.lockout import LockedError, with_lockout


def test_many_guesses_at_once_do_not_slip_through(committed, rf: RequestFactory) -> None:
    compared = []

    def guess(number: int) -> bool:
        """Whether it was refused unread."""
        try:
            with_lockout(rf.post("/admin/login/"), "anna", lambda: compared.append(number))
        except LockedError:
            return True
        finally:
            connection.close()
        return False

    def stored() -> int:
        try:
            return SignInTry.objects.count()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(guess, range(40)))
        assert pool.submit(stored).result() == len(compared)
    assert 0 < len(compared) <= MAX_TRIES
    assert refused.count(False) == len(compared)
