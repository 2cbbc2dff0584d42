"""Following the links that lead to other sites, politely, to find those that are dead."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from queue import SimpleQueue
from urllib.parse import urljoin, urlsplit

from django.apps import apps
from django.db import models

from icsinfo.outward import PORTS, Client, OutwardError
from systems.models import Contact, LinkCheck
from systems.models.links import Finding

# A site may not know HEAD, or be down for a moment. Who asks it is told, so it may also refuse.
METHODS = ("HEAD", "GET", "GET")
MAX_REDIRECTS = 8
# Seconds. If a site asks for more patience than this, it is asked again at the next run.
MAX_WAIT_SECONDS = 30
SECONDS_BEFORE_RETRY = 3

MOVED = {301, 302, 303, 307, 308}
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
MAY_PASS = {Finding.FAULT, Finding.NO_CONNECTION, Finding.TOO_SLOW, Finding.GARBLED, Finding.BUSY}


@dataclass(frozen=True)
class Result:
    url: str
    finding: Finding
    status: int | None = None
    final_url: str = ""
    retry_after: str = ""


def outward_links() -> set[str]:
    """Every address of a page that is stored, in all apps. New fields for addresses come along."""
    pages = Contact.objects.filter(value__regex="^https?://")  # its field is for other things too
    links = set(pages.values_list("value", flat=True))
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.URLField):
                values = model._base_manager.values_list(field.name, flat=True)
                links.update(values.exclude(**{field.name: ""}).distinct())
    return links


def due(links: set[str], since: datetime, *, most: int, most_per_host: int) -> dict[str, list[str]]:
    """The links to follow now, by host: never followed first, then those longest ago.

    What was followed after `since` is not due, so that a run that was killed goes on where it was.
    """
    done = set(LinkCheck.objects.checked_since(since).values_list("url", flat=True))
    last = dict(LinkCheck.objects.values_list("url", "checked_at"))
    waiting = sorted(
        links - done, key=lambda url: (last[url].timestamp() if url in last else 0, url)
    )
    by_host: dict[str, list[str]] = defaultdict(list)
    count = 0
    for url in waiting:
        host = host_of(url)
        if count < most and len(by_host[host]) < most_per_host:
            by_host[host].append(url)
            count += 1
    return {host: urls for host, urls in by_host.items() if urls}


def host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def port_of(url: str) -> int | None:
    """The port that an address names; most name none."""
    try:
        return urlsplit(url).port
    except ValueError:
        return None


class Pace:
    """Lets one request at a time to a host, and after each a pause."""

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self._guard = threading.Lock()
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._free_at: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        with self._guard:
            lock = self._turns[host]
        with lock:
            time.sleep(max(0.0, self._free_at.get(host, 0.0) - time.monotonic()))
            try:
                yield
            finally:
                self._free_at[host] = time.monotonic() + self.pause


class Checker:
    """Follows links, each until it is sure what to say of it."""

    def __init__(
        self, client: Client, *, pause: float = 1.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.client = client
        self.pace = Pace(pause)
        self.sleep = sleep

    def check(self, url: str) -> Result:
        """What is at an address, after as many tries as it takes."""
        for number, method in enumerate(METHODS, start=1):
            result = self._follow(method, url)
            asked_by_get = method != METHODS[0]
            if result.finding not in MAY_PASS and (asked_by_get or not _unsure(result)):
                break
            if number < len(METHODS) and not self._wait(result, number):
                break
        return replace(result, retry_after="")

    def _wait(self, result: Result, number: int) -> bool:
        """Wait before the next try; False if the site asks for too long a wait."""
        if result.finding is Finding.BUSY:
            retry_after = result.retry_after
            seconds = (
                int(retry_after)
                if retry_after.isascii() and retry_after.isdigit()
                else MAX_WAIT_SECONDS + 1
            )
            if len(retry_after) > 6 or seconds > MAX_WAIT_SECONDS:
                return False
            self.sleep(seconds)
        elif result.finding in MAY_PASS:
            self.sleep(SECONDS_BEFORE_RETRY * number)
        return True

    def _follow(self, method: str, url: str) -> Result:
        """Ask, and ask again wherever a redirect leads; each is looked at as the first was.

        To another port than those of web sites only an editor leads, not whoever has the site.
        """
        seen: list[str] = []
        target = url
        ports = {None, *PORTS.values(), port_of(url)}
        while target not in seen and len(seen) <= MAX_REDIRECTS:
            seen.append(target)
            try:
                with self.pace.turn(host_of(target)):
                    answer = self.client.ask(method, target)
            except OutwardError as error:
                return Result(url, Finding(error.trouble.value), None, target)
            if answer.status not in MOVED or not answer.location:
                return Result(
                    url,
                    _finding(answer.status, answer.retry_after),
                    answer.status,
                    target,
                    answer.retry_after,
                )
            try:
                target = urljoin(target, answer.location).partition("#")[0]
            except ValueError:
                return Result(url, Finding.NO_ADDRESS, answer.status, target)
            if port_of(target) not in ports:
                return Result(url, Finding.NO_ADDRESS, answer.status, target)
        return Result(url, Finding.LOOP, None, target)


def check_all(by_host: dict[str, list[str]], checker: Checker, *, at_once: int) -> Iterator[Result]:
    """Results as they come, of several hosts at once, and of one host one after another.

    If whoever takes them stops, nothing new is begun.
    """
    results: SimpleQueue[Result | BaseException] = SimpleQueue()
    stop = threading.Event()

    def work(urls: Iterable[str]) -> None:
        for url in urls:
            if stop.is_set():
                return
            try:
                results.put(checker.check(url))
            except BaseException as error:
                results.put(error)
                return

    pool = ThreadPoolExecutor(at_once)
    try:
        for urls in by_host.values():
            pool.submit(work, urls)
        for _ in range(sum(map(len, by_host.values()))):
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def record(result: Result, now: datetime) -> LinkCheck:
    """Store what was found at an address."""
    row = LinkCheck.objects.filter(url=result.url).first() or LinkCheck(url=result.url)
    row.record(result.finding, result.status, result.final_url, now)
    return row


def forget_unused(links: set[str]) -> int:
    """Delete what is known of links that no page has any more."""
    unused = [pk for pk, url in LinkCheck.objects.values_list("pk", "url") if url not in links]
    for start in range(0, len(unused), 500):
        LinkCheck.objects.filter(pk__in=unused[start : start + 500]).delete()
    return len(unused)


def _finding(status: int, retry_after: str) -> Finding:
    if status < HTTPStatus.BAD_REQUEST:
        return Finding.FINE if status >= HTTPStatus.OK else Finding.GARBLED
    if status in GONE:
        return Finding.GONE
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after
    ):
        return Finding.BUSY
    return Finding.REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else Finding.FAULT


def _unsure(result: Result) -> bool:
    """Whether a site may only have disliked that it was asked by HEAD."""
    return result.finding in {Finding.GONE, Finding.REFUSED}
