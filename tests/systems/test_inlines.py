"""Rows on the page of what they belong to: two of them where there can be one are refused."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.db.models import UniqueConstraint

from systems.models import Contact, Membership
from tests.editing import address, form_of

pytestmark = pytest.mark.django_db

SAME = "here has the same"


def link_of(model_admin: Any, inline: Any) -> str:
    """The field by which rows of an inline refer to what they belong to."""
    owners = {model_admin.model, *model_admin.model._meta.parents}
    names = [f.name for f in inline.model._meta.concrete_fields if f.related_model in owners]
    return inline.fk_name or names[0]


def once_on_a_page(model_admin: Any, inline: Any) -> list[UniqueConstraint]:
    link = link_of(model_admin, inline)
    constraints = inline.model._meta.constraints
    return [one for one in constraints if isinstance(one, UniqueConstraint) and link in one.fields]


EACH_INLINE = pytest.mark.parametrize(
    ("model_admin", "inline"),
    [
        pytest.param(model_admin, inline, id=f"{model_admin.opts.model_name}-{inline.__name__}")
        for model_admin in admin.site._registry.values()
        for inline in model_admin.inlines
        if once_on_a_page(model_admin, inline)
    ],
)


class InlinePage:
    """The page of an owner with rows of an inline, open in the superuser's window."""

    def __init__(self, world: Any, model_admin: Any, inline: Any) -> None:
        self.client, self.model = world.clients["superuser"], inline.model
        self.link = link_of(model_admin, inline)
        owners = model_admin.model.objects.values("pk")
        self.owner = self.model.objects.filter(**{f"{self.link}__in": owners})[0]
        self.owner = model_admin.model.objects.get(pk=getattr(self.owner, f"{self.link}_id"))
        self.path = address(model_admin.opts.label_lower, "change", self.owner)
        remote = self.model._meta.get_field(self.link).remote_field
        self.prefix = remote.get_accessor_name()
        self.sent = form_of(self.client.get(self.path))
        self.count = int(self.sent[f"{self.prefix}-INITIAL_FORMS"])

    def last(self) -> dict[str, Any]:
        """The last row, as a browser would send it."""
        start = f"{self.prefix}-{self.count - 1}-"
        return {
            name.removeprefix(start): value
            for name, value in self.sent.items()
            if name.startswith(start)
        }

    def with_new(self, values: dict[str, Any]) -> dict[str, Any]:
        """The form with one more row."""
        number = int(self.sent[f"{self.prefix}-TOTAL_FORMS"])
        new = {f"{self.prefix}-{number}-{name}": value for name, value in values.items()}
        key = {f"{self.prefix}-{number}-id": "", f"{self.prefix}-TOTAL_FORMS": number + 1}
        return self.sent | new | key

    def post(self, sent: dict[str, Any]) -> Any:
        return self.client.post(self.path, sent)

    def stored(self) -> list[dict[str, Any]]:
        rows = self.model.objects.filter(**{self.link: self.owner.pk})
        return list(rows.order_by("pk").values())


def problems_in(response: Any) -> str:
    lists = BeautifulSoup(response.content, "html.parser").select("ul.errorlist")
    return " ".join(one.get_text(" ", strip=True) for one in lists)


@EACH_INLINE
def test_what_another_window_added_is_not_added_again(world, model_admin, inline) -> None:
    """Django leaves constraints with the key of the page out of its checks: it was a 500."""
    page = InlinePage(world, model_admin, inline)
    before = page.stored()
    number = page.count - 1
    late = page.sent | {
        f"{page.prefix}-{number}-id": "",
        f"{page.prefix}-INITIAL_FORMS": number,
    }
    response = page.post(late)
    assert SAME in problems_in(response)
    assert page.stored() == before


@EACH_INLINE
@pytest.mark.parametrize("sent", [0, -1])
def test_a_form_that_hides_which_rows_there_are_is_refused(
    world, model_admin, inline, sent
) -> None:
    page = InlinePage(world, model_admin, inline)
    before = page.stored()
    response = page.post(page.sent | {f"{page.prefix}-INITIAL_FORMS": sent})
    assert SAME in problems_in(response)
    assert page.stored() == before


@EACH_INLINE
def test_what_is_deleted_makes_room_for_another_in_the_same_save(
    world, model_admin, inline
) -> None:
    page = InlinePage(world, model_admin, inline)
    before = page.stored()
    new = page.last()
    if "code" in new:  # which nobody had before
        new["code"] = "QZ9"
    sent = page.with_new(new) | {f"{page.prefix}-{page.count - 1}-DELETE": "on"}
    response = page.post(sent)
    assert response.status_code == 302, problems_in(response)
    after = page.stored()
    assert len(after) == len(before)
    assert len({row["id"] for row in before} - {row["id"] for row in after}) == 1


def contacts(world: Any) -> InlinePage:
    """The page of an ICS with two contacts."""
    [(model_admin, inline)] = [
        (one, inline)
        for one in admin.site._registry.values()
        for inline in one.inlines
        if inline.model is Contact
    ]
    owner = Contact.objects.order_by("system").first()
    owner.system.contacts.all().delete()
    for kind, value in (("phone", "0300 123 1234"), ("complaints_phone", "0300 123 5678")):
        owner.system.contacts.create(kind=kind, value=value, source=world.source)
    return InlinePage(world, model_admin, inline)


def test_a_row_takes_the_place_of_one_that_is_deleted(world) -> None:
    page = contacts(world)
    kind, value = page.sent["contacts-1-kind"], page.sent["contacts-0-value"]
    response = page.post(page.sent | {"contacts-0-kind": kind, "contacts-1-DELETE": "on"})
    assert response.status_code == 302, problems_in(response)
    [left] = page.stored()
    assert (left["kind"], left["value"]) == (kind, value)


def test_two_rows_that_exchange_their_places_are_told_of_it(world) -> None:
    """The database would refuse the first of them."""
    page = contacts(world)
    before = page.stored()
    first, second = page.sent["contacts-0-kind"], page.sent["contacts-1-kind"]
    response = page.post(page.sent | {"contacts-0-kind": second, "contacts-1-kind": first})
    assert f"Another contact {SAME} “Kind”" in problems_in(response)
    assert page.stored() == before


def test_a_membership_without_a_start_is_not_typed_twice_on_one_page(world) -> None:
    """A condition of the database's own, which Django does not compare rows of a page by."""
    client, organisation = world.clients["system"], world.rows["systems.organisation"]["own"]
    page = address("systems.organisation", "change", organisation)
    sent = form_of(client.get(page)) | {"memberships-TOTAL_FORMS": 3}
    for number in (1, 2):
        new = {"system": world.own.pk, "role": "paid", "source": world.source.pk}
        sent |= {f"memberships-{number}-{name}": value for name, value in new.items()}
    response = client.post(page, sent)
    assert f"Another membership {SAME} “ICS” and “Role”" in problems_in(response)
    assert Membership.objects.filter(organisation=organisation).count() == 1


def test_two_windows_each_add_a_statement_that_nobody_numbered(world) -> None:
    """The second goes after the first: the position in the form is only a suggestion."""
    client, entry = world.clients["central"], world.rows["timeline.announcement"]["own"]
    entry.statements.all().delete()
    page = address("timeline.announcement", "change", entry)
    sent = form_of(client.get(page)) | {"statements-TOTAL_FORMS": 1}
    new = {"organisation": "B", "stance": "stated", "source": world.source.pk, "position": 0}
    sent |= {f"statements-0-{name}": value for name, value in new.items()}
    for text in ("One", "Two"):
        assert client.post(page, sent | {"statements-0-text": text}).status_code == 302
    assert [one.text for one in entry.statements.all()] == ["One", "Two"]
