"""Lists as files a town hall opens: CSV for anything, XLSX for its spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
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


def answer(
    kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Response[bytes]:
    """Return a list as a file to download."""
    body = as_csv(headings, rows) if kind == "csv" else as_xlsx(headings, rows)
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(body, media_type=KINDS[kind], headers=headers)


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV that French spreadsheets open: semicolons, and a mark of UTF-8.

    >>> as_csv(("Nom", "Places"), [("Les Lilas", 30), ("=1+1", None)]).decode("utf-8-sig")
    "Nom;Places\\r\\nLes Lilas;30\\r\\n'=1+1;\\r\\n"
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
    return "" if value is None else value


def as_xlsx(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as a spreadsheet; no text in it is ever a formula or a link."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
        sheet.autofit()
    return file.getvalue()
