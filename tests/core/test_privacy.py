"""A family's rights: who read its file, a copy to take away, being forgotten; and the register."""

import io
import re
from datetime import timedelta
from zipfile import ZipFile

import pytest
from piccolo.columns import Bytea, Date, Text, Varchar
from tests.core.documents.builders import a_document
from tests.core.test_families import ANNE, a_family, adult_of
from tests.creche.builders import an_application
from tests.paiement_tresor.builders import a_bill, insert
from tests.periscolaire.builders import a_canteen

from ribambelle.identity import Grant
from ribambelle.identity.tables import Account, Adult, Child
from ribambelle.plugins import Plugins
from ribambelle.privacy import asking
from ribambelle.privacy.tables import Elimination, Erasure
from ribambelle.testing import Communes, FrozenClock
from ribambelle.workflow import journal
from ribambelle_paiement_tresor.tables import Payer
from ribambelle_periscolaire.tables import Booking

MINE, DESK = "/compte/donnees", "/bureau/donnees"


async def test_a_family_reads_who_was_given_its_file(communes: Communes) -> None:
    town = communes.alpha
    family, agent = await a_family(town), await town.staff()
    adult = await adult_of(town, ANNE)

    before = (await family.get(MINE)).text
    looked = await agent.get(f"/bureau/familles/{adult.household}")
    missing = await agent.get("/bureau/familles/99")
    page = (await family.get(MINE)).text

    assert "n’a ouvert votre dossier" in before
    assert (looked.status_code, missing.status_code) == (200, 404)
    assert page.count("La fiche de la famille") == 1
    assert "Agent de la mairie" in page
    assert "Sophie Laurent" not in page


@pytest.mark.asvs("16.5.3")
async def test_what_cannot_be_written_down_is_not_shown(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    await a_family(town)
    agent, adult = await town.staff(), await adult_of(town, ANNE)

    async def full(*args: object, **facts: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(journal, "record", full)
    answer = await agent.get(f"/bureau/familles/{adult.household}")

    assert answer.status_code == 503
    assert "Hoarau" not in answer.text


async def test_a_family_takes_its_data_away_once_it_is_sure_who_asks(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    family = await a_family(town)
    adult = await adult_of(town, ANNE)
    with town.here():
        paper = await a_document(account=adult.account, household=adult.household)

    taken = await family.post(f"{MINE}/copie")
    clock.move(hours=1)
    later = await family.post(f"{MINE}/copie")

    with ZipFile(io.BytesIO(taken.content)) as out:
        names = out.namelist()
        told = out.read("donnees.json").decode()
        text = out.read("lisez-moi.txt").decode()
    assert "Hoarau" in told
    assert any(name.startswith(f"documents/{paper.id}-") for name in names)
    assert "Alpha" in text
    assert taken.headers["cache-control"] == "no-store"
    assert not list(town.tenant.folder.glob("copie-*"))
    assert later.status_code == 422
    assert "Reconnectez-vous" in later.text
    assert any("téléchargées" in one.subject for one in await town.mail(ANNE))


async def test_a_family_is_forgotten_a_week_after_yes(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    family, admin = await a_family(town), await town.staff(Grant("admin"))

    await family.post(f"{MINE}/effacement", data={"words": "Nous déménageons."})
    again = await family.post(f"{MINE}/effacement", data={"words": ""})
    desk = (await admin.get(DESK)).text
    asked = (await admin.get(f"{DESK}/effacements/1")).text
    none = await admin.post(f"{DESK}/effacements/1", data={})
    yes = await admin.post(f"{DESK}/effacements/1", data={"answer": "yes"})
    told = (await family.get(MINE)).text
    twice = await admin.post(f"{DESK}/effacements/1", data={"answer": "no", "reason": "x"})
    await town.work()
    clock.move(days=8)
    await town.work()

    assert again.status_code == 409
    assert "Anne Hoarau" in desk
    assert "Nous déménageons." in asked
    assert "Savoir qui demande et qui appeler" in asked
    assert none.status_code == 422
    assert yes.headers["location"] == DESK
    assert "seront effacées" in told
    assert twice.status_code == 409
    with town.here():
        assert (
            await Adult.count()
            == await Child.count()
            == await Account.count().where(Account.kind == "family")
            == 0
        )
        assert await Erasure.count() == 1
        assert await journal.broken_at() is None
    assert await town.mail(ANNE) == []
    assert (await family.get(MINE)).status_code == 303


async def test_a_family_with_days_to_come_and_money_owed_is_not_forgotten_yet(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    family = await a_family(town)
    adult = await adult_of(town, ANNE)
    with town.here() as tenant:
        canteen = await a_canteen()
        (lea,) = await Child.select(Child.id)
        await insert(
            Booking(
                child=lea["id"],
                day=(tenant.now() + timedelta(days=3)).date(),
                unit=canteen.unit,
                group=canteen.group,
                state="booked",
                payer=adult.id,
                changed_at=tenant.now(),
            )
        )
        payer = await insert(Payer(adult=adult.id))
        await a_bill(payer, 1_250, "Cantine", '["Anne", "Hoarau", "97400", "Alpha"]', lea["id"])
    await family.post(f"{MINE}/effacement")
    admin = await town.staff(Grant("admin"))

    page = (await admin.get(f"{DESK}/effacements/1")).text.replace("\u00a0", " ")
    refused = await admin.post(f"{DESK}/effacements/1", data={"answer": "yes"})
    with town.here():
        await Booking.update({Booking.state: "cancelled"}, force=True)
        told = await asking.bound(int(adult.household))

    assert "1 réservation à venir" in page
    assert "12,50" in page
    assert refused.status_code == 409
    assert len(told) == 1
    assert "régie" in told[0]


async def test_a_family_may_change_its_mind_and_an_agent_may_say_no(communes: Communes) -> None:
    town = communes.alpha
    family, admin = await a_family(town), await town.staff(Grant("admin"))

    await family.post(f"{MINE}/effacement")
    back = await family.post(f"{MINE}/effacement/retirer")
    late = await admin.post(f"{DESK}/effacements/1", data={"answer": "yes"})
    await family.post(f"{MINE}/effacement")
    silent = await admin.post(f"{DESK}/effacements/2", data={"answer": "no"})
    await admin.post(f"{DESK}/effacements/2", data={"answer": "no", "reason": "Une facture reste."})
    page = (await family.get(MINE)).text
    none = await family.post(f"{MINE}/effacement/retirer")

    assert back.headers["location"] == MINE
    assert (late.status_code, silent.status_code, none.status_code) == (409, 422, 409)
    assert "Une facture reste." in page
    assert "CNIL" in page
    assert [one.subject for one in await town.mail(ANNE)][-1] == "Votre demande d’effacement"


async def test_what_is_past_its_term_goes_with_a_visa_and_leaves_a_slip(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    admin = await town.staff(Grant("admin"))
    with town.here():
        await an_application()

    young = (await admin.get(DESK)).text
    clock.move(days=3 * 366 + 200)
    admin = await town.staff(Grant("admin"))
    due = (await admin.get(DESK)).text
    paper = await admin.get(f"{DESK}/eliminations/a-viser/csv")
    bare = await admin.post(f"{DESK}/eliminations", data={"visa": " "})
    await admin.post(f"{DESK}/eliminations", data={"visa": "AD 44, 12/2030"})
    after = (await admin.get(DESK)).text
    nothing = await admin.post(f"{DESK}/eliminations", data={"visa": "AD 44, 13/2030"})
    slip = await admin.get(f"{DESK}/eliminations/1/csv")
    wrong = [
        await admin.get(f"{DESK}/eliminations/{one}") for one in ("9/csv", "1/doc", "a-viser/doc")
    ]

    assert "Rien n’a dépassé sa durée." in young
    assert "Examiner la demande de place en crèche" in due
    assert "Examiner la demande de place en crèche" in paper.text
    assert bare.status_code == 422
    assert "AD 44, 12/2030" in after
    assert nothing.headers["location"] == DESK
    assert slip.text == paper.text
    assert [one.status_code for one in wrong] == [404, 404, 404]
    with town.here():
        assert await Elimination.count() == 1


@pytest.mark.asvs("14.1.2")
async def test_the_register_tells_every_table_with_the_commune_s_own_terms(
    communes: Communes,
) -> None:
    town = communes.alpha
    admin = await town.staff(Grant("admin"))
    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(
        file.read_text("utf-8")
        + '\n[privacy]\nfiles = 5\n[privacy.sources]\nfiles = "tableau de gestion de 2026"\n',
        "utf-8",
    )
    communes.app.platform.scan()

    page = (await admin.get(f"{DESK}/registre")).text
    book = await admin.get(f"{DESK}/registre/export/csv")
    public = (await town.visitor().get("/donnees")).text

    assert "Cinq ans après la dernière étape de la demande" in page
    assert "tableau de gestion de 2026" in page
    assert "quotient_familial" in book.text
    assert "Cinq ans après la dernière étape de la demande" in public
    assert "{term}" not in page + public + book.text
    assert (await admin.get(f"{DESK}/registre/export/doc")).status_code == 404


CODES = {
    *("kind", "digest", "purpose", "follow", "verdict", "side", "act", "object", "previous"),
    *(
        "plugin",
        "once",
        "error",
        "channel",
        "code",
        "subject",
        "body",
        "sms",
        "headings",
        "mapping",
    ),
    *("state", "groups", "labels", "slug", "title", "text", "place", "about", "scopes", "prefix"),
    *("cause", "gone", "slip", "source", "stopped", "version", "deliberation", "key", "regie"),
    *("came_from", "form", "type", "budget", "file", "issuer", "told", "tariff", "transition"),
    *("target", "media_type", "label", "content", "asked", "where", "adults", "ratio", "changes"),
    *("inputs_digest", "laid_from", "engine", "reason", "number", "start_month", "words", "event"),
    *("nature", "what", "client", "operation", "saisie", "alert", "means", "allocations", "series"),
    *(
        "origin",
        "seed",
        "mode",
        "span",
        "option",
        "impact",
        "ledger",
        "trigger",
        "outcome",
        "sequence",
        "name",
    ),
}
"""Texts that are codes, digests, or the town hall's own words, in tables the register rules."""
IMPERSONAL = {
    *("core_quartier", "core_school", "core_data_key", "core_journal_start"),
    *("assmat_event", "assmat_count", "creche_desk", "creche_facility", "creche_street"),
    *("creche_frozen_count", "creche_under_three", "creche_under_three_iris", "creche_capacity"),
    *("creche_commission", "creche_cut_off", "creche_supply_cell", "creche_supply_move"),
    *("paiement_terms", "periscolaire_edition", "periscolaire_activity", "periscolaire_unit"),
    *("periscolaire_group", "periscolaire_load", "periscolaire_tally", "periscolaire_order"),
}
"""Tables of places, lists and counts: no row is about anybody."""
NAMES_SOMEBODY = re.compile(r"^(account|adult|child|household|payer|author|staff)$|_by$")


@pytest.mark.asvs("14.1.1")
def test_every_column_that_may_speak_of_somebody_is_ruled(installed: Plugins) -> None:
    ruled = {one.name: one for _, found in installed.each("personal_data") for one in found}
    tables = [table for _, found in installed.each("tables") for table in found]
    left = {
        f"{table._meta.tablename}.{column._meta.name}"
        for table in tables
        if (rule := ruled.get(table._meta.tablename)) or table._meta.tablename not in IMPERSONAL
        for column in table._meta.columns
        if rule is None or column._meta.name not in {*rule.columns, *rule.whose}
        if (NAMES_SOMEBODY.search(column._meta.name) and not isinstance(column, Date))
        or (isinstance(column, Varchar | Text | Bytea) and column._meta.name not in CODES)
    }
    unknown = {
        f"{rule.name}.{name}"
        for rule in ruled.values()
        for name in (*rule.columns, *rule.secret, *rule.opened)
        if name not in {column._meta.name for column in rule.table._meta.columns}
    }

    assert left == {
        "creche_offer.child",  # how many children, not which
        *("periscolaire_closure.note", "periscolaire_closure.class_name"),
        *("paiement_waiver.doubt", "periscolaire_device.secret"),
        # a program's, not a person's: where it is told, of what, and why it did not answer
        *("core_webhook.address", "core_webhook.kinds", "core_webhook.secret"),
        "core_webhook_delivery.trouble",
        # what was taken over, never from whom
        *("core_takeover.files", "core_taken_row.matter", "core_taken_row.of_table"),
    }
    assert unknown == set()
    assert not IMPERSONAL & ruled.keys()
