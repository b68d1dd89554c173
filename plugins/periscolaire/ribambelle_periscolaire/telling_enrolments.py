"""Writing to parents what became of an enrolment, and of the quotient they told."""

from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import accounts, limits, responsibilities
from ribambelle.identity.tables import Account
from ribambelle.messages import post
from ribambelle.workflow import Step
from ribambelle_periscolaire.domain.enrolments import year_words
from ribambelle_periscolaire.queries import enrolments
from ribambelle_periscolaire.queries.enrolments import may_enrol
from ribambelle_periscolaire.tables import Claim

TOLD = {
    "submit": "submitted",
    "accept": "accepted",
    "ask_more": "incomplete",
    "refuse": "refused",
    "end": "ended",
}
"""Transitions told, with the message of each."""


async def tell_parents(step: Step) -> None:
    """Write what one transition means for the parents; run as a job, after commit, once."""
    what = TOLD.get(step.transition)
    one = await enrolments.of_demande(step.request) if what else None
    if one is None:
        return
    tenant = tenants.current()
    facts: dict[str, Any] = {
        "number": one.number,
        "child": one.name,
        "year": year_words(int(one.row.year)),
        "reason": step.reason,
        "link": tenant.url(f"/periscolaire/inscription/{one.id}"),
        "book": tenant.url("/periscolaire/semaine"),
    }
    day = tenant.now().date()
    async with transaction():
        key = f"periscolaire.told:{one.id}:{what}:{step.at.timestamp()}"
        if await limits.count(key, step.at) > 1:
            return
        for held in await responsibilities.of_children([int(one.child.id)], day):
            if held.account and held.email and may_enrol(held, day):
                await post(
                    f"periscolaire/messages/{what}",
                    held.email,
                    account=held.account,
                    name=held.name.split(" ")[0],
                    **facts,
                )


async def tell_quotient(claim: Claim, what: str, **facts: Any) -> None:
    """Write to whoever told a quotient what became of it; in the transaction of the decision."""
    account = await Account.objects().get(Account.id == claim.account) if claim.account else None
    if account is None or not accounts.signs_in(account.email):
        return
    await post(
        f"periscolaire/messages/{what}",
        account.email,
        account=account.id,
        name=account.name.split(" ")[0],
        quotient=claim.quotient_familial,
        link=tenants.current().url("/periscolaire/quotient"),
        **facts,
    )
