"""Lists as files a town hall opens: CSV for anything, XLSX for its spreadsheet."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from litestar import Response

from ribambelle.lists import CSV, as_csv

KINDS = {
    "csv": CSV,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
