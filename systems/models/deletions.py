"""What editors deleted: for a while it can be had back."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from reversion.models import Revision, Version

from systems.models.systems import System

RETENTION = timedelta(days=30)


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def restorable(self, now: datetime) -> Self:
        """Those that can still be taken back."""
        return self.filter(deleted_at__gt=now - RETENTION, revision__isnull=False)

    def forget_expired(self, now: datetime) -> None:
        """Delete the versions of what can no longer be taken back. That it is gone stays known."""
        for old in self.filter(deleted_at__lte=now - RETENTION, revision__isnull=False):
            Version.objects.filter(
                content_type=old.content_type, object_id=str(old.object_id)
            ).delete()
            self.filter(pk=old.pk).update(revision=None, name="")


class Deletion(models.Model):
    """A row that an editor deleted. The row itself is in `revision`, with what went along with it.

    What its address answers meanwhile is in `FormerSlug`, as for everything that is gone.
    """

    name = models.CharField(max_length=300, blank=True)
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    systems = models.ManyToManyField(System, related_name="+", help_text="The ICSs it belonged to.")
    revision = models.ForeignKey(Revision, models.SET_NULL, null=True, related_name="+")
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    deleted_at = models.DateTimeField()

    objects = DeletionQuerySet.as_manager()

    class Meta:
        ordering = ["-deleted_at"]

    def __str__(self) -> str:
        return f"{self.name}, deleted on {self.deleted_at:%d %B %Y}"
