"""What each crèche answered of each file of a commission: whether it can welcome the child."""

from dataclasses import dataclass
from datetime import datetime

from ribambelle.database import advisory, transaction
from ribambelle.workflow import journal
from ribambelle_creche.domain.feasibility import ANSWERS, REASONS
from ribambelle_creche.queries import commissions
from ribambelle_creche.tables import Feasibility


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of one crèche about one file."""

    number: str
    facility: str
    answer: str
    reason: str
    words: str
    at: datetime

    @property
    def told(self) -> str:
        """The answer and its reason, in words."""
        why = REASONS.get(self.reason, "")
        return " : ".join(filter(None, (ANSWERS[self.answer], why)))


async def of_commission(commission: int, facility: int | None = None) -> dict[str, list[Said]]:
    """Return the answers of a commission by file number, of one crèche or of all."""
    asked = Feasibility.select(
        Feasibility.answer,
        Feasibility.reason,
        Feasibility.words,
        Feasibility.at,
        Feasibility.application.number.as_alias("number"),
        Feasibility.facility.name.as_alias("facility"),
    ).where(Feasibility.commission == commission)
    if facility is not None:
        asked = asked.where(Feasibility.facility == facility)
    found: dict[str, list[Said]] = {}
    for row in await asked.order_by(Feasibility.id):
        found.setdefault(row["number"], []).append(Said(**row))
    return found


async def answer(
    commission: int,
    facility: int,
    file: int,
    told: tuple[str, str, str],
    account: int,
    now: datetime,
) -> None:
    """Keep what a crèche answers of a file; the last answer stands.

    :param told: code of the answer, code of its reason, words for the commission.

    Raises Refused: commission_not_closed.
    """
    said, reason, words = told
    reason = reason if said == "no" else ""
    async with transaction():
        await advisory(f"creche.feasibility:{commission}:{file}:{facility}")
        await commissions.require_closed(commission)
        about = (
            (Feasibility.commission == commission)
            & (Feasibility.facility == facility)
            & (Feasibility.application == file)
        )
        await Feasibility.delete().where(about)
        row = Feasibility(commission=commission, facility=facility, application=file)
        row.answer, row.reason, row.words, row.at, row.account = said, reason, words, now, account
        await Feasibility.insert(row)
        # on the commission, not on the file: families read what was done with theirs
        await journal.record(
            "creche.feasibility_said",
            f"creche.commission:{commission}",
            account=account,
            side="facility",
            file=file,
            facility=facility,
            answer=said,
            reason=reason,
        )
