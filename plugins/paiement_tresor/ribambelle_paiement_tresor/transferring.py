"""Handing over to the comptable what nobody paid: debts, titres and books written together, once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain import titres as rule
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.domain.debtors import Issuer, Tiers
from ribambelle_paiement_tresor.domain.titres import Debtor
from ribambelle_paiement_tresor.pes import schemas
from ribambelle_paiement_tresor.queries import books, mine, titres
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.settings_titres import Titres
from ribambelle_paiement_tresor.tables import Bordereau, Titre, TitreLine

AT_ONCE = 2000
"""Debtors of one bordereau: each is held while it is written; those left go in the next one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is late: adults whose debt may go, and those whose debt waits, with the reason."""

    ready: list[Debtor]
    held: list[Debtor]
    tiers: dict[int, Tiers]


async def waiting(tenant: Tenant, today: date) -> Waiting:
    """Return what may be handed over today, the oldest debts first."""
    settings = tenant.of(Settings)
    lates = await titres.lates(rule.late_since(today, settings.dunning_days))
    known = await titres.tiers(sorted({one.payer for one in lates}))
    addressed = {payer for payer, one in known.items() if one.has_address}
    found = rule.debtors(lates, settings.smallest_titre_cents, addressed)
    ready = [one for one in found if not one.reason]
    return Waiting(ready, [one for one in found if one.reason], known)


def require_open(tenant: Tenant, today: date) -> Titres:
    """Return how titres are written here, or refuse before anything moves.

    Raises Refused: titres_off, titres_incomplete(missing=…), no_signatory, schemas_missing.
    """
    settings = tenant.of(Settings).titres
    if not settings.is_on:
        raise Refused("titres_off")
    if settings.missing:
        raise Refused("titres_incomplete", missing=", ".join(settings.missing))
    if settings.signatory(today) is None:
        raise Refused("no_signatory")
    if settings.check:
        schemas.require(settings.schemas)
    return settings


async def hand_over(
    tenant: Tenant, account: int | None, payers: Collection[int] | None = None
) -> int:
    """Hand over what these adults owe, or all that may go; return the bordereau written.

    Asked twice, it is done once: what went is owed to the régie no more.
    Raises Refused as `require_open`, and "nothing_ready" when nothing may go.
    """
    today = tenant.now().date()
    settings = require_open(tenant, today)
    asked = (await waiting(tenant, today)).ready
    chosen = {one.payer for one in asked if payers is None or one.payer in payers}
    async with transaction():
        await locks.advisory("paiement.titres")
        some = sorted(chosen)[:AT_ONCE]
        await locks.advisory(*(f"paiement.payer:{payer}" for payer in some))
        # read again: nobody pays, takes money or corrects for these adults any more
        now = await waiting(tenant, today)
        ready = [one for one in now.ready if one.payer in some]
        if not ready:
            raise Refused("nothing_ready")
        debts = [[(late.invoice, late.cents) for late in one.lates] for one in ready]
        tiers = [now.tiers[one.payer] for one in ready]
        row = await _bordereau(tenant, settings, account, ready, debts)
        number = await _write(row, settings, ready, tiers, debts)
        await _book(tenant, account, ready)
        await _follow(number, account, len(ready), int(row.cents))
        return number


async def _bordereau(
    tenant: Tenant,
    settings: Titres,
    account: int | None,
    debtors: Sequence[Debtor],
    debts: Sequence[Sequence[tuple[int, int]]],
    replaces: int | None = None,
) -> Bordereau:
    now = tenant.now()
    kind = rule.TYPES[settings.form]
    number = await titres.next_number(settings.budget, now.year, kind, settings.first_bordereau)
    issuer = issuer_of(tenant, settings, now.date())
    name = (issuer.file_type, settings.siret, settings.budget, now.year, kind, f"{number:07}")
    return Bordereau(
        form=settings.form,
        exercise=now.year,
        type=kind,
        budget=settings.budget,
        number=number,
        file="_".join(map(str, name)),
        day=now.date(),
        pieces=len(debtors),
        cents=sum(cents for some in debts for _, cents in some),
        issuer=msgspec.json.encode(issuer).decode(),
        at=now,
        account=account,
        replaces=replaces,
    )


def issuer_of(tenant: Tenant, settings: Titres, day: date) -> Issuer:
    """Return the commune as a file names it today."""
    signatory = settings.signatory(day)
    return Issuer(
        name=tenant.settings.name,
        codique=settings.codique,
        siret=settings.siret,
        collectivity=settings.collectivity,
        budget=settings.budget,
        nature=settings.account,
        function=settings.function,
        product=settings.product,
        file_type=settings.file_type or ("PESORMC" if settings.form == "ormc" else "PESALR2"),
        key_collectivity=settings.key_collectivity,
        key_nature=settings.key_nature,
        signatory=signatory.name if signatory else "",
        quality=signatory.quality if signatory else "",
    )


async def _write(
    row: Bordereau,
    settings: Titres,
    debtors: Sequence[Debtor],
    tiers: Sequence[Tiers],
    debts: Sequence[Sequence[tuple[int, int]]],
) -> int:
    series, first = f"{row.exercise}:{row.budget}:{row.type}", settings.first_titre
    if row.form == "ormc":
        series, first = f"{series}:{row.number}", 1
    number = await titres.next_titre(series, first)
    rows = [
        (
            *(series, number + rank, one.payer, debts[rank][0][0]),
            sum(cents for _, cents in debts[rank]),
            msgspec.json.encode(tiers[rank]).decode(),
        )
        for rank, one in enumerate(debtors)
    ]
    return await titres.write(row, rows, debts)


async def _book(tenant: Tenant, account: int | None, ready: Sequence[Debtor]) -> None:
    now = tenant.now()
    documents = await mine.regies([late.invoice for one in ready for late in one.lates])
    entries = [
        Entry(
            f"to_titre:{late.invoice}",
            "to_titre",
            now.date(),
            accounts.moved("families", "titres", late.cents, one.payer, late.invoice),
            documents[late.invoice],
        )
        for one in ready
        for late in one.lates
    ]
    is_real = tenant.of(Settings).mode != "demo"
    if await books.write(entries, now, account, is_real=is_real) != len(entries):
        raise RuntimeError("an invoice was handed over already")


async def _follow(number: int, account: int | None, pieces: int, cents: int) -> None:
    await journal.record(
        "paiement.handed_over",
        f"paiement.bordereau:{number}",
        account=account,
        side="office",
        pieces=pieces,
        cents=cents,
    )
    await later("paiement", "write_titres", once=f"titres:{number}", bordereau=number)


async def send_again(tenant: Tenant, account: int | None, number: int) -> int:
    """Send what the treasury rejected under a new number; return the new bordereau.

    The rejected number stays used, and the debt stays the comptable's in the books.
    Raises Refused as `require_open`, and "nothing_rejected" when nothing is to send again.
    """
    now = tenant.now()
    settings = require_open(tenant, now.date())
    async with transaction():
        await locks.advisory("paiement.titres")
        old = await titres.one(number)
        some = (await titres.rejected(int(old.id)))[:AT_ONCE]
        refused = {int(one.id): one for one in some}
        held = sorted({f"paiement.payer:{one.payer}" for one in refused.values()})
        await locks.advisory(*held)
        lines = await titres.standing(refused)
        left = await books.standing([line["invoice"] for line in lines])
        debts: dict[int, list[tuple[int, int]]] = {}
        for line in lines:
            owed = left.get(line["invoice"], books.Standing()).titre
            if owed > 0:
                debts.setdefault(line["titre"], []).append((line["invoice"], owed))
        if not debts:
            raise Refused("nothing_rejected")
        await _release(list(debts))
        debtors = [Debtor(refused[titre].payer, ()) for titre in debts]
        known = await titres.tiers(sorted({one.payer for one in debtors}))
        row = await _bordereau(
            tenant, settings, account, debtors, list(debts.values()), int(old.id)
        )
        tiers = [known[one.payer] for one in debtors]
        found = await _write(row, settings, debtors, tiers, list(debts.values()))
        await _follow(found, account, len(debtors), int(row.cents))
        return found


async def _release(numbers: list[int]) -> None:
    for start in range(0, len(numbers), 500):
        some = numbers[start : start + 500]
        await TitreLine.update({TitreLine.stands: None}).where(TitreLine.titre.is_in(some))


async def count_rejected(bordereau: int) -> int:
    """Return how many titres of a bordereau are to send again."""
    refused = [int(one.id) for one in await titres.rejected(bordereau)]
    return len({line["titre"] for line in await titres.standing(refused)})


async def reject_all(bordereau: int, words: str) -> None:
    """Write that a whole bordereau was rejected, in the open transaction."""
    await Titre.update({Titre.state: "rejected", Titre.told: words[:200]}).where(
        Titre.bordereau == bordereau
    )
