"""The site as it is, with addresses more at which it fails, so that its error pages can be seen."""

from icsinfo.settings import *  # noqa: F403

ROOT_URLCONF = "tests.browser.urls"
