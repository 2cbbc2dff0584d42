"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icsinfo.settings")

django = get_wsgi_application()

# What these import needs Django set up.
from django.conf import settings  # noqa: E402

from icsinfo import content_cache  # noqa: E402
from icsinfo.http import Utf8Request  # noqa: E402
from icsinfo.page_cache import PageCache  # noqa: E402
from icsinfo.page_store import PageStore  # noqa: E402
from systems import gazetteer  # noqa: E402
from systems.content import public_content  # noqa: E402
from systems.content.warming import warm  # noqa: E402

django.request_class = Utf8Request
gazetteer.stored_in = settings.STATE_DIR / "gazetteer"
warm(django)
content = public_content()
content_cache.content = content
application = PageCache(django, content, PageStore(settings.STATE_DIR / "pages"))
