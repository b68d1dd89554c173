"""What crèches and families said to each other, and which crèches are late to call."""

from dataclasses import dataclass, replace
from datetime import datetime, time

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity.tables import Account
from ribambelle.workflow import journal
from ribambelle_creche.domain.contact import OUTCOMES, in_time_since
from ribambelle_creche.queries.wishes import SHOWN
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Contact, Facility, Wish


@dataclass(frozen=True, slots=True)
class Said:
    """One call or meeting, and who of the crèche or of the town hall wrote it down."""

    at: datetime
    outcome: str
    note: str
    who: str
    facility: str

    @property
    def label(self) -> str:
        """What came of it, in words."""
        return OUTCOMES.get(self.outcome, self.outcome)


@dataclass(frozen=True, slots=True)
class Late:
    """A crèche that has not called some families in time, and since when the first one waits."""

    facility: int
    name: str
    count: int
    oldest: datetime


async def of_application(application: int, facility: int | None = None) -> list[Said]:
    """Return the contacts with a family, the last first; those of one crèche when it is named."""
    question = (
        Contact.select(
            Contact.at,
            Contact.outcome,
            Contact.note,
            Contact.account,
            Contact.facility.name.as_alias("facility_name"),
        )
        .where(Contact.application == application)
        .order_by(Contact.id, ascending=False)
    )
    if facility is not None:
        question = question.where(Contact.facility == facility)
    rows = await question
    names = await _names({row["account"] for row in rows})
    return [
        Said(
            at=row["at"],
            outcome=row["outcome"],
            note=row["note"],
            who=names.get(row["account"], ""),
            facility=row["facility_name"] or "",
        )
        for row in rows
    ]


async def _names(accounts: set[int]) -> dict[int, str]:
    if not accounts:
        return {}
    rows = await Account.select(Account.id, Account.name).where(Account.id.is_in(list(accounts)))
    return {row["id"]: row["name"] for row in rows}


async def record(
    application: int,
    facility: int,
    outcome: str,
    note: str,
    account: int,
    now: datetime,
    side: str = "facility",
) -> None:
    """Write down one contact; the first one stops the days the crèche has to call."""
    async with transaction():
        await Contact.insert(
            Contact(
                application=application,
                facility=facility,
                at=now,
                account=account,
                outcome=outcome,
                note=note,
            )
        )
        await Wish.update({Wish.contacted_at: now}).where(
            (Wish.application == application)
            & (Wish.facility == facility)
            & Wish.contacted_at.is_null()
        )
        await journal.record(
            "creche.family_contacted",
            f"creche.application:{application}",
            account=account,
            side=side,
            facility=facility,
            outcome=outcome,
        )


async def overdue(now: datetime) -> list[Late]:
    """Return the open crèches that are late to call a family, the longest wait first.

    :param now: in the commune's zone: days are counted as its people count them.
    """
    within = tenants.current().of(Settings).contact_within_days
    limit = datetime.combine(in_time_since(now.date(), within), time(), tzinfo=now.tzinfo)
    late = Application.select(Application.id).where(SHOWN & (Application.complete_at < limit))
    rows = (
        await Wish.select(
            Wish.facility,
            Wish.facility.name.as_alias("name"),
            Wish.application.complete_at.as_alias("since"),
        )
        .where(
            Wish.contacted_at.is_null()
            & Wish.application.is_in(late)
            & Wish.facility.is_in(Facility.select(Facility.id).where(Facility.is_open.eq(True)))
        )
        .order_by(Wish.application.complete_at)
    )
    found: dict[int, Late] = {}
    for row in rows:
        known = found.setdefault(
            row["facility"], Late(row["facility"], row["name"], 0, row["since"])
        )
        found[row["facility"]] = replace(known, count=known.count + 1)
    return list(found.values())
