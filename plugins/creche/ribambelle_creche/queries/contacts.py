"""What crèches and families said to each other, and which crèches are late to call."""

from dataclasses import dataclass
from datetime import datetime, time

from piccolo.query import OrderByRaw
from piccolo.query.functions.aggregate import Count, Min

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity.tables import Account
from ribambelle.workflow import journal
from ribambelle_creche.domain.contact import OUTCOMES, in_time_since
from ribambelle_creche.queries.wishes import SHOWN
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Contact, Wish


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
    since = Min(Wish.application.complete_at, alias="since")
    rows = (
        await Wish.select(
            Wish.facility, Wish.facility.name.as_alias("name"), Count(alias="count"), since
        )
        .where(
            Wish.contacted_at.is_null()
            & Wish.application.is_in(late)
            & Wish.facility._.is_open.eq(True)
        )
        .group_by(Wish.facility, Wish.facility.name)
        .order_by(OrderByRaw("since"))
    )
    return [Late(row["facility"], row["name"], row["count"], _moment(row["since"])) for row in rows]


def _moment(value: datetime | str) -> datetime:
    # SQLite knows the type of a column, not of the least of its values: that comes back as text
    return datetime.fromisoformat(value) if isinstance(value, str) else value
