"""Enrolments as the town hall looks through them: by state, school, year and name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle.documents.tables import DocumentUse
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.enrolments import papers_asked
from ribambelle_periscolaire.queries import catalogue, enrolments, sheets
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Enrolment
from ribambelle_periscolaire.workflow import OVER

PAGE = 50
MOST = 5_000
"""Rows of one spreadsheet: more than a town enrols in a year in one view."""
VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a-examiner": ("À examiner", ("submitted",)),
    "incompletes": ("À compléter", ("incomplete",)),
    "acceptees": ("Acceptées", ("accepted",)),
    "closes": ("Closes", OVER),
    "toutes": ("Toutes", ("submitted", "incomplete", "accepted", *OVER)),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What an agent looks for."""

    view: str = "a-examiner"
    school: int = 0
    year: int = 0
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One enrolment in a list."""

    id: int
    demande: int
    child: int
    name: str
    born_on: date | None
    school: str
    class_name: str
    year: int
    state: str
    sent_at: datetime | None
    activities: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def _which(filters: Filters, states: Iterable[str]) -> Any:
    which: Any = Enrolment.demande.state.is_in(list(states))
    if filters.school:
        which &= Enrolment.school == filters.school
    if filters.year:
        which &= Enrolment.year == filters.year
    for word in fold(filters.words).split():
        which &= Enrolment.child.folded.like(f"%{word}%")
    return which


async def counts(filters: Filters) -> dict[str, int]:
    """Return how many enrolments each view holds."""
    return {
        view: int(await Enrolment.count().where(_which(filters, states)))
        for view, (_, states) in VIEWS.items()
    }


async def rows(
    tenant: Tenant, filters: Filters, *, size: int | None = PAGE, needs_papers: bool = True
) -> list[Row]:
    """Return one page of a view, who waits for longest first; all of it without a size."""
    _, states = VIEWS[filters.view]
    asked = Enrolment.select(
        *(Enrolment.id, Enrolment.demande, Enrolment.child, Enrolment.class_name),
        *(Enrolment.year, Enrolment.sent_at),
        Enrolment.demande.state.as_alias("state"),
        Enrolment.child.given_name.as_alias("given_name"),
        Enrolment.child.family_name.as_alias("family_name"),
        Enrolment.child.born_on.as_alias("born_on"),
        Enrolment.school.name.as_alias("school_name"),
    )
    asked = asked.where(_which(filters, states)).order_by(Enrolment.sent_at, Enrolment.id)
    if size is not None:
        asked = asked.offset((filters.page - 1) * size).limit(size)
    else:
        asked = asked.limit(MOST)
    found = [
        Row(
            row["id"],
            row["demande"],
            row["child"],
            f"{row['given_name']} {row['family_name']}".strip(),
            row["born_on"],
            row["school_name"] or "",
            row["class_name"],
            row["year"],
            row["state"],
            row["sent_at"],
        )
        for row in await asked
    ]
    return await _completed(tenant, found) if needs_papers else found


async def _completed(tenant: Tenant, found: list[Row]) -> list[Row]:
    """Return rows with what each is for, and the papers each still needs: three questions in all."""
    settings, known = tenant.of(Settings), await catalogue.current()
    opened = await enrolments.activities_of(row.id for row in found)
    told = await sheets.of_children(row.child for row in found)
    given: dict[int, set[str]] = {}
    for use in await DocumentUse.select(
        DocumentUse.demande,
        DocumentUse.document.kind.as_alias("kind"),
        DocumentUse.document.state.as_alias("state"),
    ).where(DocumentUse.demande.is_in([row.demande for row in found] or [0])):
        if use["state"] in ("to_check", "accepted"):
            given.setdefault(use["demande"], set()).add(use["kind"])
    completed = []
    for row in found:
        activities = [one for one in known.activities if one.id in opened.get(row.id, ())]
        sheet = told.get(row.child)
        asked = papers_asked(
            settings.proofs,
            settings.activity_proofs,
            [one.code for one in activities],
            has_pai=bool(sheet and sheet.sheet.health.has_pai),
        )
        missing = tuple(kind for kind in asked if kind not in given.get(row.demande, ()))
        completed.append(
            Row(
                *(row.id, row.demande, row.child, row.name, row.born_on, row.school),
                *(row.class_name, row.year, row.state, row.sent_at),
                tuple(one.name for one in activities),
                missing,
            )
        )
    return completed


async def waiting() -> tuple[int, datetime | None]:
    """Return how many enrolments wait for the town hall, and since when the oldest does."""
    found = await Enrolment.select(Enrolment.sent_at).where(Enrolment.demande.state == "submitted")
    since = [row["sent_at"] for row in found if row["sent_at"]]
    return len(found), min(since, default=None)


async def years() -> list[int]:
    """Return the school years somebody enrolled for, the latest first."""
    found = await Enrolment.raw("SELECT DISTINCT year FROM periscolaire_enrolment")
    return sorted((row["year"] for row in found), reverse=True)
