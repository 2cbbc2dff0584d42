"""Every public address that the site has now, and the register of all that it ever had.

The register is `fixtures/addresses.txt`: an address a line, in order. Addresses are added to it and
never taken away; a test walks along it. What editors rename or delete in a database of their own is
kept there, in `FormerSlug`.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from icsinfo.downloads import package
from icsinfo.routes import routes
from systems.models import AreaCode, CouncilArea, SystemCode
from systems.models.permanent_url import PermanentUrl

REGISTER = settings.FIXTURES / "addresses.txt"
# Nobody links to these: they are for editors, for programs, or take what is typed. What matching
# answers from has another address with every release.
PRIVATE = re.compile(
    r"\^?admin/|\^?api/|healthz|readyz|find/suggestions/|report/|oembed|sitemap-<|match/facts-"
)
_VARIABLE = re.compile(r"<(?:\w+:)?\w+>")


def public_addresses() -> list[str]:
    """The path of every page, feed and file, in order."""
    return sorted({path for _, route in routes() for path in _paths(route)})


def plain_pages() -> list[str]:
    """The paths of pages without a slug in them, in order. No files."""
    return [f"/{route}" for route in sorted(r for _, r in routes()) if _is_plain_page(route)]


def _is_plain_page(route: str) -> bool:
    is_page = not route or route.endswith("/")
    return is_page and not _VARIABLE.search(route) and not PRIVATE.match(route)


def _paths(route: str) -> Iterator[str]:
    if PRIVATE.match(route):
        return
    if not _VARIABLE.search(route):
        yield f"/{route}"
        return
    for slug in _slugs(route):
        yield "/" + _VARIABLE.sub(slug, route, count=1)


def _slugs(route: str) -> Iterable[str]:
    """What may stand for the variable in the addresses of `route`.

    Raises KeyError for a kind of address that nobody has said this of.
    """
    kind, _, rest = route.partition("/")
    if kind == "code":
        return {
            code
            for model in (SystemCode, AreaCode)
            for code in model._default_manager.values_list("code", flat=True)
        }
    if kind == "organisations" and rest.endswith("feed.atom"):  # others have none
        return set(CouncilArea.objects.values_list("council__code", flat=True))
    if kind == "data":
        return package.tables
    model = PermanentUrl.kinds()[kind]
    return model.public().values_list(model.SLUG, flat=True)


def read_register(path: Path = REGISTER) -> list[str]:
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def extend_register(path: Path = REGISTER) -> list[str]:
    """Add to the register what is not in it yet, and return that."""
    known = set(read_register(path))
    new = [address for address in public_addresses() if address not in known]
    if new:
        path.write_text("\n".join(sorted(known.union(new))) + "\n", encoding="utf-8")
    return new
