"""What the crèches do by themselves each night, and later. Each may run twice and do it once."""

from datetime import timedelta

from ribambelle import tenants
from ribambelle_creche import ageing, incomplete, noticing, offering, renewing, telling
from ribambelle_creche.queries import renewals
from ribambelle_creche.settings import Settings


async def renew() -> None:
    """End the files nobody confirmed, then ask the families whose turn it is."""
    tenant = tenants.current()
    await renewing.expire_all(tenant)
    await renewing.ask_all(tenant)


async def remind(demande: int, asked: int) -> None:
    """Remind a family that has not answered yet; a question answered since is not put again."""
    file = await renewals.of_demande(demande)
    if file is None or file.confirm_by is None or await renewing.last_asked(demande) != asked:
        return
    await telling.remind(file, asked)


async def ask_births() -> None:
    """Ask for the birth certificate of the children who should be born by now."""
    await incomplete.ask_births(tenants.current())


async def remind_more(demande: int, asked: int, days: int) -> None:
    """Tell a family again what its file lacks."""
    await incomplete.remind(demande, asked, days)


async def warn_before_commissions() -> None:
    """Tell the families whose file is not complete that a commission closes soon."""
    await noticing.warn_all(tenants.current())


async def tell_left_out(commission: int) -> None:
    """Tell the families whose file a commission left out."""
    await noticing.tell_left_out(tenants.current(), commission)


async def lapse_offers() -> None:
    """Let the offers fall whose last day is past; note who is of school age, and who has left."""
    tenant = tenants.current()
    await offering.lapse_all(tenant, tenant.now())
    await ageing.age_out_all(tenant)
    await ageing.leave_all(tenant)


async def tell_agreed(offer: int) -> None:
    """Tell a family that its yes is kept until another has answered."""
    await telling.tell_agreed(offer)


async def call_next(commission: int) -> None:
    """Settle what was waiting for an answer; offer what is free to the next in rank, if it may."""
    tenant = tenants.current()
    await offering.settle(commission, tenant.now())
    if tenant.of(Settings).rolling_offers:
        await offering.call_next(tenant, commission, None, tenant.now())


async def sweep_drafts() -> None:
    """Delete the files never sent and not written in for as long as the commune keeps them."""
    tenant = tenants.current()
    moment = tenant.now() - timedelta(days=tenant.of(Settings).drafts_kept_days)
    for number in await renewals.drafts_untouched_since(moment):
        await renewals.drop_draft(number, moment)
