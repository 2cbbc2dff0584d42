"""Rows are locked before it is asked who may do what with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import OperationalError, connection, models, transaction
from django.db.models.signals import ModelSignal, post_save, pre_delete, pre_save
from django.test import Client

from systems.editing.revisions import Revision, Version
from systems.models import (
    Area,
    Deletion,
    Editorship,
    FormerSlug,
    Membership,
    Organisation,
    Report,
    Scheme,
    Source,
    System,
)
from tests.builders import TODAY, make_scheme
from tests.database import apart
from tests.editing import address, change, restore, values
from tests.roles import sign_in
from timeline.mergers.plan import MergerPlan
from timeline.mergers.service import dry_run, plan, undo
from timeline.models import Decision, Event, Merger, Placement, Successor


@contextmanager
def held_at(signal: ModelSignal, model: type[models.Model]) -> Iterator[list[bool]]:
    """For each signal of a row that is there, whether nobody else can write that row meanwhile."""
    held: list[bool] = []

    def take(key: Any) -> bool:
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA busy_timeout = 0")
        try:
            with transaction.atomic():
                list(model._base_manager.select_for_update(nowait=True).filter(pk=key).order_by())
        except OperationalError:
            return False
        return True

    def asked(instance: Any, **sent: object) -> None:
        if not instance._state.adding:
            held.append(not apart(lambda: take(instance.pk)))

    signal.connect(asked, sender=model)
    try:
        yield held
    finally:
        signal.disconnect(asked, sender=model)


def clear() -> None:
    for kept in (Deletion, Merger, Report, Version, Revision):
        kept.objects.all().delete()
    FormerSlug.objects.filter(slug__contains="x-locked").delete()
    Scheme.objects.filter(slug="x-locked").delete()
    Organisation.objects.filter(code="XXLOCKED").delete()
    Source.objects.filter(key="s").delete()
    User.objects.filter(username="locked").delete()


def test_nobody_writes_a_row_while_a_merger_is_planned_or_undone(committed) -> None:
    """One that is deleted meanwhile could not be written; of one that is deleted for it, what
    somebody else saved would be lost."""

    def begin() -> tuple[Merger, User]:
        devon, cornwall = System.objects.filter(
            slug__in=["devon", "cornwall-and-the-isles-of-scilly"]
        )
        source = Source.objects.create(key="s", publisher="P", title="T")
        given = {"title": "X locked", "date": date(2027, 4, 1), "source": source}
        merger = Merger.objects.create(**given)
        merger.predecessors.set([devon])
        to = Successor.objects.create(merger=merger, system=cornwall)
        for area, _ in MergerPlan.of(merger).areas:
            Placement.objects.create(merger=merger, area=area, successor=to)
        scheme = make_scheme("x-locked", devon, source)
        Decision.objects.create(
            merger=merger, kind="scheme", object_id=scheme.pk, choice="ended", target=None
        )
        return merger, User.objects.create(username="locked", is_staff=True)

    try:
        merger, user = apart(begin)
        token = apart(lambda: dry_run(merger).token)
        with (
            held_at(pre_save, Scheme) as updated,
            held_at(pre_save, Membership) as moved,
            held_at(pre_delete, Event) as deleted,
        ):
            apart(lambda: plan(merger, user, token))
            apart(lambda: undo(merger, user))
        assert (updated, deleted) == ([True] * 2, [True] * 2)
        assert moved
        assert all(moved)
    finally:
        apart(clear)


def test_nobody_writes_a_membership_while_the_page_of_its_organisation_is_saved(committed) -> None:
    """Else whoever saves an organisation, or restores it, would take back that one of its
    memberships was deleted, or given to another ICS, a moment before."""

    def begin() -> tuple[Client, Organisation]:
        devon = System.objects.get(slug="devon")
        user = User.objects.create(username="locked", is_staff=True)
        Editorship.objects.create(user=user, role="system", system=devon, date_from=TODAY)
        source = Source.objects.create(key="s", publisher="P", title="T")
        given = {"code": "XXLOCKED", "name": "X", "kind": "trust", "form": "trust"}
        made = Organisation.objects.create(**given, source=source)
        Membership.objects.create(organisation=made, system=devon, role="listed", source=source)
        return sign_in(user), made

    def first_version(row: Organisation) -> Version:
        return Version.objects.get_for_object(row).last()

    try:
        client, row = apart(begin)
        label = "systems.organisation"
        with held_at(pre_save, Membership) as held:
            apart(lambda: change(client, label, row, **{"memberships-0-role": "paid"}))
            apart(lambda: restore(client, label, row, first_version(row)))
        assert held == [True, True]
    finally:
        apart(clear)


def test_nobody_deletes_a_report_while_it_is_settled(committed) -> None:
    """It would be there again, with the e-mail address of who wrote it."""

    def begin() -> tuple[Client, Report]:
        user = User.objects.create(username="locked", is_staff=True)
        Editorship.objects.create(user=user, role="central", date_from=TODAY)
        return sign_in(user), Report.objects.create(page="/x/", text="Wrong", token="x")

    try:
        client, row = apart(begin)
        settled = {"settled_at_0": "20/11/2026", "settled_at_1": "10:00:00"}
        with held_at(pre_save, Report) as held:
            apart(lambda: change(client, "systems.report", row, **settled))
        assert held == [True]
        assert apart(lambda: values(row)["settled_at"])
    finally:
        apart(clear)


def test_nobody_changes_whose_a_row_is_while_a_bulk_action_deletes_it(committed) -> None:
    """What was asked just before would no longer be so: the row would be gone for others too."""
    refused = []

    def begin() -> tuple[Client, Scheme]:
        devon = System.objects.get(slug="devon")
        user = User.objects.create(username="bulk", is_staff=True)
        Editorship.objects.create(user=user, role="system", system=devon, date_from=TODAY)
        source = Source.objects.create(key="s", publisher="P", title="T")
        return sign_in(user), make_scheme("bulk", devon, source, published_from=None)

    def share() -> None:
        """As the form of the central editor does, without waiting for anybody."""
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA busy_timeout = 0")
        with transaction.atomic():
            row = Scheme.objects.select_for_update(nowait=True).get(slug="bulk")
            row.areas.add(*Area.objects.all())

    def when_it_is_logged(**sent: object) -> None:
        try:
            apart(share)
        except OperationalError:
            refused.append(True)

    def clear() -> None:
        for model in (Deletion, Version, Revision):
            model.objects.all().delete()
        Scheme.objects.filter(slug="bulk").delete()
        Source.objects.filter(key="s").delete()
        User.objects.filter(username="bulk").delete()

    try:
        client, row = apart(begin)
        sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        post_save.connect(when_it_is_logged, sender=LogEntry)
        apart(lambda: client.post(address("systems.scheme", "changelist"), sent))
        assert refused == [True]
        assert apart(lambda: values(row)) is None
    finally:
        post_save.disconnect(when_it_is_logged, sender=LogEntry)
        apart(clear)
