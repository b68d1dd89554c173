"""A town is billed by slices of adults: what each slice is told is forgotten before the next."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from ribambelle import billing
from ribambelle.billing import BillableItem
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor.domain.drafting import Draft, drafts
from ribambelle_paiement_tresor.domain.terms import Recipient
from ribambelle_paiement_tresor.queries import invoices, people
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Period

SIZE = 100
"""Adults in a slice: some hundreds of invoices in memory, and one transaction each."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What some adults are billed."""

    low: int
    high: int
    items: list[BillableItem]
    recipients: dict[int, Recipient]
    drafts: dict[int, Draft]


async def bounds() -> list[tuple[int, int]]:
    """Return the slices of a commune; the first holds what nobody pays."""
    last = await people.last_adult()
    return [(low, low + SIZE) for low in range(0, last + 1, SIZE)]


async def one(tenant: Tenant, period: Period, low: int, high: int) -> Slice:
    """Return what a slice of adults is billed for a period, and what it was billed before."""
    settings = tenant.of(Settings)
    first = looked_from(period.first, settings.catch_up_months)
    told = await billing.items(billing.Period(first, period.last, (low, high)))
    items = [item for item in told if _is_of(settings, period.regie, item.regie)]
    known = await invoices.billed(period.regie, low, high, first, period.last)
    return Slice(low, high, items, await people.recipients(low, high), drafts(items, known, first))


async def every(tenant: Tenant, period: Period) -> AsyncIterator[Slice]:
    """Give the slices of a period one after the other."""
    for low, high in await bounds():
        yield await one(tenant, period, low, high)


def _is_of(settings: Settings, regie: str, named: str) -> bool:
    """Tell whether a régie bills what names this one; the first bills names nobody knows."""
    found = settings.regie(named) or settings.known[0]
    return found.code == regie


def looked_from(first: date, months: int) -> date:
    """Return the first day looked at: days closed late are billed with those of a later period.

    >>> looked_from(date(2026, 10, 1), 4), looked_from(date(2027, 1, 1), 1)
    (datetime.date(2026, 6, 1), datetime.date(2026, 12, 1))
    """
    whole = first.year * 12 + first.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)
