"""What is no key of a row gets a sentence in the admin, never a 500."""

import pytest
from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db

JUNK = ["abc", "9" * 30, "-1", "1.5", "²", "x" * 300]
FIELDS = {
    "timeline/announcement": ["systems", "source"],
    "systems/scheme": ["system", "areas", "source", "topics"],
    "systems/membership": ["organisation", "system", "source"],
    "timeline/merger": ["predecessors", "source"],
}


@pytest.fixture
def superuser(staff_client):
    return staff_client(User.objects.create(username="s", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("junk", JUNK)
def test_a_key_that_cannot_be_one_is_refused_in_the_form(superuser, junk: str) -> None:
    for model, names in FIELDS.items():
        page = f"/admin/{model}/add/"
        assert superuser.get(page, dict.fromkeys(names, junk)).status_code == 200, page
        response = superuser.post(page, dict.fromkeys(names, junk))
        assert response.status_code == 200, page
        errors = response.context["adminform"].form.errors
        assert [name for name in names if name not in errors] == [], page


@pytest.mark.parametrize("junk", JUNK)
def test_an_action_on_what_is_no_key_is_on_nothing(superuser, junk: str) -> None:
    chosen = {"action": "delete_selected", "_selected_action": junk}
    response = superuser.post("/admin/systems/scheme/", chosen, follow=True)
    assert response.status_code == 200
    assert "Items must be selected" in response.content.decode()
