"""The project's own Python files, and what they import."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def python_files(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The dotted names that a file imports, those inside functions and for types too."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    package = (
        module_name(path) if path.name == "__init__.py" else module_name(path.parent / "_")[:-2]
    )
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def imported_from(names: Iterable[str]) -> set[Path]:
    """The project's files that importing these modules may run, now or from inside a function."""
    found: set[Path] = set()
    waiting = list(names)
    while waiting:
        fresh = set(_files_of(waiting.pop())) - found
        found |= fresh
        waiting += [name for path in fresh for name in imports(path)]
    return found


def _files_of(name: str) -> Iterator[Path]:
    """The file of a module and those of the packages around it; `name` may be one of its names."""
    place = ROOT
    for part in name.split("."):
        place /= part
        yield from (
            path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()
        )


def strings(path: Path) -> Iterator[str]:
    """The strings of a file, without docstrings."""
    tree = ast.parse(path.read_text())
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def classes(path: Path) -> Iterator[str]:
    """The names of the classes of a file, without those inside a class (Meta, Media)."""
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.ClassDef):
                yield node.name
            else:
                waiting.append(node)
