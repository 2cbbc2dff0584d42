"""What the documents say of limits is what the code keeps to."""

import pytest
from django.conf import settings

from systems.editing import csv_admin, csv_import
from systems.models.deletions import RETENTION
from systems.models.uploads import UNCONFIRMED_RETENTION
from systems.reports.intake import MAX_AN_HOUR, MAX_AN_HOUR_ON_A_PAGE

DOCS = settings.BASE_DIR / "docs"
DAYS = UNCONFIRMED_RETENTION.days
BODY = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

SAID = [
    ("production.md", f"The site takes {MAX_AN_HOUR} reports an hour"),
    ("production.md", f"{MAX_AN_HOUR_ON_A_PAGE} of them about one page"),
    ("production.md", f"Editors upload files of up to {csv_admin.MAX_BYTES // 1024**2} MB"),
    ("production.md", f"the site takes {BODY // 1024} kB"),
    ("production.md", f"An upload of {csv_import.MAX_CHANGED_ROWS} changed rows"),
    ("decisions.md", f"After {RETENTION.days} days the next deletion"),
    ("production.md", f"deleted after {'a day' if DAYS == 1 else f'{DAYS} days'}"),
]


@pytest.mark.parametrize(("document", "sentence"), SAID)
def test_a_limit_is_said_as_it_is_kept(document: str, sentence: str) -> None:
    text = " ".join((DOCS / document).read_text(encoding="utf-8").split())
    assert sentence in text


def test_the_shipped_proxy_lets_uploads_through() -> None:
    text = (settings.BASE_DIR / "deploy/nginx/icsinfo.conf").read_text(encoding="utf-8")
    [size] = [line.split()[1] for line in text.splitlines() if "client_max_body_size" in line]
    assert int(size.removesuffix("m;")) * 1024**2 > csv_admin.MAX_BYTES
