"""A family asks to be forgotten: an agent answers, and a week is left to change one's mind."""

from datetime import date, datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity.tables import Account, Adult
from ribambelle.messages import post
from ribambelle.privacy import forgetting, holdings
from ribambelle.privacy.rules import Home
from ribambelle.privacy.tables import ForgetRequest
from ribambelle.workflow import journal

MONTH = timedelta(days=30)
"""The time the law leaves to answer (GDPR art. 12.3)."""
WEEK = timedelta(days=7)
OPEN = ("asked", "accepted")


async def of_household(household: int) -> ForgetRequest | None:
    """Return the last request of a household, whatever became of it."""
    return (
        await ForgetRequest.objects()
        .where(ForgetRequest.household == household)
        .order_by(ForgetRequest.id, ascending=False)
        .first()
    )


async def waiting() -> list[ForgetRequest]:
    """Return the requests that are not done, the oldest first."""
    return (
        await ForgetRequest.objects()
        .where(ForgetRequest.state.is_in(list(OPEN)))
        .order_by(ForgetRequest.id)
    )


async def one(number: int) -> ForgetRequest:
    """Return a request, or behave as if it did not exist."""
    found = await ForgetRequest.objects().get(ForgetRequest.id == number)
    if found is None:
        raise NotYours
    return found


async def ask(household: int, account: int | None, words: str) -> None:
    """Ask for a household, once at a time."""
    async with transaction():
        await locks.advisory(f"forget:{household}")
        last = await of_household(household)
        if last is not None and last.state in OPEN:
            raise Refused("forget_asked", at=last.asked_at)
        now = tenants.current().now()
        row = ForgetRequest(household=household, account=account, words=words, asked_at=now)
        await ForgetRequest.insert(row)
        await journal.record(
            "privacy.forget_asked", f"household:{household}", account=account, side="family"
        )


async def withdraw(household: int, account: int | None) -> None:
    """Take a request back; nothing is removed before its night."""
    async with transaction():
        await locks.advisory(f"forget:{household}")
        last = await of_household(household)
        if last is None or last.state not in OPEN:
            raise Refused("forget_none")
        await ForgetRequest.update({ForgetRequest.state: "withdrawn"}).where(
            ForgetRequest.id == last.id
        )
        await journal.record(
            "privacy.forget_withdrawn", f"household:{household}", account=account, side="family"
        )


async def bound(household: int) -> list[str]:
    """Return what a family has still to end before it can be forgotten, in words."""
    tenant = tenants.current()
    found = await holdings.of_household(household, tenant.now().date(), alone=True)
    home = Home(
        household,
        tuple(sorted(found.of(holdings.ADULT))),
        tuple(sorted(found.of(holdings.CHILD))),
    )
    return [told for look in tenant.hooks.all("still_bound") for told in await look(home)]


async def accept(number: int, agent: int) -> date:
    """Accept a request: it is done in a week; return the night it will be.

    Raises Refused while something of the family's is not ended.
    """
    now = tenants.current().now()
    if await bound((await one(number)).household):
        raise Refused("forget_bound")
    runs_on = (now + WEEK).date()
    async with transaction():
        row = await _decide(number, agent, now, state="accepted", reason="", runs_on=runs_on)
        await _tell(row, "messages/forget_accepted", day=runs_on)
    return runs_on


async def refuse(number: int, agent: int, reason: str) -> None:
    """Refuse a request, and tell the family why and whom it may turn to."""
    async with transaction():
        now = tenants.current().now()
        row = await _decide(number, agent, now, state="refused", reason=reason, runs_on=None)
        await _tell(row, "messages/forget_refused", reason=reason)


async def run_due() -> int:
    """Forget the families whose week is over; return how many.

    One that booked again meanwhile waits, where the agent sees it.
    """
    today = tenants.current().now().date()
    due = await ForgetRequest.objects().where(
        (ForgetRequest.state == "accepted") & (ForgetRequest.runs_on <= today)
    )
    free = [row for row in due if not await bound(row.household)]
    for row in free:
        await forgetting.household(row.household, cause="asked", by=row.decided_by)
    return len(free)


async def _decide(
    number: int, agent: int, now: datetime, *, state: str, reason: str, runs_on: date | None
) -> ForgetRequest:
    row = await one(number)
    await locks.advisory(f"forget:{row.household}")
    changed = (
        await ForgetRequest.update(
            {
                ForgetRequest.state: state,
                ForgetRequest.decided_at: now,
                ForgetRequest.decided_by: agent,
                ForgetRequest.reason: reason,
                ForgetRequest.runs_on: runs_on,
            }
        )
        .where((ForgetRequest.id == number) & (ForgetRequest.state == "asked"))
        .returning(ForgetRequest.id)
    )
    if not changed:
        raise Refused("forget_moved")
    act = f"privacy.forget_{state}"
    await journal.record(act, f"household:{row.household}", account=agent, side="office")
    return row


async def _tell(row: ForgetRequest, template: str, **facts: Any) -> None:
    adults = await Adult.select(Adult.account).where(
        (Adult.household == row.household) & Adult.account.is_not_null()
    )
    accounts = await Account.select(Account.id, Account.email, Account.name).where(
        Account.id.is_in([one["account"] for one in adults] or [0])
    )
    link = tenants.current().url("/compte/donnees")
    for one in accounts:
        await post(template, one["email"], account=one["id"], name=one["name"], link=link, **facts)
