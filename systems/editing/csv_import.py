"""Export and import of a model's rows as CSV.

Each row of a file is validated and saved by the admin's own form and `save_model`, with the same
rights as by hand. A preview is an import that is rolled back.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import slugify

from icsinfo.downloads import plain_cell, safe_cell
from systems.editing.choices import is_key
from systems.editing.csv_fields import (
    ReferenceCell,
    ReferenceIndex,
    cell_text,
    csv_field_for,
    field_value,
)
from systems.editing.history import FieldChange
from systems.editing.optimistic_lock import (
    OptimisticLockForm,
    lock_rows,
    lock_uploads,
    row_version,
    with_m2m,
)
from systems.editing.rights import Verb, rights_of
from systems.matching.csv_files import SheetError, rows_of
from systems.models.base import Published

MAX_ROWS = 10_000
MAX_CHANGED_ROWS = 500
CHUNK_ROWS = 1_000  # rows that are read from the database together
KEY, EDITION = "id", "version"
WHOLE_ROW = "The row"

ADDED, CHANGED, SAME, REFUSED = "added", "changed", "left alone", "refused"


class CsvRowForm(OptimisticLockForm):
    """The admin's form with the cells that differ as its data.

    Fields without data keep their values exactly, spaces and seconds included.
    """

    why = ""
    reference_fields = (ReferenceCell,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = self.instance
        self.before = {
            name: cell_text(self.fields[name], field_value(before, name)) for name in self.cells
        }
        for name in self.cells:
            if name not in self.data:
                self.keep(name)

    @property
    def cells(self) -> list[str]:
        return [name for name in self.fields if name != "edition"]

    def changes(self) -> list[FieldChange]:
        """The changes of the fields that are valid, as cells show them. After `is_valid`."""
        changes = []
        for name in self.cells:
            if name in self.data and name in self.cleaned_data:
                now = cell_text(self.fields[name], self.cleaned_data[name])
                if now != self.before[name]:
                    changes.append(
                        FieldChange(str(self.fields[name].label), self.before[name], now)
                    )
        return changes

    def _differing(self) -> Iterator[tuple[str, str, str]]:
        return ((change.field, change.before, change.after) for change in self.changes())

    @staticmethod
    def _clash(differing: list[tuple[str, str, str]]) -> Any:
        shown = "; ".join(
            f"{label}: now “{was}”, in the file “{own}”" for label, was, own in differing
        )
        return (
            "Someone has changed this row since it was downloaded, or its “version” is missing. "
            f"{shown}. Download it again, and make your changes in the new file."
        )


@dataclass
class CsvLine:
    """A row of a file and the result: `verb`, and `problems` as pairs of column and sentence.

    `number` counts the lines of the file, the header being 1.
    """

    number: int
    verb: str = SAME
    row: Any = None
    name: str = ""
    changes: list[FieldChange] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, sentence: str, column: str = WHOLE_ROW) -> "CsvLine":
        self.verb = REFUSED
        self.problems.append((column, sentence))
        return self


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do, or did, line by line."""

    lines: list[CsvLine]

    def of(self, *verbs: str) -> list[CsvLine]:
        return [line for line in self.lines if line.verb in verbs]

    @property
    def counts(self) -> dict[str, int]:
        return {verb: len(self.of(verb)) for verb in (ADDED, CHANGED, SAME, REFUSED)}

    @property
    def written(self) -> list[CsvLine]:
        return self.of(ADDED, CHANGED)

    @property
    def refused(self) -> list[CsvLine]:
        return self.of(REFUSED)

    @property
    def may_be_confirmed(self) -> bool:
        return bool(self.written) and not self.refused

    @property
    def digest(self) -> str:
        """Changes when the import would do anything else: the preview that was confirmed."""
        outcome = [
            (line.number, line.verb, line.row.pk if line.verb == CHANGED else None, line.changes)
            for line in self.lines
        ]
        return hashlib.sha256(repr(outcome).encode()).hexdigest()


class ModelCsv:
    """Export and import of the rows of a model with the rights of the person who asks."""

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.admin, self.request = model_admin, request
        self.model = cast("type[models.Model]", model_admin.model)
        self.rights = rights_of(request)
        self._indexes: dict[Any, ReferenceIndex] = {}
        form = type("Form", (CsvRowForm, model_admin.form), {})
        self.form = model_admin.get_form(
            request, None, change=False, form=form, formfield_callback=self._cell
        )
        fields = self.form.base_fields
        self.fields = {name: fields[name] for name in fields if name != "edition"}

    def _cell(self, db_field: models.Field, **kwargs: Any) -> Any:
        shown = self.admin.formfield_for_dbfield(db_field, self.request, **kwargs)
        return shown and csv_field_for(db_field, shown, self._index)

    def _index(self, model: Any) -> ReferenceIndex:
        return self._indexes.setdefault(model, ReferenceIndex(model, self.rights))

    # --- Writing ---

    @property
    def header(self) -> list[str]:
        edition = [EDITION] if self.admin.can_upload else []
        return [KEY, *edition, *(str(field.label) for field in self.fields.values())]

    def written(self, rows: QuerySet) -> Iterator[list[str]]:
        """The header and the cells of `rows`, read from the database in chunks."""
        yield self.header
        for row in with_m2m(rows).iterator(chunk_size=CHUNK_ROWS):
            cells = (
                cell_text(field, field_value(row, name)) for name, field in self.fields.items()
            )
            edition = [row_version(row)] if self.admin.can_upload else []
            yield [str(row.pk), *edition, *map(safe_cell, cells)]

    # --- Reading ---

    @cached_property
    def _names(self) -> dict[str, str]:
        """The columns by what people may write above them."""
        names = {name: name for name in self.fields}
        names |= {str(field.label).casefold(): name for name, field in self.fields.items()}
        return names | {KEY: KEY, EDITION: EDITION}

    def read(self, text: str) -> list[tuple[int, dict[str, str]]]:
        """The rows of a file, each with its number and its cells by column. Raises SheetError."""
        rows = rows_of(text)
        columns = self._columns([cell.strip() for cell in next(rows, [])])
        blank = dict.fromkeys(filter(None, columns), "")
        read = []
        for number, row in enumerate(rows, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if any(cell.strip() for cell in row[len(columns) :]):
                raise SheetError(f"Row {number} has more cells than there are headings.")
            cells = dict(blank)
            for column, cell in zip(columns, row, strict=False):
                if column:
                    cells[column] = plain_cell(cell)
                elif cell.strip():
                    raise SheetError(f"Row {number} has a cell under no heading: “{cell}”.")
            read.append((number, cells))
            if len(read) > MAX_ROWS:
                raise SheetError(
                    f"There are more than {MAX_ROWS:,} rows. Upload them in smaller files."
                )
        if not read:
            raise SheetError("There are no rows under the headings.")
        return read

    def _columns(self, header: list[str]) -> list[str]:
        """The column of each heading, empty for those without one."""
        unknown = [text for text in header if text and text.casefold() not in self._names]
        if unknown:
            near = get_close_matches(unknown[0].casefold(), self._names, 1, cutoff=0)
            known = next(
                text for text in self.header if self._names[text.casefold()] == self._names[near[0]]
            )
            others = f" These do not exist either: {', '.join(unknown[1:])}." if unknown[1:] else ""
            raise SheetError(
                f"There is no column “{unknown[0][:80]}”. The closest is “{known}”.{others}"
            )
        columns = [self._names[text.casefold()] if text else "" for text in header]
        times = Counter(filter(None, columns))
        if twice := [text for text, name in zip(header, columns, strict=True) if times[name] > 1]:
            raise SheetError(f"The column “{twice[-1]}” is there twice.")
        if not set(columns) - {"", KEY, EDITION}:
            raise SheetError("The first row must be the headings: " + ", ".join(self.header) + ".")
        return columns

    # --- Doing it ---

    def run_import(self, text: str, why: str) -> ImportPlan:
        """Import a file in the caller's transaction. Raises SheetError.

        Rows that are refused are not saved, and the others are: where there is one, the caller
        rolls back. `why` is the comment of the versions; where it is empty none are saved.
        """
        read = self.read(text)
        keys = {int(cells[KEY]) for _, cells in read if is_key(cells.get(KEY, ""))}
        lock_uploads(self.model)
        lock_rows(self.model, keys)
        seen = with_m2m(self.rights.rows(Verb.VIEW, self.model).filter(pk__in=keys))
        seen = self.admin.with_names(seen)
        if self.admin.list_select_related:  # what the names of rows are made of
            seen = seen.select_related(*self.admin.list_select_related)
        run = ImportRun(self, why, {row.pk: row for row in seen})
        run.own = set(
            self.rights.rows(Verb.CHANGE, self.model)
            .filter(pk__in=keys)
            .values_list("pk", flat=True)
        )
        return ImportPlan([run.line(number, cells) for number, cells in read])


class ImportRun:
    """The import of one file: what was read before, and counts, that its lines share."""

    def __init__(self, sheet: ModelCsv, why: str, there: dict[int, Any]) -> None:
        self.sheet, self.why, self.there = sheet, why, there
        self.may_add = sheet.rights.may(Verb.ADD, sheet.model)
        self.what = str(sheet.model._meta.verbose_name)
        self.own: set[int] = set()
        self.seen: dict[int, int] = {}  # numbers of rows by key
        self.slugs: dict[str, int] = {}
        self.changes = 0

    def line(self, number: int, cells: dict[str, str]) -> CsvLine:
        line = CsvLine(number)
        key, edition = cells.pop(KEY, "").strip(), cells.pop(EDITION, "").strip()
        if not key:
            return self._add(line, cells)
        row = self.there.get(int(key)) if is_key(key) else None
        if row is None:
            sentence = f"There is no {self.what} with the id “{key}” that you can see."
            return line.refuse(f"{sentence} Leave the id empty to add one.", KEY)
        line.row, line.name = row, str(row)
        first = self.seen.setdefault(row.pk, number)
        if first != number:
            return line.refuse(f"Row {first} has the same id.", KEY)
        return self._change(line, cells, edition)

    def _add(self, line: CsvLine, cells: dict[str, str]) -> CsvLine:
        line.verb = ADDED
        line.row = row = self.sheet.model()
        if not self.may_add:
            return line.refuse(
                f"You do not have permission to add a {self.what}. Is the id missing?"
            )
        if isinstance(row, Published):
            row.published_from = None  # what is new is a draft, unless the file says otherwise
        filled = {name: text for name, text in cells.items() if text.strip()}
        for name, others in self.sheet.admin.prepopulated_fields.items():
            made = slugify(" ".join(filled.get(other, "") for other in others))
            filled.setdefault(name, made[: self.sheet.fields[name].max_length])
        return self._save(line, filled, "")

    def _change(self, line: CsvLine, cells: dict[str, str], edition: str) -> CsvLine:
        fields = self.sheet.fields
        changed = {
            name: text
            for name, text in cells.items()
            if not _same(fields[name], text, cell_text(fields[name], field_value(line.row, name)))
        }
        if not changed:
            return line
        if line.row.pk not in self.own:
            return line.refuse("You can view it, but not change it.")
        line.verb = CHANGED
        return self._save(line, changed, edition)

    def _save(self, line: CsvLine, cells: dict[str, str], edition: str) -> CsvLine:
        """Save a row as its page would, or say what is wrong."""
        self.changes += 1
        if self.changes > MAX_CHANGED_ROWS:
            raise SheetError(
                f"More than {MAX_CHANGED_ROWS:,} rows are new or changed. Upload them in "
                "smaller files."
            )
        form = self.sheet.form(cells | {"edition": edition}, instance=line.row)
        form.why = self.why
        valid = form.is_valid()
        line.changes = form.changes()
        if not valid:
            return self._refuse(line, form)
        admin, request = self.sheet.admin, self.sheet.request
        change = line.verb == CHANGED
        try:
            with transaction.atomic():
                line.row = admin.save_form(request, form, change)
                admin.save_model(request, line.row, form, change)
                admin.save_related(request, form, [], change)
        except PermissionDenied:
            return line.refuse(
                "It would then also be about something you do not have permission to edit."
            )
        except (IntegrityError, DataError):
            return line.refuse("It conflicts with what is already there.")
        if slug := cells.get("slug"):
            self.slugs.setdefault(slug, line.number)
        line.name = str(line.row)
        return line

    def _refuse(self, line: CsvLine, form: CsvRowForm) -> CsvLine:
        for name, errors in form.errors.items():
            column = WHOLE_ROW if name == NON_FIELD_ERRORS else str(form.fields[name].label)
            for sentence in cast("list[str]", errors):
                line.refuse(str(sentence), column)
        first = self.slugs.get(form.data.get("slug", ""))
        if first and "slug" in form.errors:
            line.refuse(f"Row {first} has the same value.", str(form.fields["slug"].label))
        line.name = line.name or "; ".join(
            form.data.get(name, "") for name in ("name", "title") if name in form.data
        )
        return line


def _same(field: Any, text: str, now: str) -> bool:
    """Whether a cell holds what is there now, perhaps as another program writes it."""
    if text == now or _lines(text) == _lines(now):
        return True
    try:
        return cell_text(field, field.clean(text)) == now
    except ValidationError:
        return False


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
