"""Spreadsheets that editors uploaded, and what came of each of their rows."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from reversion.models import Revision

# For so long an upload waits for somebody to say yes to it.
UNCONFIRMED_RETENTION = timedelta(days=1)


class UploadQuerySet(models.QuerySet["Upload"]):
    def forget_unconfirmed(self, now: datetime) -> None:
        """Delete those that nobody said yes to in time."""
        self.filter(applied_at=None, made_at__lte=now - UNCONFIRMED_RETENTION).delete()


class Upload(models.Model):
    """The text of a spreadsheet: looked at first, then applied as a whole, perhaps undone again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, help_text="Of the file.")
    text = models.TextField()
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None)
                | Q(applied_at__isnull=False, undone_at__gte=F("applied_at")),
                name="upload_applied_before_undone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.made_at:%Y-%m-%d}"


class UploadedRow(models.Model):
    """A row that an upload added or changed: its versions before and after, for undoing it.

    `edition` is that of the row as the upload left it.
    """

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows")
    object_id = models.BigIntegerField()
    name = models.CharField(max_length=300)
    before = models.ForeignKey(Revision, models.SET_NULL, null=True, related_name="+")
    after = models.ForeignKey(Revision, models.SET_NULL, null=True, related_name="+")
    added = models.BooleanField()
    edition = models.CharField(max_length=32)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "object_id"], name="uploaded_row_once"),
        ]

    def __str__(self) -> str:
        return self.name
