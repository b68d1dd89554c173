"""What the pages of invoices and payments show: due, paid, disputed, a trial with doubts."""

from datetime import date

from tests.paiement_tresor.builders import (
    PAYFIP,
    a_child,
    a_due,
    a_period,
    a_unit,
    an_adult,
    insert,
    issued,
    settle,
)
from tests.periscolaire.builders import a_person

from ribambelle.identity import Grant, Person, accounts
from ribambelle.identity.sessions import person
from ribambelle.identity.tables import Account, Address
from ribambelle.tenants import Tenant
from ribambelle.testing import Town
from ribambelle_paiement_tresor import (
    bordereau_file,
    debiting,
    issuing,
    mandating,
    reconciling,
    till,
    transferring,
    treasury_files,
    trying,
)
from ribambelle_paiement_tresor.debiting import Chosen
from ribambelle_paiement_tresor.domain import debits as rule
from ribambelle_paiement_tresor.domain.accounts import Entry, Share, settled
from ribambelle_paiement_tresor.mandating import Signed
from ribambelle_paiement_tresor.payfip import Exchange as Said
from ribambelle_paiement_tresor.queries import books, debits, mine, payments, periods
from ribambelle_paiement_tresor.tables import Allocation, Invoice, Payment, Period
from ribambelle_paiement_tresor.till import Taken

DEBITS = """"cesu", "debit"]
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
"""
NOBODY = "http://127.0.0.1:9"
AUGUST = date(2026, 8, 1), date(2026, 8, 31)
SEPTEMBER = date(2026, 9, 1), date(2026, 9, 30)
OCTOBER = date(2026, 10, 1), date(2026, 10, 31)
JUNE = date(2026, 6, 1), date(2026, 6, 30)
JULY = date(2026, 7, 1), date(2026, 7, 31)
TITRES = """
[paiement.titres]
form = "titre"
codique = "031099"
siret = "21310555400018"
collectivity = "001"
product = "01CA"
client = "090911"
reference = "{exercice}-{titre}-{ligne}"
link = "https://www.payfip.gouv.fr/tpa/paiement.web?numcli={structure}&refdet={reference}"
[[paiement.titres.signatories]]
name = "Claire Besson"
quality = "Maire"
first = 2026-03-28
"""
ACQUIT = """<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_ACQUIT xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour">
<Enveloppe><Parametres><NomFic V="ACK_{number}"/></Parametres></Enveloppe>
<EnTetePES><IdColl V="21310555400018"/><CodBud V="00"/></EnTetePES>
<ACQUIT><ElementACQUIT><DomaineAck V="6"/><EtatAck V="{taken}"/><ExerciceBord V="2026"/>
<NumBord V="{number}"/><NumAnoAck V="{code}"/></ElementACQUIT></ACQUIT></n:PES_ACQUIT>
"""
RETOUR = """<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Retour xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour">
<Enveloppe><Parametres><NomFic V="RETOUR_20261125"/></Parametres></Enveloppe>
<EnTetePES><IdColl V="21310555400018"/><CodBud V="00"/></EnTetePES><PES_RecetteRetour>
<Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="1"/><TypBord V="01"/></BlocBordereau>
<Piece><BlocPiece><IdPce V="1"/><EtatPce V="02"/></BlocPiece><LigneDePiece><BlocLignePiece>
<InfoLignePiece><IdLigne V="1"/><EtatLigPce V="04"/><MtHT V="18.60"/></InfoLignePiece>
<InfoRecouvrement><NbrReco V="2"/><MtRecoTot V="5.00"/></InfoRecouvrement></BlocLignePiece>
<EncaissementEmargement><OrgEma V="10"/><DteReco V="2026-11-24"/><MtReco V="5.00"/>
</EncaissementEmargement><EncaissementEmargement><OrgEma V="11"/><DteReco V="2026-11-24"/>
<MtReco V="1.00"/></EncaissementEmargement></LigneDePiece></Piece></Bordereau>
</PES_RecetteRetour></n:PES_Retour>
"""
IDOP = "cc0cb210-1cd4-11ea-8cca-0213ad91a10"


async def invoices_of(town: Town, tenant: Tenant, account: Account) -> dict[str, int]:
    """Bill a family three months: one paid at the counter, one due, one being paid on line."""
    means = PAYFIP.format(mode="demo", address=NOBODY).replace('"cesu"]', DEBITS)
    settle(town, means + TITRES)
    payer = await a_person(account)
    adult = payer.adult
    if not await Address.exists().where(Address.household == payer.household):
        home = Address(household=payer.household, line="3 rue des Lilas")
        home.postcode, home.city = "71880", "Alpha"
        await insert(home)
    child, unit = await a_child(adult, "Zoé"), await a_unit("repas")
    care = await a_unit("soir", is_meal=False)
    names = {}
    regisseur = await an_agent(tenant)
    other = await an_adult("Lou Hoarau")
    for one in (adult, other):
        await a_due(one, await a_child(one, "Nino"), unit, JULY[0], 1250)
    signed = [int(row.payer) for row in await issued(await a_period(*JULY))]
    names["batch"] = await a_batch(town.tenant, account, regisseur, signed)
    for name, (first, last), cents in (
        ("settled", AUGUST, 310),
        ("due", SEPTEMBER, 410),
        ("paying", OCTOBER, 312),
    ):
        for day in range(4):
            await a_due(adult, child, unit, first.replace(day=day + 3), cents)
            await a_due(adult, child, care, first.replace(day=day + 3), 165)
        (row,) = await issued(await a_period(first, last))
        names[f"invoice_{name}"] = int(row.id)
        names["payer"] = int(row.payer)
        names["period_issued"] = int(row.period)
    whole = names["invoice_settled"]
    taken = Taken(names["payer"], "regie", "cash", 2000, (whole,), "seeded")
    await till.take(tenant, regisseur, taken)
    names |= await payments_of(tenant, account, names)
    names |= await reports_of(town.tenant, regisseur)
    with town.here() as anew:
        names |= await titres_of(anew, adult)
    alone = await an_adult("Lou Payet", lives=False)
    await a_due(None, child, unit, date(2026, 11, 3))
    await a_due(alone, await a_child(alone, "Tom"), unit, date(2026, 11, 3), quotient="non connu")
    names["period"] = await a_period(date(2026, 11, 1), date(2026, 11, 24))
    for day in (4, 5):
        await trying.one(tenant, await periods.one(names["period"]))
        await a_due(alone, child, care, date(2026, 11, day), 165)
    return names


async def reports_of(tenant: Tenant, regisseur: Person) -> dict[str, int]:
    """Send two reports of the treasury: one counted, with two lines to decide about, one not."""
    found = {}
    for name, lines in (
        ("counted", ("F202600000301;2052;CB", "F00090012;3120;CB", "F00090013;-120;REJET")),
        ("new", ("F202600000201;2052;CB", "F00090012;3120;CB", "F00090014;4820;CB")),
    ):
        told = "".join(f"LIGNE;25/11/2026;{one}\n" for one in lines)
        text = f"EN-TETE;090909\nLIGNE;DATE;REFDET;MONTANT;MOYEN\n{told}PIED-DE-PAGE;3\n"
        found[f"report_{name}"] = await reconciling.keep(tenant, regisseur, text.encode())
    await reconciling.count(tenant, regisseur, found["report_counted"])
    return found


async def a_batch(tenant: Tenant, account: Account, regisseur: Person, payers: list[int]) -> int:
    """Sign a mandate for two families, debit what is due, and have the first debit come back."""
    family = await person(account, 0, strong=False)
    signed = Signed("Anne Hoarau", "FR7630006000011234567890189", "", "recurrent")
    for payer in payers:
        await mandating.sign(tenant, family, payer, signed)
    on = rule.first_day(tenant.now().date(), 14)
    batch = await debiting.make(tenant, regisseur, Chosen(on, tuple(payers), (), "seeded"))
    await debiting.reject(tenant, regisseur, (await debits.debits(batch))[0].id, "MD01")
    return batch


async def an_agent(tenant: Tenant) -> Person:
    """Return somebody of the régie."""
    grants = [Grant("regisseur")]
    account = await accounts.create_staff(
        "regie@mairie.test", "Brigitte Aubry", grants, tenant.now()
    )
    return await person(account, 0, strong=True)


async def payments_of(tenant: Tenant, account: Account, names: dict[str, int]) -> dict[str, int]:
    """Write a payment in each state worth looking at; one holds its invoice."""
    now, found = tenant.now(), {}
    states = ("open", "awaiting", "paid", "refused", "disputed", "reversed")
    for rank, state in enumerate(states):
        row = Payment(
            payer=names["payer"],
            account=account.id,
            regie="regie",
            client="090909",
            reference=f"F202600000{rank}01",
            operation=f"{IDOP}{rank}",
            saisie="W",
            is_real=False,
            cents=2052,
            email=account.email,
            state=state,
            created_at=now,
            seen_at=None if state == "open" else now,
            alert="mismatch" if state == "disputed" else "",
            means="card" if state in ("paid", "disputed", "reversed") else "",
            paid_at=now if state in ("paid", "reversed") else None,
        )
        number = found[f"payment_{state}"] = await insert(row)
        invoice = names["invoice_paying" if state == "open" else "invoice_due"]
        holds = invoice if state == "open" else None
        await insert(Allocation(payment=number, invoice=invoice, cents=2052, holds=holds))
        if state == "paid":
            postings = settled("payfip", row.payer, 2052, [Share(invoice, 2052)], {invoice: 2052})
            entry = Entry(f"payfip:{row.operation}", "paid", now.date(), postings, "regie")
            await books.write([entry], now, is_real=False)
    await payments.keep(found["payment_open"], "create", "created", Said("<a/>", "<b/>"), now)
    return found


async def titres_of(tenant: Tenant, adult: int) -> dict[str, int]:
    """Hand over old debts: one titre accepted, one rejected; others are to hand over, or wait."""
    unit = await a_unit("goûter")
    owing = [adult, await an_adult("Paul Grondin"), await an_adult("Lucie Técher")]
    small = await an_adult("Marie Fontaine")
    for one, days in ((owing[0], 6), (owing[1], 8), (owing[2], 7), (small, 2)):
        child = await a_child(one, "Tom")
        for day in range(days):
            await a_due(one, child, unit, JUNE[0].replace(day=day + 6))
    period = await a_period(*JUNE)
    # as it was issued in its time, when its last day was to come
    then = {Period.due_on: date(2026, 9, 5), Period.state: "issuing"}
    await Period.update(then).where(Period.id == period)
    await issuing.issue(period, tells=False)
    found = (
        await Invoice.select(Invoice.id).where(Invoice.period == period).order_by(Invoice.number)
    )
    rows = await mine.some([row["id"] for row in found])
    first = await transferring.hand_over(tenant, None, {int(rows[0].payer)})
    second = await transferring.hand_over(tenant, None, {int(rows[1].payer)})
    for number in (first, second):
        await bordereau_file.write(number)
    ours = await received(tenant, ACQUIT.format(number=1, taken=1, code=""))
    await treasury_files.count(tenant, None, ours)
    wrong = ACQUIT.format(number=2, taken=0, code="ERREUR_DOUBLON_BORDEREAU")
    await treasury_files.count(tenant, None, await received(tenant, wrong))
    return {
        "invoice_titre": int(rows[0].id),
        **{"bordereau": first, "bordereau_rejected": second},
        **{"file_counted": ours, "file_retour": await received(tenant, RETOUR)},
    }


async def received(tenant: Tenant, text: str) -> int:
    """Drop a file of the treasury."""
    file = tenant.folder / "came.xml"
    file.write_text(text, "iso-8859-1")
    return await treasury_files.receive(tenant, None, file)
