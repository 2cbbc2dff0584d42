"""Rows are locked before it is asked who may do what with them."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.models.signals import post_save
from django.test import Client

from systems.editing.revisions import Revision, Version
from systems.models import Area, Deletion, Editorship, Scheme, Source, System
from tests.builders import TODAY, make_scheme
from tests.database import apart
from tests.editing import address, values
from tests.roles import sign_in


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
