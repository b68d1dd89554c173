"""What a household pays by changes: it is kept from a day on, and what it booked is priced again."""

from datetime import date, datetime

from msgspec import UNSET, UnsetType

from ribambelle.database import transaction
from ribambelle.identity import Person, households
from ribambelle.identity.tables import Adult
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle.workflow.declaration import Side
from ribambelle_periscolaire.booking import lock
from ribambelle_periscolaire.domain.taking import Held, Key, Wanted
from ribambelle_periscolaire.gathering import Gathered, gather
from ribambelle_periscolaire.pricing import repriced
from ribambelle_periscolaire.queries import catalogue, means
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.settling import settle
from ribambelle_periscolaire.tables import Booking, Situation

PRICED = ("booked", "waiting", "offered", "absent")


async def record(
    tenant: Tenant,
    household: int,
    quotient: int | None,
    first: date,
    now: datetime,
    *,
    source: str,
    account: int | None,
    side: Side,
    is_resident: bool | UnsetType | None = UNSET,
) -> int:
    """Keep what a household pays by from a day on; return how many bookings to come change price.

    :param is_resident: None to go by its address; unsaid, it stays as it was known.
    """
    async with transaction():
        adults = await households.adults_of(household)
        seen = await _locked(tenant, adults, max(first, now.date()), now)
        if is_resident is UNSET:
            before = await means.on(household, first)
            is_resident = before.is_resident if before else None
        await means.write(
            Situation(
                household=household,
                first=first,
                quotient_familial=quotient,
                is_resident=is_resident,
                source=source,
                written_at=now,
                written_by=account,
            )
        )
        await journal.record(
            "periscolaire.means_written",
            f"household:{household}",
            account=account,
            side=side,
            first=first.isoformat(),
            source=source,
        )
        return sum(
            [await reprice(tenant, adult, seen[adult.id], account, side, now) for adult in adults]
        )


async def again(
    tenant: Tenant, household: int, account: int | None, side: Side, now: datetime
) -> int:
    """Price again what a household booked, when one more or one less of its children is enrolled."""
    if not any(one.count == "enrolled" for one in tenant.of(Settings).tariffs):
        return 0
    return await everything(tenant, household, account, side, now)


async def everything(
    tenant: Tenant, household: int, account: int | None, side: Side, now: datetime
) -> int:
    """Price again all that a household has booked from today on; return how many changed."""
    async with transaction():
        adults = await households.adults_of(household)
        seen = await _locked(tenant, adults, now.date(), now)
        return sum(
            [await reprice(tenant, adult, seen[adult.id], account, side, now) for adult in adults]
        )


async def _locked(
    tenant: Tenant, adults: list[Adult], first: date, now: datetime
) -> dict[int, list[Key]]:
    """Return what each adult pays for from a day on, taken together: nobody changes it meanwhile."""
    seen: dict[int, list[Key]] = {}
    for adult in adults:
        span = await _span(adult.id, first)
        seen[adult.id] = []
        if span is not None:
            gathered = await gather(tenant, payer_of(adult), *span, now)
            seen[adult.id] = _paid(gathered, adult.id, first)
    keys = [key for some in seen.values() for key in some]
    if keys:
        wanted = [Wanted(child, unit, day, "book") for child, day, unit in keys]
        await lock(await catalogue.current(), wanted)
    return seen


async def _span(adult: int, first: date) -> tuple[date, date] | None:
    days = await Booking.raw(
        "SELECT min(day) AS first, max(day) AS last FROM periscolaire_booking"
        " WHERE payer = {} AND day >= {} AND state IN ('booked', 'waiting', 'offered', 'absent')",
        adult,
        first,
    )
    if not days or days[0]["first"] is None:
        return None
    return _day(days[0]["first"]), _day(days[0]["last"])


async def reprice(
    tenant: Tenant,
    adult: Adult,
    seen: list[Key],
    account: int | None,
    side: Side,
    now: datetime,
) -> int:
    """Price again some days an adult pays for, under their locks; return how many changed."""
    if not seen:
        return 0
    days = [day for _, day, _ in seen]
    gathered = await gather(tenant, payer_of(adult), min(days), max(days), now)
    standing = set(_paid(gathered, adult.id, min(days)))
    taking = gathered.taking()
    keys = [key for key in seen if key in standing]
    changes = await repriced(tenant, gathered, taking, keys)
    for change in changes:
        unit = taking.catalogue.units[change.key[2]]
        taking.put(change.key, unit, change.act, change.held)
    await settle(tenant, taking, account, side, now)
    return len(changes)


def payer_of(adult: Adult) -> Person:
    """Return an adult as prices are asked: by their own household, whoever types."""
    name = f"{adult.given_name} {adult.family_name}".strip()
    account = int(adult.account) if adult.account else 0
    household = int(adult.household)
    return Person(account, 0, adult.email, name, "family", adult=adult.id, household=household)


async def paid_by(tenant: Tenant, payer: int | None, day: date, now: datetime) -> Gathered | None:
    """Return what stands that day for the family of whoever pays; None when nobody does."""
    adult = await Adult.objects().get(Adult.id == payer) if payer else None
    return await gather(tenant, payer_of(adult), day, day, now) if adult else None


def _paid(gathered: Gathered, adult: int, first: date) -> list[Key]:
    def counts(key: Key, held: Held) -> bool:
        child, day, unit = key
        return (
            held.payer == adult
            and held.state in PRICED
            and day >= first
            and child in gathered.family.pupils
            and unit in gathered.catalogue.units
        )

    return [key for key, held in sorted(gathered.held.items()) if counts(key, held)]


def _day(told: date | str) -> date:
    """Return a day as the database tells the smallest of some: SQLite gives its text."""
    return date.fromisoformat(told[:10]) if isinstance(told, str) else told
