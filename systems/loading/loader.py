"""Filling the database from readable files without undoing what editors did.

A `Fixture` says how the rows of one file become the objects of one model. Each app lists its own
in `fixtures.py`; `load` takes them in order, so a file comes after the files it refers to.

What was loaded is remembered row by row (`LoadedRow`). A row whose object is as it was follows
the file; what an editor changed or deleted is reported and left alone, unless told to `overwrite`.
"""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, models, transaction
from django.db.models.deletion import Collector
from django.utils.module_loading import module_has_submodule

from systems.models import LoadedRow
from systems.models.base import Published


class FixtureError(Exception):
    """A file that cannot be loaded, with a sentence that names the file, the line and the fault."""


@dataclass(frozen=True)
class Fixture:
    """How `file` fills `model`.

    The columns of the file are the names of the model's fields. A column named in `references`
    holds the key of a row of that fixture instead, or of the first of several fixtures that has
    it (several keys, separated by "; ", for a many-to-many field). `key` names the columns that
    tell rows apart. `added` names columns that came after the first release: a row that was loaded
    without them follows the file, if nobody has filled them since.
    """

    file: str
    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    references: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    # Computes further fields of a row, and may raise FixtureError where the row is not true.
    complete: Callable[[dict[str, str], Path], dict[str, Any]] | None = None
    added: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.file.partition(".")[0]


@dataclass
class LoadReport:
    """What one load did, by fixture."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)

    @property
    def wrote(self) -> int:
        return self.added + self.changed + self.removed


def all_fixtures() -> list[Fixture]:
    """Every app's fixtures, in the order of the apps."""
    fixtures: list[Fixture] = []
    for config in apps.get_app_configs():
        if config.module and module_has_submodule(config.module, "fixtures"):
            fixtures += getattr(import_module(f"{config.name}.fixtures"), "FIXTURES", [])
    return fixtures


@transaction.atomic
def load(
    folder: Path,
    fixtures: Sequence[Fixture] | None = None,
    *,
    overwrite: bool = False,
    progress: Callable[[list[Any]], Iterable[Any]] = iter,
) -> dict[str, LoadReport]:
    """Bring the database to what the files say: all of it, or on any fault nothing.

    Returns a report by fixture name. Raises FixtureError. `progress` wraps the list
    of steps, one a file.
    """
    fixtures = all_fixtures() if fixtures is None else fixtures
    loaded: dict[str, dict[str, LoadedRow]] = {fixture.name: {} for fixture in fixtures}
    for row in LoadedRow.objects.filter(fixture__in=loaded):
        loaded[row.fixture][row.key] = row
    seen: dict[str, set[str]] = {fixture.name: set() for fixture in fixtures}
    loaders = [_Loader(fixture, folder, loaded, seen, overwrite) for fixture in fixtures]
    for loader in loaders:
        loader.read()
    # A row that was corrected in its key is a new one, and the old must make room for it. What
    # refers to a row goes before the row; what is still referred to goes in the second round.
    for loader in reversed(loaders):
        loader.remove_missing()
    for loader in progress(loaders):
        loader.run()
    for loader in reversed(loaders):
        loader.remove_missing()
        loader.report_remaining()
    return {loader.fixture.name: loader.report for loader in loaders}


@dataclass
class _Entry:
    """A row that is to be written: a new object, or one that was found."""

    line: int
    key: str
    item: models.Model
    values: dict[str, Any]
    digest: str


class _Loader:
    """One fixture on its way into the database.

    `loaded` is shared by all: the remembered rows by fixture and key. A row without an object
    any more has an `object_id` of 0 here, so that what refers to it can tell. `all_seen`, too:
    the keys that are in the files now.
    """

    def __init__(
        self,
        fixture: Fixture,
        folder: Path,
        loaded: dict[str, dict[str, LoadedRow]],
        all_seen: dict[str, set[str]],
        overwrite: bool,
    ) -> None:
        self.fixture = fixture
        self.folder = folder
        self.loaded = loaded
        self.mine = loaded[fixture.name]
        self.overwrite = overwrite
        self.report = LoadReport()
        self.all_seen = all_seen
        self.seen = all_seen[fixture.name]
        meta = fixture.model._meta
        self.fields: dict[str, models.Field] = {
            field.name: field for field in (*meta.concrete_fields, *meta.many_to_many)
        }
        self.many = [name for name in fixture.references if self.fields[name].many_to_many]
        self.objects: dict[int, models.Model] = {}
        self.rows: list[tuple[int, str, dict[str, str]]] = []

    def read(self) -> None:
        """Read file and table, and see which rows there are."""
        manager = self.fixture.model._default_manager
        self.objects = {item.pk: item for item in manager.prefetch_related(*self.many)}
        for line, row in self._rows():
            key = "|".join(row[column] for column in self.fixture.key)
            if key in self.seen:
                raise self._fault(line, f"{key} is there twice")
            self.seen.add(key)
            self.rows.append((line, key, row))

    def run(self) -> None:
        """Write what is new or has changed."""
        remembered = {known.object_id for known in self.mine.values()}
        by_key = {
            self._key_of(item): item
            for item in self.objects.values()
            if not (self.overwrite and item.pk in remembered)  # it goes back to its own row
        }
        entries = (self._entry(line, key, row, by_key) for line, key, row in self.rows)
        self._write([entry for entry in entries if entry])

    def remove_missing(self) -> None:
        """Delete objects whose row is no longer in the file, unless they are an editor's work."""
        for key in self._missing():
            known = self.mine[key]
            item = self.objects.get(known.object_id)
            if item and self._why_not_remove(item, known):
                continue
            if item:
                del self.objects[known.object_id]
                item.delete()
                self.report.removed += 1
            LoadedRow.objects.filter(fixture=self.fixture.name, key=key).delete()
            del self.mine[key]

    def report_remaining(self) -> None:
        for key in self._missing():
            known = self.mine[key]
            why = self._why_not_remove(self.objects[known.object_id], known)
            self.report.kept.append(f"{key}: no longer in the file, but {why}")

    def _missing(self) -> list[str]:
        return [key for key in self.mine if key not in self.seen]

    def _why_not_remove(self, item: models.Model, known: LoadedRow) -> str:
        if not self.overwrite and not self._is_as_loaded(item, known):
            return "changed here"
        collector = Collector(using=DEFAULT_DB_ALIAS)
        try:
            collector.collect([item])  # with everything that would be deleted with it
        except models.ProtectedError:
            return "in use"
        own = {getattr(self.fixture.model, name).through for name in self.many}
        itself = {type(item), *item._meta.get_parent_list()}  # a row in each of these tables
        others = any(len(items) > (model in itself) for model, items in collector.data.items())
        others |= any(rows.model not in own and rows.exists() for rows in collector.fast_deletes)
        return "in use" if others else ""

    def _rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        try:
            with (self.folder / self.fixture.file).open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file)
                header = next(reader, [])
                if tuple(header) != self.fixture.columns:
                    raise FixtureError(
                        f"{self.fixture.file}: expected the columns "
                        f"{', '.join(self.fixture.columns)}; found {', '.join(header) or 'none'}."
                    )
                for cells in reader:
                    if len(cells) != len(header):
                        raise self._fault(
                            reader.line_num, f"{len(cells)} cells for {len(header)} columns"
                        )
                    yield reader.line_num, dict(zip(header, cells, strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise FixtureError(f"{self.fixture.file} cannot be read: {error}.") from error

    def _fault(self, line: int, what: str) -> FixtureError:
        return FixtureError(f"{self.fixture.file}, line {line}: {what}.")

    def _entry(
        self, line: int, key: str, row: dict[str, str], by_key: dict[tuple, models.Model]
    ) -> _Entry | None:
        """What is to be written for a row, or None where the database stays as it is."""
        values = self._values(line, row)
        known = self.mine.get(key)
        if values is None:
            self._keep(key, known, None, "something it refers to was deleted or entered here")
            return None
        digest = _digest({column: values[column] for column in self.fixture.columns})
        item = self.objects.get(known.object_id) if known else None
        item = item or by_key.get(self._key_in(values))
        if item and self._digest_of(item) == digest:
            if known and known.digest == digest:
                self.report.unchanged += 1
                return None
        elif not self.overwrite:
            if known and item is None:
                self._keep(key, known, None, "deleted here")
                return None
            if item and not (known and self._is_as_loaded(item, known)):
                self._keep(key, known, item, "changed here" if known else "entered here already")
                return None
        if item is None and self._is_taken(values):
            self._keep(key, known, None, "entered here already")
            return None
        return _Entry(line, key, item or self.fixture.model(), values, digest)

    def _keep(self, key: str, known: LoadedRow | None, item: models.Model | None, why: str) -> None:
        """Leave what an editor did, and let later rows refer to it: not to texts of their own."""
        self.report.kept.append(f"{key}: {why}")
        their_text = known is None and issubclass(self.fixture.model, Published)
        self.mine[key] = LoadedRow(
            fixture=self.fixture.name,
            key=key,
            object_id=item.pk if item and not their_text else 0,
            digest=known.digest if known else "",
        )

    def _values(self, line: int, row: dict[str, str]) -> dict[str, Any] | None:
        """The row as values of the model's fields, or None if it refers to what is gone."""
        values: dict[str, Any] = {}
        for column, text in row.items():
            field = self.fields[column]
            if column in self.fixture.references:
                keys = [self._referred(line, column, key) for key in text.split("; ") if key]
                if 0 in keys:
                    return None
                values[column] = sorted(keys) if column in self.many else next(iter(keys), None)
                continue
            try:
                values[column] = None if text == "" and field.null else field.to_python(text)
            except ValidationError as error:
                reason = " ".join(error.messages).rstrip(".")
                raise self._fault(line, f"{column} is {text!r}: {reason}") from error
        if self.fixture.complete:
            try:
                values |= self.fixture.complete(row, self.folder)
            except FixtureError as error:
                raise self._fault(line, str(error).rstrip(".")) from error
        return values

    def _referred(self, line: int, column: str, key: str) -> int:
        named = self.fixture.references[column]
        targets = (named,) if isinstance(named, str) else named
        for target in targets:
            if key in self.all_seen[target]:
                return self.loaded[target][key].object_id
        raise self._fault(line, f"{column} is {key!r}, which is not in {' or '.join(targets)}")

    def _as_it_is(self, item: models.Model, columns: Iterable[str]) -> dict[str, Any]:
        return {
            column: sorted(other.pk for other in getattr(item, column).all())
            if column in self.many
            else getattr(item, self.fields[column].attname)
            for column in columns
        }

    def _key_of(self, item: models.Model) -> tuple:
        return tuple(self._as_it_is(item, self.fixture.key).values())

    def _key_in(self, values: dict[str, Any]) -> tuple:
        return tuple(values[column] for column in self.fixture.key)

    def _is_taken(self, values: dict[str, Any]) -> bool:
        """Whether a row of another model has the key: an announcement that of an event."""
        key = {column: values[column] for column in self.fixture.key}
        parents = self.fixture.model._meta.get_parent_list()
        return any(parent._default_manager.filter(**key).exists() for parent in parents)

    def _digest_of(self, item: models.Model) -> str:
        return _digest(self._as_it_is(item, self.fixture.columns))

    def _is_as_loaded(self, item: models.Model, known: LoadedRow) -> bool:
        if self._digest_of(item) == known.digest:
            return True
        values = self._as_it_is(item, self.fixture.columns)
        added = [values.pop(column) for column in self.fixture.added]
        are_empty = all(value in (None, "", []) for value in added)
        return bool(added) and are_empty and _digest(values) == known.digest

    def _write(self, entries: list[_Entry]) -> None:
        for entry in entries:
            self._fill(entry)
        new = [entry for entry in entries if entry.item.pk is None]
        changed = [entry for entry in entries if entry.item.pk is not None]
        for entry in changed:  # first, as they may let go of what a new one takes
            self._save(entry)
        self._create(new)
        for entry in entries:
            for column in self.many:
                getattr(entry.item, column).set(entry.values[column])
            self.mine[entry.key] = LoadedRow(
                fixture=self.fixture.name,
                key=entry.key,
                object_id=entry.item.pk,
                digest=entry.digest,
            )
        LoadedRow.objects.bulk_create(
            [self.mine[entry.key] for entry in entries],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["fixture", "key"],
            update_fields=["object_id", "digest"],
        )
        self.report.added += len(new)
        self.report.changed += len(changed)

    def _create(self, entries: list[_Entry]) -> None:
        manager = self.fixture.model._default_manager
        if not self.fixture.model._meta.parents:  # Django creates only plain tables in bulk
            try:
                with transaction.atomic():
                    manager.bulk_create([entry.item for entry in entries], batch_size=500)
                return
            except DatabaseError:
                pass  # again, one by one, to name the row that is at fault
        for entry in entries:
            entry.item.pk = None
            self._save(entry)

    def _fill(self, entry: _Entry) -> None:
        for column, value in entry.values.items():
            if column not in self.many:
                setattr(entry.item, self.fields[column].attname, value)
        try:
            entry.item.clean_fields(exclude=self.fixture.references)
        except ValidationError as error:
            faults = "; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())
            raise self._fault(entry.line, f"{entry.key}: {faults.rstrip('.')}") from error

    def _save(self, entry: _Entry) -> None:
        try:
            with transaction.atomic():
                entry.item.save()
        except DatabaseError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise self._fault(entry.line, f"{entry.key}: {reason}") from error


def _digest(values: dict[str, Any]) -> str:
    text = "\n".join(f"{name}={values[name]!r}" for name in sorted(values))
    return hashlib.sha256(text.encode()).hexdigest()
