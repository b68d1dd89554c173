"""Lists as files a town hall opens in its spreadsheet: CSV, and no cell that computes."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
CSV = "text/csv"


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV that French spreadsheets open: semicolons, and a mark of UTF-8.

    >>> as_csv(("Nom", "Places"), [("Les Lilas", 30.5), ("=1+1", None)]).decode("utf-8-sig")
    "Nom;Places\\r\\nLes Lilas;30,5\\r\\n'=1+1;\\r\\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headings)
    return text.getvalue().encode("utf-8-sig") + csv_rows(rows)


def csv_rows(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return more rows of the same CSV, for a list too long to be written at once.

    >>> csv_rows([("Les Lilas", date(2027, 3, 1)), ("@aide", 2)]).decode()
    "Les Lilas;01/03/2027\\r\\n'@aide;2\\r\\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """Return what is written in a cell; a text that a spreadsheet would compute is disarmed."""
    if isinstance(value, str) and value.startswith(FORMULA) and not NUMBER.fullmatch(value):
        return f"'{value}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return "" if value is None else value
