"""The treasury's daily report: each line counts once, both ways of differing are shown and decided."""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date

import httpx
import pytest
from python_calamine import CalamineWorkbook
from tests.paiement_tresor.builders import an_adult, an_invoice, insert, on_line

from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain import report as reading
from ribambelle_paiement_tresor.domain.accounts import Entry as Written
from ribambelle_paiement_tresor.domain.accounts import Share
from ribambelle_paiement_tresor.domain.report import Received
from ribambelle_paiement_tresor.queries import books, mine, reports
from ribambelle_paiement_tresor.tables import Allocation, Entry, Payment, Report, ReportLine
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury

CAMILLE = "camille@example.test"
DESK = "/bureau/paiement/rapprochement"
HEAD = "EN-TETE;PAYFIP;090909;25/11/2026\nLIGNE;DATE;REFDET;MONTANT;MOYEN;NUMAUTO\n"


def a_file(*lines: str, foot: str = "") -> bytes:
    """Return a report of these lines, as the treasury writes it."""
    told = "".join(f"LIGNE;{one}\n" for one in lines)
    return (HEAD + told + (foot or f"PIED-DE-PAGE;{len(lines)}") + "\n").encode()


@dataclass
class Reconciling:
    """A régie, and a family that paid on line."""

    town: Town
    client: httpx.AsyncClient
    account: int
    adult: int
    payer: int = 0
    paid: int = 0

    async def pays(self, cents: int, state: str = "paid", rank: int = 1) -> Payment:
        """Write a payment as the treasury ended it."""
        with self.town.here() as tenant:
            invoice = await an_invoice(self.adult, cents, date(2026, rank, 1))
            self.payer = (await mine.one(invoice)).payer
            row = Payment(
                payer=self.payer,
                account=self.account,
                regie="regie",
                client="090909",
                reference=f"F202600000{rank:02}01",
                operation=f"cc0cb210-{rank}",
                saisie="W",
                is_real=False,
                cents=cents,
                email=CAMILLE,
                state=state,
                created_at=tenant.now(),
                paid_at=tenant.now() if state == "paid" else None,
            )
            row.id = await insert(row)
            await insert(Allocation(payment=row.id, invoice=invoice, cents=cents))
            if state == "paid":
                shares = [Share(invoice, cents)]
                postings = accounts.settled("payfip", self.payer, cents, shares, {invoice: cents})
                day = tenant.now().date()
                entry = Written(f"payfip:{row.operation}", "paid", day, postings, "regie")
                await books.write([entry], tenant.now(), is_real=False)
            return row

    async def sent(self, content: bytes) -> httpx.Response:
        """Send a file."""
        return await self.client.post(DESK, files={"file": ("releve.csv", content, "text/csv")})

    async def counted(self, content: bytes) -> None:
        """Send a file, and count it."""
        answer = await self.sent(content)
        assert answer.status_code == 303, answer.text
        await self.client.post(f"{answer.headers['location']}/compter")

    async def balances(self) -> dict[str, int]:
        """Return what the accounts come to, those that come to nothing left out."""
        with self.town.here():
            assert await books.faults() == []
            return {name: cents for name, cents in (await books.balances()).items() if cents}

    async def shown(self, query: str = "") -> str:
        """Return the words of the page."""
        return (await self.client.get(DESK + query)).text.replace("\u202f", " ")


@pytest.fixture
async def regie(communes: Communes) -> AsyncIterator[Reconciling]:
    """A régie of alpha whose families pay on line."""
    town = communes.alpha
    on_line(town, "http://127.0.0.1:9")
    await town.family(CAMILLE)
    client = await town.staff(Grant("regisseur"))
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        adult = await an_adult("Camille Martin", account.id)
    yield Reconciling(town, client, account.id, adult)


async def test_s40_both_ways_of_differing_are_shown_and_the_sums_explain_them(
    communes: Communes, treasury: SimulatedTreasury, clock: FrozenClock, regie: Reconciling
) -> None:
    """A payment without a line waits three worked days; a line without a payment is not credited."""
    on_line(communes.alpha, treasury.address)
    family = await communes.alpha.family(CAMILLE)
    with communes.alpha.here():
        invoices = [await an_invoice(regie.adult, 4820 + n, date(2026, n, 1)) for n in (1, 2)]
    references = []
    for invoice in invoices:
        await family.post("/paiement/payer", data={"facture": str(invoice)})
        last = treasury.operations()[-1]
        references.append(last["refdet"])
        await asyncio.to_thread(treasury.family, last["idop"], "card")
    treasury.advance(minutes=2)
    clock.move(minutes=2)
    await communes.alpha.work()
    report = treasury.report(
        numcli="090909", date="2026-11-25", without=references[1], extra="F00090012:3120"
    )

    looked = await regie.sent(report.encode("cp1252"))
    preview = (await regie.client.get(looked.headers["location"])).text
    assert "Paiement d’ici" in preview and "Inconnue ici : autre régie" in preview
    assert (await regie.balances())["payfip"] == 4821 + 4822
    await regie.client.post(f"{looked.headers['location']}/compter")

    assert await regie.balances() == {
        **{"income": -9643, "treasury": 4821 + 3120, "payfip": 4822, "suspense": -3120}
    }
    page = await regie.shown("?jour=2026-11-25")
    assert f">{references[1]}</a>" in page and "F00090012" in page
    told = "96,43 €</bdi> − <bdi>48,22 €</bdi> + <bdi>31,20 €</bdi> = <b><bdi>79,41 €"
    assert told in page
    assert "L’écart de <bdi>17,02 €</bdi> est entièrement expliqué" in page
    assert "4 jours" not in page
    clock.move(days=6)
    regie.client = await regie.town.staff(Grant("regisseur"), email="later@mairie.test")
    assert "4 jours" in await regie.shown()
    sheet = (await regie.client.get(f"{DESK}/liste")).content
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet))
    queues = [book.get_sheet_by_index(at).to_python() for at in (1, 2)]
    assert [rows[1][0] for rows in queues] == [references[1], "F00090012"]


async def test_a_line_counts_once_in_the_same_file_and_in_those_that_overlap(
    regie: Reconciling,
) -> None:
    first, second = await regie.pays(4820), await regie.pays(3740, rank=2)
    one, two = (f"25/11/2026;{row.reference};{row.cents};CB;A1" for row in (first, second))

    await regie.counted(a_file(one))
    await regie.counted(a_file(one))
    await regie.counted(a_file(one, two))
    await regie.counted(a_file(one.replace("25/11/2026", "2026-11-25"), two))

    assert await regie.balances() == {"income": -8560, "treasury": 8560}
    with regie.town.here():
        assert await Report.count() == 3
        assert await ReportLine.count() == 2
        assert await Entry.count().where(Entry.kind == "confirmed") == 2
    assert "Tout ce qui est payé ici est sur un relevé" in await regie.shown()


async def test_without_its_key_a_line_would_count_twice(
    regie: Reconciling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: forget what a line says, and that a report told the payment."""
    row = await regie.pays(4820)
    line = f"25/11/2026;{row.reference};4820;CB;A1"
    ranks = itertools.count(1)

    def another(lines: list[Received]) -> list[Received]:
        return [replace(one, rank=next(ranks)) for one in lines]

    monkeypatch.setattr(reading, "_ranked", another)
    monkeypatch.setattr(reports.rule, "lead", lambda *_: "")

    await regie.counted(a_file(line))
    await regie.counted(a_file(line, foot="PIED-DE-PAGE"))

    assert (await regie.balances())["treasury"] == 2 * 4820


async def test_a_payment_given_up_is_credited_on_a_click_and_only_once(
    regie: Reconciling,
) -> None:
    """Its invoice first; told twice by the treasury, the second time waits for somebody."""
    row = await regie.pays(3740, "abandoned")
    await regie.counted(a_file(f"24/11/2026;{row.reference};3740;CB;A1"))
    assert "paiement donné pour abandonné" in await regie.shown()
    assert (await regie.balances())["families"] == 3740

    for _ in range(2):
        await regie.client.post(f"{DESK}/lignes/1/crediter")
    await regie.counted(a_file(f"25/11/2026;{row.reference};3740;CB;A1"))
    await regie.client.post(f"{DESK}/lignes/2/signaler")

    assert await regie.balances() == {"income": -3740, "treasury": 7480, "suspense": -3740}
    page = await regie.shown()
    assert "ce paiement est déjà sur un relevé, signalé" in page
    await regie.town.work()
    assert sum("Reçu" in one.subject for one in await regie.town.mail(CAMILLE)) == 1


async def test_s41_a_line_that_takes_back_makes_the_invoice_due_again(regie: Reconciling) -> None:
    row = await regie.pays(4820)

    await regie.counted(
        a_file(f"24/11/2026;{row.reference};48,20;PRLV;", f"25/11/2026;{row.reference};-48,20;;")
    )

    assert await regie.balances() == {"families": 4820, "income": -4820}
    with regie.town.here():
        again = await Payment.objects().get(Payment.id == row.id)
        assert again
        assert again.state == "reversed"
        assert {line.state for line in await ReportLine.objects()} == {"matched"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (a_file("25/11/2026;F1;48,2O"), "Ligne 3 : « 48,2O » n’est pas un montant"),
        (a_file("25/11/2026;F1;4820")[:-16], "s’arrête à la ligne 3, sans pied de page"),
        (
            a_file("25/11/2026;F1;4820", foot="PIED-DE-PAGE;2"),
            "Ligne 4 : le pied de page annonce 2",
        ),
        (a_file("25/11/2026;F1;4820", foot="PIED-DE-PAGE;1;1"), "Ligne 4 : le total annoncé"),
        (a_file('25/11/2026;"F1;4820'), "Ligne 4 : un guillemet n’est pas fermé"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "pas un fichier de texte"),
        (b"Nom;Age\nAnne;3\n", "Ligne 1 : « EN-TETE » est attendu"),
        (HEAD.encode() + b"LIGNE;25/11/2026;F1;1\n" * 20_001, "20 000 lignes au plus"),
        (b"EN-TETE" * 700_000, "trop grand pour un relevé"),
    ],
)
async def test_a_file_that_is_cut_or_hostile_changes_nothing_and_says_where(
    regie: Reconciling, content: bytes, told: str
) -> None:
    answer = await regie.sent(content)

    assert answer.status_code == 422
    assert told in answer.text
    with regie.town.here():
        assert not await Report.exists()
        assert not await ReportLine.exists()
