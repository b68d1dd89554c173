"""The quotient the State told a household: it prices what comes, or waits for an agent."""

from ribambelle import tenants
from ribambelle.identity.tables import Account
from ribambelle.particulier import StateTold
from ribambelle.web import formats
from ribambelle.workflow import journal
from ribambelle_periscolaire.domain.state_quotient import Current, fate
from ribambelle_periscolaire.queries import means
from ribambelle_periscolaire.repricing import record
from ribambelle_periscolaire.tables import Claim
from ribambelle_periscolaire.telling_enrolments import tell_quotient


async def take(told: StateTold) -> str:
    """Keep a quotient as proved, and tell the family when its price changes while nobody looks."""
    tenant = tenants.current()
    number, today = int(told.facts["value"]), told.at.date()
    known = await means.on(told.household, today)
    current = Current(known.quotient_familial, known.source, known.first) if known else None
    what = fate(current, number, today, is_refresh=told.is_refresh)
    if what == "same":
        return "Votre prix ne change pas."
    claim = Claim(
        household=told.household,
        account=told.account,
        quotient_familial=number,
        state="waiting",
        told_at=told.at,
    )
    claim.id = await means.tell(claim)
    if what == "waits":
        await journal.record(
            "periscolaire.quotient_told",
            f"household:{told.household}",
            account=None if told.is_refresh else told.account,
            side="clock" if told.is_refresh else "family",
            claim=claim.id,
        )
        return "Un agent compare avec ce qu’il a noté, puis vous répond."
    await means.decide(claim, "kept", None, told.at)
    changed = await record(
        tenant,
        told.household,
        number,
        today,
        told.at,
        source="caf",
        account=None if told.is_refresh else told.account,
        side="clock" if told.is_refresh else "family",
    )
    if told.is_refresh and await Account.exists().where(Account.id == told.account):
        await tell_quotient(claim, "quotient_kept", first=today)
    if not changed:
        return "Il compte dès aujourd’hui."
    return f"{formats.pluriel(changed, 'réservation change', 'réservations changent')} de prix."


async def look(told: StateTold) -> str:
    """Leave a schooling where it is: it is shown beside the enrolment it proves."""
    return ""
