"""Every page can be reached from the first by following links; every link leads somewhere."""

import html
import re
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from systems.models import Area, Organisation, Scheme, System
from systems.published_urls import read_register
from tests.pages import lost
from timeline.models import Entry

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')
ANCHOR = re.compile(r'\bid="([^"]+)"')
TITLE = re.compile(r"<title>([^<]+)</title>")
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]+)">')


class Crawl:
    """All addresses that can be reached, with what is wrong with any of them.

    A page is asked for at one other date only: there are as many dates as there are days. Of a
    list with choices only what is no further choice is followed.
    """

    def __init__(self, client: Client, leave_out: Callable[[str], bool]) -> None:
        self.client = client
        self.leave_out = leave_out
        self.seen: set[str] = set()
        self.at_a_date: set[str] = set()
        self.broken: list[tuple[str, str, object]] = []
        self.titles: dict[str, set[str]] = defaultdict(set)
        self.descriptions: dict[str, set[str]] = defaultdict(set)
        waiting = [("/", "start")]
        while waiting:
            address, origin = waiting.pop()
            if self._is_new(address):
                waiting += [(found, address) for found in self._visit(address, origin)]

    @property
    def paths(self) -> set[str]:
        return {urlsplit(address).path for address in self.seen}

    @property
    def repeated(self) -> dict[str, set[str]]:
        """Titles and descriptions that several pages have."""
        texts = [*self.titles.items(), *self.descriptions.items()]
        return {text: paths for text, paths in texts if len(paths) > 1}

    def _is_new(self, address: str) -> bool:
        path, query = urlsplit(address).path, urlsplit(address).query
        if address in self.seen or self.leave_out(address):
            return False
        if "on=" in query:
            if path in self.at_a_date:
                return False
            self.at_a_date.add(path)
        return True

    def _visit(self, address: str, origin: str) -> list[str]:
        self.seen.add(address)
        response = self.client.get(address)
        if response.status_code not in {200, 301, 302}:
            self.broken.append((address, origin, response.status_code))
        if response.status_code in {301, 302}:
            return [response["Location"]]
        if "html" not in response["Content-Type"] or response.status_code != 200:
            return []
        text = response.content.decode()
        if "?" not in address:
            self.titles[TITLE.search(text)[1]].add(address)
            self.descriptions[DESCRIPTION.search(text)[1]].add(address)
        anchors = set(ANCHOR.findall(text))
        found = []
        for href in {urljoin(address, html.unescape(link)) for link in LINK.findall(text)}:
            place, _, fragment = href.partition("#")
            if fragment and place == address and fragment not in anchors:
                self.broken.append((address, origin, f"no #{fragment}"))
            if (
                href.startswith("/")
                and not href.startswith("//")
                and self._leads_on(address, place)
            ):
                found.append(place)
        return found

    @staticmethod
    def _leads_on(address: str, place: str) -> bool:
        """Whether to follow a link: choices of a list can be put together in endless ways."""
        chosen = urlsplit(address).query
        return not chosen or "?" not in place or bool(re.fullmatch(r"page=\d+", chosen))


def is_report(address: str) -> bool:
    """One form, with the page that it is about in its address."""
    return address.startswith("/report/") and address != "/report/"


@pytest.mark.slow
def test_every_link_leads_somewhere_every_page_has_its_own_title_and_no_address_is_lost(
    client,
) -> None:
    """One walk for all of it, as it takes minutes."""
    crawl = Crawl(client, leave_out=is_report)
    assert crawl.broken == []
    assert crawl.repeated == {}
    # Practices that have closed are in no list: people come to them by name or code.
    only_searched = Organisation.objects.filter(kind="practice", closed_on__isnull=False)
    known = [
        *System.objects.all(),
        *Area.objects.all(),
        *Organisation.objects.exclude(pk__in=only_searched),
        *Scheme.objects.all(),
        *Entry.objects.all(),
    ]
    assert len(known) > 8000
    assert {found.get_absolute_url() for found in known} - crawl.paths == set()
    for practice in only_searched[::20]:
        assert client.get(f"/code/{practice.code}/")["Location"] == practice.get_absolute_url()
        assert client.get(practice.get_absolute_url()).status_code == 200
    # Redirects and pages that nothing leads to any more; the walk has asked for all others.
    assert lost(client, set(read_register()) - crawl.seen) == []
