"""Lists as files a town hall opens: CSV for anything, XLSX for its spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from litestar import Response

KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


def answer(
    kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Response[bytes]:
    """Return a list as a file to download."""
    if kind == "xlsx":
        return book(name, [Sheet("Liste", headings, list(rows))])
    return _file(kind, name, as_csv(headings, rows))


def book(name: str, sheets: Sequence[Sheet]) -> Response[bytes]:
    """Return several tables as one spreadsheet to download."""
    return _file("xlsx", name, as_xlsx(sheets))


def _file(kind: str, name: str, body: bytes) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(body, media_type=KINDS[kind], headers=headers)


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV that French spreadsheets open: semicolons, and a mark of UTF-8.

    >>> as_csv(("Nom", "Places"), [("Les Lilas", 30.5), ("=1+1", None)]).decode("utf-8-sig")
    "Nom;Places\\r\\nLes Lilas;30,5\\r\\n'=1+1;\\r\\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """Return what is written in a cell; a text that a spreadsheet would compute is disarmed."""
    if isinstance(value, str) and value.startswith(FORMULA) and not NUMBER.fullmatch(value):
        return f"'{value}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return "" if value is None else value


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return tables as a workbook; no text in it is ever a formula or a link."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        bold = workbook.add_format({"bold": True})
        for one in sheets:
            sheet = workbook.add_worksheet(one.title)
            sheet.write_row(0, 0, one.headings, bold)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(one.rows, start=1):
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(number, column, value)
            sheet.autofit()
    return file.getvalue()
