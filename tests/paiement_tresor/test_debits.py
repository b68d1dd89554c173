"""A family is debited: it signs, it is told, its invoice is paid once, and a bank may say no."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

import httpx
import pytest
from tests.paiement_tresor.builders import an_adult, an_invoice, settle
from tests.paiement_tresor.test_pain008 import schema

from ribambelle.database import DOOR, REFUSED, transaction
from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_paiement_tresor import transferring
from ribambelle_paiement_tresor.domain import pain008
from ribambelle_paiement_tresor.queries import books, debits, mine
from ribambelle_paiement_tresor.tables import Allocation, Batch, DebitShare, Entry, Mandate
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury

CAMILLE = "camille@example.test"
IBAN = "FR7630006000011234567890189"
DESK, PAGE = "/bureau/paiement/prelevements", "/paiement/prelevement"
OPEN = """[paiement]
mode = "demo"
treasury = "{address}"
[paiement.debits]
open = true
ics = "FR12ZZZ123456"
service = "TGDFT027"
codique = "027000"
siret = "21710118500017"
creditor = "SGC Chalon"
creditor_iban = "FR7630006000011234567890189"
creditor_bic = "BDFEFRPPCCT"
holder = "Régie enfance"
dft_iban = "FR7630006000011234567890189"
[[paiement.regies]]
code = "regie"
label = "Régie enfance"
payfip = "090909"
means = ["card", "cash", "debit"]
"""
CAMT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn><Ntry>
<Amt Ccy="EUR">96.40</Amt><BookgDt><Dt>2026-12-11</Dt></BookgDt><NtryDtls>
<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs><Amt Ccy="EUR">48.20</Amt>
<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls>
<TxDtls><Refs><EndToEndId>credited</EndToEndId></Refs><Amt Ccy="EUR">48.20</Amt></TxDtls>
</NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""
SIGNED = {
    **{"holder": "Camille Martin", "iban": "fr76 3000 6000 0112 3456 7890 189"},
    **{"bic": "", "kind": "recurrent", "agree": "oui"},
}


@dataclass
class Debiting:
    """A régie that debits, and a family with an invoice."""

    town: Town
    clock: FrozenClock
    family: httpx.AsyncClient
    office: httpx.AsyncClient
    adult: int
    invoice: int
    payer: int

    async def signs(self, **more: str) -> httpx.Response:
        """Sign a mandate."""
        return await self.family.post(PAGE, data=SIGNED | more)

    async def batch(self, on: str = "2026-12-09", key: str = "k", **more: str) -> httpx.Response:
        """Make a batch of the family's invoices."""
        told = {"key": key, "on": on, "payers": str(self.payer)} | more
        return await self.office.post(DESK, data=told)

    async def until(self, day: date) -> None:
        """Let time pass, people sign in again, and the worker work."""
        self.clock.move(days=(day - self.town.tenant.now().date()).days)
        self.office = await self.town.staff(Grant("regisseur"), email=f"regie-{day}@mairie.test")
        self.family = await self.town.family(CAMILLE)
        await self.town.work()

    async def returned(self, reason: str, end_to_end: str) -> httpx.Response:
        """Send a message of the bank with one returned debit."""
        said = CAMT.format(end_to_end=end_to_end, reason=reason)
        file = {"file": ("c.xml", said, "application/xml")}
        return await self.office.post(f"{DESK}/rejets", files=file)

    async def balances(self) -> dict[str, int]:
        """Return what the accounts come to, those that come to nothing left out."""
        with self.town.here():
            assert await books.faults() == []
            return {name: cents for name, cents in (await books.balances()).items() if cents}

    async def told(self, word: str) -> int:
        """Return how many messages to the family say a word in their subject."""
        await self.town.work()
        return sum(word in one.subject for one in await self.town.mail(CAMILLE))


@pytest.fixture
async def debiting(communes: Communes, clock: FrozenClock) -> AsyncIterator[Debiting]:
    """Camille owes 48,20 € to the régie of alpha, which debits accounts."""
    town = communes.alpha
    settle(town, OPEN.format(address="http://127.0.0.1:9"))
    family = await town.family(CAMILLE, "Camille Martin")
    office = await town.staff(Grant("regisseur"))
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        adult = await an_adult("Camille Martin", account.id)
        invoice = await an_invoice(adult, 4820)
        payer = (await mine.one(invoice)).payer
    yield Debiting(town, clock, family, office, adult, invoice, payer)


async def test_a_mandate_is_signed_sealed_shown_masked_and_stopped(debiting: Debiting) -> None:
    link = await debiting.family.get(f"/paiement/factures/{debiting.invoice}")
    assert "Passer au prélèvement" in link.text

    wrong = await debiting.signs(iban="FR76 3000 6000 0112 3456 7890 198")
    assert wrong.status_code == 422
    assert "Ce n’est pas un IBAN" in wrong.text and "3456 7890 198" in wrong.text
    unsigned = await debiting.family.post(
        PAGE, data={k: v for k, v in SIGNED.items() if k != "agree"}
    )
    assert "Cochez cette case pour signer" in unsigned.text
    for _ in range(2):
        assert (await debiting.signs()).status_code == 303

    page = (await debiting.family.get(PAGE)).text
    assert "FR•• •••• 0189" in page and "RIB-F-00000001-001" in page
    assert IBAN not in page.replace(" ", "")
    with debiting.town.here():
        (row,) = await Mandate.objects()
        assert IBAN not in str(row.to_dict())
        assert debits.account_of(row).iban == IBAN
        assert "dans les 8 semaines" in row.words and row.version
    assert await debiting.told("mandat") == 1
    await debiting.family.post(f"{PAGE}/arreter")
    with debiting.town.here():
        assert await debits.live(debiting.payer) is None
    assert (await debiting.batch()).status_code == 422


async def test_debits_exist_only_where_a_regie_opened_them(debiting: Debiting) -> None:
    settle(debiting.town, "[paiement]\n")

    assert (await debiting.family.get(PAGE)).status_code == 404
    assert (await debiting.signs()).status_code == 404
    assert (await debiting.office.get(DESK)).status_code == 404
    page = await debiting.family.get(f"/paiement/factures/{debiting.invoice}")
    assert "Passer au prélèvement" not in page.text


async def test_an_invoice_is_debited_confirmed_and_its_file_is_what_banks_read(
    debiting: Debiting, treasury: SimulatedTreasury
) -> None:
    """From the signature to the treasury; the simulator reads the file and returns nothing."""
    await debiting.signs()
    soon = await debiting.batch("2026-12-08")
    assert "au plus tôt le mercredi 9 décembre" in soon.text.replace("\u00a0", " ")
    assert "Les banques ne travaillent pas" in (await debiting.batch("2026-12-12")).text
    for _ in range(2):
        made = await debiting.batch()
        assert made.headers["location"] == f"{DESK}/1"

    taken = await debiting.office.post(f"{DESK}/1/fichier")

    name = "TGDFT027-DFT-SDD-26329-001"
    assert f'"{name}.xml"' in taken.headers["content-disposition"]
    schema("2019").validate(taken.text)
    assert pain008.read(taken.content)[0] == name
    assert "<SeqTp>FRST" in taken.text and f"<IBAN>{IBAN}" in taken.text
    treasury.http.post("/_sim/sdd", content=taken.content).raise_for_status()
    assert await debiting.told("Prélèvement de 48,20") == 1
    with debiting.town.here():
        row = await Batch.objects().get(Batch.id == 1)
        assert row and IBAN not in str(row.to_dict())
    assert await debiting.balances() == {"families": 4820, "income": -4820}
    assert (
        "pas encore eu lieu"
        in (
            await debiting.office.get(
                (await debiting.office.post(f"{DESK}/1/confirmer")).headers["location"]
            )
        ).text
    )
    await debiting.until(date(2026, 12, 9))
    assert await debiting.balances() == {"debits": 4820, "income": -4820}
    for _ in range(2):
        await debiting.office.post(f"{DESK}/1/confirmer")
    assert await debiting.balances() == {"treasury": 4820, "income": -4820}
    with debiting.town.here():
        await an_invoice(debiting.adult, 500, date(2026, 9, 1))
    assert "Suivant" in (await debiting.office.get(DESK)).text


async def test_an_invoice_in_a_batch_is_not_paid_another_way(
    debiting: Debiting, treasury: SimulatedTreasury
) -> None:
    """Neither on line, nor at the counter, nor by another batch, nor by a titre."""
    settle(debiting.town, OPEN.format(address=treasury.address))
    spring = date(2027, 4, 1)
    await debiting.signs()
    with debiting.town.here() as tenant:
        assert len((await transferring.waiting(tenant, spring)).ready) == 1
    await debiting.batch()
    with debiting.town.here() as tenant:
        assert (await transferring.waiting(tenant, spring)).ready == []

    on_line = await debiting.family.post("/paiement/payer", data={"facture": str(debiting.invoice)})
    at_till = await debiting.office.post(
        f"/bureau/paiement/comptes/{debiting.payer}/encaisser",
        data={"key": "t", "invoices": debiting.invoice, "means": "cash", "amount": "48,20"},
    )

    assert "va être prélevée" in (await debiting.family.get(on_line.headers["location"])).text
    assert at_till.status_code == 422 and "remise de prélèvements" in at_till.text
    assert (
        "Prélèvement prévu"
        in (await debiting.family.get(f"/paiement/factures/{debiting.invoice}")).text
    )
    assert (await debiting.batch(key="another")).status_code == 422
    with debiting.town.here():
        assert not await Allocation.exists()
        with pytest.raises(REFUSED):
            async with transaction():
                await DOOR.fetch(
                    "INSERT INTO paiement_debit_share (debit, invoice, cents, holds)"
                    f" VALUES (1, {debiting.invoice}, 1, {debiting.invoice})",
                    [],
                )


async def test_an_invoice_paid_on_line_is_not_debited(
    debiting: Debiting, treasury: SimulatedTreasury
) -> None:
    settle(debiting.town, OPEN.format(address=treasury.address))
    await debiting.signs()
    await debiting.family.post("/paiement/payer", data={"facture": str(debiting.invoice)})

    assert "Rien à prélever" in (await debiting.batch()).text
    with debiting.town.here():
        assert not await DebitShare.exists()


async def test_without_its_hold_an_invoice_in_a_batch_would_be_paid_twice(
    debiting: Debiting, treasury: SimulatedTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: forget to ask whether a batch holds the invoice."""
    settle(debiting.town, OPEN.format(address=treasury.address))
    await debiting.signs()
    await debiting.batch()

    async def anything(_: object) -> None:
        """Let everything through."""

    monkeypatch.setattr(debits, "require_free", anything)
    await debiting.office.post(
        f"/bureau/paiement/comptes/{debiting.payer}/encaisser",
        data={"key": "t", "invoices": debiting.invoice, "means": "cash", "amount": "48,20"},
    )
    await debiting.until(date(2026, 12, 9))

    assert await debiting.balances() == {
        **{"income": -4820, "cash": 4820, "debits": 4820, "credit": -4820}
    }


async def test_a_returned_debit_is_due_again_once_and_stops_its_mandate(
    debiting: Debiting, treasury: SimulatedTreasury
) -> None:
    """The treasury's list, the bank's message, a word by hand; two in a row suspend the mandate."""
    await debiting.signs()
    await debiting.batch()
    taken = await debiting.office.post(f"{DESK}/1/fichier")
    (line,) = pain008.read(taken.content)[1]
    sent = {"params": {"refuse": f"{line.end_to_end}:AM04"}, "content": taken.content}
    treasury.http.post("/_sim/sdd", **sent).raise_for_status()
    treasury.advance(days=17)
    await debiting.until(date(2026, 12, 12))
    listed = treasury.http.get("/_sim/sdd/returns").text
    assert line.end_to_end in listed

    for _ in range(2):
        answer = await debiting.office.post(
            f"{DESK}/rejets", files={"file": ("r.csv", listed, "text/csv")}
        )
        assert answer.status_code == 303
    assert await debiting.balances() == {"families": 4820, "income": -4820}
    assert await debiting.told("prélèvement de 48,20") == 1
    with debiting.town.here():
        assert await Entry.count().where(Entry.kind == "reversed") == 1
        assert (await mine.one(debiting.invoice)).owed == 4820
    page = (await debiting.family.get(PAGE)).text
    assert "il n’y avait pas assez d’argent sur le compte" in page and "En cours" in page

    await debiting.batch("2026-12-30", "again")
    with debiting.town.here():
        (second,) = await debits.debits(2)
    for _ in range(2):
        assert (await debiting.returned("MS02", second.end_to_end)).status_code == 303
    with debiting.town.here():
        row = await debits.live(debiting.payer)
        assert row and row.state == "suspended"
    assert (await debiting.batch("2027-01-04", "third")).status_code == 422
    await debiting.office.post(f"{DESK}/mandats/{row.id}/retablir")
    assert (await debiting.batch("2027-01-04", "third")).status_code == 303
    with debiting.town.here():
        sequences = [one.sequence for number in (1, 2, 3) for one in await debits.debits(number)]
    assert sequences == ["FRST", "FRST", "FRST"]
    await debiting.office.post(f"{DESK}/debits/3/rejeter", data={"reason": "AC04"})
    with debiting.town.here():
        assert [(await debits.debit(number)).state for number in (1, 2, 3)] == ["returned"] * 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Nom;Age\nAnne;3\n", "Ligne 1 : les colonnes ENDTOEND et MOTIF"),
        ("ENDTOEND;MOTIF\n1D;perdu\n", "Ligne 2 : « perdu » n’est pas un motif"),
        ("ENDTOEND;MOTIF;MONTANT\n{known};AM04;4821\n", "Ligne 2 : le montant n’est pas celui"),
        ("\0", "pas un fichier de texte"),
        ("<!DOCTYPE a><a/>", "Ligne 1 : ce fichier déclare un DOCTYPE"),
        ("<Document><CstmrPmtStsRpt>", "coupé ou illisible à la ligne 1"),
        ("<Document><CstmrCdtTrf/></Document>", "ni un pain.002 ni un camt.054"),
    ],
)
async def test_a_wrong_list_of_returns_changes_nothing(
    debiting: Debiting, text: str, told: str
) -> None:
    await debiting.signs()
    await debiting.batch()
    with debiting.town.here():
        (known,) = await debits.debits(1)

    content = text.format(known=known.end_to_end)
    answer = await debiting.office.post(
        f"{DESK}/rejets", files={"file": ("r.csv", content, "text/csv")}
    )

    assert answer.status_code == 422 and told in answer.text
    with debiting.town.here():
        assert (await debits.debit(int(known.id))).state == "planned"


async def test_a_cancelled_batch_lets_everything_go_but_its_name(debiting: Debiting) -> None:
    await debiting.signs(kind="once")
    await debiting.batch()
    with debiting.town.here():
        assert await debits.live(debiting.payer) is None

    for _ in range(2):
        await debiting.office.post(f"{DESK}/1/annuler")
    assert (await debiting.office.post(f"{DESK}/1/fichier")).status_code == 404
    assert (await debiting.batch(key="again")).status_code == 303

    assert await debiting.told("est annulé") == 1
    with debiting.town.here():
        names = [row.name[-3:] for row in await Batch.objects().order_by(Batch.id)]
        (one,) = await debits.debits(2)
        assert (names, one.sequence) == (["001", "002"], "OOFF")
    await debiting.until(date(2026, 12, 9))
    assert (await debiting.balances())["debits"] == 4820
