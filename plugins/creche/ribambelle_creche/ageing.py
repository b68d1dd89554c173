"""Ending the files of children who are of school age: no crèche admits them any more."""

from datetime import date

from ribambelle import workflow
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_creche.queries import renewals


def last_birth(today: date) -> date:
    """Return the last day of birth of the children who are of school age.

    >>> last_birth(date(2026, 8, 31)), last_birth(date(2026, 9, 1))
    (datetime.date(2022, 12, 31), datetime.date(2023, 12, 31))
    """
    return date(today.year - (3 if today >= date(today.year, 9, 1) else 4), 12, 31)


async def age_out_all(tenant: Tenant) -> int:
    """End the files no commission holds whose child is of school age; return how many."""
    ended = 0
    for demande in await renewals.born_before(last_birth(tenant.now().date())):
        try:
            await workflow.fire(demande, "age_out", side="clock", account=None)
        except Refused:
            continue  # somebody moved it meanwhile: it is looked at again tomorrow
        ended += 1
    return ended
