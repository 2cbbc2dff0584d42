"""Who may do what in the admin: each role, each row, each verb, each address.

What is expected stands here once more, in its own words, and the real pages are asked. An address
of the admin that this file does not know makes it fail.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from systems.admin import NOT_YOURS_THEN
from systems.editing.inlines import MAX_INLINE_ROWS
from systems.editing.rights import Rights
from systems.models import (
    AreaPeriod,
    Editorship,
    Membership,
    Organisation,
    Source,
    Succession,
    System,
)
from tests.builders import TODAY
from tests.editing import address, edition_in, form_of, offered, referring_fields, token_in, values
from tests.roles import EACH_ROLE, EXPECTED, NOTHING, ROLES, TOUCH, allowed
from timeline.models import Announcement, Merger

pytestmark = pytest.mark.django_db

# Where a row says which system it is of.
SYSTEM_FIELD = {
    "systems.membership": "system",
    "systems.scheme": "system",
    "timeline.announcement": "systems",
}
# The addresses of the site's admin that belong to no model, and who gets what there.
SITE = {
    "index": "staff",
    "app_list": "staff",
    "jsi18n": "staff",
    "password_change": "staff",
    "password_change_done": "staff",
    "logout": "staff",
    "login": "everybody",
    "login_code": "password given",
    "login_new_password": "password given",
    "login_enrol": "password given",
    "second_factor": "staff",
    "new_phone": "staff",
    "autocomplete": "asked below",
    "view_on_site": "nobody",
    None: "staff",  # what leads on to an address with a slash
}
PASSWORD_GIVEN = [name for name, whose in SITE.items() if whose == "password given"]
# The addresses that a model has, and the verb that each needs.
VERBS = {
    "changelist": "v",
    "add": "a",
    "history": "v",
    "delete": "d",
    "change": "v",
    "password_change": "c",  # of a person
    "markdown": "c",
    "preview": "v",
    "restore": "c",
    "deleted": "a",
    "undelete": "a",
    "export": "v",
    "upload": "a",
    "uploaded": "a",
    "areas": "c",  # of a planned change, as the three that follow
    "decisions": "c",
    "undo": "c",
}


def touched(label: str, data: dict[str, Any]) -> dict[str, Any]:
    """A form with one of its fields changed, in whichever way the form asks for it."""
    name, value = TOUCH[label]
    if name == "about":
        data = data | {"about_source": Source.objects.first().pk}
    if f"{name}_0" in data:
        day, _, time = value.partition(" ")
        return data | {f"{name}_0": as_typed(day), f"{name}_1": time}
    return data | {name: as_typed(value) if name.startswith("date") else value}


def as_typed(day: str) -> str:
    return "/".join(reversed(day.split("-")))


# --- Addresses -------------------------------------------------------------------------------


def admin_addresses(patterns: Any = None) -> Iterator[str | None]:
    """The names of all addresses under /admin/."""
    if patterns is None:
        for pattern in get_resolver().url_patterns:
            if isinstance(pattern, URLResolver) and str(pattern.pattern) == "admin/":
                yield from admin_addresses(pattern.url_patterns)
        return
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        else:
            yield from admin_addresses(pattern.url_patterns)


def test_every_registered_model_is_in_the_table() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert registered == set(EXPECTED) == set(TOUCH)


def test_every_address_of_the_admin_is_in_the_table() -> None:
    found = list(admin_addresses())
    known = {f"{label.replace('.', '_')}_{what}" for label in EXPECTED for what in VERBS} | set(
        SITE
    )
    assert len(found) > 80
    assert [name for name in found if name not in known] == []


@EACH_ROLE
def test_the_pages_that_belong_to_no_model_are_for_those_who_are_signed_in(world, role) -> None:
    for name in PASSWORD_GIVEN:
        response = Client().get(reverse(f"admin:{name}"))
        assert response["Location"] == "/admin/", name
    for name in ("index", "jsi18n", "password_change", "second_factor", "new_phone"):
        response = world.clients[role].get(reverse(f"admin:{name}"))
        assert response.status_code == (302 if role == "visitor" else 200), (name, role)
    for app in ("systems", "timeline", "auth"):
        response = world.clients[role].get(f"/admin/{app}/")
        some = any(allowed(role, label, None) for label in EXPECTED if label.startswith(app))
        expected = 200 if some else 302 if role == "visitor" else 404
        assert response.status_code == expected, (app, role)


@EACH_ROLE
def test_no_address_leads_on_from_any_row_to_its_page(world, role) -> None:
    for label, _, row in world.every_row():
        kind = apps.get_model("contenttypes", "ContentType").objects.get_for_model(type(row))
        assert world.clients[role].get(f"/admin/r/{kind.pk}/{row.pk}/").status_code == 404, label


# --- Each verb -------------------------------------------------------------------------------


@EACH_ROLE
def test_the_front_page_names_what_a_role_works_on_and_nothing_else(world, role) -> None:
    response = world.clients[role].get("/admin/")
    if role == "visitor":
        assert response.status_code == 302
        return
    shown = {
        model["model"]._meta.label_lower
        for app in response.context["app_list"]
        for model in app["models"]
    }
    verbs = {label: allowed(role, label, None) for label in EXPECTED}
    if role == "system":
        assert shown == {label for label, held in verbs.items() if set(held) - {"v"}}
    else:
        assert shown == {label for label, held in verbs.items() if held}


@EACH_ROLE
def test_a_list_shows_what_a_role_may_see(world, role) -> None:
    for label, rows in world.rows.items():
        response = world.clients[role].get(address(label, "changelist"), {"all": ""})
        if not allowed(role, label, None):
            assert response.status_code in {302, 403}, (label, role)
            assert role == "visitor" or response.status_code == 403, (label, role)
            continue
        assert response.status_code == 200, (label, role)
        listed = set(response.context["cl"].queryset.values_list("pk", flat=True))
        for whose, row in rows.items():
            assert (row.pk in listed) == ("v" in allowed(role, label, whose)), (label, whose)


@EACH_ROLE
@pytest.mark.parametrize("what", ["change", "history", "delete"])
def test_a_page_of_a_row_opens_for_those_who_may(world, role, what) -> None:
    for label, whose, row in world.every_row():
        response = world.clients[role].get(address(label, what, row))
        may = VERBS[what] in allowed(role, label, whose)
        assert (response.status_code == 200) == may, (role, label, whose, response.status_code)
        if not may:
            assert response.status_code in {302, 403}


@EACH_ROLE
def test_a_row_changes_for_those_who_may_and_for_nobody_else(world, role) -> None:
    for label, whose, row in world.every_row():
        page = address(label, "change", row)
        data = {} if role in NOTHING else touched(label, world.form(role, label, whose))
        before = values(row)
        response = world.clients[role].post(page, data)
        changed = values(row) != before
        problems = response.context and response.context.get("errors")
        assert changed == ("c" in allowed(role, label, whose)), (role, label, whose, problems)


@EACH_ROLE
def test_a_row_is_deleted_by_those_who_may_and_by_nobody_else(world, role) -> None:
    client = world.clients[role]
    for label, whose, row in world.every_row():
        if label in {"systems.system", "systems.area", "systems.source"} or row.pk is None:
            continue  # what much else rests on: see the next test
        may = "d" in allowed(role, label, whose)
        client.post(address(label, "delete", row), {"post": "yes"})
        assert (values(row) is None) == may, (role, label, whose)


@EACH_ROLE
def test_what_other_rows_need_is_deleted_by_nobody(world, role) -> None:
    for label in ("systems.system", "systems.area", "systems.source"):
        for row in world.rows[label].values():
            world.clients[role].post(address(label, "delete", row), {"post": "yes"})
            assert values(row) is not None, (role, label)


@EACH_ROLE
def test_a_bulk_action_takes_only_what_a_role_may_delete(world, role) -> None:
    client = world.clients[role]
    for label, rows in world.rows.items():
        if label in {"systems.system", "systems.area", "systems.source"}:
            continue
        for whose, row in rows.items():
            sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
            client.post(address(label, "changelist"), sent)
            may = "d" in allowed(role, label, whose)
            assert (values(row) is None) == may, (role, label, whose)


def test_one_row_of_somebody_else_stops_a_whole_bulk_action(world) -> None:
    for label in ("systems.scheme", "timeline.announcement"):
        rows = world.rows[label]
        sent = {
            "action": "delete_selected",
            "_selected_action": [rows["own"].pk, rows["shared"].pk],
            "post": "yes",
        }
        world.clients["system"].post(address(label, "changelist"), sent)
        assert values(rows["own"]) is not None
        assert values(rows["shared"]) is not None


@EACH_ROLE
def test_the_form_for_a_new_row_opens_for_those_who_may(world, role) -> None:
    for label in EXPECTED:
        response = world.clients[role].get(address(label, "add"))
        assert (response.status_code == 200) == ("a" in allowed(role, label, None)), (role, label)


@EACH_ROLE
def test_what_this_site_adds_to_the_admin_asks_for_the_same_rights(world, role) -> None:
    """Previews, the boxes for Markdown, the bin, spreadsheets. More is in test_history.py and
    test_csv_import.py."""
    client, names = world.clients[role], set(admin_addresses())
    asked = 0
    for label, whose, row in world.every_row():
        name, verbs = label.replace(".", "_"), allowed(role, label, whose)
        if f"{name}_preview" in names:
            asked += 1
            shown = client.get(address(label, "preview", row)).status_code == 200
            assert shown == ("v" in verbs), (role, label, whose)
    for label in EXPECTED:
        name, verbs = label.replace(".", "_"), allowed(role, label, None)
        if f"{name}_markdown" in names:
            said = client.post(address(label, "markdown"), {"text": "*x*"}).status_code == 200
            assert said == bool(set("ac") & set(verbs)), (role, label)
        for what in ("deleted", "export", "upload"):
            if f"{name}_{what}" in names:
                asked += 1
                shown = client.get(address(label, what)).status_code == 200
                assert shown == (VERBS[what] in verbs), (role, label, what)
    assert asked > 20


@pytest.mark.parametrize("role", ROLES)
def test_the_merger_desk_is_the_central_editors(world, role) -> None:
    """Its pages, and what they do: nothing is placed, decided, planned or undone by others."""
    client, merger = world.clients[role], world.rows["timeline.merger"]["own"]
    may = "c" in allowed(role, "timeline.merger", "own")
    refused = {302, 403} if role == "visitor" else {403}
    [successor] = merger.successors.all()
    areas = AreaPeriod.objects.holding_on(TODAY).filter(system=world.own).values_list("area")
    placed = {f"area-{area}": successor.pk for (area,) in areas}
    for page in ("areas", "decisions", "preview"):
        shown = client.get(address("timeline.merger", page, merger))
        assert shown.status_code == 200 if may else shown.status_code in refused, page
        sent = {"edition": edition_in(shown), **placed, "token": token_in(shown)}
        sent |= {"all": "ended", "_all": "yes"} if page == "decisions" else {}
        posted = client.post(address("timeline.merger", page, merger), sent)
        assert posted.status_code == 302 if may else posted.status_code in refused, page
    merger.refresh_from_db()
    assert merger.is_planned == may
    assert merger.placements.exists() == merger.decisions.exists() == may
    assert System.objects.filter(slug="x-own-new").exists() == may
    if not may:
        Merger.objects.filter(pk=merger.pk).update(state="planned")
    for ask in (client.get, client.post):
        undone = ask(address("timeline.merger", "undo", merger))
        assert undone.status_code in ({200, 302} if may else refused)
    merger.refresh_from_db()
    assert merger.is_planned != may
    rest = client.post(address("timeline.merger", "preview", merger), {"_rest": "yes"})
    assert rest.status_code == 302 if may else rest.status_code in refused


# --- Adding to, and moving to, another system ------------------------------------------------


def renamed(label: str, data: dict[str, Any]) -> dict[str, Any]:
    """The form of a row as that of a new one."""
    free = {key: value for key, value in data.items() if not key.endswith("-id")}
    for key in free:
        if key.endswith(("-INITIAL_FORMS", "-TOTAL_FORMS")):
            free[key] = "0"
    if label == "systems.membership":
        return free | {"role": "listed"}
    return free | {"slug": "x-new"}


@EACH_ROLE
@pytest.mark.parametrize("whose", ["own", "other", "nobody's"])
def test_a_row_is_added_to_ones_own_system_only(world, role, whose) -> None:
    for label, field in SYSTEM_FIELD.items():
        if label == "systems.membership" and whose == "nobody's":
            continue
        model = apps.get_model(label)
        page = address(label, "change", world.rows[label]["own"])
        data = renamed(label, form_of(world.clients["superuser"].get(page)))
        target = {"own": world.own, "other": world.other}.get(whose)
        data[field] = (
            ([target.pk] if target else []) if field == "systems" else target.pk if target else ""
        )
        if whose != "own" and "areas" in data:
            data["areas"] = []
        before = model.objects.count()
        response = world.clients[role].post(address(label, "add"), data)
        may = role in {"superuser", "central"} or (role == "system" and whose == "own")
        problems = response.context and response.context.get("errors")
        assert model.objects.count() - before == may, (role, label, whose, problems)
        model.objects.order_by("-pk").first().delete() if may else None


@EACH_ROLE
def test_a_row_is_moved_to_another_system_only_by_those_who_may_change_both(world, role) -> None:
    for label, field in SYSTEM_FIELD.items():
        for target in ([world.other], [world.own, world.other], []):
            if len(target) != 1 and field == "system":
                continue
            row = world.rows[label]["own"]
            page = address(label, "change", row)
            shown = world.clients[role if role == "system" else "superuser"].get(page)
            data = form_of(shown)
            data[field] = [one.pk for one in target] if field == "systems" else target[0].pk
            before = values(row)
            world.clients[role].post(page, data)
            may = role in {"superuser", "central"}
            assert (values(row) != before) == may, (role, label, target)


def test_a_scheme_is_not_put_into_the_areas_of_another_system(world) -> None:
    scheme = world.rows["systems.scheme"]["own"]
    page = address("systems.scheme", "change", scheme)
    data = form_of(world.clients["system"].get(page)) | {"areas": [world.areas["other"].pk]}
    before = values(scheme)
    response = world.clients["system"].post(page, data)
    assert values(scheme) == before
    assert "areas" in response.context["adminform"].form.errors


def test_a_shared_row_is_not_taken_over_by_taking_the_others_out(world) -> None:
    row = world.rows["timeline.announcement"]["shared"]
    page = address("timeline.announcement", "change", row)
    data = form_of(world.clients["superuser"].get(page)) | {"systems": [world.own.pk]}
    assert world.clients["system"].post(page, data).status_code == 403
    assert row.systems.count() == 2


def test_what_others_say_is_not_made_ones_own_by_its_kind(world) -> None:
    row = world.rows["timeline.announcement"]["own"]
    page = address("timeline.announcement", "change", row)
    data = form_of(world.clients["system"].get(page))
    assert "kind" not in data
    world.clients["system"].post(page, data | {"kind": "national"})
    row.refresh_from_db()
    assert row.kind == "local"


# --- Inlines ---------------------------------------------------------------------------------


def test_a_row_of_an_inline_cannot_be_somebody_elses(world) -> None:
    mine, theirs = (world.rows["timeline.announcement"][whose] for whose in ("own", "other"))
    page = address("timeline.announcement", "change", mine)
    data = form_of(world.clients["system"].get(page))
    statement = theirs.statements.get()
    wrong = data | {"statements-0-id": statement.pk, "statements-0-text": "Taken"}
    world.clients["system"].post(page, wrong)
    statement.refresh_from_db()
    assert (statement.text, statement.entry_id) == ("Said", theirs.pk)
    world.clients["system"].post(page, wrong | {"statements-0-DELETE": "on"})
    assert theirs.statements.exists()
    world.clients["system"].post(page, data | {"statements-0-entry": theirs.pk})
    assert mine.statements.exists()


def test_the_key_of_an_inline_tells_not_whether_there_is_such_a_row(world) -> None:
    client = world.clients["system"]
    statement = world.rows["timeline.announcement"]["other"].statements.get()
    for label, prefix, theirs in (
        ("timeline.announcement", "statements", statement),
        ("systems.system", "contacts", world.other.contacts.first()),
        ("systems.system", "leaders", world.other.leaders.first()),
        ("systems.organisation", "memberships", world.rows["systems.membership"]["other"]),
    ):
        page = address(label, "change", world.rows[label]["own"])
        data = form_of(client.get(page))
        answers = []
        for key in (theirs.pk, 10**9, 10**20):
            response = client.post(page, data | {f"{prefix}-0-id": key})
            assert "A row of this form does not exist" in response.content.decode(), (label, key)
            text = BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)
            answers.append((response.status_code, text))
        assert answers[0] == answers[1] == answers[2], label


@pytest.mark.parametrize("sent", [10**6, "9" * 40])
def test_an_inline_makes_no_more_forms_than_a_page_needs(world, sent) -> None:
    """Two thousand took a worker minutes, and one request asked for them."""
    client, row = world.clients["system"], world.rows["timeline.announcement"]["own"]
    page = address("timeline.announcement", "change", row)
    data = form_of(client.get(page)) | {"statements-TOTAL_FORMS": sent}
    response = client.post(page, data)
    [inline] = response.context["inline_admin_formsets"]
    assert len(inline.formset.forms) <= MAX_INLINE_ROWS
    assert "Please submit at most" in response.content.decode()


def test_the_members_of_another_system_are_not_among_an_organisations_own(world) -> None:
    shared = world.rows["systems.organisation"]["shared"]
    response = world.clients["system"].get(address("systems.organisation", "change", shared))
    text = response.content.decode()
    assert "norfolk" not in text.lower()


def test_the_page_of_ones_system_has_contacts_leaders_and_no_names_or_codes(world) -> None:
    page = address("systems.system", "change", world.own)
    names = set(form_of(world.clients["system"].get(page)))
    assert {"contacts-TOTAL_FORMS", "leaders-TOTAL_FORMS"} <= names
    assert not {"slug", "region", "names-TOTAL_FORMS", "codes-TOTAL_FORMS"} & names
    sent = form_of(world.clients["superuser"].get(page)) | {"slug": "taken"}
    world.clients["system"].post(page, sent)
    world.own.refresh_from_db()
    assert world.own.slug == "devon"


def test_a_membership_that_has_ended_is_corrected_on_its_form(world) -> None:
    """Its organisation is no longer among those that may be seen."""
    client, row = world.clients["system"], world.rows["systems.membership"]["own"]
    Membership.objects.filter(pk=row.pk).update(date_to=TODAY - timedelta(days=400))
    Organisation.objects.filter(pk=row.organisation_id).update(area=None)
    page = address("systems.membership", "change", row)
    data = form_of(client.get(page))
    assert data["organisation"] == str(row.organisation_id)
    response = client.post(page, data | {"date_to": "2025-09-30"})
    assert response.status_code == 302, response.context["errors"]
    row.refresh_from_db()
    assert row.date_to == date(2025, 9, 30)
    response = client.post(
        page, data | {"organisation": world.rows["systems.organisation"]["nobody's"].pk}
    )
    assert "Choose another: this one no longer exists" in response.content.decode()
    data = form_of(client.get(page))
    for until in ("", (TODAY + timedelta(days=9)).isoformat()):
        response = client.post(page, data | {"date_to": until})
        assert NOT_YOURS_THEN in response.content.decode(), until
    row.refresh_from_db()
    assert row.date_to == date(2025, 9, 30)


def test_what_has_left_ones_system_is_not_taken_back_by_a_new_row(world) -> None:
    """As a member of both it would no longer be the other editor's to change."""
    gone = world.rows["systems.organisation"]["other"]
    Membership.objects.create(
        organisation=gone,
        system=world.own,
        role="listed",
        date_from=date(2020, 4, 1),
        date_to=date(2022, 7, 1),
        source=world.source,
    )
    client = world.clients["system"]
    page = address("systems.membership", "add")
    chosen = {"organisation": gone.pk, "role": "listed", "source": world.source.pk}
    response = client.post(page, form_of(client.get(page)) | chosen)
    assert "Choose another: this one no longer exists" in response.content.decode()
    assert gone.memberships.holding_on(TODAY).count() == 1


@pytest.mark.parametrize("days", [(9, None), (None, 9)], ids=["begins", "ends"])
def test_a_membership_takes_no_days_on_which_its_organisation_is_another_ones(world, days) -> None:
    """A merger planned both: what the other ICS has today, and what it is to have."""
    start, end = (day and TODAY + timedelta(days=day) for day in days)
    client, row = world.clients["system"], world.rows["systems.membership"]["own"]
    Membership.objects.filter(pk=row.pk).update(date_from=start, date_to=end)
    theirs = {"organisation": row.organisation, "system": world.other, "source": world.source}
    Membership.objects.create(role="paid", date_from=end, date_to=start, **theirs)
    page = address("systems.membership", "change", row)
    data = form_of(client.get(page))
    name, more = ("date_from", "2020-04-01") if start else ("date_to", "")
    response = client.post(page, data | {name: more})
    assert NOT_YOURS_THEN in response.content.decode()
    response = world.clients["central"].post(page, data | {name: more})
    assert response.status_code == 302, response.context["errors"]


def test_a_membership_takes_no_such_days_on_the_page_of_its_organisation(world) -> None:
    client, own = world.clients["system"], world.rows["systems.organisation"]["own"]
    own.memberships.update(date_to=TODAY + timedelta(days=9))
    page = address("systems.organisation", "change", own)
    data = form_of(client.get(page))
    theirs = {"organisation": own, "system": world.other, "source": world.source}
    Membership.objects.create(role="paid", date_from=TODAY + timedelta(days=9), **theirs)
    response = client.post(page, data | {"memberships-0-date_to": ""})
    assert NOT_YOURS_THEN in response.content.decode()


def test_a_member_of_another_ics_is_not_added_though_it_lies_in_ones_own_area(world) -> None:
    here = world.rows["systems.organisation"]["here"]
    theirs = {"organisation": here, "source": world.source}
    Membership.objects.create(system=world.other, role="listed", **theirs)
    client, page = world.clients["system"], address("systems.membership", "add")
    data = form_of(client.get(page)) | {"organisation": here.pk, "role": "listed"}
    response = client.post(page, data | {"source": world.source.pk})
    assert NOT_YOURS_THEN in response.content.decode()
    here.memberships.all().delete()
    assert client.post(page, data | {"source": world.source.pk}).status_code == 302


# --- Ways round ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["change", "delete"])
def test_a_row_asked_for_by_an_empty_field_is_asked_for_by_its_key(world, page) -> None:
    row = world.rows["timeline.announcement"]["own"]
    there = address("timeline.announcement", page, row)
    assert world.clients["system"].get(there, {"_to_field": ""}).status_code == 200


def test_a_search_for_a_thousand_words_is_no_error(world) -> None:
    """SQLite refuses a condition of more than a thousand parts."""
    words = " ".join(["x"] * 1_500)
    client = world.clients["system"]
    for label in ("systems.scheme", "systems.organisation", "timeline.announcement"):
        for page in ("changelist", "export"):
            assert client.get(address(label, page), {"q": words}).status_code == 200
    asked = {"app_label": "systems", "model_name": "scheme", "field_name": "source"}
    assert client.get("/admin/autocomplete/", asked | {"term": words}).status_code == 200


def test_two_who_take_one_address_at_once_are_told_of_it(world, monkeypatch) -> None:
    """Both find it free, as neither sees yet what the other saves."""
    client = world.clients["system"]
    page = address("timeline.announcement", "change", world.rows["timeline.announcement"]["own"])
    data = form_of(client.get(page)) | {"slug": "x-other"}
    checks = iter([lambda *args, **kwargs: None])
    check = Announcement.validate_unique
    monkeypatch.setattr(
        Announcement, "validate_unique", lambda *a, **k: next(checks, check)(*a, **k)
    )
    response = client.post(page, data)
    assert "already exists" in response.content.decode()


def test_a_text_of_one_ics_does_not_fill_the_lists_of_all(world) -> None:
    client = world.clients["system"]
    for label, names in {
        "timeline.announcement": ("summary", "note", "text"),
        "systems.scheme": ("what", "text"),
        "systems.system": ("about",),
    }.items():
        page = address(label, "change", world.rows[label]["own"])
        data = form_of(client.get(page))
        response = client.post(page, data | dict.fromkeys(names, "x" * 20_001))
        assert set(response.context["adminform"].form.errors) == set(names)


@EACH_ROLE
def test_a_search_for_something_to_choose_offers_ones_own(world, role) -> None:
    targets: dict[str, set[str]] = {}
    for model, field in referring_fields():
        target = field.related_model._meta.label_lower
        term = {"systems.system": "", "systems.area": ""}.get(
            target, "xx" if "org" in target else "x"
        )
        if target in targets and role != "system":
            continue
        status, found = offered(world.clients[role], model, field, term)
        if status == 404:
            assert not admin.site._registry[field.related_model].search_fields
            continue
        may_see = "v" in allowed(role, target, None)
        assert status == (200 if may_see else 302 if role == "visitor" else 403), (role, target)
        targets[target] = found
        for whose, row in world.rows[target].items():
            wanted = "v" in allowed(role, target, whose) and whose != "nobody's"
            if str(row.pk) in found or (wanted and target != "systems.report"):
                assert "v" in allowed(role, target, whose), (role, target, whose)
                assert str(row.pk) in found, (role, target, whose)
    assert len(targets) > 4


def test_a_list_is_not_asked_about_fields_that_it_does_not_show(world) -> None:
    for label, query in {
        "systems.report": "token__startswith=own",
        "systems.scheme": "source__publisher__startswith=P",
        "systems.system": "editorships__user__username=x-own",
        "timeline.announcement": "systems__reports__text__startswith=W",
    }.items():
        response = world.clients["system"].get(f"{address(label, 'changelist')}?{query}")
        assert response.status_code == 400, label


def test_a_list_filtered_by_another_system_shows_nothing_of_it(world) -> None:
    for label in ("systems.scheme", "systems.membership", "systems.report"):
        response = world.clients["system"].get(
            address(label, "changelist"), {"system__id__exact": world.other.pk}
        )
        listed = response.context["cl"].queryset
        assert not listed.filter(system=world.other).exists(), label


def test_what_would_be_deleted_is_not_told_to_those_who_may_not(world) -> None:
    mine = world.rows["systems.scheme"]["own"]
    text = world.clients["system"].get(address("systems.scheme", "delete", mine)).content.decode()
    assert "x-own" in text
    assert "x-other" not in text
    for label in ("systems.source", "systems.system", "systems.organisation"):
        for row in world.rows[label].values():
            assert world.clients["system"].get(address(label, "delete", row)).status_code in {
                302,
                403,
            }


def test_a_permission_of_djangos_own_opens_nothing(world) -> None:
    from django.contrib.auth.models import Permission

    user = User.objects.get(username="none")
    user.user_permissions.set(Permission.objects.all())
    for label, rows in world.rows.items():
        assert world.clients["none"].get(address(label, "changelist")).status_code == 403, label
        for row in rows.values():
            assert world.clients["none"].get(address(label, "change", row)).status_code == 403


# --- When a system closes --------------------------------------------------------------------


def rights_on(day: date, system: str) -> set[str]:
    """The slugs of the systems whose rows somebody edits who was given one of them."""
    user = User.objects.create(username=f"{system}-{day}", is_staff=True)
    Editorship.objects.create(
        user=user, role="system", system=System.objects.get(slug=system), date_from=date(2020, 1, 1)
    )
    own = Rights.of(user, day).own
    return set(System.objects.filter(pk__in=own).values_list("slug", flat=True))


def test_the_rights_of_a_closed_systems_editors_end_with_it() -> None:
    assert rights_on(date(2026, 3, 31), "frimley") == {"frimley"}
    assert rights_on(date(2026, 4, 1), "frimley") == set()


def test_where_a_succession_says_so_the_editors_follow() -> None:
    followed = Succession.objects.filter(predecessor__slug="frimley").first()
    followed.editors_follow = True
    followed.save()
    before, after = date(2026, 3, 31), date(2026, 4, 1)
    successor = followed.successor.slug
    assert rights_on(before, "frimley") == {"frimley"}
    assert rights_on(after, "frimley") == {"frimley", successor}
    assert rights_on(after, successor) == {"frimley", successor}
    others = Succession.objects.filter(predecessor__slug="frimley").exclude(pk=followed.pk)
    for other in others:
        assert "frimley" not in rights_on(after, other.successor.slug)


def test_an_editors_rights_begin_and_end_at_midnight() -> None:
    user = User.objects.create(username="x", is_staff=True)
    Editorship.objects.create(
        user=user, role="central", date_from=date(2026, 5, 1), date_to=date(2026, 6, 1)
    )
    roles = [
        Rights.of(user, day).role
        for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1))
    ]
    assert roles == ["none", "central", "central", "none"]
