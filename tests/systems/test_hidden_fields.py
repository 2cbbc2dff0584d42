"""No answer of the admin depends on what a person may not see.

Every way of asking a list is tried: its parameters, its search, its order, the search for a choice,
the field that a row is asked for by, its file. What may be asked stands here once more; a filter, a
search field or a column of the admin that this file does not know makes it fail.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from systems.editing.list_filters import filter_parameters
from systems.models import Contact, Report, Scheme, Source, Upload
from tests.editing import address, form_of, offered, referring_fields
from tests.roles import EXPECTED, World, allowed, each_role
from timeline.models import Announcement, Merger, Statement

pytestmark = pytest.mark.django_db

# The parameters of each list: those that its filters put into its address.
FILTERS: dict[str, set[str]] = {
    "systems.system": {"waiting", "region__exact", "region__isnull"},
    "systems.area": set(),
    "systems.organisation": {"waiting", "kind__exact", "kind__isnull"},
    "systems.membership": {"role__exact", "role__isnull", "system__id__exact", "system__isnull"},
    "systems.scheme": {
        *("waiting", "status__exact", "status__isnull", "topics__id__exact", "topics__isnull"),
        *("system__id__exact", "system__isnull"),
    },
    "systems.report": {"waiting", "settled_at__isempty", "system__id__exact", "system__isnull"},
    "systems.source": {"waiting"},
    "systems.topic": set(),
    "systems.audience": set(),
    "systems.way": set(),
    "systems.cluster": {
        *("shares__exact", "shares__isnull", "certainty__exact", "certainty__isnull"),
    },
    "systems.term": set(),
    "systems.succession": {"kind__exact", "kind__isnull", "date__gte", "date__lt"},
    "systems.dataset": {"kind", "kind__isnull", "in_use__exact", "in_use__isnull"},
    "systems.editorship": {"role__exact", "role__isnull"},
    "auth.user": {
        *("is_staff__exact", "is_staff__isnull", "is_superuser__exact", "is_superuser__isnull"),
        *("is_active__exact", "is_active__isnull", "groups__id__exact", "groups__isnull"),
    },
    "auth.group": set(),
    "timeline.legalinstrument": set(),
    "timeline.event": {"kind__exact", "kind__isnull", "unit__exact", "unit__isnull"},
    "timeline.merger": {"state__exact", "state__isnull"},
    "timeline.announcement": {"waiting", "kind__exact", "kind__isnull"},
}
# What a search reads besides fields of the row itself, all of it public: names and codes.
SEARCHED_ELSEWHERE: dict[str, set[str]] = {
    "systems.system": {"names__name", "aliases__name", "codes__code"},
    "systems.area": {"codes__code", "aliases__name"},
    "systems.membership": {"organisation__name", "organisation__code"},
    "systems.editorship": {"user__username", "user__first_name", "user__last_name"},
}
LOOKUPS = ["", "__exact", "__startswith", "__regex", "__isnull", "__gt", "__in"]
BOTH_EDITORS = each_role(["system", "central"])


def paths(model: type[models.Model], depth: int) -> Iterator[str]:
    """Every field that can be asked about from a model, over at most `depth` relations."""
    for field in model._meta.get_fields(include_hidden=True):
        name = field.name
        if field.is_relation and field.related_model is None:
            continue  # a generic one, which no lookup can follow
        yield name
        if field.is_relation and depth:
            for rest in paths(field.related_model, depth - 1):
                yield f"{name}__{rest}"


def asked_by(role: str) -> Any:
    request = RequestFactory().get("/")
    request.user = User.objects.get(username=role)
    return request


@BOTH_EDITORS
@pytest.mark.parametrize("depth", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_a_list_takes_the_parameters_of_its_filters_and_no_field_besides(
    world, role, depth
) -> None:
    assert FILTERS.keys() == EXPECTED.keys()
    request, asked = asked_by(role), 0
    for model, model_admin in admin.site._registry.items():
        label = model._meta.label_lower
        own = FILTERS[label]
        produced = filter_parameters(model_admin, request)
        assert produced - {"waiting"} == own - {"waiting"}, label
        # Django drops what a filter has taken, and asks the rest of the database.
        for path in paths(model, depth):
            # Deep down one way of asking stands for all: a filter's own parameters are near.
            for lookup in LOOKUPS if path.count("__") < 3 else ["__startswith"]:
                asked += 1
                may = model_admin.lookup_allowed(path + lookup, "1", request)
                assert may == (path + lookup in own), (label, path + lookup)
    assert asked > {3: 100_000, 4: 600_000}[depth]


@BOTH_EDITORS
def test_a_field_that_a_list_does_not_filter_by_is_a_bad_request(world, role) -> None:
    for model in admin.site._registry:
        label = model._meta.label_lower
        if not allowed(role, label, None):
            continue
        page = address(label, "changelist")
        for path in paths(model, 0):
            response = world.clients[role].get(page, {f"{path}__startswith": "1"})
            assert response.status_code == 400, (role, label, path)
        for parameter in FILTERS[label]:
            response = world.clients[role].get(page, {parameter: "1"})
            assert response.status_code in {200, 302}, (role, label, parameter)


@pytest.mark.parametrize(
    "query",
    [
        "system__editorships__user__totpdevice__key__startswith=1",
        "system__editorships__user__password__startswith=m",
        "topics__schemes__text__contains=ward",
        "system__reports__email__startswith=a",
        "system__about__regex=(a%2B)%2B%24",
        "system__id__exact__startswith=1",
        "system__id__in=1",
        "system__id=1",
    ],
)
def test_what_gave_secrets_away_is_refused(world, query) -> None:
    for label in ("systems.scheme", "systems.membership", "systems.report"):
        response = world.clients["system"].get(f"{address(label, 'changelist')}?{query}")
        assert response.status_code == 400


@BOTH_EDITORS
def test_a_parameter_that_is_said_a_thousand_times_is_no_fault(world, role) -> None:
    for label, parameters in FILTERS.items():
        if not allowed(role, label, None):
            continue
        for parameter in parameters:
            query = "&".join([f"{parameter}=1"] * 900)
            response = world.clients[role].get(f"{address(label, 'changelist')}?{query}")
            assert response.status_code in {200, 302, 400}, (label, parameter)


@BOTH_EDITORS
def test_a_nul_in_an_address_is_a_bad_request_and_a_cookie_with_one_is_none(world, role) -> None:
    """PostgreSQL refuses to look for one, which was a fault of the server."""
    client = world.clients[role]
    choice = {"app_label": "systems", "model_name": "scheme", "field_name": "source"}
    asked = [("/admin/autocomplete/", choice | {"term": "\0"})]
    for label, parameters in FILTERS.items():
        if allowed(role, label, None):
            page = address(label, "changelist")
            asked += [(page, {name: "\0"}) for name in (*parameters, "q", "\0")]
    for page, query in asked:
        assert client.get(page, query).status_code == 400, (page, query)
    client.cookies[settings.SESSION_COOKIE_NAME] = "\0" + "a" * 31
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 200


def test_a_search_reads_fields_of_the_row_and_what_is_public() -> None:
    for model, model_admin in admin.site._registry.items():
        label = model._meta.label_lower
        elsewhere = {name for name in model_admin.search_fields if "__" in name}
        assert elsewhere == SEARCHED_ELSEWHERE.get(label, set()), label


def test_a_list_is_ordered_by_what_it_shows(world) -> None:
    for model, model_admin in admin.site._registry.items():
        request = asked_by("superuser")
        changes = model_admin.get_changelist_instance(request)
        for column in model_admin.get_list_display(request):
            order = changes.get_ordering_field(column)
            if order is None:
                continue
            assert str(order).lstrip("-") == getattr(column, "__name__", column), model
            try:
                field = model._meta.get_field(order)
            except FieldDoesNotExist:
                assert order == "name", model  # of an ICS today
                continue
            if field.is_relation:
                assert not any("__" in str(one) for one in field.related_model._meta.ordering)


@BOTH_EDITORS
def test_a_row_is_asked_for_by_its_key_alone(world, role) -> None:
    for label, rows in world.rows.items():
        row = next((row for whose, row in rows.items() if "v" in allowed(role, label, whose)), None)
        for field in type(row)._meta.concrete_fields if row else ():
            if field.primary_key or field.name == "id":
                continue
            for page in (address(label, "changelist"), address(label, "change", row)):
                response = world.clients[role].get(page, {"_to_field": field.name, "_popup": 1})
                assert response.status_code == 400, (role, label, field.name)


# --- Canaries --------------------------------------------------------------------------------

CANARY = "zqzq"


def hide_canaries(world: World) -> None:
    """Write a word that stands nowhere else into all that the editor of one ICS may not see."""
    now = timezone.now()
    other = world.other
    for model, slug, text in ((Scheme, "x-other", "what"), (Announcement, "x-other", "summary")):
        row = model.objects.get(slug=slug)
        title = "name" if model is Scheme else "title"
        model.objects.filter(pk=row.pk).update(
            **{title: CANARY, text: CANARY, "text": CANARY, "note": CANARY, "published_from": None}
        )
    Statement.objects.filter(entry__slug="x-other").update(text=CANARY, organisation=CANARY)
    hidden = Source.objects.create(key=CANARY, publisher=CANARY, title=CANARY)
    Announcement.objects.filter(slug="x-other").update(source=hidden)
    Source.objects.create(
        key=f"{CANARY}-uncited",
        publisher=CANARY,
        title=CANARY,
        entered_by=User.objects.get(username="central"),
    )
    Report.objects.filter(system=other).update(text=CANARY, email=f"{CANARY}@example.org")
    Report.objects.filter(system=None).update(text=CANARY)
    Merger.objects.update(title=CANARY, note=CANARY)
    for user in User.objects.exclude(username="system"):
        User.objects.filter(pk=user.pk).update(
            username=f"{CANARY}{user.pk}", first_name=CANARY, email=f"{CANARY}@example.org"
        )
    TOTPDevice.objects.exclude(user__username="system").update(name=CANARY)
    Upload.objects.create(
        user=User.objects.exclude(username="system").first(),
        content_type=apps.get_model("contenttypes", "ContentType").objects.get_for_model(Scheme),
        name=CANARY,
        text=CANARY,
        made_at=now,
        applied_at=now,
    )


def own_pages(world: World) -> Iterator[str]:
    """Every page of the admin that the editor of one ICS can open."""
    yield "/admin/"
    names = {pattern.name for one in admin.site._registry.values() for pattern in one.get_urls()}
    for label in EXPECTED:
        if not allowed("system", label, None):
            continue
        for what in ("changelist", "add", "export", "deleted", "upload"):
            if f"{label.replace('.', '_')}_{what}" in names:
                yield address(label, what)
        yield f"{address(label, 'changelist')}?_facets=True"
    for label, whose, row in world.every_row():
        if "v" in allowed("system", label, whose):
            for what in ("change", "history", "delete", "preview"):
                if f"{label.replace('.', '_')}_{what}" in names:
                    yield address(label, what, row)


def test_no_page_or_file_of_an_editor_tells_what_others_write(world) -> None:
    hide_canaries(world)
    client, opened = world.clients["system"], 0
    for page in own_pages(world):
        response = client.get(page)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        opened += response.status_code == 200
        assert CANARY not in content.decode().lower(), page
    assert opened > 60


def test_no_search_of_an_editor_finds_what_others_write(world) -> None:
    hide_canaries(world)
    client, searched = world.clients["system"], 0
    for label in EXPECTED:
        searches = admin.site._registry[apps.get_model(label)].search_fields
        if not searches or not allowed("system", label, None):
            continue
        response = client.get(address(label, "changelist"), {"q": CANARY})
        searched += 1
        assert response.context["cl"].result_count == 0, label
    for model, field in referring_fields():
        status, found = offered(client, model, field, CANARY)
        assert not found, (model, field)
        searched += status == 200
    assert searched > 30


def test_no_search_takes_longer_for_a_word_in_what_others_write(world) -> None:
    """Rights to a source take 20 ms to work out, and a database does that where the word is. So
    words are looked for in rows whose keys are known before."""
    hide_canaries(world)
    client = world.clients["system"]
    with CaptureQueriesContext(connection) as asked:
        for label in EXPECTED:
            if allowed("system", label, None):
                client.get(address(label, "changelist"), {"q": CANARY})
        for model, field in referring_fields():
            offered(client, model, field, CANARY)
    searches = [one["sql"] for one in asked.captured_queries if CANARY in one["sql"].lower()]
    assert len(searches) > 30
    for sql in searches:
        assert re.search(r'"\."(id|entry_ptr_id)" IN \(\d', sql), sql


def test_a_name_that_a_hidden_source_shares_is_said_as_if_it_were_alone(world) -> None:
    """Or a code behind it in one's own file would tell that there is another."""
    row = world.rows["systems.scheme"]["own"]
    own = Source.objects.create(key="mine", publisher="P", title="Ward")
    Scheme.objects.filter(pk=row.pk).update(source=own)
    hidden = Source.objects.create(key="theirs", publisher="P", title="Ward")
    Scheme.objects.filter(slug="x-other").update(source=hidden, published_from=None)
    export = world.clients["system"].get(address("systems.scheme", "export"))
    assert "P: Ward (mine)" not in b"".join(export.streaming_content).decode()


# --- Citing ----------------------------------------------------------------------------------


def known(world: World, role: str = "system") -> set[str]:
    """The keys of the sources that are offered to a person to cite, and listed."""
    client = world.clients[role]
    field = Scheme._meta.get_field("source")
    _, choices = offered(client, Scheme, field, "zqward")
    listed = client.get(address("systems.source", "changelist"), {"q": "zqward"})
    keys = set(listed.context["cl"].queryset.values_list("pk", flat=True))
    assert {int(key) for key in choices} == keys
    return set(Source.objects.filter(pk__in=keys).values_list("key", flat=True))


def test_a_source_is_known_when_what_cites_it_is(world) -> None:
    source = Source.objects.create(key="ward", publisher="NHS Norfolk", title="Closing a zqward")
    assert known(world) == set()
    scheme = Scheme.objects.filter(slug="x-other")
    scheme.update(source=source, published_from=None)
    assert known(world) == set()
    assert known(world, "central") == {"ward"}
    own = world.rows["timeline.announcement"]["own"]
    Announcement.objects.filter(pk=own.pk).update(source=source, published_from=None)
    assert known(world) == {"ward"}  # as her own draft cites it
    Announcement.objects.filter(pk=own.pk).update(source=world.source)
    assert known(world) == set()
    scheme.update(published_from=timezone.now())
    assert known(world) == {"ward"}


def test_a_source_is_known_to_who_entered_it_before_anything_cites_it(world) -> None:
    editor = world.clients["system"]
    editor.post(
        address("systems.source", "add"),
        {"publisher": "NHS Devon", "title": "A zqward", "edition": ""},
    )
    made = Source.objects.get(title="A zqward")
    assert made.entered_by.username == "system"
    assert known(world) == {made.key}


@BOTH_EDITORS
def test_nobody_chooses_the_key_by_which_the_files_cite_a_source(world, role) -> None:
    """A release may bring one of that key, and facts of other ICSs that cite it."""
    page = address("systems.source", "add")
    sent = form_of(world.clients[role].get(page)) | {"publisher": "NHS Devon", "title": "A zqward"}
    world.clients[role].post(page, sent | {"key": "a-key-to-come"})
    assert Source.objects.get(title="A zqward").key.startswith("entered-")


def test_a_source_that_only_a_draft_cites_or_nothing_does_is_not_public(world, client) -> None:
    page = "/data/"
    uncited = Source.objects.create(key="a", publisher="P", title="Uncited zqzq")
    drafted = Source.objects.create(key="b", publisher="P", title="Drafted zqzq")
    Scheme.objects.filter(slug="x-other").update(source=drafted, published_from=None)
    assert CANARY not in client.get(page).content.decode()
    Scheme.objects.filter(slug="x-other").update(published_from=timezone.now())
    assert "Drafted zqzq" in client.get(page).content.decode()
    assert uncited.title not in client.get(page).content.decode()


def test_a_source_of_the_fixtures_stays_public_when_a_draft_cites_it_alone(world, client) -> None:
    source = Source.objects.get(key="wessex-lmcs-complaints")
    Scheme.objects.filter(slug="x-other").update(source=source, published_from=None)
    assert source.title in client.get("/data/").content.decode()


# --- Contacts, and the page that asks whether to delete --------------------------------------


def test_a_contact_is_of_its_kind(world) -> None:
    editor, page = world.clients["system"], address("systems.system", "change", world.own)
    form = form_of(editor.get(page))
    fields = {
        said: name.removesuffix("kind") + "value"
        for name, said in form.items()
        if name.endswith("-kind")
    }
    before = set(world.own.contacts.values_list("value"))
    for wrong in (
        {
            "complaints_email": "javascript:alert(1)",
            "website": "javascript:alert(1)",
            "complaints_phone": "javascript:alert(1)",
        },
        {
            "complaints_email": "a@example.org?bcc=b@example.org",
            "website": "http://",
            "complaints_phone": "ring us",
        },
        {"complaints_email": "a@example.org,b@example.org"},
        {"complaints_email": "mailto:a@example.org"},
    ):
        sent = {fields[kind]: value for kind, value in wrong.items()}
        response = editor.post(page, form | sent)
        errors = BeautifulSoup(response.content, "html.parser").select("ul.errorlist li")
        told = [error for error in errors if "Enter a" in error.get_text()]
        assert len(told) == len(wrong), wrong
        assert set(world.own.contacts.values_list("value")) == before


@contextmanager
def without_constraint(model: type[models.Model], name: str) -> Iterator[None]:
    """Let rows be written that a constraint refuses; PostgreSQL looks at all of them afterwards."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        return
    [constraint] = [one for one in model._meta.constraints if one.name == name]
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
        yield
        connection.check_constraints()  # or it waits for what was written twice
        editor.add_constraint(model, constraint)


@pytest.mark.parametrize(
    ("value", "mended"),
    [
        ("javascript:alert(1)", None),
        ("a@example.org,b@example.org", None),
        (" mailto:a@example.org?bcc=b@example.org ", "a@example.org"),
        ("a@example.org", "a@example.org"),
        ("a b@example.org", None),
    ],
)
def test_a_contact_that_was_no_address_is_mended_or_taken_out(world, value, mended, capsys) -> None:
    """By the migration that forbids it, which would fail with it otherwise."""
    migration = import_module("systems.migrations.0011_contact_email_is_an_address")
    contact = world.own.contacts.filter(kind="complaints_email").first()
    with without_constraint(Contact, "contact_email_is_an_address"):
        Contact.objects.filter(pk=contact.pk).update(value=value)
        migration.mend_emails(apps, SimpleNamespace(connection=connection))
    values = Contact.objects.filter(pk=contact.pk).values_list("value", flat=True)
    assert list(values) == ([mended] if mended else [])
    assert (f"devon, {value!r}" in capsys.readouterr().out) == (mended is None)


def test_every_contact_of_the_fixtures_is_of_its_kind() -> None:
    for contact in Contact.objects.all():
        contact.clean()


def test_the_page_that_asks_whether_to_delete_calls_ones_own_ones_own(world) -> None:
    for label in ("timeline.announcement", "systems.scheme", "systems.membership"):
        page = address(label, "delete", world.rows[label]["own"])
        assert "of another ICS" not in world.clients["system"].get(page).content.decode(), label
