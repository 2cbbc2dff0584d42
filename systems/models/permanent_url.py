"""Things with a page of their own, whose address must go on leading to it for ever."""

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from reversion.models import Version

from systems.models.base import Published, PublishedQuerySet, not_blank, validate_slug

DELETED = "The editors of this site deleted it."


class FormerSlugQuerySet(models.QuerySet["FormerSlug"]):
    def latest_of(self, kind: str, slug: str) -> "FormerSlug | None":
        """What is said now of an address that leads nowhere; a plan may say what will be."""
        said = self.filter(kind=kind, slug=slug, at__lte=timezone.now())
        return said.order_by("-at", "-pk").first()


class FormerSlug(models.Model):
    """An address that was published and is no longer the address of anything.

    A row is never changed, and the latest one counts, from `at` on. `now` has the slugs that took
    its place, separated by "; ": one is where the old address leads; of several the reader chooses;
    with none the page is gone. Such a row goes when what was there is taken back.
    """

    kind = models.CharField(max_length=20, help_text="The first part of its address: ics, areas.")
    slug = models.CharField(max_length=100)
    now = models.TextField(blank=True)  # a slug of each of some dozens of ICSs
    note = models.CharField(max_length=300, blank=True, help_text="Why, in a sentence.")
    at = models.DateTimeField("since", auto_now_add=True)

    objects = FormerSlugQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "slug", "-pk"]
        constraints = [
            not_blank("kind", "former_slug_has_kind"),
            not_blank("slug", "former_slug_has_slug"),
        ]
        indexes = [models.Index(fields=["kind", "slug"], name="former_slug_kind_slug")]

    def __str__(self) -> str:
        return f"/{self.kind}/{self.slug}/ → {self.now or 'gone'}"

    @property
    def successors(self) -> list[str]:
        return [slug for slug in self.now.split("; ") if slug]


class PermanentUrl(models.Model):
    """A model whose slug (or code) is a part of public addresses: `/<ADDRESS>/<slug>/`.

    When it is renamed or deleted, its old address is kept, unless nobody could ever read it; so
    write through `save` and `delete`, not past them.
    """

    ADDRESS: ClassVar[str]
    SLUG: ClassVar[str] = "slug"

    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        may_rename = self.pk and self.SLUG in (kwargs.get("update_fields") or [self.SLUG])
        before = type(self)._base_manager.filter(pk=self.pk).first() if may_rename else None
        with transaction.atomic():
            super().save(*args, **kwargs)
            if before and before.page_slug != self.page_slug and before.had_page():
                FormerSlug.objects.create(
                    kind=self.ADDRESS, slug=before.page_slug, now=self.page_slug
                )

    @classmethod
    def kinds(cls) -> dict[str, type[Self]]:
        """The models with public addresses, by the first part of these."""
        return {model.ADDRESS: model for model in cls.__subclasses__()}

    @classmethod
    def public(cls) -> models.QuerySet[Self]:
        """Those whose pages anybody can read now."""
        rows = cls._default_manager.all()
        return rows.published() if isinstance(rows, PublishedQuerySet) else rows

    @property
    def page_slug(self) -> str:
        return getattr(self, self.SLUG)

    def published_slug(self) -> str:
        """The slug that it has in the database; empty if it is not there yet."""
        stored = type(self)._base_manager.filter(pk=self.pk).values_list(self.SLUG, flat=True)
        return (stored.first() or "") if self.pk else ""

    def clean(self) -> None:
        super().clean()
        here, seen = self.published_slug(), set()
        if here == self.page_slug:
            return  # what it has it may keep, though it will lead on one day
        if self.SLUG == "slug":
            validate_slug(self.page_slug)
        former = FormerSlug.objects.latest_of(self.ADDRESS, self.page_slug)
        if former and not former.now and isinstance(self, Published):
            raise ValidationError(
                {
                    self.SLUG: "This address belonged to something that has been deleted. "
                    "Choose another."
                }
            )
        while former and former.successors and former.slug not in seen:
            if here in former.successors:
                return  # an old name of its own, which it may take back
            seen.add(former.slug)
            former = FormerSlug.objects.latest_of(self.ADDRESS, former.successors[0])
        if seen:
            raise ValidationError(
                {self.SLUG: "This address belonged to something else, and still leads there."}
            )

    def had_page(self) -> bool:
        """Whether anybody could read its page, now or once: a draft may have been public before."""
        if not isinstance(self, Published):
            return True
        until = timezone.now()
        if self.published_from is not None and self.published_from <= until:
            return True
        for version in Version.objects.get_for_object(self).select_related("revision"):
            since = version.field_dict.get("published_from")
            if since is not None and since <= until:
                return True
            until = version.revision.date_created  # what was before held until then
        return False

    def remember_gone(self, note: str = "") -> None:
        """Keep its address when it is deleted, unless nobody knew it or it is kept already."""
        last = FormerSlug.objects.latest_of(self.ADDRESS, self.page_slug)
        if self.had_page() and (last is None or last.now):
            FormerSlug.objects.create(kind=self.ADDRESS, slug=self.page_slug, note=note)

    def clear_gone_record(self) -> None:
        """Take back that its address leads nowhere, as its own deletion said.

        What nobody could read left no record: then the record is of another, that had the address
        since. One with another note is of a plan.
        """
        if self.had_page():
            said = FormerSlug.objects.filter(kind=self.ADDRESS, slug=self.page_slug, now="")
            said.filter(note__in=["", DELETED]).delete()
