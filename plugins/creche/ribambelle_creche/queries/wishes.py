"""What families wish of one crèche, as the crèche may see it.

A crèche sees a file by name once the town hall has found it complete, which is what the family is
told, and for as long as the file lives; until then it only knows how many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.query.functions.aggregate import Count

from ribambelle.errors import NotYours
from ribambelle_creche.tables import Application, Contact, Need, Wish
from ribambelle_creche.workflow import LIVING

LIVES = Application.demande.state.is_in(list(LIVING))
SHOWN = LIVES & Application.complete_at.is_not_null()


@dataclass(frozen=True, slots=True)
class WishRow:
    """One file that names the crèche, and the last thing that was said to its family."""

    application: int
    number: str
    state: str
    rank: int
    child_name: str
    is_expected: bool
    reference_on: date | None
    quartier: str
    age_group: str
    start_on: date | None
    household: int | None
    slots: int
    since: datetime
    contacted_at: datetime | None
    outcome: str
    outcome_at: datetime | None


async def of_facility(facility: int) -> list[WishRow]:
    """Return the files that name a crèche, the longest waiting first."""
    return await _rows(
        facility, Wish.application.is_in(Application.select(Application.id).where(SHOWN))
    )


async def one(facility: int, application: int) -> WishRow:
    """Return a file that names a crèche, or behave as if it did not exist."""
    shown = Application.select(Application.id).where(SHOWN & (Application.id == application))
    found = await _rows(facility, Wish.application.is_in(shown))
    if not found:
        raise NotYours
    return found[0]


async def _rows(facility: int, which: Any) -> list[WishRow]:
    named = (
        await Wish.select(Wish.application, Wish.rank, Wish.contacted_at)
        .where((Wish.facility == facility) & which)
        .order_by(Wish.id)
    )
    wishes = {row["application"]: row for row in named}
    if not wishes:
        return []
    files = await _files(list(wishes))
    weeks = await Need.select(Need.application, Need.slots).where(
        Need.application.is_in(list(wishes)) & (Need.rank == 0)
    )
    slots = {row["application"]: row["slots"] for row in weeks}
    said = await _last_said(facility, list(wishes))
    rows = [
        _row(file, wishes[file["id"]], slots.get(file["id"], 0), said.get(file["id"]))
        for file in files
    ]
    return sorted(rows, key=lambda row: (row.since, row.application))


async def _files(applications: Sequence[int]) -> list[dict[str, Any]]:
    return await Application.select(
        Application.id,
        Application.number,
        Application.demande.state.as_alias("state"),
        Application.child_name,
        Application.is_expected,
        Application.reference_on,
        Application.quartier.name.as_alias("quartier_name"),
        Application.age_group,
        Application.start_on,
        Application.household,
        Application.complete_at,
    ).where(Application.id.is_in(list(applications)))


async def _last_said(facility: int, applications: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the last contact of a crèche with each family."""
    rows = (
        await Contact.select(Contact.application, Contact.outcome, Contact.at)
        .where((Contact.facility == facility) & Contact.application.is_in(list(applications)))
        .order_by(Contact.id)
    )
    return {row["application"]: row for row in rows}


def _row(
    file: dict[str, Any], wish: dict[str, Any], slots: int, said: dict[str, Any] | None
) -> WishRow:
    return WishRow(
        application=file["id"],
        number=file["number"],
        state=file["state"],
        rank=wish["rank"],
        child_name=file["child_name"],
        is_expected=bool(file["is_expected"]),
        reference_on=file["reference_on"],
        quartier=file["quartier_name"] or "",
        age_group=file["age_group"],
        start_on=file["start_on"],
        household=file["household"],
        slots=slots,
        since=file["complete_at"],
        contacted_at=wish["contacted_at"],
        outcome=said["outcome"] if said else "",
        outcome_at=said["at"] if said else None,
    )


async def counts(facility: int) -> dict[tuple[str, int], int]:
    """Return how many living files name a crèche, by age group and rank; a child counts once."""
    living = Application.select(Application.id).where(LIVES)
    rows = (
        await Wish.select(
            Wish.application.age_group.as_alias("age_group"),
            Wish.rank,
            Count(Wish.id, alias="files"),
        )
        .where((Wish.facility == facility) & Wish.application.is_in(living))
        .group_by(Wish.application.age_group, Wish.rank)
    )
    return {(row["age_group"], row["rank"]): int(row["files"]) for row in rows}
