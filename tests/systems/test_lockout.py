"""Guessing in many threads at once, as several workers of a server see it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

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


@pytest.mark.django_db
def test_whoever_goes_on_guessing_writes_nothing(rf: RequestFactory) -> None:
    for _ in range(MAX_TRIES):
        with_lockout(rf.post("/admin/login/"), "anna", lambda: None)
    with CaptureQueriesContext(connection) as asked, pytest.raises(LockedError):
        with_lockout(rf.post("/admin/login/"), "anna", lambda: None)
    assert [sql["sql"] for sql in asked if not sql["sql"].startswith("SELECT")] == []
