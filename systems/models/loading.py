"""What loading leaves behind, so that it can be repeated without harm."""

from django.db import models


class LoadedRow(models.Model):
    """A row of a fixture as it was loaded, kept apart from the object that came of it.

    The object as it is now is compared with `digest`: if they differ, an editor changed it, and
    the next load leaves it alone. A row without its object was deleted by an editor.
    """

    fixture = models.CharField(max_length=60)
    key = models.CharField(max_length=300)
    object_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fixture", "key"], name="loaded_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.fixture}: {self.key}"
