"""Somebody says a payment moved: the treasury by its notice, a browser by its return.

What they say is written down and makes us ask; it proves nothing, and nobody learns from our
answer whether a payment exists.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import limits
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor import resolving
from ribambelle_paiement_tresor.queries import payments
from ribambelle_paiement_tresor.tables import Payment

OPERATION = re.compile(r"[A-Za-z0-9-]{8,64}")
MINUTE, AT_MOST = timedelta(minutes=1), 120


def operation_in(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the name of the payment in what was sent, whatever its case; nothing when unreadable.

    >>> operation_in([("x", "1"), ("IDOP", "cc0cb210-1cd4-11ea-8cca-0213ad91a103")])
    'cc0cb210-1cd4-11ea-8cca-0213ad91a103'
    >>> operation_in([("idop", "<script>")]), operation_in([("idop", "a" * 10_000)])
    ('', '')
    """
    for name, value in pairs:
        if name.casefold() == "idop" and OPERATION.fullmatch(value.strip()):
            return value.strip()
    return ""


async def hear(tenant: Tenant, operation: str, came_from: str, address: str) -> Payment | None:
    """Write that somebody said a payment moved, and have the treasury asked; return the payment.

    One address that says too much is no longer listened to for a while.
    """
    if not operation:
        return None
    now = tenant.now()
    try:
        await limits.require(f"paiement.notice:{address}", now, at_most=AT_MOST, per=MINUTE)
    except Refused:
        return None
    async with transaction():
        row = await payments.of_operation(operation)
        await payments.notice(operation, came_from, address, now, is_known=row is not None)
        if row is not None:
            await resolving.hint(tenant, row)
    return row
