"""A CSV file as spreadsheets and platforms write it: its rows, and what stands between its cells."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Mistake
from grader.submission import read_bytes

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Sheet:
    """Rows of cells, the line of the file on which each ends, and the delimiter. There is at least one row."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    delimiter: str


def read_sheet(path: Path, cure: str) -> Sheet:
    """Return what is in a CSV file, without empty lines. Raises `Mistake`, with this cure, if there is nothing, or no CSV.

    Excel's "Unicode text" is understood, and so is a first line `sep=;` that names the delimiter.
    """
    text = _text(path)
    first, _, rest = text.partition("\n")
    named = first.strip().strip('"').lower()
    skipped = 0
    if named.startswith("sep=") and named[4:] and named[4] in DELIMITERS:
        text, delimiter, skipped = rest, named[4], 1
    else:
        delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [(tuple(row), reader.line_num + skipped) for row in reader if row]
    except csv.Error as error:
        raise Mistake(f"{path} is no CSV file: {error}", cure) from None
    if not found:
        raise Mistake(f"{path} is empty", cure)
    return Sheet(tuple(row for row, _ in found), tuple(line for _, line in found), delimiter)


def _text(path: Path) -> str:
    data = read_bytes(path)
    try:
        return data.decode("utf-16" if data.startswith(UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(f"{path} is not UTF-8 text", 'In a spreadsheet, save it as "CSV UTF-8".') from None
