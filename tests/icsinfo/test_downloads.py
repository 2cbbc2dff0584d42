"""Tables for spreadsheets: nothing in them is calculated, and every letter arrives."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icsinfo.downloads import csv_download, plain_cell, safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+44 20", "-1", "@SUM(A1)", "\t=1", "\r=1", "=", "-", "＝1＋1", "＠A1"]
)
def test_what_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        (0, "0"),
        (12.5, "12.5"),
        ("St George's", "St George's"),
        ("1=1", "1=1"),
        (" =1", " =1"),
    ],
)
def test_anything_else_stays_as_it_is(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


@given(st.text(alphabet="'=+-@\t\r\n a") | st.text())
def test_what_was_made_safe_is_plain_again_letter_by_letter(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_file_is_read_back_as_it_was_written() -> None:
    rows = [['Comma, "quote"', "two\nlines", None], ["Ä, ß and 漢", "=HYPERLINK()", 7]]
    response = csv_download("x.csv", ["one", "two", "three"], rows)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="x.csv"'
    text = response.content.decode("utf-8-sig")
    assert response.content.startswith(b"\xef\xbb\xbf")  # by which Excel knows that it is UTF-8
    assert list(csv.reader(io.StringIO(text))) == [
        ["one", "two", "three"],
        ['Comma, "quote"', "two\nlines", ""],
        ["Ä, ß and 漢", "'=HYPERLINK()", "7"],
    ]
