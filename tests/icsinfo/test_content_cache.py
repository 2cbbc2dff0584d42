"""Results that are made once for each version of the public content."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from icsinfo import content_cache
from icsinfo.content_cache import cached_by_content
from tests.database import apart


class Content:
    """A version and a next change that a test can move."""

    number, moment = 1, datetime(2026, 12, 1, tzinfo=UTC)

    def version(self) -> object:
        return self.number

    def next_change(self) -> datetime:
        return self.moment


@pytest.fixture
def content(monkeypatch) -> Content:
    content = Content()
    monkeypatch.setattr(content_cache, "content", content)
    return content


@pytest.fixture
def counted() -> tuple:
    """A cached function of a day, and the days for which it was called."""
    made: list[date] = []

    @cached_by_content(maxsize=2)
    def function(day: date) -> list[date]:
        made.append(day)
        return [day]

    return function, made


ONE, OTHER, THIRD = date(2026, 4, 1), date(2022, 7, 1), date(2021, 4, 1)


def test_a_result_is_made_once_for_all_who_ask_for_a_day(content, counted) -> None:
    function, made = counted
    assert function(ONE) is function(ONE)
    assert function(OTHER) == [OTHER]
    assert made == [ONE, OTHER]


def test_it_is_made_anew_after_an_edit(content, counted) -> None:
    function, made = counted
    function(ONE)
    content.number = 2
    function(ONE)
    assert made == [ONE, ONE]


def test_it_is_made_anew_when_a_scheduled_text_appears(content, counted) -> None:
    function, made = counted
    function(ONE)
    content.moment = datetime(2026, 12, 2, tzinfo=UTC)
    function(ONE)
    assert made == [ONE, ONE]


def test_no_more_results_are_kept_than_it_says(content, counted) -> None:
    function, made = counted
    for day in (ONE, OTHER, THIRD, ONE):
        function(day)
    assert made == [ONE, OTHER, THIRD, ONE]


def test_what_a_transaction_may_have_written_is_seen_by_it_and_kept_for_nobody(
    committed, content, counted
) -> None:
    function, made = counted

    def ask() -> None:
        function(ONE)
        with transaction.atomic():
            function(ONE)
        function(ONE)

    apart(ask)
    assert made == [ONE, ONE]


def test_without_a_server_nothing_is_kept(counted) -> None:
    function, made = counted
    function(ONE)
    function(ONE)
    assert made == [ONE, ONE]
