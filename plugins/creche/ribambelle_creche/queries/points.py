"""What the town hall knows of files beside their answers, for many at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ribambelle.database import transaction
from ribambelle.workflow import journal
from ribambelle_creche.domain.commission import EXAMINABLE
from ribambelle_creche.domain.offers import NOT_FREED, costs_nothing
from ribambelle_creche.tables import Application, Contract, Decision, Evidence, Noted, Offer

WITHOUT = ("waiting", "refused")
"""Answers of a commission that give no place."""


async def examinable() -> list[Application]:
    """Return the files a commission may look at: living and complete."""
    return (
        await Application.objects()
        .where(Application.demande.state.is_in([*EXAMINABLE, "to_confirm", "in_session"]))
        .order_by(Application.id)
    )


async def living(states: Sequence[str]) -> list[Application]:
    """Return the files in these states."""
    return (
        await Application.objects()
        .where(Application.demande.state.is_in(list(states)))
        .order_by(Application.id)
    )


async def files(numbers: Sequence[int]) -> list[Application]:
    """Return some files, asked by slices."""
    found: list[Application] = []
    for start in range(0, len(numbers), 500):
        found += await Application.objects().where(
            Application.id.is_in(list(numbers[start : start + 500]))
        )
    return found


async def seen_proofs(files: Iterable[int], day: date) -> dict[int, set[str]]:
    """Return the proofs that were seen and count on a day, by file."""
    rows = await Evidence.select(Evidence.application, Evidence.kind).where(
        Evidence.application.is_in([*files, 0])
        & Evidence.seen_at.is_not_null()
        & (Evidence.again_by.is_null() | (Evidence.again_by >= day))
    )
    return _grouped((row["application"], row["kind"]) for row in rows)


async def noted(files: Iterable[int]) -> dict[int, dict[str, int | None]]:
    """Return what the town hall noted, by file: facts, and points a service asked for."""
    rows = await Noted.select(Noted.application, Noted.code, Noted.points).where(
        Noted.application.is_in([*files, 0])
    )
    found: dict[int, dict[str, int | None]] = {}
    for row in rows:
        found.setdefault(row["application"], {})[row["code"]] = row["points"]
    return found


async def waited(files: Iterable[int]) -> dict[int, int]:
    """Return how many commissions left each file without a place.

    Whatever its reason; and one that offered a place nobody left, unless it offered another since.
    """
    numbers = [*files, 0]
    decided = await Decision.select(Decision.application, Decision.commission).where(
        Decision.application.is_in(numbers) & Decision.outcome.is_in(list(WITHOUT))
    )
    made = await Offer.select(Offer.application, Offer.commission, Offer.reason).where(
        Offer.application.is_in(numbers) & Offer.commission.is_not_null()
    )
    offered = {_session(row) for row in made if row["reason"] != NOT_FREED}
    fell = {_session(row) for row in made} - offered
    return _counted(file for file, _ in {_session(row) for row in decided} | fell)


def _session(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["application"], row["commission"]


async def refused(files: Iterable[int]) -> dict[int, int]:
    """Return how often the family of each file declined what it may not decline for nothing.

    Places offered together are declined in one answer.
    """
    rows = await Offer.objects().where(
        Offer.application.is_in([*files, 0]) & (Offer.state == "declined")
    )
    together: dict[tuple[int, datetime], list[Offer]] = {}
    for row in rows:
        together.setdefault((int(row.application), row.sent_at), []).append(row)
    return _counted(file for (file, _), made in together.items() if not costs_nothing(made))


async def siblings_at(households: Iterable[int], day: date) -> dict[int, set[tuple[int, int]]]:
    """Return, by household, the crèches its children are in that day, each with its own file."""
    rows = await Contract.select(
        Contract.facility,
        Contract.application.id.as_alias("file"),
        Contract.application.household.as_alias("household"),
    ).where(
        Contract.application.household.is_in([*households, 0])
        & (Contract.first <= day)
        & (Contract.last.is_null() | (Contract.last >= day))
    )
    found: dict[int, set[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row["household"], set()).add((row["facility"], row["file"]))
    return found


async def note(
    file: int, told: dict[str, int | None], codes: Iterable[str], account: int, now: datetime
) -> None:
    """Write what the town hall knows of a file, for these codes and no other."""
    async with transaction():
        await Noted.delete().where((Noted.application == file) & Noted.code.is_in([*codes, ""]))
        for code, points in told.items():
            row = Noted(application=file, code=code, points=points, account=account, at=now)
            await Noted.insert(row)
        await journal.record(
            "creche.points_noted",
            f"creche.application:{file}",
            account=account,
            side="office",
            codes=sorted(told),
        )


async def ask(file: int, kinds: Iterable[str]) -> None:
    """Ask a file for proofs it was not asked for yet."""
    for kind in kinds:
        await Evidence.insert(Evidence(application=file, kind=kind)).on_conflict(
            target=(Evidence.application, Evidence.kind), action="DO NOTHING"
        )


def _grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for file, word in pairs:
        found.setdefault(file, set()).add(word)
    return found


def _counted(files: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for file in files:
        found[file] = found.get(file, 0) + 1
    return found
