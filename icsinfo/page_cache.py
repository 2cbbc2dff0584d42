"""Public answers kept as they are sent, in front of Django.

A WSGI layer and not a view decorator: an answer that is kept costs no request object, no middleware
and no template. It is as fresh as one that is made now: each entry has the version of the content
that it was made of, and the moment at which it changes by itself (midnight, a scheduled text).

What an answer depends on of a query is what was read of it (`icsinfo.rendering`), so unknown
parameters change nothing and fill nothing. Never kept: answers to anything with a cookie, answers
that set one or vary on it, and all that is not a plain 200 to a GET.
"""

import io
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from threading import Event, Lock
from typing import Any
from urllib.parse import parse_qsl

from django.utils.http import http_date

from icsinfo.http_caching import (
    NEVER_KEPT,
    best_encoding,
    compressed,
    public_cache_control,
)
from icsinfo.kept_answer import (
    MIN_COMPRESSED_BYTES,
    Environ,
    Headers,
    KeptAnswer,
    is_text,
    without,
)
from icsinfo.page_store import PageStore
from icsinfo.rendering import ALL, ENVIRON_KEY, Content, Rendering
from icsinfo.segmented_lru import SegmentedLRU

MAX_BYTES = 16 * 1024 * 1024  # of all entries of a process: some 900 pages
MAX_ANSWER_BYTES = MAX_BYTES // 8  # compressed
MAX_BODY_BYTES = 8 * 1024 * 1024  # before that
MAX_ADDRESS_LENGTH = 1000
MAX_PARAMETERS = 50
MAX_PATHS = 20_000
MAX_WAIT_SECONDS = 10  # for another thread that makes the same page
STALE_MAX_AGE = 5  # seconds for which other caches may keep what is sent past its end

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for: host, scheme and path, and the query."""

    place: Key
    query: list[tuple[str, str]]

    @property
    def whole_key(self) -> Key:
        """The place with all parameters."""
        return self.key({ALL})

    def key(self, known: Iterable[str]) -> Key:
        """The place with the parameters that count, in an order of their own.

        Several of one name stay in theirs: a comparison has its columns as they are asked for.
        """
        counted = [pair for pair in self.query if pair[0] in known or ALL in known]
        return (*self.place, *sorted(counted, key=lambda pair: pair[0]))


class PageCache:
    """A WSGI application that answers for another one what it has kept."""

    def __init__(
        self, application: Application, content: Content, store: PageStore | None = None
    ) -> None:
        self._application = application
        self._store = store
        self._content = content
        self._answers: SegmentedLRU[KeptAnswer] = SegmentedLRU(MAX_BYTES)
        # Which parameters of the query the answers of a place depend on.
        self._parameters: OrderedDict[Key, frozenset[str]] = OrderedDict()
        self._being_made: dict[Key, Event] = {}
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        version = self._content.version()
        query = environ.get("QUERY_STRING", "")
        if (
            environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or "HTTP_COOKIE" in environ
            or "HTTP_AUTHORIZATION" in environ
            or environ.get("SCRIPT_NAME")
            or environ["PATH_INFO"].startswith(NEVER_KEPT)
            or len(environ.get("HTTP_HOST", "") + environ["PATH_INFO"] + query) > MAX_ADDRESS_LENGTH
            or query.count("&") >= MAX_PARAMETERS
        ):
            return self._application(environ, start_response)
        page = Page(
            (environ.get("HTTP_HOST"), _scheme(environ), environ["PATH_INFO"]),
            parse_qsl(query, keep_blank_values=True) if query else [],
        )
        now = datetime.now(UTC)
        key, kept = self._find(page)
        if kept and kept.is_fresh(version, now):
            return self._send(kept, key, environ, start_response, now)
        if key is None:
            return self._render(page, version, environ, start_response)
        with self._one_at_a_time(key) as is_first:
            if not is_first:
                # Another thread makes it: the last one is good enough, or what came of that.
                key, made = self._find(page)
                if made and made.is_fresh(version, now):
                    return self._send(made, key, environ, start_response, now)
                if made and made is kept:
                    return self._send(made, key, environ, start_response, made.changes_at)
            return self._render(page, version, environ, start_response)

    def _find(self, page: "Page") -> tuple[Key | None, KeptAnswer | None]:
        """The key of a page and what is kept of it.

        None for a page with a query of which no answer has shown yet what it depends on.
        """
        if not page.query:
            return page.place, self._answers.get(page.place)
        known = self._parameters.get(page.place)
        if known is None:
            return None, None
        key = page.key(known)
        kept = self._answers.get(key)
        # What was known when it was made may have been forgotten since.
        return (key, kept) if kept is None or kept.read <= known else (None, None)

    @contextmanager
    def _one_at_a_time(self, key: Key) -> Iterator[bool]:
        """Whether this thread is the one to make the page.

        The others wait until it is made, unless there is an older one that they can have.
        """
        with self._lock:
            making = self._being_made.get(key)
            if making is None:
                mine = self._being_made[key] = Event()
        if making:
            if key not in self._answers:
                making.wait(MAX_WAIT_SECONDS)
            yield False
            return
        try:
            yield True
        finally:
            with self._lock:
                del self._being_made[key]
            mine.set()

    def _render(
        self, page: "Page", version: object, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let the application answer, keep it if it may be kept, and send it."""
        rendering = Rendering(self._content)
        inner = {
            **environ,
            "REQUEST_METHOD": "GET",
            "HTTP_ACCEPT_ENCODING": "identity",
            ENVIRON_KEY: rendering,
        }
        # In the charset of a Content-Type it would read another query than is in the key.
        for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "CONTENT_TYPE"):
            inner.pop(name, None)
        status, headers, body = _call(self._application, inner)
        changes_at = rendering.changes_at
        if not (changes_at and isinstance(body, bytes) and _may_be_kept(status, headers)):
            if status.startswith(("3", "4")):  # gone: nobody gets the last one meanwhile
                self._answers.discard(page.key(self._parameters.get(page.place, frozenset())))
                if self._store:
                    self._store.discard(page.whole_key)
            if status.startswith("5") and (last := self._last(page)):
                return self._send_stale(last, environ, start_response)
            return _send_once(status, headers, body, environ, start_response)
        answer = KeptAnswer.of(headers, body, version, changes_at, frozenset(rendering.read))
        with self._lock:
            names = answer.read | self._parameters.pop(page.place, frozenset())
            self._parameters[page.place] = names
            if len(self._parameters) > MAX_PATHS:
                self._parameters.popitem(last=False)
        key = page.key(names)
        last = self._answers.get(key)
        if last:
            answer.follow(last)
        if answer.size <= MAX_ANSWER_BYTES:
            self._answers.put(key, answer)
            if self._store:
                self._store.put(page.whole_key, answer, last)
        return self._send(answer, key, environ, start_response, datetime.now(UTC))

    def _last(self, page: Page) -> KeptAnswer | None:
        """The last answer at an address, be it of this process or of one before."""
        _, kept = self._find(page)
        return kept or (self._store.get(page.whole_key) if self._store else None)

    def _send_stale(
        self, answer: KeptAnswer, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Send the last answer where there can be no other now, and say so.

        `Age` and `Warning` as in https://www.rfc-editor.org/rfc/rfc7234#section-5.5.1.
        """
        now = datetime.now(UTC)

        def start(status: str, headers: Headers) -> Any:
            age = ("Age", str(int((now - answer.rendered_at).total_seconds())))
            return start_response(
                status,
                [
                    *without(headers, {"cache-control"}),
                    ("Cache-Control", public_cache_control(STALE_MAX_AGE)),
                    age,
                    ("Warning", '110 - "Response is Stale"'),
                ],
            )

        return self._send(answer, None, environ, start, now)

    def _send(
        self,
        answer: KeptAnswer,
        key: Key | None,
        environ: Environ,
        start_response: StartResponse,
        now: datetime,
    ) -> Iterable[bytes]:
        """Send what is kept; one that has ended, as at its end, so that no other cache keeps it."""
        encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")) if answer.is_text else ""
        etag = f'"{answer.digest}-{encoding}"' if encoding else f'"{answer.digest}"'
        seconds = max(0.0, (answer.changes_at - now).total_seconds())
        headers = [
            *answer.headers,
            ("ETag", etag),
            ("Cache-Control", answer.cache_control or public_cache_control(seconds)),
        ]
        if answer.is_feed_or_file:
            headers.append(("Last-Modified", http_date(answer.made_at.timestamp())))
        if answer.is_held_by(environ):
            start_response("304 Not Modified", without(headers, {"content-type"}))
            return []
        if encoding:
            headers.append(("Content-Encoding", encoding))
        size = answer.size
        body = answer.body(encoding)
        if answer.size != size and key in self._answers:
            self._answers.put(key, answer)
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _scheme(environ: Environ) -> str:
    """As Django finds it; it redirects what came by HTTP, and a redirect is not kept."""
    passed = environ.get("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip()
    return "https" if passed == "https" else str(environ["wsgi.url_scheme"])


def _call(application: Application, environ: Environ) -> tuple[str, Headers, Any]:
    """Status, headers and body of an answer; the body as an iterable if it is very long."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
        started[:] = [(status, headers)]

    result = application(environ, start_response)
    parts = iter(result)
    body = io.BytesIO()
    close = getattr(result, "close", lambda: None)
    try:
        for part in parts:
            body.write(part)
            if body.tell() > MAX_BODY_BYTES:
                return *started[0], _Rest(chain([body.getvalue()], parts), close)
    except BaseException:
        close()
        raise
    close()
    return *started[0], body.getvalue()


@dataclass(frozen=True, slots=True)
class _Rest:
    """A body that goes through, closed by the server also where nobody reads it.

    No generator: the `finally` of one that was not begun is not reached.
    """

    parts: Iterator[bytes]
    close: Callable[[], None]

    def __iter__(self) -> Iterator[bytes]:
        return self.parts


def _may_be_kept(status: str, headers: Headers) -> bool:
    values = {name.lower(): value.lower() for name, value in headers}
    return (
        status.startswith("200 ")
        and "set-cookie" not in values
        and values.get("vary", "") in {"", "accept-encoding"}
        and "content-encoding" not in values
        and not any(word in values.get("cache-control", "") for word in ("no-store", "private"))
    )


def _send_once(
    status: str, headers: Headers, body: Any, environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    """An answer that is not kept, compressed as one that is; none that may hold a secret."""
    values = {name.lower(): value.lower() for name, value in headers}
    if isinstance(body, bytes):
        secret = "cookie" in values.get("vary", "") or "set-cookie" in values
        if (
            not secret
            and "content-encoding" not in values
            and len(body) >= MIN_COMPRESSED_BYTES
            and is_text(headers)
        ):
            headers = [*without(headers, {"vary", "etag"}), ("Vary", "Accept-Encoding")]
            if encoding := best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")):
                body = compressed(body, encoding)
                headers.append(("Content-Encoding", encoding))
        headers = [*without(headers, {"content-length"}), ("Content-Length", str(len(body)))]
        body = [body]
    start_response(status, headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        if not isinstance(body, list):
            body.close()
        return []
    return body
