"""What nobody paid goes to the comptable: once, in a file the treasury takes, and comes back paid."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.paiement_tresor.builders import an_adult, an_invoice, insert, settle

from ribambelle.database import REFUSED
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Account
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.testing.missing import miss
from ribambelle_paiement_tresor import bordereau_file, paying, transferring, treasury_files
from ribambelle_paiement_tresor.domain.accounts import Entry as Entry_
from ribambelle_paiement_tresor.domain.debtors import Issuer, Tiers
from ribambelle_paiement_tresor.domain.titres import Late
from ribambelle_paiement_tresor.pes import writing
from ribambelle_paiement_tresor.pes.writing import Head, Line, Piece
from ribambelle_paiement_tresor.queries import books, mine, titres
from ribambelle_paiement_tresor.tables import (
    Batch,
    Bordereau,
    Debit,
    DebitShare,
    Entry,
    Mandate,
    Titre,
    TitreLine,
    TitreMove,
)
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury

LATE = date(2026, 12, 22)
"""The first day after the last reminder of an invoice due on 30 November."""
SETTINGS = """[paiement]
mode = "demo"
treasury = "{address}"
[[paiement.regies]]
code = "regie"
label = "Régie enfance"
payfip = "090909"
[paiement.titres]
form = "{form}"
codique = "031099"
siret = "21310555400018"
collectivity = "001"
product = "01CA"
client = "090911"
reference = "{{exercice}}-{{titre}}-{{ligne}}"
link = "https://www.payfip.gouv.fr/tpa/paiement.web?numcli={{structure}}&refdet={{reference}}&montant={{centimes}}"
[[paiement.titres.signatories]]
name = "Claire Besson"
quality = "Maire"
first = 2026-03-28
"""
CAMILLE = "camille@example.test"


@dataclass
class Owing:
    """A commune whose families are late, and the treasury it hands them over to."""

    town: Town
    treasury: SimulatedTreasury
    clock: FrozenClock
    invoices: dict[str, int]
    account: int

    async def hand_over(self) -> int:
        """Hand over all that may go, and have the file written."""
        with self.town.here() as tenant:
            number = await transferring.hand_over(tenant, None)
        await self.town.work()
        return number

    async def sent(self, number: int) -> bytes:
        """Give the file of a bordereau to the treasury, and return what it answers."""
        with self.town.here() as tenant:
            file = await bordereau_file.written(tenant, await titres.one(number))
        answer = self.treasury.http.post("/_sim/pes/aller", content=file.read_bytes())
        return answer.raise_for_status().content

    async def counted(self, content: bytes) -> treasury_files.Effects:
        """Import a file of the treasury, and count it."""
        with self.town.here() as tenant:
            file = tenant.folder / "came.xml"
            file.write_bytes(content)
            number = await treasury_files.receive(tenant, None, file)
            return await treasury_files.count(tenant, None, number)

    async def left(self, name: str) -> books.Standing:
        with self.town.here():
            known = await books.standing([self.invoices[name]])
        return known[self.invoices[name]]


@pytest.fixture
async def owing(
    communes: Communes, treasury: SimulatedTreasury, clock: FrozenClock
) -> AsyncIterator[Owing]:
    """Camille owes 48,20 €, Paul 14,99 €, Lou lives nowhere: all late."""
    town = communes.alpha
    settle(town, SETTINGS.format(address=treasury.address, form="titre"))
    await town.family(CAMILLE)
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        invoices = {
            "camille": await an_invoice(await an_adult("Camille Œuvrard", account.id), 4820),
            "paul": await an_invoice(await an_adult("Paul Grondin"), 1499),
            "lou": await an_invoice(await an_adult("Lou Payet", lives=False), 9000),
        }
    clock.move(days=(LATE - date(2026, 11, 25)).days)
    treasury.advance(days=(LATE - date(2026, 11, 25)).days)
    yield Owing(town, treasury, clock, invoices, int(account.id))


async def test_only_what_is_late_addressed_and_worth_a_titre_goes(owing: Owing) -> None:
    with owing.town.here() as tenant:
        before = await transferring.waiting(tenant, date(2026, 12, 21))
        now = await transferring.waiting(tenant, LATE)

    assert (before.ready, before.held) == ([], [])
    assert [one.cents for one in now.ready] == [4820]
    assert [(one.cents, one.reason) for one in now.held] == [(1499, "small"), (9000, "no_address")]


async def test_what_was_handed_over_is_owed_to_the_comptable_and_paid_here_no_more(
    owing: Owing,
) -> None:
    number = await owing.hand_over()

    assert await owing.left("camille") == books.Standing(0, 4820)
    assert await unpayable(owing)
    with owing.town.here() as tenant:
        row = await titres.one(number)
        assert (row.state, row.number, row.pieces, row.cents) == ("written", 1, 1, 4820)
        text = (await bordereau_file.written(tenant, row)).read_bytes().decode("iso-8859-1")
        assert await books.faults() == []
    assert '<Nom V="OEUVRARD"/><Prenom V="CAMILLE"/>' in text
    assert '<ObjLignePce V="FACTURE F2026-000001 OCTOBRE 2026"/>' in text


async def unpayable(owing: Owing) -> bool:
    """Tell whether the family can no longer begin a payment on line, even from an old page."""
    with owing.town.here() as tenant:
        person = Person(owing.account, 0, CAMILLE, "Camille", "family")
        one = await mine.one(owing.invoices["camille"])
        shares = [paying.Share(one.id, 4820)]
        try:
            await paying._opened(tenant, person, [one], shares, "W")
        except Refused as refusal:
            return refusal.reason == "nothing_due"
    return False


async def test_without_the_second_look_a_family_could_pay_what_was_handed_over(
    owing: Owing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: forget to read again what is owed before a payment opens."""

    async def nothing(_: object) -> None:
        return None

    monkeypatch.setattr(paying, "_require_still_due", nothing)
    await owing.hand_over()

    assert not await unpayable(owing)


async def test_handed_over_twice_at_once_it_is_claimed_once(owing: Owing) -> None:
    with owing.town.here() as tenant:
        done = await asyncio.gather(
            transferring.hand_over(tenant, None),
            transferring.hand_over(tenant, None),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in done) == ["Refused", "int"]
        assert (await Bordereau.count(), await Titre.count()) == (1, 1)
        assert await Entry.count().where(Entry.kind == "to_titre") == 1


async def test_without_its_guards_a_second_hand_over_would_claim_twice(
    owing: Owing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what was late is not read again, then nothing names what was claimed."""
    with owing.town.here() as tenant:
        stale = await titres.lates(date(2026, 12, 1))

        async def lates(_: date) -> list[Late]:
            return stale

        monkeypatch.setattr(titres, "lates", lates)
        await transferring.hand_over(tenant, None)
        with pytest.raises(REFUSED):
            await transferring.hand_over(tenant, None)
        assert await owing.left("camille") == books.Standing(0, 4820)

        async def forgotten(entries: list[Entry_], *given: Any, **more: Any) -> int:
            return await write(
                [replace(one, key=f"{one.key}:2") for one in entries], *given, **more
            )

        write = books.write
        monkeypatch.setattr(books, "write", forgotten)
        await TitreLine.update({TitreLine.stands: None}, force=True)
        await transferring.hand_over(tenant, None)
    assert await owing.left("camille") == books.Standing(-4820, 9640)


@pytest.mark.parametrize("means", ["on line", "debit"])
async def test_a_payment_under_way_waits_for_its_end(owing: Owing, means: str) -> None:
    invoice = owing.invoices["camille"]
    with owing.town.here() as tenant:
        person = Person(owing.account, 0, CAMILLE, "Camille", "family")
        one = await mine.one(invoice)
        if means == "debit":
            mandate = await insert(Mandate(payer=one.payer, rum="R", name="n"))
            debit = Debit(batch=await insert(Batch()), mandate=mandate, payer=one.payer)
            await insert(DebitShare(debit=await insert(debit), invoice=invoice, holds=invoice))
        else:
            await paying._opened(tenant, person, [one], [paying.Share(invoice, 4820)], "W")

        with pytest.raises(Refused, match="nothing_ready"):
            await transferring.hand_over(tenant, None)
        (held, *_) = (await transferring.waiting(tenant, LATE)).held
        assert held.reason == "paying"


@pytest.mark.parametrize("form", ["titre", "ormc"])
async def test_s43_a_return_moves_exactly_its_lines(owing: Owing, form: str) -> None:
    """Paid on line and at a tobacconist's, written off, corrected; read twice, counted once."""
    settle(owing.town, SETTINGS.format(address=owing.treasury.address, form=form))
    number = await owing.hand_over()
    acked = await owing.counted(await owing.sent(number))
    assert [one.state for one in acked.acks] == ["accepted"]
    for origin, cents in (("10", 2000), ("03", 1000), ("03", 1000), ("06", 500), ("07", 320)):
        told = {"exer": "2026", "id_bord": "1", "id_pce": "1", "org_ema": origin, "montant": cents}
        owing.treasury.http.post("/_sim/pes/collect", json=told).raise_for_status()
    owing.treasury.advance(days=1)
    back = owing.treasury.http.get("/_sim/pes/retour").content

    found = await owing.counted(back)

    assert found.cents == {"titre_paid": 4000, "titre_written_off": 500, "titre_corrected": 320}
    assert await owing.left("camille") == books.Standing(0, 0)
    assert await owing.left("paul") == books.Standing(1499, 0)
    with owing.town.here():
        balances = await books.balances()
        assert (balances["collected"], balances["written_off"]) == (4000, 500)
        assert await books.faults() == []
    # the same moves, told again by another file
    again = await owing.counted(back.replace(b'V="SIM_RETOUR', b'V="OTHER_RETOUR'))
    assert (again.moves, again.known) == ([], 5)
    with owing.town.here():
        assert (await TitreMove.count(), (await books.balances())["collected"]) == (5, 4000)


async def test_s45_a_rejected_bordereau_is_sent_again_under_a_new_number(owing: Owing) -> None:
    number = await owing.hand_over()
    with owing.town.here() as tenant:
        file = (await bordereau_file.written(tenant, await titres.one(number))).read_bytes()
    other = file.replace(b"OEUVRARD", b"AUTRE")
    owing.treasury.http.post("/_sim/pes/aller", content=other).raise_for_status()

    (refused,) = (await owing.counted(await owing.sent(number))).acks

    assert (refused.state, refused.code) == ("rejected", "ERREUR_DOUBLON_BORDEREAU")
    assert await owing.left("camille") == books.Standing(0, 4820)
    with owing.town.here() as tenant:
        row = await titres.one(number)
        assert (row.state, "déjà reçu" in row.told) == ("rejected", True)
        again = await transferring.send_again(tenant, None, number)
        assert (await titres.one(again)).number == 2
        with pytest.raises(Refused, match="nothing_rejected"):
            await transferring.send_again(tenant, None, number)
        claimed = await titres.of_invoice(owing.invoices["camille"])
        assert claimed and (claimed.bordereau, claimed.titre, claimed.cents) == (again, 2, 4820)
    await owing.town.work()
    assert [one.state for one in (await owing.counted(await owing.sent(again))).acks] == [
        "accepted"
    ]


HOSTILE = {
    "doctype": (lambda good: b'<!DOCTYPE a [<!ENTITY b "c">]>\n' + good, "DOCTYPE"),
    "hidden": (
        lambda good: '<?xml version="1.0"?>\n<!DOCTYPE a []>\n<a/>'.encode("utf-16"),
        "DOCTYPE",
    ),
    "truncated": (lambda good: good[:-40], "coupé"),
    "huge": (lambda good: good + b" " * 30_000_000, "30 Mo"),
    "other": (lambda good: b"<a/>", "ni un PES"),
    "amount": (lambda good: good.replace(b'MtReco V="48.20"', b'MtReco V="1e9"'), "MtReco"),
    "elsewhere": (lambda good: good.replace(b"21310555400018", b"21310555400019"), "autre"),
}


async def test_a_file_that_is_not_right_changes_nothing_and_says_where(owing: Owing) -> None:
    number = await owing.hand_over()
    await owing.counted(await owing.sent(number))
    told = {"exer": "2026", "id_bord": "1", "id_pce": "1", "org_ema": "10", "montant": 4820}
    owing.treasury.http.post("/_sim/pes/collect", json=told).raise_for_status()
    owing.treasury.advance(days=1)
    good = owing.treasury.http.get("/_sim/pes/retour").content

    for name, (spoiled, why) in HOSTILE.items():
        with pytest.raises(Refused, match="treasury_file") as refused:
            await owing.counted(spoiled(good))
        assert why in refused.value.facts["why"], name
        assert isinstance(refused.value.facts["line"], int)

    assert await owing.left("camille") == books.Standing(0, 4820)
    with owing.town.here():
        assert await TitreMove.count() == 0


def written(form: str, count: int) -> bytes:
    """Write a file of so many titres."""
    issuer = Issuer(
        *("Châtenoy", "031099", "21310555400018", "001", "00", "7067", "", "01CA"),
        *("PESALR2", "", "", "Claire Besson", "Maire"),
    )
    kind = {"titre": "01", "ormc": "06"}[form]
    day = date(2026, 12, 22)
    parts = [
        writing.head(Head(form, "F1", 2026, kind, 1, day, count, 4820 * count, "Impayés"), issuer)
    ]
    for number in range(1, count + 1):
        tiers = Tiers("d’Œuf-Nuñez & fils", "Zoé", "3 rue des Lilas <bis>", "71880", "Châtenoy")
        lines = [Line(1, "Facture F2026-000001 octobre 2026", 4000), Line(2, "0", 820)]
        piece = Piece(number, number, "1", number, tiers, "Deux factures", lines)
        parts.append(writing.piece(piece, form, 2026, issuer))
    return "".join([*parts, writing.FOOT]).encode(writing.ENCODING)


@pytest.mark.parametrize("form", ["titre", "ormc"])
def test_files_of_1_and_5000_titres_are_what_the_official_schema_asks(form: str) -> None:
    given = os.environ.get("RIBAMBELLE_PES_XSD", "")
    if not given:
        miss("pes_xsd", "RIBAMBELLE_PES_XSD names no folder")
    schema = etree.XMLSchema(etree.parse(str(Path(given, "PES_V2/Rev0/PES_Aller.xsd"))))
    for count in (1, 5000):
        schema.assertValid(etree.fromstring(written(form, count)))
    broken = written(form, 1).replace(b"<Nom V=", b"<Nom W=")
    assert not schema.validate(etree.fromstring(broken))


async def test_told_to_check_a_commune_hands_nothing_over_without_the_schemas(
    owing: Owing, tmp_path: Path
) -> None:
    base = SETTINGS.format(address=owing.treasury.address, form="titre")
    told = f'form = "titre"\ncheck = true\nschemas = "{tmp_path}"'
    settle(owing.town, base.replace('form = "titre"', told))
    with owing.town.here() as tenant, pytest.raises(Refused, match="schemas_missing") as refused:
        await transferring.hand_over(tenant, None)
    assert "[paiement.titres]" in refused.value.facts["why"]
    assert await owing.left("camille") == books.Standing(4820, 0)
