"""What families contest, and what they were answered."""

from datetime import date, datetime

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import journal
from ribambelle_creche.domain import appeals
from ribambelle_creche.tables import Appeal, AppealAnswer, Decision


async def contest(
    decision: Decision, file: int, text: str, account: int, side: str, now: datetime
) -> int:
    """Write an appeal against an answer; sent twice, it is written once.

    Raises Refused("appeal_known") when another was written before: none takes its place.
    """
    async with transaction():
        await locks.advisory(f"creche.file:{file}")
        known = await of_decision(decision.id)
        if known is not None and known.text != text:
            raise Refused("appeal_known")
        if known is not None:
            return int(known.id)
        row = Appeal(
            application=file,
            decision=decision.id,
            at=now,
            answer_by=appeals.until(now.date()),
            text=text,
        )
        number = int((await Appeal.insert(row).returning(Appeal.id))[0]["id"])
        await journal.record(
            "creche.contested",
            f"creche.application:{file}",
            account=account,
            side=side,
            decision=decision.id,
        )
    return number


async def of_decision(decision: int) -> Appeal | None:
    """Return the appeal against an answer."""
    return await Appeal.objects().get(Appeal.decision == decision)


async def one(appeal: int) -> Appeal:
    """Return an appeal with its file and what it contests, or behave as if it did not exist."""
    found = await Appeal.objects(Appeal.application, Appeal.decision).get(Appeal.id == appeal)
    if found is None:
        raise NotYours
    return found


async def answer_to(appeal: int) -> AppealAnswer | None:
    """Return what the town hall answered to an appeal; None of one answered before that was kept."""
    return await AppealAnswer.objects().get(AppealAnswer.appeal == appeal)


async def every() -> list[Appeal]:
    """Return the appeals with what they contest, those that wait first, the most urgent first."""
    rows = await Appeal.objects(Appeal.application, Appeal.decision).order_by(
        Appeal.answer_by, Appeal.id
    )
    return sorted(rows, key=lambda row: row.outcome != "")


async def waiting() -> list[date]:
    """Return the last days to answer the appeals that wait, the first first."""
    rows = (
        await Appeal.select(Appeal.answer_by).where(Appeal.outcome == "").order_by(Appeal.answer_by)
    )
    return [row["answer_by"] for row in rows]


async def of_file(file: int) -> list[tuple[Appeal, AppealAnswer | None]]:
    """Return the appeals of a file, the last first, each with what it was answered."""
    rows = (
        await Appeal.objects()
        .where(Appeal.application == file)
        .order_by(Appeal.id, ascending=False)
    )
    return [(row, await answer_to(row.id)) for row in rows]


async def answer(
    appeal: int, outcome: str, reason: str, text: str, account: int, now: datetime
) -> None:
    """Keep the answer to an appeal, once, as the family will read it."""
    done = (
        await Appeal.update(
            {Appeal.outcome: outcome, Appeal.answered_at: now, Appeal.answered_by: account}
        )
        .where((Appeal.id == appeal) & (Appeal.outcome == ""))
        .returning(Appeal.application)
    )
    if not done:
        raise Refused("appeal_answered")
    told = AppealAnswer(appeal=appeal, at=now, account=account, outcome=outcome)
    told.reason, told.text = reason, text
    await AppealAnswer.insert(told)
    await journal.record(
        "creche.appeal_answered",
        f"creche.application:{done[0]['application']}",
        account=account,
        side="office",
        appeal=appeal,
        outcome=outcome,
        reason=reason,
    )
