"""What the figures of admissions are counted from: whole rows, read once for a page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle import tenants
from ribambelle.workflow.tables import HistoryStep
from ribambelle_creche import examining
from ribambelle_creche.domain.admission_figures import Served, served
from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.dossier import Dossier, decode
from ribambelle_creche.domain.grid.facts import Facts
from ribambelle_creche.domain.offers import NOT_FREED
from ribambelle_creche.domain.week import slots
from ribambelle_creche.queries.answers import DECIDED
from ribambelle_creche.queries.statistics import ASKS, LIVES, OPEN, counted_once
from ribambelle_creche.tables import (
    Application,
    Capacity,
    Commission,
    Contract,
    Decision,
    Examined,
    Facility,
    Need,
    Offer,
    Wish,
)
from ribambelle_creche.workflow import CODE

LAST = 6
"""Commissions told at once."""


async def decided() -> list[Commission]:
    """Return the last commissions that decided, the last first."""
    return (
        await Commission.objects()
        .where(Commission.state.is_in(list(DECIDED)))
        .order_by(Commission.held_on, Commission.id, ascending=False)
        .limit(LAST)
    )


async def outcomes(commission: int) -> list[tuple[int, Served]]:
    """Return the files a commission examined, with what each was offered, then or at a later call."""
    decided = {
        row["application"]: row["option"]
        for row in await Decision.select(Decision.application, Decision.option).where(
            (Decision.commission == commission) & (Decision.outcome == "offered")
        )
    }
    made: dict[int, str] = {}
    fell: set[int] = set()
    for row in (
        await Offer.select(Offer.application, Offer.option, Offer.reason)
        .where(Offer.commission == commission)
        .order_by(Offer.id)
    ):
        if row["reason"] == NOT_FREED:
            fell.add(row["application"])
        else:
            first = row["option"] or decided.get(row["application"], "")
            made.setdefault(row["application"], first)
    # a place that nobody left was not given: only another one may have been
    options = {file: one for file, one in decided.items() if file not in fell} | made
    rows = await Examined.select(Examined.application, Examined.asked).where(
        (Examined.commission == commission) & (Examined.refusal == "")
    )
    return [
        (
            row["application"],
            served(
                options.get(row["application"], ""),
                list(examining.of_json(row["asked"]).wishes),
                is_called=row["application"] not in decided or row["application"] in fell,
            ),
        )
        for row in rows
    ]


async def frozen(commission: int) -> dict[str, Facts]:
    """Return what the points of each file were counted on when a commission closed, by number."""
    rows = await Examined.select(
        Examined.application.number.as_alias("number"), Examined.facts
    ).where((Examined.commission == commission) & (Examined.refusal == "") & (Examined.facts != ""))
    return {row["number"]: examining.facts_of_json(row["facts"]) for row in rows}


async def dossiers(files: Sequence[int]) -> dict[int, tuple[int, Dossier]]:
    """Return the quartier and the answers of some files."""
    found: dict[int, tuple[int, Dossier]] = {}
    for start in range(0, len(files), 500):
        rows = await Application.select(
            Application.id, Application.quartier, Application.sent, Application.answers
        ).where(Application.id.is_in(list(files[start : start + 500])))
        found |= {
            row["id"]: (row["quartier"] or 0, decode(row["sent"] or row["answers"])) for row in rows
        }
    return found


async def demand() -> list[tuple[Dossier, int, int]]:
    """Return what was last sent for each child that asks, how many it is for, and the half-days
    each of them asks; one file a child.
    """
    rows = await Application.select(
        Application.sent, Application.answers, Application.children, Application.half_days
    ).where(ASKS, counted_once())
    return [
        (decode(row["sent"] or row["answers"]), row["children"], row["half_days"]) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Wait:
    """One file: where it lives, its age group, the day it was complete, and what came of it."""

    quartier: int
    group: str
    complete: date
    decided: date | None = None
    entry: date | None = None


async def waits() -> list[Wait]:
    """Return each file that was offered a place, by a commission or by a call after it, with its
    entry when the place was accepted.
    """
    entries: dict[int, date] = {}
    for row in await Offer.select(Offer.application, Offer.start_on).where(
        (Offer.state == "accepted") & (Offer.origin != "emergency")
    ):
        known = entries.get(row["application"], row["start_on"])
        entries[row["application"]] = min(known, row["start_on"])
    rows = (
        await Offer.select(
            Offer.application,
            Offer.application.quartier.as_alias("quartier"),
            Offer.application.age_group.as_alias("group"),
            Offer.application.complete_at.as_alias("complete"),
            Offer.sent_at,
        )
        .where(
            (Offer.origin != "emergency")
            & (Offer.reason != NOT_FREED)
            & Offer.application.complete_at.is_not_null()
        )
        .order_by(Offer.id, ascending=False)
    )
    first = {row["application"]: row for row in rows}
    return [
        Wait(
            row["quartier"] or 0,
            row["group"],
            _here(row["complete"]).date(),
            _here(row["sent_at"]).date(),
            entries.get(row["application"]),
        )
        for row in first.values()
    ]


async def waiting() -> list[Wait]:
    """Return each living complete file."""
    rows = await Application.select(
        Application.quartier, Application.age_group, Application.complete_at
    ).where(LIVES, Application.complete_at.is_not_null())
    return [
        Wait(row["quartier"] or 0, row["age_group"], _here(row["complete_at"]).date())
        for row in rows
    ]


def _here(at: datetime) -> datetime:
    """Return a moment as the clocks of the commune say it: its day, its month."""
    return at.astimezone(tenants.current().zone)


async def present(day: date) -> list[tuple[int, Dossier]]:
    """Return the children in a crèche that day who came by a file: the crèche, what was told.

    A child with two contracts in one crèche is there once; twins are two.
    """
    rows = await Contract.select(
        Contract.facility,
        Contract.application.id.as_alias("file"),
        Contract.application.child.as_alias("child"),
        Contract.child_name,
        Contract.application.sent.as_alias("sent"),
        Contract.application.answers.as_alias("answers"),
    ).where(
        Contract.application.is_not_null()
        & (Contract.first <= day)
        & (Contract.last.is_null() | (Contract.last >= day))
    )
    once = {(row["facility"], row["child"] or -row["file"], row["child_name"]): row for row in rows}
    return [(row["facility"], decode(row["sent"] or row["answers"])) for row in once.values()]


async def flow(since: datetime) -> dict[str, Counter[str]]:
    """Return what happened month by month: requests, withdrawals, expirations, offers refused.

    Places offered together have one answer, and are one refusal.
    """
    found: dict[str, Counter[str]] = {}

    def add(kind: str, rows: Sequence[dict[str, Any]], name: str) -> None:
        for row in rows:
            found.setdefault(f"{_here(row[name]):%Y-%m}", Counter())[kind] += 1

    sent = await Application.select(Application.submitted_at).where(
        Application.submitted_at.is_not_null() & (Application.submitted_at >= since)
    )
    add("requests", sent, "submitted_at")
    for kind in ("withdraw", "expire"):
        steps = await HistoryStep.select(HistoryStep.at).where(
            (HistoryStep.demande.workflow == CODE)
            & (HistoryStep.transition == kind)
            & (HistoryStep.at >= since)
        )
        add(kind, steps, "at")
    for state in ("declined", "lapsed"):
        offers = await Offer.select(Offer.application, Offer.answered_at).where(
            (Offer.state == state) & Offer.answered_at.is_not_null() & (Offer.answered_at >= since)
        )
        once = {(row["application"], row["answered_at"]): row for row in offers}
        add(state, list(once.values()), "answered_at")
    return found


async def left_for(since: datetime) -> list[str]:
    """Return where each family went that withdrew since a moment, as a code."""
    rows = await Application.select(Application.left_for).where(
        (Application.demande.state == "withdrawn") & (Application.demande.changed_at >= since)
    )
    return [row["left_for"] for row in rows]


async def capacities() -> dict[int, dict[Place, tuple[int, int]]]:
    """Return the places of each open crèche and how many are free, by group and half-day."""
    found: dict[int, dict[Place, tuple[int, int]]] = {}
    theirs = Facility.select(Facility.id).where(OPEN)
    for row in await Capacity.select().where(Capacity.facility.is_in(theirs)):
        place = (row["age_group"], row["weekday"], row["half"])
        found.setdefault(row["facility"], {})[place] = (row["places"], row["free"])
    return found


async def first_wishes() -> dict[int, Counter[str]]:
    """Return, for each crèche, how many children ask for it first, by half-day of their week.

    Counted as the demand of the town is: twins have one file and are two; a child for whom each
    parent has a file is one.
    """
    asking = Application.select(Application.id).where(ASKS, counted_once())
    children = {
        row["id"]: row["children"]
        for row in await Application.select(Application.id, Application.children).where(
            ASKS, counted_once()
        )
    }
    weeks = {
        row["application"]: row["slots"]
        for row in await Need.select(Need.application, Need.slots).where(
            (Need.rank == 0) & Need.application.is_in(asking)
        )
    }
    found: dict[int, Counter[str]] = {}
    rows = await Wish.select(Wish.application, Wish.facility).where(
        (Wish.rank == 1) & Wish.application.is_in(asking)
    )
    for row in rows:
        many = children.get(row["application"], 1)
        asked = dict.fromkeys(slots(weeks.get(row["application"], 0)), many)
        found.setdefault(row["facility"], Counter()).update(asked)
    return found
