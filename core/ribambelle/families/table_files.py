"""From a file a town hall exports to headings and rows: CSV as its programs write it, or XLSX."""

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from ribambelle.errors import Refused

MOST_ROWS = 20_000
LARGEST = 8_000_000
"""Bytes of a file; a list of ten thousand families takes about two million."""
MEMORY = 200_000_000
"""Bytes a workbook may become once unpacked."""
CUTS = ";,\t"
SENTENCES = {
    "empty": "Choisissez un fichier.",
    "too_big": "Ce fichier est trop grand : 8 Mo au plus. Coupez-le en plusieurs.",
    "form_unreadable": "L’envoi s’est interrompu. Recommencez.",
    "list_empty": "Ce fichier ne contient aucune ligne sous ses titres.",
    "list_too_long": "Ce fichier a plus de 20 000 lignes. Coupez-le en plusieurs.",
    "list_unreadable": "Ce fichier ne s’ouvre pas. Enregistrez-le en CSV ou en XLSX.",
}
"""What a page says of a list that was sent and cannot be read; each adds what is its own."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """A list: its headings, and its rows as texts, each as long as the headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...] = ()
    """Where each row stands in its file; one after the other when nothing is said."""

    def line(self, place: int) -> int:
        """Return where a row stands in its file, as a spreadsheet numbers it.

        >>> TableFile(("Nom",), (("Payet",), ("Hoarau",))).line(1)
        3
        """
        return self.lines[place] if self.lines else place + 2


def read(content: bytes, *, most: int = MOST_ROWS, sheet: str = "") -> TableFile:
    """Return the first table of a file; its content decides what it is, never its name.

    :param sheet: of a workbook, by its name; raises Refused("sheet_unknown", known=…) without it.

    >>> read("Nom;Né le\\nPayet;14/03/2024\\n".encode("cp1252"))
    TableFile(headings=('Nom', 'Né le'), rows=(('Payet', '14/03/2024'),), lines=(2,))
    >>> read("\\ufeffNom,Ville\\n\\"Payet, Luc\\",Alpha\\n".encode()).rows
    (('Payet, Luc', 'Alpha'),)
    >>> read(b"Nom\\nPayet\\n\\nHoarau\\n").lines
    (2, 4)
    >>> read(b"")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: list_empty
    """
    lines = _workbook(content, sheet) if content.startswith(b"PK") else _csv(content)
    # a blank line is left out, and counts: lines are told as a spreadsheet shows them
    told = [(number, line) for number, line in enumerate(lines, start=1) if any(line)]
    if len(told) < 2:
        raise Refused("list_empty")
    if len(told) - 1 > most:
        raise Refused("list_too_long", most=most)
    headings = tuple(told[0][1])
    width = len(headings)
    rows = (tuple((line + [""] * width)[:width]) for _, line in told[1:])
    return TableFile(headings, tuple(rows), tuple(number for number, _ in told[1:]))


def _csv(content: bytes) -> list[list[str]]:
    text = text_of(content)
    first = text.partition("\n")[0]
    cut = max(CUTS, key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=cut, strict=True)
        return [[cell.strip() for cell in row] for row in rows]
    except csv.Error as error:
        raise Refused("list_unreadable") from error


def text_of(content: bytes) -> str:
    """Return the text of a file: UTF-8, with or without its mark, or Windows' own alphabet.

    >>> text_of("Zoé".encode("utf-8-sig")), text_of("Zoé".encode("cp1252"))
    ('Zoé', 'Zoé')
    """
    if b"\0" in content:
        raise Refused("list_unreadable")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def sheets(content: bytes) -> tuple[str, ...]:
    """Return the sheets of a workbook that hold something; one without a name for another file.

    >>> sheets(b"Nom\\nPayet\\n")
    ('',)
    """
    if not content.startswith(b"PK"):
        return ("",)
    with _opened(content) as book:
        return tuple(one for one in book.sheet_names if book.get_sheet_by_name(one).start)


@contextmanager
def _opened(content: bytes) -> Iterator[CalamineWorkbook]:
    """Open a workbook; whatever is wrong with it is one refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MEMORY:
                raise Refused("list_unreadable")
        yield CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, zipfile.BadZipFile, IndexError, OSError, ValueError) as error:
        raise Refused("list_unreadable") from error


def _workbook(content: bytes, sheet: str) -> list[list[str]]:
    with _opened(content) as book:
        if sheet and sheet not in book.sheet_names:
            raise Refused("sheet_unknown", sheet=sheet, known=", ".join(book.sheet_names))
        found = book.get_sheet_by_name(sheet or book.sheet_names[0])
        above: list[list[Any]] = [[]] * (found.start[0] if found.start else 0)
        rows = above + found.to_python()
    return [[told(cell) for cell in row] for row in rows]


def told(cell: Any) -> str:
    """Return what a cell of a workbook says, as it would be typed.

    A number is what a spreadsheet shows: a sum it worked out carries a dust of its last bits.

    >>> told(97400.0), told(date(2024, 3, 14)), told(" Zoé "), told(48.199999999999996)
    ('97400', '2024-03-14', 'Zoé', '48.2')
    """
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return str(cell).strip()
