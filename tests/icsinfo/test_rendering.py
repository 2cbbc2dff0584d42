"""A query notes what an answer depends on, however a view looks at it."""

import copy

from django.http import QueryDict

from icsinfo.rendering import ALL, NotingQueryDict


def asked() -> tuple[NotingQueryDict, set[str]]:
    """A query of which `on` was asked for and `page` was not."""
    read: set[str] = set()
    query = NotingQueryDict("on=2026-03-31&page=2", None, read)
    assert query.get("on") == "2026-03-31"
    return query, read


def test_there_is_as_much_in_it_as_was_asked_for() -> None:
    query, read = asked()
    assert len(query) == len(list(query)) == 1
    assert read == {"on"}


def test_whoever_compares_it_depends_on_all_of_it() -> None:
    query, read = asked()
    assert query == QueryDict("on=2026-03-31&page=2")
    assert ALL in read
    query, read = asked()
    assert query != QueryDict("on=2026-03-31")
    assert ALL in read


def test_every_copy_has_what_was_asked_for_and_can_be_changed() -> None:
    query, read = asked()
    for copied in (query.copy(), copy.copy(query), copy.deepcopy(query)):
        copied["limit"] = "5"
        assert copied.urlencode() == "on=2026-03-31&limit=5"
    assert read == {"on"}
