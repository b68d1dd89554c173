"""A list of people as a paper: what a mairie, a relais or an office prints from the directory."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from litestar import Response

from ribambelle import tenants
from ribambelle.documents import pdf
from ribambelle.identity import Person
from ribambelle.web import formats, spreadsheets
from ribambelle.web.assets import crest
from ribambelle.web.printed import sent
from ribambelle.workflow import journal

KINDS = ("pdf", *spreadsheets.KINDS)
SHEET = Path(__file__).parent / "templates" / "assmat" / "pdf" / "list.typ"


async def printed(
    title: str, mention: str, headings: Sequence[str], rows: Sequence[Sequence[str]], now: datetime
) -> bytes:
    """Return a list as a PDF: its title, what it is, and its table."""
    tenant = tenants.current()
    sign = crest(tenant)
    is_drawn = sign.media_type.startswith("image/svg")
    data: dict[str, Any] = {
        **{"title": title, "mention": mention, "commune": tenant.settings.name},
        **{"headings": list(headings), "rows": [list(row) for row in rows]},
        "date": formats.jour_du_mois(now.date(), True),
        "crest": sign.body.decode() if is_drawn else list(sign.body),
    }
    return await pdf.render(SHEET, data)


async def as_file(
    kind: str,
    title: str,
    mention: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    name: str,
    person: Person,
    of: str,
    now: datetime,
) -> Response[bytes]:
    """Send a list to keep: PDF, CSV or XLSX; the journal says who took it, never who is on it."""
    await journal.record(
        "assmat.list_taken",
        of,
        account=person.account,
        side="office",
        read_only=True,
        kind=kind,
        rows=len(rows),
    )
    if kind != "pdf":
        return spreadsheets.answer(kind, name, headings, rows)
    told = [[_told(cell) for cell in row] for row in rows]
    return sent(await printed(title, mention, headings, told, now), name)


def _told(cell: Any) -> str:
    return formats.jour_du_mois(cell, True) if isinstance(cell, date) else str(cell)
