"""CSV files as people have them: any usual encoding and delimiter, quoted newlines, ragged rows.

A file is read twice, a piece at a time: once to learn what it is, once for its rows.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

_PIECE = 1 << 20
_SAMPLE = 1000  # rows that are looked at to find the column
_NOT_TEXT = {
    b"PK\x03\x04": "an Excel or OpenDocument file. Save it as CSV first",
    b"\xd0\xcf\x11\xe0": "an old Excel file. Save it as CSV first",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file. Unpack it first",
}
_NOT_DECODED = "{} is not CSV in UTF-8, UTF-16 or Windows-1252. Save it as “CSV UTF-8” first."
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(rf'"?sep=([{_DELIMITERS}])"?(?:\r\n?|\n)', re.IGNORECASE)


class SheetError(ValueError):
    """A file, or a choice about it, that cannot be used: a sentence says what to do."""


@dataclass(frozen=True)
class Sheet:
    """What is known of a CSV file. `width` is the number of cells in its longest row.

    `separator` is a line at its beginning that names the delimiter to Excel; no row, and kept.
    """

    path: Path
    encoding: str
    delimiter: str
    separator: str
    rows: int
    width: int
    sample: list[list[str]]

    @classmethod
    def of(cls, path: Path) -> "Sheet":
        """Look a file through. Raises SheetError if it is no CSV file, or empty."""
        try:
            with path.open("rb") as file:
                encoding = _encoding(file, path.name)
            with path.open(encoding=encoding, newline="") as file:
                head = file.read(_PIECE)
            separator, delimiter = _separator(head), _delimiter(head)
            rows = _rows(path, encoding, delimiter)
            sample = list(islice(rows, _SAMPLE))
            number, width = len(sample), max(map(len, sample), default=0)
            for row in rows:
                number += 1
                width = max(width, len(row))
        except OSError as error:
            raise SheetError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeError as error:
            raise SheetError(_NOT_DECODED.format(path.name)) from error
        if not width:
            raise SheetError(f"{path.name} is empty.")
        return cls(path, encoding, delimiter, separator, number, width, sample)

    def __iter__(self) -> Iterator[list[str]]:
        return _rows(self.path, self.encoding, self.delimiter)

    @property
    def encoding_to_write(self) -> str:
        """UTF-8, with the mark that Excel needs unless the file had no such mark before."""
        return "utf-8" if self.encoding == "utf-8" else "utf-8-sig"


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        separator = _separator(file.read(len('"sep=;"\r\n')))
        file.seek(0)
        file.read(len(separator))
        reader = csv.reader(file, delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            raise SheetError(
                f"{path.name}, line {reader.line_num}: {error}. Is there a missing quotation mark?"
            ) from error


def decoded(name: str, content: bytes) -> str:
    """The text of a file that was sent to us. Raises SheetError if it is no CSV file, or empty."""
    try:
        text = content.decode(_encoding(io.BytesIO(content), name))
    except UnicodeError as error:
        raise SheetError(_NOT_DECODED.format(name)) from error
    if "\0" in text:
        raise SheetError(_zero_bytes(name))
    if not text.strip():
        raise SheetError(f"{name} is empty.")
    return text


def rows_of(text: str) -> Iterator[list[str]]:
    """The rows of a CSV file. Raises SheetError where its quotation marks leave doubt."""
    rows = io.StringIO(text.removeprefix(_separator(text)), newline="")
    reader = csv.reader(rows, delimiter=_delimiter(text), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise SheetError(
            f"Line {reader.line_num} cannot be read as CSV. Is there a missing quotation "
            f"mark, or a cell longer than {csv.field_size_limit():,} characters?"
        ) from error


def _encoding(file: BinaryIO, name: str) -> str:
    head = file.read(_PIECE)
    for start, what in _NOT_TEXT.items():
        if head.startswith(start):
            raise SheetError(f"{name} is not CSV: it looks like {what}.")
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _sixteen_bits(name, head)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while head:
            decoder.decode(head)
            head = file.read(_PIECE)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _sixteen_bits(name: str, head: bytes) -> str:
    """The order of the bytes of UTF-16 without a mark: plain letters have a zero beside them."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) or min(even, odd) * 4 > max(even, odd):
        raise SheetError(_zero_bytes(name))
    return "utf-16-be" if even > odd else "utf-16-le"


def _zero_bytes(name: str) -> str:
    return f"{name} is not CSV: it contains zero bytes."


def _separator(text: str) -> str:
    """The line at the beginning of a text that names the delimiter to Excel; empty if none does."""
    match = _SEPARATOR.match(text)
    return match[0] if match else ""


def _delimiter(text: str) -> str:
    """What the line for Excel names, or what the first row has most of, outside quotation marks;
    a comma if nothing.
    """
    if match := _SEPARATOR.match(text):
        return match[1]
    first = re.sub(r'"[^"]*"?', "", text).lstrip().splitlines()[:1]
    return max(_DELIMITERS, key="".join(first).count)


def write_rows(path: Path, sheet: Sheet, rows: Iterable[list[str]]) -> None:
    """Write a file of the same kind."""
    with path.open("x", encoding=sheet.encoding_to_write, newline="") as file:
        file.write(sheet.separator)
        csv.writer(file, delimiter=sheet.delimiter).writerows(rows)
