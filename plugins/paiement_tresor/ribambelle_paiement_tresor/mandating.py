"""A mandate: signed on line by a family, shown masked, stopped whenever it wishes."""

import secrets
from dataclasses import dataclass

import msgspec

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import sealing
from ribambelle_paiement_tresor.domain import iban as checking
from ribambelle_paiement_tresor.domain import mandates as rule
from ribambelle_paiement_tresor.domain.mandates import Account
from ribambelle_paiement_tresor.queries import debits, mine
from ribambelle_paiement_tresor.settings import Regie, Settings
from ribambelle_paiement_tresor.tables import Mandate

PAGE = "/paiement/prelevement"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a family gives to be debited."""

    holder: str
    iban: str
    bic: str
    kind: str


def debiting(tenant: Tenant) -> Regie | None:
    """Return the régie that debits accounts; None when it is not open here."""
    settings = tenant.of(Settings)
    regie = settings.regie(settings.debits.regie)
    return regie if settings.debits.open and regie and "debit" in regie.means else None


async def words(tenant: Tenant, payer: int) -> tuple[str, str]:
    """Return the reference of the next mandate of a family, and the words it signs."""
    regie, settings = debiting(tenant), tenant.of(Settings).debits
    if regie is None:
        raise NotYours
    rank = len(await debits.mandates(payer)) + 1
    reference = rule.rum(regie.prefix, payer, rank)
    told = rule.wording(
        regie.label, settings.creditor, settings.ics, reference, settings.notice_days
    )
    return reference, told


async def sign(tenant: Tenant, person: Person, payer: int, what: Signed) -> Mandate:
    """Keep a mandate with the words signed; the one before it ends. Sent twice, it is signed once.

    Raises Refused: iban_wrong, iban_country, iban_key, bic_wrong.
    """
    regie = debiting(tenant)
    if regie is None:
        raise NotYours
    account = Account(checking.checked_iban(what.iban), checking.checked_bic(what.bic))
    now = tenant.now()
    async with transaction():
        await locks.advisory(f"paiement.payer:{payer}")
        if (before := await debits.live(payer)) is not None:
            if _is_the_same(before, what, account):
                return before
            await debits.end(int(before.id), "replaced", now)
        reference, told = await words(tenant, payer)
        name = secrets.token_hex(16)
        row = Mandate(
            payer=payer,
            account=person.account,
            regie=regie.code,
            rum=reference,
            kind=what.kind,
            holder=what.holder,
            name=name,
            sealed=sealing.sealed(msgspec.json.encode(account), name),
            shown=checking.masked(account.iban[:2], account.iban[-4:]),
            version=rule.VERSION,
            words=told,
            state="active",
            live_for=payer,
            signed_at=now,
        )
        row.id = (await Mandate.insert(row).returning(Mandate.id))[0]["id"]
        await _record(person, row, "paiement.mandate_signed")
        await _tell(tenant, person, row)
        return row


def _is_the_same(row: Mandate, what: Signed, account: Account) -> bool:
    told = (row.state, row.holder, row.kind, debits.account_of(row))
    return told == ("active", what.holder, what.kind, account)


async def _tell(tenant: Tenant, person: Person, row: Mandate) -> None:
    await post(
        "paiement/messages/mandate_signed",
        person.email,
        account=person.account,
        name=person.name.partition(" ")[0],
        rum=row.rum,
        shown=row.shown,
        words=row.words,
        link=tenant.url(PAGE),
    )


async def revoke(tenant: Tenant, person: Person, payer: int) -> None:
    """Stop a mandate; what a batch already holds is debited all the same."""
    async with transaction():
        await locks.advisory(f"paiement.payer:{payer}")
        if (row := await debits.live(payer)) is not None:
            await debits.end(int(row.id), "revoked", tenant.now())
            await _record(person, row, "paiement.mandate_revoked")


async def restore(tenant: Tenant, person: Person, number: int) -> None:
    """Let a suspended mandate be used again. Raises Refused("not_suspended")."""
    row = await debits.mandate(number)
    async with transaction():
        await locks.advisory(f"paiement.payer:{row.payer}")
        changed = (
            await Mandate.update({Mandate.state: "active"})
            .where((Mandate.id == number) & (Mandate.state == "suspended"))
            .returning(Mandate.id)
        )
        if not changed:
            raise Refused("not_suspended")
        await _record(person, row, "paiement.mandate_restored")


async def _record(person: Person, row: Mandate, what: str) -> None:
    await journal.record(
        what,
        f"paiement.mandate:{row.id}",
        account=person.account,
        side="family" if person.is_family else "office",
    )


async def payer_of(person: Person) -> int | None:
    """Return the account in the books of a family; None before its first invoice."""
    found = await mine.accounts(person.account)
    return min(found) if found else None
