"""Telling families of a commission: that files close soon, then that theirs was left out. Once each."""

from typing import Any

from ribambelle.database import transaction
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle_creche import examining
from ribambelle_creche.domain.commission import TO_THE_FAMILY, may_warn
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.queries import applications, commissions, renewals
from ribambelle_creche.queries.commissions import calendar_of
from ribambelle_creche.tables import Commission, Notice

CLOSING, LEFT_OUT = "closing", "left_out"


async def warn_all(tenant: Tenant) -> int:
    """Tell the families whose file is not complete that files close soon; return how many."""
    today, told = tenant.now().date(), 0
    for row in await commissions.at_work():
        if row.state != "open" or not calendar_of(row).warns_on <= today <= row.closes_on:
            continue
        for file, why in await examining.seen(tenant, row):
            if may_warn(why):
                told += await _tell(tenant, row, file.id, CLOSING, why)
    return told


async def tell_left_out(tenant: Tenant, commission: int) -> int:
    """Tell the families whose file the commission does not look at, and why; return how many."""
    row = await commissions.one(commission)
    told = 0
    for file in await commissions.left_out(commission):
        told += await _tell(tenant, row, file["application"], LEFT_OUT, file["refusal"])
    return told


async def _tell(tenant: Tenant, row: Commission, number: int, kind: str, why: str) -> bool:
    """Write one message about one file and one commission, whatever the number of tries."""
    file = await renewals.one(number)
    reader = await applications.reader(file)
    if reader is None:  # nobody to write to: the list of the commission says to call
        return False
    kinds = await applications.unseen_proofs(number)
    async with transaction():
        if not await _first_time(row.id, number, kind, tenant):
            return False
        facts: dict[str, Any] = {
            **{"commission": row.label, "closes_on": row.closes_on, "held_on": row.held_on},
            **{"why": TO_THE_FAMILY[why], "missing": [KINDS.get(one, one) for one in kinds]},
        }
        await post(
            f"creche/messages/{kind}",
            reader.email,
            account=reader.account,
            number=file.number,
            child=file.child_name,
            name=reader.name,
            link=tenant.url(f"/creche/demandes/{file.id}"),
            **facts,
        )
    return True


async def _first_time(commission: int, number: int, kind: str, tenant: Tenant) -> bool:
    row = Notice(commission=commission, application=number, kind=kind, at=tenant.now())
    kept = (
        await Notice.insert(row)
        .on_conflict(
            target=(Notice.commission, Notice.application, Notice.kind), action="DO NOTHING"
        )
        .returning(Notice.id)
    )
    return bool(kept)
