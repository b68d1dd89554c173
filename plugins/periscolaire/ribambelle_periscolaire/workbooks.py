"""A list as the spreadsheet a town hall opens."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from litestar import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(name: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Response[bytes]:
    """Return a table to download; no text in it is ever a formula or a link."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("Liste")
        sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
        sheet.autofit()
    headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(file.getvalue(), media_type=XLSX, headers=headers)
