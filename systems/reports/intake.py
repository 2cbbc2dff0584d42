"""Reports of mistakes: which are stored, and what keeps robots out.

There is no captcha, no cookie, and nothing is known of the sender. Instead each form carries a
signed ticket that has to be a few seconds old, holds for a day and for one report; and the number
of reports in an hour is limited. Whoever is turned away is told why and keeps what they wrote.
"""

import math
import re
import secrets
from datetime import datetime, timedelta
from http import HTTPStatus

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import Resolver404, resolve

from systems.models import Report

# Nobody reads the form and says what is wrong in less; a program does.
MIN_TICKET_AGE = timedelta(seconds=3)
MAX_TICKET_AGE = timedelta(hours=24)
MAX_AN_HOUR = 300
MAX_AN_HOUR_ON_A_PAGE = 6
# The form itself stands for a page that is not known: it was opened by itself.
NO_PAGE = "/report/"

_MAX_PAGE_LENGTH = 300
_PAGE = re.compile(r"/(?:[\w-]+/)*(?:\?on=[0-9]{4}-[0-9]{2}-[0-9]{2})?", re.ASCII)
_signer = TimestampSigner(salt="systems.reports")


class ReportRefusedError(Exception):
    """Why a report is not stored now, in a sentence that says what to do.

    `seconds` until it may be; 0 for at once.
    """

    status = HTTPStatus.BAD_REQUEST
    seconds = 0


class TooSoonError(ReportRefusedError):
    """The form came back faster than people write. The same form may be sent a little later."""

    def __init__(self) -> None:
        super().__init__(
            "That was so quick it could have been a robot. "
            "Your report is still here: select “Send” again."
        )


class StaleError(ReportRefusedError):
    """The form is a day old, was used before, or is not one of ours. It takes a new ticket."""

    def __init__(self) -> None:
        super().__init__(
            "This form was open for a long time, or has already been sent. "
            "Your report is still here: select “Send” again."
        )


class NotNowError(ReportRefusedError):
    """The database is away, or somebody else is writing to it for long."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    seconds = 30

    def __init__(self) -> None:
        super().__init__(
            "We cannot take reports at the moment. "
            "Your report is still here: select “Send” again in a minute."
        )


class TooManyError(ReportRefusedError):
    """More reports than can be read have come in."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, wait: timedelta) -> None:
        self.seconds = math.ceil(wait.total_seconds())
        minutes = math.ceil(self.seconds / 60)
        super().__init__(
            "We have had many reports in the last hour, so we cannot take yours yet. It is still "
            f"here: select “Send” again in {minutes} minute{'' if minutes == 1 else 's'}."
        )


def page_of_site(text: str) -> str:
    """The page that is reported, as a path with perhaps a date; NO_PAGE for all else.

    What fits the pattern can lead to no other site and holds nothing that needs escaping.
    """
    if len(text) > _MAX_PAGE_LENGTH or not _PAGE.fullmatch(text):
        return NO_PAGE
    try:
        resolve(text.partition("?")[0])
    except Resolver404:
        return NO_PAGE
    return text


def new_ticket(page: str) -> str:
    """What the form for a page has to bring back. Nobody else can make one."""
    return _signer.sign_object([secrets.token_urlsafe(32), page])


def renewed(ticket: str, page: str) -> str:
    """The same ticket as long as it holds, so that a form has one however often it is shown."""
    try:
        _number_of(ticket, page)
    except StaleError:
        return new_ticket(page)
    except TooSoonError:
        pass
    return ticket


def receive(report: Report, ticket: str, now: datetime) -> None:
    """Store a report, unless it is there already. Raises ReportRefusedError."""
    report.token = _number_of(ticket, report.page)
    if Report.objects.repeated(report, now).exists():
        return
    if Report.objects.filter(token=report.token).exists():
        raise StaleError
    room_from = max(
        Report.objects.room_from(MAX_AN_HOUR, now),
        Report.objects.filter(page=report.page).room_from(MAX_AN_HOUR_ON_A_PAGE, now),
    )
    if room_from > now:
        raise TooManyError(room_from - now)
    Report.objects.expired(now).delete()
    # A second click may have stored it in the meantime. That must not come to an error in the
    # database: PostgreSQL would write the statement into its log, and the report is in it.
    Report.objects.bulk_create([report], ignore_conflicts=True)


def _number_of(ticket: str, page: str) -> str:
    """The number of a ticket that holds for a page. Raises TooSoonError or StaleError."""
    try:
        number, shown_for = _signer.unsign_object(ticket, max_age=MAX_TICKET_AGE)
    except BadSignature as error:
        raise StaleError from error
    if shown_for != page:
        raise StaleError
    try:
        _signer.unsign_object(ticket, max_age=MIN_TICKET_AGE)
    except SignatureExpired:
        return number
    raise TooSoonError
