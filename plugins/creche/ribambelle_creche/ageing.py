"""What ends by itself: the files of children of school age, the stays whose last day is past."""

from datetime import date

from ribambelle import workflow
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_creche.queries import contracts, renewals


def last_birth(today: date) -> date:
    """Return the last day of birth of the children who are of school age.

    >>> last_birth(date(2026, 8, 31)), last_birth(date(2026, 9, 1))
    (datetime.date(2022, 12, 31), datetime.date(2023, 12, 31))
    """
    return date(today.year - (3 if today >= date(today.year, 9, 1) else 4), 12, 31)


async def age_out_all(tenant: Tenant) -> int:
    """End the files no commission holds whose child is of school age; return how many."""
    born = await renewals.born_before(last_birth(tenant.now().date()))
    return await _all(born, "age_out")


async def leave_all(tenant: Tenant) -> int:
    """Note that enrolled children have left, the day after their last; return how many."""
    return await _all(await contracts.gone(tenant.now().date()), "leave")


async def _all(demandes: list[int], act: str) -> int:
    done = 0
    for demande in demandes:
        try:
            await workflow.fire(demande, act, side="clock", account=None)
        except Refused:
            continue  # somebody moved it meanwhile: it is looked at again tomorrow
        done += 1
    return done
