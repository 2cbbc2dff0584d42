"""What is read and compiled before the first reader comes, once for all workers of a server."""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from icsinfo.circuit_breaker import START, breaker
from icsinfo.unavailable import UnavailableError
from systems import gazetteer
from systems.models.permanent_url import PermanentUrl
from systems.published_urls import plain_pages

logger = logging.getLogger(__name__)


def warm(application: Callable[..., Iterable[bytes]]) -> None:
    """Read the gazetteer, and make a page of each kind.

    Workers that are forked afterwards share the memory until they write to it, so what is there is
    taken out of the collection of garbage. Where the database is away look-ups are answered from
    what was read last, and where it is empty the first reader waits.
    """
    try:
        with breaker.patience(START):
            gazetteer.current().names  # noqa: B018 - made at its first use
            connection.ensure_connection()  # or no page can be made
            for path in [*plain_pages(), *_one_of_each_kind()]:
                _ask(application, path)
    except (DatabaseError, InterfaceError, UnavailableError, OSError) as error:
        logger.warning("Not all was read before the first request: %s.", type(error).__name__)
    finally:
        connections.close_all()  # a fork may not share one
    gc.collect()
    gc.freeze()


def _one_of_each_kind() -> Iterator[str]:
    for kind, model in PermanentUrl.kinds().items():
        if row := model.public().first():
            yield f"/{kind}/{row.page_slug}/"


def _ask(application: Callable[..., Iterable[bytes]], path: str) -> None:
    environ: dict[str, Any] = {
        "PATH_INFO": path,
        "HTTP_HOST": settings.ALLOWED_HOSTS[0].lstrip("."),
    }
    if settings.SECURE_SSL_REDIRECT:
        environ["HTTP_X_FORWARDED_PROTO"] = "https"
    setup_testing_defaults(environ)
    result = application(environ, lambda status, headers, exc_info=None: None)
    for _ in result:
        pass
    if close := getattr(result, "close", None):
        close()
