"""The régie at its desk: a month issued from a page, money taken once, everything in the books."""

import io
from datetime import date

import pypdf
import pytest
from tests.paiement_tresor.builders import (
    OCTOBER,
    a_child,
    a_due,
    a_period,
    a_unit,
    an_adult,
    an_invoice,
    settle,
)
from tests.paiement_tresor.test_families import said as words_of

from ribambelle.database import transaction
from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing.communes import Communes
from ribambelle_paiement_tresor import issuing, till
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.queries import books, mine, periods
from ribambelle_paiement_tresor.tables import Invoice, Period, Receipt, Waiver

DESK = "/bureau/paiement"
CAMILLE = "camille@example.test"
MEANS = """[paiement]
[[paiement.regies]]
code = "regie"
label = "Régie enfance"
means = ["cash", "cheque", "cesu"]
"""


def dated(**told: date) -> dict[str, str]:
    """Return days as a form sends them."""
    return {
        f"{name}_{part}": str(getattr(day, part))
        for name, day in told.items()
        for part in ("day", "month", "year")
    }


async def test_a_month_is_opened_tried_answered_and_issued_from_its_page(
    communes: Communes,
) -> None:
    town = communes.alpha
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    await town.family(CAMILLE)
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        anne = await an_adult("Camille Martin", account.id)
        unit = await a_unit()
        await a_due(anne, await a_child(anne), unit, OCTOBER[0])
        lou = await an_adult("Lou Payet", lives=False)
        await a_due(lou, await a_child(lou), unit, OCTOBER[0])
    told = {"regie": "regie"} | dated(first=OCTOBER[0], last=OCTOBER[1], due_on=date(2026, 12, 15))
    here = f"{DESK}/facturation"
    proposed = (await regisseur.get(here)).text
    assert 'value="10"' in proposed

    wrong = await regisseur.post(here, data=told | dated(last=date(2026, 9, 1)))
    assert (wrong.status_code, "avant le premier" in wrong.text) == (422, True)
    opened = await regisseur.post(here, data=told)
    page = opened.headers["location"]
    twice = await regisseur.post(here, data=told)
    assert "déjà dans la période" in twice.text
    assert "1 anomalie empêche" in (await regisseur.get(page)).text.replace("\u00a0", " ")
    assert (await regisseur.get(f"{page}/anomalies")).content[:2] == b"PK"
    await regisseur.post(f"{page}/emettre")
    assert "sans réponse" in (await regisseur.get(page)).text
    await regisseur.post(f"{page}/essai")

    answers = {"doubts": f"no_address:{lou}", "why": ""}
    assert (await regisseur.post(f"{page}/repondre", data=answers)).status_code == 422
    await regisseur.post(f"{page}/repondre", data=answers | {"why": "Sans adresse fixe"})
    await regisseur.post(f"{page}/emettre")
    await town.work()

    assert "Factures émises" in (await regisseur.get(page)).text
    with town.here():
        assert await Invoice.count() == 2
        assert await Waiver.exists().where(Waiver.reason == "Sans adresse fixe")
    mail = [one.subject for one in await town.mail(CAMILLE)]
    assert sum("F2026-000001" in one for one in mail) == 1


async def test_money_of_the_counter_is_taken_once_and_a_cesu_never_pays_a_meal(
    communes: Communes,
) -> None:
    town = communes.alpha
    settle(town, MEANS)
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    with town.here():
        anne = await an_adult()
        child, care = await a_child(anne), await a_unit("soir", is_meal=False)
        await a_due(anne, child, care, OCTOBER[0], 500)
        invoice = await an_invoice(anne, 1000)
        payer = (await mine.one(invoice)).payer
        kinds = sorted((one.kind, one.cents) for one in await mine.lines(invoice))
    assert kinds == [("care", 500), ("meal", 1000)]
    here = f"{DESK}/comptes/{payer}"
    form = {"key": "k1", "invoices": str(invoice), "means": "cesu", "amount": "10"}

    refused = await regisseur.post(f"{here}/encaisser", data=form)
    assert (refused.status_code, "jamais la cantine" in refused.text) == (422, True)
    assert (
        await regisseur.post(f"{here}/encaisser", data=form | {"amount": "x"})
    ).status_code == 422
    for _ in range(2):  # the button pressed twice
        await regisseur.post(f"{here}/encaisser", data=form | {"amount": "5"})
    again = await regisseur.post(f"{here}/encaisser", data=form | {"key": "k2", "amount": "0,01"})
    assert "jamais la cantine" in again.text
    await regisseur.post(
        f"{here}/encaisser", data=form | {"key": "k3", "means": "cash", "amount": "12,00"}
    )

    with town.here():
        assert [row.number for row in await Receipt.objects().order_by(Receipt.id)] == [1, 2]
        assert (await mine.one(invoice)).owed == 0
        assert await books.credit([payer]) == 200
        cash = await Receipt.objects().get(Receipt.means == "cash")
    assert cash
    told = words_of(await regisseur.post(f"{here}/recus/{cash.id}/pdf"))
    assert "Reçu R2026-000002" in told
    assert "12,00 €, en espèces" in told
    assert "F2026-000001 : 10,00 €" in told
    assert "2,00 €" in told.partition("avance")[2]
    assert (await regisseur.post(f"{DESK}/comptes/99/recus/{cash.id}/pdf")).status_code == 404
    for _ in range(2):
        undone = await regisseur.post(f"{here}/recus/{cash.id}/annuler")
        assert undone.status_code == 303
    with town.here():
        assert (await mine.one(invoice)).owed == 1000
        assert await books.credit([payer]) == 0
        assert (await books.balances()).get("cash", 0) == 0
        assert await books.faults() == []
    for _ in range(2):
        given = await regisseur.post(f"{DESK}/caisse/cesu", data={"key": "remise"})
        assert given.status_code == 303
    with town.here():
        balances = await books.balances()
        assert (balances["cesu"], balances["treasury"]) == (0, 500)


async def test_credit_is_used_or_given_back_and_never_more_than_there_is(
    communes: Communes,
) -> None:
    town = communes.alpha
    settle(town, MEANS)
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    with town.here():
        anne = await an_adult()
        first = await an_invoice(anne, 1000)
        second = await an_invoice(anne, 300, date(2026, 9, 1))
        payer = (await mine.one(first)).payer
    here = f"{DESK}/comptes/{payer}"
    cash = {"key": "k", "invoices": str(first), "means": "cash", "amount": "10"}
    await regisseur.post(f"{here}/encaisser", data=cash)
    note = {"key": "a", "amount": "8", "why": "Sortie annulée"}
    assert (await regisseur.post(f"{DESK}/factures/{first}/avoir", data=note)).status_code == 303
    more = note | {"key": "b", "amount": "3"}
    refused = await regisseur.post(f"{DESK}/factures/{first}/avoir", data=more)
    assert "ne porte plus que" in refused.text

    for _ in range(2):
        await regisseur.post(f"{here}/avance", data={"key": "u", "invoice": str(second)})
    back = {"key": "r", "refund": "6", "why": "Virement, départ"}
    assert (await regisseur.post(f"{here}/rembourser", data=back)).status_code == 422
    for _ in range(2):
        again = await regisseur.post(f"{here}/rembourser", data=back | {"refund": "2"})
        assert again.status_code == 303

    with town.here():
        assert (await mine.one(second)).owed == 0
        assert await books.credit([payer]) == 300
        assert await books.faults() == []
    page = (await regisseur.get(here)).text
    assert "Virement, départ" in page
    assert "Sortie annulée" in page


async def test_what_an_agent_gave_back_is_not_billed_again(communes: Communes) -> None:
    """A credit note of the régie's own is no day of a plugin: no later month takes it back."""
    town = communes.alpha
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    with town.here():
        anne = await an_adult()
        invoice = await an_invoice(anne, 1000)
    note = {"key": "a", "amount": "4", "why": "Geste"}
    await regisseur.post(f"{DESK}/factures/{invoice}/avoir", data=note)

    with town.here():
        number = int((await periods.every())[0].id)
        await Period.update({Period.state: "issuing"}).where(Period.id == number)
        await issuing.issue(number)

        assert await Invoice.count() == 2


async def test_an_invoice_on_paper_says_what_its_page_says(communes: Communes) -> None:
    town = communes.alpha
    settle(town, MEANS + 'payfip = "090909"\n')
    family = await town.family(CAMILLE)
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        anne = await an_adult("Camille Martin", account.id)
        invoice = await an_invoice(anne, 1000)

    answer = await family.get(f"/paiement/factures/{invoice}/pdf")

    assert answer.headers["content-disposition"].endswith('facture-F2026-000001.pdf"')
    assert len(answer.content) <= 60_000
    paper = pypdf.PdfReader(io.BytesIO(answer.content))
    words = " ".join(page.extract_text() for page in paper.pages)
    for said in ("F2026-000001", "Camille Martin", "3 rue des Lilas", "10,00", "octobre 2026"):
        assert said in words.replace("\u202f", " "), said
    catalog = paper.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "fr-FR"
    assert "/StructTreeRoot" in catalog
    regie = await town.staff(Grant("accountant"), email="c@example.test")
    theirs = await regie.get(f"{DESK}/factures/{invoice}/pdf")
    assert theirs.status_code == 200


@pytest.mark.parametrize("role", ["accountant", "agent"])
async def test_who_reads_the_accounts_changes_nothing(communes: Communes, role: str) -> None:
    town = communes.alpha
    reader = await town.staff(Grant(role), email="c@example.test")
    with town.here():
        anne = await an_adult()
        invoice = await an_invoice(anne)
        payer = (await mine.one(invoice)).payer

    for page in (
        *(DESK, f"{DESK}/jour", f"{DESK}/facturation", f"{DESK}/factures?q=hoarau"),
        *(f"{DESK}/factures/liste?etat=late", f"{DESK}/factures/{invoice}"),
        f"{DESK}/comptes/{payer}",
    ):
        assert (await reader.get(page)).status_code == 200, page
    cash = {"key": "k", "invoices": str(invoice), "means": "cash", "amount": "10"}
    for act in (f"comptes/{payer}/encaisser", f"factures/{invoice}/avoir", "caisse/cash"):
        assert (await reader.post(f"{DESK}/{act}", data=cash)).status_code == 403, act
    with town.here():
        assert await Receipt.count() == 0


async def test_invoices_are_found_by_name_number_and_where_they_stand(communes: Communes) -> None:
    town = communes.alpha
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    with town.here():
        for name in ("Anne Hoarau", "Paul Grondin"):
            await an_invoice(await an_adult(name))

    async def found(query: str) -> list[str]:
        text = (await regisseur.get(f"{DESK}/factures?{query}")).text
        return [name for name in ("Hoarau", "Grondin") if f"{name}</a>" in text]

    assert await found("q=grondin") == ["Grondin"]
    assert await found("q=F2026-000001") == ["Hoarau"]
    assert await found("etat=due") == ["Hoarau", "Grondin"]
    assert await found("etat=settled") == []
    said = (await regisseur.get("/bureau/recherche?q=grondin")).text
    assert "F2026-000002, Paul Grondin" in said
    assert await found("page=99999&periode=1&q=%00") == ["Hoarau", "Grondin"]


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_receipt_whose_credit_was_spent_is_not_taken_back(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """A cheque of 50 for 10, 40 given back: undone, it would leave a debt no page shows.

    The twin believes that the credit is still there.
    """
    town = communes.alpha
    settle(town, MEANS)
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    with town.here():
        invoice = await an_invoice(await an_adult(), 1000)
        payer = (await mine.one(invoice)).payer
    here = f"{DESK}/comptes/{payer}"
    cheque = {"key": "c", "invoices": str(invoice), "means": "cheque", "amount": "50"}
    await regisseur.post(f"{here}/encaisser", data=cheque)
    back = {"key": "r", "refund": "40", "why": "Départ"}
    await regisseur.post(f"{here}/rembourser", data=back)
    with town.here():
        (row,) = await Receipt.objects()

    if not guarded:
        monkeypatch.setattr(till.books, "credit", _plenty)
    await regisseur.post(f"{here}/recus/{row.id}/annuler")
    monkeypatch.undo()

    if not guarded:
        with town.here():
            assert await books.credit([payer]) == -4000
        return
    assert "encaissez d’abord 40,00" in (await regisseur.get(here)).text.replace("\u202f", " ")
    with town.here():
        assert (await mine.one(invoice)).owed == 0
        assert await books.credit([payer]) == 0


async def _plenty(_: object) -> int:
    return 10_000


async def test_what_the_comptable_claims_only_he_lowers(communes: Communes) -> None:
    town = communes.alpha
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    with town.here() as tenant:
        invoice = await an_invoice(await an_adult(), 1000)
        payer = (await mine.one(invoice)).payer
        postings = accounts.moved("families", "titres", 1000, payer, invoice)
        entry = Entry("to_titre:test", "to_titre", tenant.now().date(), postings)
        async with transaction():
            await books.write([entry], tenant.now())
    note = {"key": "a", "amount": "10", "kind": "meal", "why": "Erreur"}

    refused = await regisseur.post(f"{DESK}/factures/{invoice}/avoir", data=note)

    assert (refused.status_code, "titre de réduction" in refused.text) == (422, True)
    with town.here():
        assert (await books.standing([invoice]))[invoice].titre == 1000


async def test_an_invoice_given_back_whole_is_cleared_and_certified_by_nobody(
    communes: Communes,
) -> None:
    town = communes.alpha
    settle(town, MEANS)
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    family = await town.family(CAMILLE)
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        adult = await an_adult("Camille Martin", account.id)
        child, care = await a_child(adult), await a_unit("soir", is_meal=False)
        await a_due(adult, child, care, OCTOBER[0], 500)
        invoice = await an_invoice(adult, 1000)
        payer = (await mine.one(invoice)).payer
    note = {"key": "a", "amount": "5", "kind": "care", "why": "Garde annulée"}
    await regisseur.post(f"{DESK}/factures/{invoice}/avoir", data=note)
    cesu = {"key": "c", "invoices": str(invoice), "means": "cesu", "amount": "1"}
    refused = await regisseur.post(f"{DESK}/comptes/{payer}/encaisser", data=cesu)
    assert "jamais la cantine" in refused.text  # the care it paid was given back
    rest = note | {"key": "b", "amount": "10", "kind": "meal"}
    await regisseur.post(f"{DESK}/factures/{invoice}/avoir", data=rest)

    page = (await family.get(f"/paiement/factures/{invoice}")).text

    assert "soldée sans paiement" in page
    answer = await family.post(f"/paiement/factures/{invoice}/attestation")
    assert answer.status_code == 404


async def test_no_invoice_is_born_late(communes: Communes) -> None:
    town = communes.alpha
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    with town.here() as tenant:
        adult = await an_adult()
        await a_due(adult, await a_child(adult), await a_unit(), OCTOBER[0])
        number = await a_period()
        today = tenant.now().date()
        await Period.update({Period.due_on: today}).where(Period.id == number)
    page = f"{DESK}/facturation/{number}"

    await regisseur.post(f"{page}/emettre")
    assert "Donnez-en une autre" in (await regisseur.get(page)).text
    await regisseur.post(f"{page}/echeance", data=dated(due_on=today))
    await regisseur.post(f"{page}/echeance", data=dated(due_on=date(2026, 12, 31)))
    await regisseur.post(f"{page}/emettre")
    await town.work()

    with town.here():
        (row,) = await Invoice.objects()
    assert row.due_on == date(2026, 12, 31)


async def test_odd_numbers_and_days_break_no_page(communes: Communes) -> None:
    town = communes.alpha
    regisseur = await town.staff(Grant("regisseur"), email="r@example.test")
    family = await town.family(CAMILLE)
    for odd in ("9" * 5000, "9" * 30, "99999999999", "-1"):
        answer = await family.post("/paiement/payer", data={"facture": odd})
        assert answer.status_code == 303, odd[:12]
    assert (await family.get("/paiement/factures/99999999999")).status_code == 404
    for day in ("9999-12-31", "0001-01-01", "hier"):
        assert (await regisseur.get(f"{DESK}?jour={day}")).status_code == 200
    first = {"regie": "regie"} | dated(
        first=date(1, 1, 1), last=date(1, 1, 31), due_on=date(2026, 12, 15)
    )
    assert (await regisseur.post(f"{DESK}/facturation", data=first)).status_code == 422
