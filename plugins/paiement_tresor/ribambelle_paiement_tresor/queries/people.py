"""Whom invoices are for: names, addresses, and the account each adult has in the books."""

from collections.abc import Collection, Iterable

from ribambelle.database import Prepared, locks, many
from ribambelle.errors import NotYours
from ribambelle.identity.tables import Adult, Child
from ribambelle_paiement_tresor.domain.terms import Recipient
from ribambelle_paiement_tresor.tables import Payer

ADULTS = Prepared(
    lambda given: Adult.raw(
        "SELECT a.id, a.given_name, a.family_name, d.line, d.postcode, d.city"
        " FROM core_adult a LEFT JOIN core_address d ON d.household = a.household"
        " WHERE a.id >= {} AND a.id < {}",
        given.low,
        given.high,
    )
)
CHILDREN = Prepared(
    lambda given: Child.raw(
        "SELECT id, given_name, family_name FROM core_child WHERE "  # noqa: S608 - a name of ours
        + many.among("id"),
        given.some,
    )
)
CALLED = Prepared(
    lambda given: Adult.raw(
        "SELECT id, given_name, family_name FROM core_adult WHERE "  # noqa: S608 - a name of ours
        + many.among("id"),
        given.some,
    )
)
PAYERS = Prepared(
    lambda given: Payer.raw(
        "SELECT adult, MIN(id) AS id FROM paiement_payer WHERE adult >= {} AND adult < {}"
        " GROUP BY adult",
        given.low,
        given.high,
    )
)


async def recipients(low: int, high: int) -> dict[int, Recipient]:
    """Return the adults of a slice, with where each lives, by number."""
    return {
        row["id"]: Recipient(
            f"{row['given_name']} {row['family_name']}".strip(),
            row["line"] or "",
            row["postcode"] or "",
            row["city"] or "",
        )
        for row in await ADULTS.ask(low=low, high=high)
    }


async def names(children: Collection[int]) -> dict[int, str]:
    """Return what these children are called."""
    rows = await CHILDREN.ask(some=many.listed(sorted(children))) if children else []
    return {row["id"]: f"{row['given_name']} {row['family_name']}".strip() for row in rows}


async def called(adults: Collection[int]) -> dict[int, str]:
    """Return what these adults are called."""
    rows = await CALLED.ask(some=many.listed(sorted(adults))) if adults else []
    return {row["id"]: f"{row['given_name']} {row['family_name']}".strip() for row in rows}


async def payers(low: int, high: int, wanted: Iterable[int]) -> dict[int, int]:
    """Return the account in the books of each adult of a slice, opened when there is none."""
    await locks.advisory("paiement.payers")
    found = {row["adult"]: row["id"] for row in await PAYERS.ask(low=low, high=high)}
    missing = [[adult] for adult in wanted if adult not in found]
    rows = await many.write("paiement_payer", ("adult",), missing, returning=("id", "adult"))
    return found | {row["adult"]: row["id"] for row in rows}


async def payer_names(payers: Collection[int]) -> dict[int, str]:
    """Return what the adults of some accounts are called."""
    if not payers:
        return {}
    rows = await Payer.select(Payer.id, Payer.adult.given_name, Payer.adult.family_name).where(
        Payer.id.is_in(sorted(payers))
    )
    return {
        row["id"]: f"{row['adult.given_name'] or ''} {row['adult.family_name'] or ''}".strip()
        for row in rows
    }


async def payer_name(payer: int) -> str:
    """Return what the adult of an account is called, or behave as if it did not exist."""
    row = (
        await Payer.select(Payer.id, Payer.adult.given_name, Payer.adult.family_name)
        .where(Payer.id == payer)
        .first()
    )
    if row is None:
        raise NotYours
    name = f"{row['adult.given_name'] or ''} {row['adult.family_name'] or ''}".strip()
    return name or "Famille supprimée"


async def last_adult() -> int:
    """Return the highest number of an adult."""
    row = await Adult.select(Adult.id).order_by(Adult.id, ascending=False).first()
    return int(row["id"]) if row else 0
