"""Follow the links to other sites and record which are dead."""

from argparse import ArgumentParser
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from icsinfo.file_lock import file_lock
from icsinfo.outward import Client
from systems.links.checker import Checker, check_all, due, forget_unused, outward_links, record
from systems.models import LinkCheck
from systems.models.links import Finding

BUSY = "Another check_links is running. Wait until it has finished."


class Command(BaseCommand):
    help = (
        "Follows every link to another site and records what is there. It sends one request at a "
        "time to each site, with a pause after each. You can stop it at any time: the next run "
        "continues with what is left. Run it once a day."
    )
    # For the tests alone, whose server is on the machine itself.
    stealth_options = ("client",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--hours",
            type=float,
            default=20,
            help="skip links checked in the last this many hours (default: 20)",
        )
        parser.add_argument(
            "--pause", type=float, default=1.0, help="seconds between two requests to a site (1)"
        )
        parser.add_argument(
            "--at-once", type=int, default=8, help="how many sites to check at the same time (8)"
        )
        parser.add_argument(
            "--most", type=int, default=10_000, help="most links in one run (10000)"
        )
        parser.add_argument(
            "--most-per-site",
            type=int,
            default=200,
            help="most links for one site in one run (200)",
        )

    def handle(
        self,
        *,
        hours: float,
        pause: float,
        at_once: int,
        most: int,
        most_per_site: int,
        verbosity: int,
        client: Client | None = None,
        **options: object,
    ) -> None:
        if min(hours, pause) < 0 or min(at_once, most, most_per_site) < 1:
            raise CommandError(
                "Hours and pause must be 0 or more, and the other numbers 1 or more."
            )
        with file_lock("check_links", CommandError(BUSY)):
            links = outward_links()
            forgotten = forget_unused(links)
            since = timezone.now() - timedelta(hours=hours)
            by_host = due(links, since, most=most, most_per_host=most_per_site)
            count = sum(map(len, by_host.values()))
            checker = Checker(client or Client(user_agent()), pause=pause)
            counts: Counter[Finding] = Counter()
            with tqdm(
                total=count, desc="Checking", unit="link", disable=verbosity == 0 or None
            ) as bar:
                for result in check_all(by_host, checker, at_once=at_once):
                    row = record(result, timezone.now())
                    counts[result.finding] += 1
                    if row.failing_since and verbosity > 0:
                        bar.clear()
                        self.stdout.write(f"{_explained(row)}: {row.url}")
                    bar.update()
        if verbosity > 0:
            self._sum_up(
                counts, left=len(links) - count, forgotten=forgotten, hours=hours, since=since
            )

    def _sum_up(
        self, counts: Counter[Finding], *, left: int, forgotten: int, hours: float, since
    ) -> None:
        self.stdout.write(f"{counts.total()} links checked.")
        for finding in Finding:
            if counts[finding]:
                self.stdout.write(f"{counts[finding]:6}  {finding.label}")
        lately = LinkCheck.objects.checked_since(since).count() - counts.total()
        if lately:
            self.stdout.write(
                f"{lately} were checked in the last {hours:g} hours, so they were skipped."
            )
        if left - lately:
            self.stdout.write(f"{left - lately} are left for the next run.")
        if forgotten:
            self.stdout.write(f"{forgotten} are no longer on any page and were removed.")
        self.stdout.write(
            f"{LinkCheck.objects.dead().count()} links are dead and waiting for an editor."
        )


def user_agent() -> str:
    """Who asks, and where one can read about it."""
    return f"ICSInfoLinkCheck/1.0 (+https://{settings.ALLOWED_HOSTS[0]}/about/)"


def _explained(row: LinkCheck) -> str:
    return (
        f"{Finding(row.finding).label} ({row.status})" if row.status else Finding(row.finding).label
    )
