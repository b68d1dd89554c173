"""What a family reads and is told: its account in plain words, reminders once, certificates."""

import io
from datetime import date
from typing import Any

import httpx
import pypdf
from tests.paiement_tresor.builders import (
    OCTOBER,
    a_child,
    a_due,
    a_period,
    a_unit,
    an_adult,
    issued,
)

from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Child
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_paiement_tresor import crediting, till
from ribambelle_paiement_tresor.queries import mine
from ribambelle_paiement_tresor.tables import Invoice
from ribambelle_paiement_tresor.till import Taken

CAMILLE = "camille@example.test"
TILL = Person(1, 0, "", "Brigitte", "staff", strong=True)


async def billed(town: Town) -> tuple[httpx.AsyncClient, Invoice]:
    """Bill Camille 10 € of canteen and 5 € of care for Noé, five, and 4 € of care for Léa, eight."""
    client = await town.family(CAMILLE)
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        adult = await an_adult("Camille Martin", account.id)
        noe, lea = await a_child(adult, "Noé"), await a_child(adult, "Léa")
        await Child.update({Child.born_on: date(2018, 5, 3)}).where(Child.id == lea)
        meal = await a_unit()
        care = await a_unit("soir", is_meal=False, tax_care=True)
        await a_due(adult, noe, meal, OCTOBER[0], 1000)
        await a_due(adult, noe, care, OCTOBER[0], 500)
        await a_due(adult, lea, care, OCTOBER[0], 400)
        (row,) = await issued(await a_period())
    return client, row


async def paid(town: Town, row: Invoice, cents: int, key: str) -> None:
    with town.here() as tenant:
        taken = Taken(row.payer, "regie", "cash", cents, (int(row.id),), key)
        await till.take(tenant, TILL, taken)


def said(answer: Any) -> str:
    """Return the words of a paper."""
    paper = pypdf.PdfReader(io.BytesIO(answer.content))
    return " ".join(page.extract_text() for page in paper.pages).replace("\u202f", " ")


async def test_the_tax_certificate_counts_what_was_paid_for_the_care_of_the_young(
    communes: Communes, clock: FrozenClock
) -> None:
    """Half the invoice in 2026, the rest in 2027: each year says its own, and no meal."""
    town = communes.alpha
    client, row = await billed(town)
    here = "/paiement/attestations"
    assert (await client.post(f"{here}/2026")).status_code == 404
    await paid(town, row, 950, "one")
    clock.move(days=60)
    client = await town.family(CAMILLE)
    await paid(town, row, 950, "two")

    page = (await client.get(here)).text
    first, second = [await client.post(f"{here}/{year}") for year in (2026, 2027)]

    assert "Payé en 2026" in page
    assert "Noé Martin : 2,50 €" in said(first)
    assert "2,50 €" in said(second)
    assert "Léa" not in said(first)
    with town.here() as tenant:  # lowered to what 2026 paid: never certified for more
        wrong = await mine.one(int(row.id))
        await crediting.credit_note(tenant, TILL, wrong, 950, "Erreur", "note", "care")
    assert "5,00 €" in said(await client.post(f"{here}/2026"))
    assert (await client.post(f"{here}/2027")).status_code == 404
    other = await town.family("paul@example.test")
    assert (await other.post(f"{here}/2026")).status_code == 404


async def test_a_paid_invoice_is_certified_and_no_other(communes: Communes) -> None:
    town = communes.alpha
    client, row = await billed(town)
    here = f"/paiement/factures/{row.id}/attestation"
    assert (await client.post(here)).status_code == 404
    await paid(town, row, 1900, "all")

    paper = said(await client.post(here))

    assert "F2026-000001" in paper
    assert "19,00 €" in paper
    other = await town.family("paul@example.test")
    assert (await other.post(here)).status_code == 404


async def test_the_account_tells_everything_in_order_with_what_is_left(communes: Communes) -> None:
    town = communes.alpha
    client, row = await billed(town)
    await paid(town, row, 2000, "all")

    text = (await client.get("/paiement/compte")).text

    assert text.index("Paiement au guichet") < text.index("Facture émise")
    assert "1,00" in text[: text.index("Mouvements")]
    assert "d’avance" in text
    home = (await client.get("/")).text
    assert "à payer" not in home


async def test_a_late_family_is_reminded_once_at_each_step(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    _, row = await billed(town)

    async def reminded() -> int:
        await town.work()
        return sum("il reste" in one.subject for one in await town.mail(CAMILLE))

    assert row.due_on == date(2026, 11, 30)
    counted = []
    for days in (6, 6, 1, 1, 13, 30):  # up to 1, 7, 8, 9 and 22 December, then January
        clock.move(days=days)
        counted.append(await reminded())
    assert counted == [0, 1, 1, 1, 2, 2]
    await paid(town, row, 1900, "all")
    clock.move(days=30)
    assert await reminded() == 2
