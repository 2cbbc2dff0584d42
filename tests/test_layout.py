"""The shape of the project: where things are, what may import what, what is installed."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.source import ROOT, classes, imports, module_name, python_files, strings

TOP = {
    *("manage.py", "pyproject.toml", "dev"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *("icsinfo", "systems", "timeline", "templates", "static", "fixtures"),
    *("tests", "docs", "deploy"),
}
LOCKS = {"icsinfo/requirements.txt": [], "tests/requirements.txt": ["test"]}

# What each folder of systems/ may import of its own app: these, and what these may import. It is
# read from the bottom up in docs/architecture.md.
BELOW: dict[str, tuple[str, ...]] = {
    "backups": ("models",),
    "days": (),
    "text": (),
    "models": ("days",),
    "atlas": ("models", "text"),  # names are folded once, when they are read
    "reference": (
        "atlas",
    ),  # the index of names that begin with a text holds systems and areas too
    "maps": ("atlas", "reference"),
    "gazetteer": ("atlas", "reference", "maps"),
    "facts": ("gazetteer", "lookup"),
    "lookup": ("gazetteer",),
    "matching": ("lookup",),
    "content": ("gazetteer", "published_urls"),
    "loading": ("models",),
    "links": ("models",),
    "reports": ("models",),
    "filters": ("facts",),
    "fixtures": ("loading", "reference", "maps"),
    "published_urls": ("models",),
}
# What answers requests and commands: it may import all of the above, and of each other only this.
EDGE: dict[str, tuple[str, ...]] = {
    "admin": ("editing",),
    "api": (),
    "apps": ("editing",),  # registers the policies of its models
    "downloads": (),
    "editing": (),
    "feeds": (),
    "health": (),
    "management": (),
    "mergers": ("editing",),  # what an editor plans, and what is written for that
    "rights": ("editing",),
    "signin": ("editing",),
    "migrations": (),
    "sitemaps": (),
    "templatetags": (),
    "urls": ("views", "feeds"),
    "views": ("sitemaps",),
}
PURE = {
    *("systems.days.spans", "systems.text", "systems.maps.colours", "systems.maps.outlines"),
    *(
        f"systems.reference.{name}"
        for name in ("directory", "nations", "places", "spelling", "tables")
    ),
}


def app_and_unit(name: str) -> tuple[str, str]:
    """systems.models.areas is in the unit "models" of the app "systems"."""
    app, _, rest = name.partition(".")
    return app, rest.partition(".")[0]


def everything_below(unit: str) -> set[str]:
    direct = BELOW[unit]
    return set(direct).union(*(everything_below(other) for other in direct))


def app_imports() -> Iterator[tuple[str, str]]:
    """Who imports whom among the modules of the two apps, except inside one unit."""
    for path in python_files("systems", "timeline"):
        for name in imports(path):
            app, unit = app_and_unit(name)
            if app in {"systems", "timeline"} and (app, unit) != app_and_unit(module_name(path)):
                yield module_name(path), name


def project() -> dict[str, Any]:
    """What pyproject.toml says of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


# --- Files -----------------------------------------------------------------------------------


def top_level() -> set[str]:
    """What is in the repository and not hidden; without git, what is there and not built."""
    git = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    try:
        found = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        names = {name.split("/")[0] for name in found.stdout.split("\0") if name}
    except (OSError, subprocess.CalledProcessError):
        names = {path.name for path in ROOT.iterdir() if not path.name.endswith(".egg-info")}
        names.discard("__pycache__")
    return {name for name in names if not name.startswith(".")}


def test_the_top_level_holds_what_the_design_lists_and_nothing_else() -> None:
    assert top_level() == TOP


def test_a_file_fits_in_the_head() -> None:
    lengths = {
        module_name(path): len(path.read_text().splitlines())
        for path in python_files("icsinfo", "systems", "timeline")
        if path.parent.name != "migrations"  # nobody writes those
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_the_changelog_begins_with_the_version_that_would_be_tagged() -> None:
    latest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert latest
    assert latest[1] == project()["version"]


def test_a_class_name_has_one_meaning() -> None:
    """But for the classes that Django finds by their name, and those inside a class."""
    modules: dict[str, list[str]] = {}
    for path in python_files("icsinfo", "systems", "timeline"):
        if not {"migrations", "commands", "databases"} & set(path.parts):
            for name in classes(path):
                modules.setdefault(name, []).append(module_name(path))
    assert len(modules) > 200
    assert {name: where for name, where in modules.items() if len(where) > 1} == {}


# --- Imports ---------------------------------------------------------------------------------


def test_systems_know_nothing_of_the_timeline() -> None:
    wrong = [pair for pair in app_imports() if pair[0][:7] == "systems" and "timeline" in pair[1]]
    assert wrong == []


def test_the_helpers_know_neither_app() -> None:
    wrong = [
        (module_name(path), name)
        for path in python_files("icsinfo")
        for name in imports(path)
        if app_and_unit(name)[0] in {"systems", "timeline"}
    ]
    # The server's application is made of Django, and of what knows when pages change.
    assert {importer for importer, _ in wrong} == {"icsinfo.urls", "icsinfo.wsgi"}


def names_app(text: str, app: str) -> bool:
    """Whether a string is the label of an app, or has a module, model, URL or template of it."""
    return text == app or bool(re.search(rf"(?<![\w/]){app}(?:[.:_]\w|/\w+\.html\b)", text))


@pytest.mark.parametrize(
    ("text", "is_a_name"),
    [
        *(("timeline", True), ("timeline.event", True), ("admin:timeline_event_add", True)),
        *(("timeline:entry", True), ("admin:timeline:x", True), ("timeline/entry.html", True)),
        *(("The timeline.", False), ("timeline: what", False), ("/timeline/x.html", False)),
    ],
)
def test_a_string_that_names_an_app_is_told_from_prose(text: str, is_a_name: bool) -> None:
    assert names_app(text, "timeline") is is_a_name


@pytest.mark.parametrize(
    ("package", "apps", "exempt"),
    [
        ("systems", ["timeline"], set()),
        # Settings and URLs put the site together from its apps.
        ("icsinfo", ["systems", "timeline"], {"icsinfo.settings", "icsinfo.urls"}),
    ],
)
def test_no_string_names_an_app_above(package: str, apps: list[str], exempt: set[str]) -> None:
    wrong = [
        (module_name(path), text)
        for path in python_files(package)
        if module_name(path) not in exempt
        for text in strings(path)
        if any(names_app(text, app) for app in apps)
    ]
    assert wrong == []


def test_each_folder_imports_only_what_lies_below_it() -> None:
    """An edge of the timeline may stand on the same edge of systems: its API on the API."""
    wrong = []
    seen = set()
    for who, whom in app_imports():
        (app, unit), (other_app, other) = app_and_unit(who), app_and_unit(whom)
        if app == "systems":
            allowed = everything_below(unit) if unit in BELOW else {*BELOW, *EDGE[unit]}
        elif other_app == "systems":
            allowed = {*BELOW, *EDGE.get(unit, ()), unit}
        else:
            continue
        seen.add(unit)
        if other not in allowed:
            wrong.append((who, whom))
    assert wrong == []
    assert seen >= {"atlas", "reference", "facts", "lookup", "views", "api", "editing"}


def test_every_module_of_systems_is_in_a_folder_but_those_that_django_expects() -> None:
    flat = {path.stem for path in (ROOT / "systems").glob("*.py")} - {"__init__"}
    assert flat == {
        *("admin", "apps", "urls", "filters", "fixtures", "sitemaps"),
        *("downloads", "health", "published_urls", "gazetteer"),
    }


def test_no_two_parts_of_an_app_import_each_other() -> None:
    graph: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for who, whom in app_imports():
        graph.setdefault(app_and_unit(who), set()).add(app_and_unit(whom))
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


MERGERS = [
    {"plan"},
    {"impact", "recorder"},
    {"apply", "verification"},
    {"service"},
    {"forms"},
    {"admin"},
]


def test_the_merger_desk_is_built_in_floors() -> None:
    floors = {name: floor for floor, names in enumerate(MERGERS) for name in names}
    package = "timeline.mergers."
    files = {path.stem: path for path in (ROOT / "timeline/mergers").glob("[!_]*.py")}
    assert set(files) == set(floors)
    wrong = [
        (name, used)
        for name, path in files.items()
        for used in {whole.removeprefix(package).split(".")[0] for whole in imports(path)}
        & set(floors)
        if floors[used] >= floors[name]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("package", "banned"),
    [
        *(
            (f"{app}.models", ("django.http", "django.shortcuts", "django.views", "django.forms"))
            for app in ("systems", "timeline")
        ),
        *((name, ("django", "systems.models")) for name in sorted(PURE)),
    ],
)
def test_models_see_no_request_and_the_pure_core_sees_no_django(
    package: str, banned: tuple[str, ...]
) -> None:
    files = [
        path
        for path in python_files("systems", "timeline")
        if f"{module_name(path)}.".startswith(f"{package}.")
    ]
    assert files
    wrong = [
        (module_name(path), name)
        for path in files
        for name in imports(path)
        if any(f"{name}.".startswith(f"{prefix}.") for prefix in banned)
    ]
    assert wrong == []


def test_no_test_file_leans_on_another() -> None:
    """What several of them need stands in a module that holds no tests."""
    wrong = [
        (module_name(path), name)
        for path in python_files("tests")
        for name in imports(path)
        if re.search(r"^tests\.(.+\.)?(test_|conftest\b)", name)
    ]
    assert wrong == []


# --- Dependencies ----------------------------------------------------------------------------


def wanted(*extras: str) -> list[Requirement]:
    optional = project()["optional-dependencies"]
    lists = [project()["dependencies"], *(optional[name] for name in extras)]
    return [Requirement(text) for texts in lists for text in texts]


def locked(lock: str) -> dict[str, str]:
    """The requirements of a lock file, each with the lines of its hashes."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    entries = text.replace("\\\n", " ").splitlines()
    return dict(re.split(r"\s+(?=--hash)|$", entry, maxsplit=1) for entry in entries)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_that_is_installed_has_one_version_and_a_hash(lock: str) -> None:
    for requirement, hashes in locked(lock).items():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+( ; .+)?", requirement.strip())
        assert re.fullmatch(r"(--hash=sha256:[0-9a-f]{64}\s*)+", hashes), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path(lock: str) -> None:
    lines = [
        line for line in (ROOT / lock).read_text().splitlines() if re.search(r"[/@]|-i\b", line)
    ]
    assert lines == ["#    ./dev lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock: str) -> None:
    versions: dict[str, list[str]] = {}
    for line in locked(lock):
        requirement = Requirement(line)
        version = str(requirement.specifier).removeprefix("==")
        versions.setdefault(canonicalize_name(requirement.name), []).append(version)
    for dependency in wanted(*LOCKS[lock]):
        found = versions.get(canonicalize_name(dependency.name), [])
        assert found, f"{dependency} is not in {lock}"
        assert all(dependency.specifier.contains(version) for version in found), dependency


def test_the_tests_run_with_what_the_site_runs_with() -> None:
    assert locked("icsinfo/requirements.txt").items() <= locked("tests/requirements.txt").items()


def test_every_dependency_says_why_it_is_there() -> None:
    lines = [line.strip() for line in (ROOT / "pyproject.toml").read_text().splitlines()]
    for dependency in wanted("test"):
        [place] = [number for number, line in enumerate(lines) if line == f'"{dependency}",']
        assert lines[place - 1].startswith("#"), f"{dependency} has no comment above it"
