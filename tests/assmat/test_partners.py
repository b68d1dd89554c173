"""The mairie, the relais and the PMI: each reads and does what is theirs, and nothing else."""

import asyncio
import contextvars

import pytest
from tests.assmat.builders import CLAIRE, HEAD, NADIA, SOPHIE, a_care, a_meeting, registered, says
from tests.core.test_checking import edited

from ribambelle.database import locks, transaction
from ribambelle.identity import Grant
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.testing.tokens import a_program
from ribambelle.workflow.tables import JournalLine
from ribambelle_assmat import meeting, registering, renewing
from ribambelle_assmat.tables import Attendance, Care, Childminder, Event, RegisterFile, Statement

DESK, SPACE = "/bureau/assmat", "/assmat/espace"
RELAIS = '[[assmat.relais]]\ncode = 1\nname = "Relais du sud"\ncommunes = ["44143"]\n'
ROSA = NADIA.replace("4401;Benali;Nadia", "4404;Ortega;Rosa").replace("71880;Alpha", "44400;Rezé")
ODILE = (
    CLAIRE.replace("4402;Robin", "4405;Lefort")
    .replace("Claire", "Odile")
    .replace("71880;Alpha", "44000;Nantes")
)


def plain(text: str) -> str:
    """Return a page with simple spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def test_a_mairie_reads_the_list_of_its_commune_and_no_other(communes: Communes) -> None:
    """Who is suspended is not on it; a telephone is, if she agreed to show it."""
    town = communes.alpha
    with town.here():
        who = await registered(
            ROSA,
            ODILE,
            ROSA.replace("4404", "4406")
            .replace(";;3 rue", ";Retrait;3 rue")
            .replace("Rosa", "Inès"),
        )
        await says(who["Rosa"])
    mairie = await town.staff(Grant("mairie", "assmat.commune:44143"), email="m@reze.test")
    here = f"{DESK}/communes/44143"

    page = plain((await mairie.get(here)).text)
    files = {kind: await mairie.get(f"{here}/export/{kind}") for kind in ("csv", "xlsx", "pdf")}

    assert (await mairie.get(f"{DESK}/communes")).headers["location"].endswith("/44143")
    assert "Ortega Rosa" in page and "3 rue du Lavoir" in page and "06 99 00 00 01" not in page
    with town.here():
        await says(who["Rosa"], "mobile")
    assert "06 99 00 00 01" in plain((await mairie.get(here)).text)
    assert "Inès" not in page and "Odile" not in page
    assert "Ortega Rosa" in files["csv"].text and "Odile" not in files["csv"].text
    assert files["pdf"].content.startswith(b"%PDF") and files["xlsx"].status_code == 200
    for path in (f"{DESK}/communes/44109", f"{DESK}/communes/44109/export/csv"):
        assert (await mairie.get(path)).status_code == 404
    assert (await mairie.get(f"{here}/export/exe")).status_code == 404
    assert (await mairie.get(DESK)).status_code == 403
    pmi = await town.staff(Grant("pmi"), email="pmi@cd.test")
    assert "Odile" in (await pmi.get(f"{DESK}/communes/44109")).text
    assert "Nantes" in (await pmi.get(f"{DESK}/communes")).text


async def test_a_relais_follows_its_own_and_its_meetings(communes: Communes) -> None:
    town = communes.alpha
    edited(town, "[contact]", RELAIS + "[contact]")
    with town.here():
        who = await registered(ROSA, ODILE)
        await says(who["Rosa"])
    rpe = await town.staff(Grant("rpe", "assmat.relais:1"), email="rpe@reze.test")
    here = f"{DESK}/relais/1"
    before = plain((await rpe.get(f"{here}?vue=silencieuses")).text)
    with town.here():
        await says(who["Rosa"], "relais")
    after = plain((await rpe.get(here)).text)
    assert "Ortega Rosa" in before and "N’a pas accepté" in before and "06 99" not in before
    assert "06 99 00 00 01" in after and "Odile" not in after
    assert "06 99" in plain((await rpe.get(f"{here}/export/csv")).text)
    assert (await rpe.get(f"{DESK}/relais/2")).status_code == 404

    told = {
        **{"title": "Éveil musical", "place": "Salle des fêtes", "places": "1"},
        **{"begins": "9:30", "ends": "9:00", "day": "2026-12-03"},
    }
    wrong = await rpe.post(f"{here}/rencontres", data=told)
    assert (wrong.status_code, "après le début" in wrong.text) == (422, True)
    made = await rpe.post(f"{here}/rencontres", data=told | {"ends": "11:00"})
    event = made.headers["location"]
    number = event.rpartition("/")[2]
    rosa, odile = [
        await town.staff(
            Grant("childminder", f"assmat.childminder:{who[name]}"), email=f"{name}@x.test".lower()
        )
        for name in ("Rosa", "Odile")
    ]
    hers = f"{SPACE}/{who['Rosa']}/relais"
    assert "Éveil musical" in (await rosa.get(hers)).text
    assert "Éveil musical" not in (await odile.get(f"{SPACE}/{who['Odile']}/relais")).text
    stranger = await odile.post(f"{SPACE}/{who['Odile']}/relais/{number}/inscription")
    assert stranger.status_code == 404
    for _ in range(2):
        await rosa.post(f"{hers}/{number}/inscription")
    assert "Ortega Rosa" in (await rpe.get(event)).text
    assert (await rpe.get(f"{event}/export/pdf")).content.startswith(b"%PDF")
    await rosa.post(f"{hers}/{number}/retrait")
    assert "0 sur 1" in (await rpe.get(event)).text
    await rosa.post(f"{hers}/{number}/inscription")
    await rpe.post(f"{event}/annuler")
    await town.work()
    assert any("Éveil musical" in one.subject for one in await town.mail("rosa@x.test"))
    assert "Annulée" in (await rosa.get(hers)).text


async def registers_meanwhile(town: Town) -> bool:
    """Let Rosa register while Odile takes the last place; tell whether both got it."""
    with town.here() as tenant:
        who, now = await registered(ROSA, ODILE), tenant.now()
        event = Event(relais=1, title="Éveil", day=now.date(), begins=1439, ends=1439, places=1)
        event.created_at = now
        number = await meeting.announce(event, SOPHIE)
        outside = contextvars.copy_context()
        async with transaction():
            await locks.advisory(f"assmat.event:{number}")
            asked = meeting.register(number, [1], who["Rosa"], SOPHIE)
            task = asyncio.create_task(asked, context=outside)
            await asyncio.wait({task}, timeout=0.3)
            await Attendance.insert(
                Attendance(event=number, childminder=who["Odile"], registered_at=now)
            )
        await asyncio.gather(task, return_exceptions=True)
        return await Attendance.count() > 1


async def test_the_last_place_of_a_meeting_is_taken_once(communes: Communes) -> None:
    assert not await registers_meanwhile(communes.alpha)


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_its_lock_it_would_be_taken_twice(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, on PostgreSQL alone: SQLite writes one transaction at a time."""
    real = locks.advisory

    async def unlocked(*keys: str) -> None:
        if not keys[0].startswith("assmat.event:"):
            await real(*keys)

    monkeypatch.setattr(locks, "advisory", unlocked)

    assert await registers_meanwhile(communes.alpha)


async def test_the_pmi_reads_a_new_page_before_families_do(communes: Communes) -> None:
    """Who was in the directory before stays in it; what is validated stays so."""
    town = communes.alpha
    with town.here():
        who = await registered(ROSA, ODILE)
        await says(who["Odile"])
    edited(town, "[contact]", "[assmat]\nvalidates = true\n[contact]")
    with town.here():
        await says(who["Rosa"], words="Un jardin clos")
        await says(who["Odile"], words="Deux chats")
    visitor, pmi = town.visitor(), await town.staff(Grant("pmi"), email="pmi@cd.test")
    paths = {name: f"/assmat/fiches/{who[name]}" for name in ("Rosa", "Odile")}
    assert [(await visitor.get(one)).status_code for one in paths.values()] == [404, 200]
    desk = (await pmi.get(f"{DESK}/suivi")).text
    assert "Rosa Ortega" in desk and "Odile" not in desk
    assert "Un jardin clos" in (await pmi.get(f"{DESK}/{who['Rosa']}")).text

    for _ in range(2):
        await pmi.post(f"{DESK}/{who['Rosa']}/valider")
    with town.here():
        await says(who["Rosa"], words="Un potager")

    assert (await visitor.get(paths["Rosa"])).status_code == 200
    assert "valider</dt><dd>0<" in (await pmi.get(f"{DESK}/suivi")).text
    rpe = await town.staff(Grant("partner"), email="caf@cd.test")
    assert (await rpe.post(f"{DESK}/{who['Rosa']}/valider")).status_code == 403


async def test_what_she_declares_is_read_by_the_pmi_alone_and_has_a_receipt(
    communes: Communes, clock: FrozenClock
) -> None:
    """A fifth child at once exceeds her accreditation: both are told; a year later all is forgotten."""
    town = communes.alpha
    with town.here():
        who = await registered(ROSA, ODILE)
    mine = f"assmat.childminder:{who['Rosa']}"
    rosa = await town.staff(Grant("childminder", mine), email="rosa@x.test")
    pmi = await town.staff(Grant("pmi"), email="pmi@cd.test")
    agent = await town.staff()
    here = f"{SPACE}/{who['Rosa']}"
    child = {
        **{"given_name": "Zoé", "guardian": "Anne Payet", "planning": "variable"},
        **{"born_on": "2025-06-01", "began_on": "2026-11-02"},
    }
    wrong = await rosa.post(f"{here}/accueils", data=child | {"planning": "regular"})
    assert (wrong.status_code, "Cochez les moments" in wrong.text) == (422, True)
    for rank in range(5):
        sent = await rosa.post(f"{here}/accueils", data=child | {"given_name": f"Zoé{rank}"})
    receipt = sent.headers["location"]
    await town.work()

    assert "Reçu n° 2026-00005" in plain((await rosa.get(receipt)).text)
    assert any("2026-00005" in one.subject for one in await town.mail("rosa@x.test"))
    assert "plus d’enfants à la fois" in (await rosa.get(f"{here}/accueils")).text
    assert "Rosa Ortega" in (await pmi.get(f"{DESK}/suivi")).text
    sheet = plain((await pmi.get(f"{DESK}/{who['Rosa']}")).text)
    assert "Zoé4, 17 mois" in sheet and "Anne Payet" in sheet and "Dépassement" in sheet
    for path in (f"{DESK}/{who['Rosa']}", f"{DESK}/suivi"):
        assert "Zoé" not in (await agent.get(path)).text
    assert (await agent.get(f"{here}/accueils")).status_code == 403
    assert (await agent.post(f"{DESK}/declarations/1/lu")).status_code == 404
    await pmi.post(f"{DESK}/declarations/5/lu")
    assert "pas encore" not in (await rosa.get(receipt)).text

    early = await rosa.post(f"{here}/accueils/1/fin", data={"ended_on": "2026-11-01"})
    assert (early.status_code, "après le début" in early.text) == (422, True)
    await rosa.post(f"{here}/accueils/1/fin", data={"ended_on": "2026-11-20"})
    assert "Votre agrément n’en permet pas plus" in (await rosa.get(f"{here}/accueils")).text
    silent = await rosa.post(f"{here}/declarations", data={"kind": "move"})
    assert (silent.status_code, "doit savoir" in silent.text) == (422, True)
    await rosa.post(f"{here}/declarations", data={"kind": "error", "words": "Je suis née le 8."})
    assert "Erreur dans le registre" in (await pmi.get(f"{DESK}/suivi")).text
    assert (await rosa.get(f"{SPACE}/{who['Odile']}/accueils")).status_code == 404
    with town.here():
        clock.move(days=366)
        await registering.forget()
        assert await Care.count() == 4
        assert {row["kind"] for row in await Statement.select(Statement.kind)} == {"start"}


async def test_a_care_is_corrected_or_cancelled_and_what_comes_is_told_at_once(
    communes: Communes,
) -> None:
    """Accredited for four: a fifth in March is warned of in November, until it is corrected."""
    town = communes.alpha
    with town.here():
        who = await registered(ROSA, ODILE)
    mine = f"assmat.childminder:{who['Rosa']}"
    rosa = await town.staff(Grant("childminder", mine), email="rosa@x.test")
    pmi = await town.staff(Grant("pmi"), email="pmi@cd.test")
    cares = f"{SPACE}/{who['Rosa']}/accueils"
    child = {
        **{"given_name": "Zoé", "guardian": "Anne Payet", "planning": "variable"},
        **{"born_on": "2025-06-01", "began_on": "2026-11-02"},
    }
    for rank in range(4):
        await rosa.post(cares, data=child | {"given_name": f"Zoé{rank}"})
    await rosa.post(cares, data=child | {"given_name": "Malo", "began_on": "2027-03-01"})

    page = plain((await rosa.get(cares)).text)
    desk = plain((await pmi.get(f"{DESK}/suivi")).text)
    assert "À partir du 1er mars 2027" in page and "plus d’enfants à la fois" in page
    assert "Rosa Ortega" in desk and "à partir du 1er mars 2027" in desk
    assert "1er mars 2027" in plain((await pmi.get(f"{DESK}/{who['Rosa']}")).text)
    malo = child | {"given_name": "Malo"}
    same = await rosa.post(f"{cares}/5", data=malo | {"began_on": "2027-03-01"})
    assert (same.status_code, "Rien n’a changé" in same.text) == (422, True)
    sent = await rosa.post(f"{cares}/5", data=malo | {"began_on": "2027-04-01"})
    receipt = plain((await rosa.get(sent.headers["location"])).text)
    assert "Correction d’un accueil" in receipt and "depuis le 1er mars 2027" in receipt
    assert "À partir du 1er avril 2027" in plain((await rosa.get(cares)).text)

    for _ in range(2):
        gone = await rosa.post(f"{cares}/5/annuler")

    assert gone.status_code == 404
    assert "À partir du" not in plain((await rosa.get(cares)).text)
    sheet = plain((await pmi.get(f"{DESK}/{who['Rosa']}")).text)
    assert "Annulation d’un accueil" in sheet and "Malo, naissance le 1er juin 2025" in sheet
    for path in (f"{SPACE}/{who['Odile']}/accueils/1", f"{cares}/99"):
        assert (await rosa.get(path)).status_code == 404
    assert (await pmi.get(f"{cares}/1")).status_code == 403


async def test_a_program_reads_of_the_desks_what_its_scope_says(communes: Communes) -> None:
    town, root = communes.alpha, "/api/v1/assmat"
    edited(town, "[contact]", f"{RELAIS}[assmat]\nvalidates = true\n[contact]")
    with town.here():
        who = await registered(ROSA.replace("30/04/2029", "31/12/2026").replace(";;4;", ";;1;"))
        await says(who["Rosa"])
        for rank in range(2):
            await a_care(who["Rosa"], rank)
        await a_meeting()
        await meeting.register(1, [1], who["Rosa"], SOPHIE)
    ways = {
        **{"pmi/waiting": "pmi", "pmi/expiring?days=60": "pmi", "pmi/over": "pmi"},
        **{"cares": "cares", "cares?limit=1": "cares", "meetings": "relais", "figures": "figures"},
        "relais/1/childminders": "followed",
    }
    programs = {
        scope: await a_program(town, f"assmat:{scope}", name=scope)
        for scope in (*set(ways.values()), "read")
    }

    told = {way: (await programs[scope].get(f"{root}/{way}")).json() for way, scope in ways.items()}
    refused = {
        (way, scope): (await program.get(f"{root}/{way}")).status_code
        for way, own in ways.items()
        for scope, program in programs.items()
        if scope != own
    }

    assert set(refused.values()) == {403}
    first = {way: answer["data"][0] for way, answer in told.items() if answer["data"]}
    assert first["pmi/waiting"]["name"] == "Rosa Ortega"
    assert first["pmi/expiring?days=60"]["until"] == "2026-12-31"
    assert (first["pmi/over"]["children"], first["pmi/over"]["warnings"]) == (2, ["accredited"])
    assert [one["given_name"] for one in told["cares"]["data"]] == ["Zoé0", "Zoé1"]
    after = told["cares?limit=1"]["next"].replace(town.tenant.url(""), "")
    assert [one["id"] for one in (await programs["cares"].get(after)).json()["data"]] == [2]
    assert (first["meetings"]["taken"], first["meetings"]["places"]) == (1, 8)
    hers = first["relais/1/childminders"]
    assert (hers["name"], hers["said_on"], hers["is_up_to_date"]) == ("Ortega Rosa", None, False)
    assert (hers["phone"], hers["email"]) == ("", "")
    with town.here():
        await says(who["Rosa"], "relais")
    agreed = (await programs["followed"].get(f"{root}/relais/1/childminders")).json()["data"]
    assert (agreed[0]["phone"], agreed[0]["email"]) == ("06 99 00 00 01", "nadia@example.test")
    assert (await programs["followed"].get(f"{root}/relais/9/childminders")).status_code == 404
    with town.here():
        taken = await JournalLine.select().where(JournalLine.act == "assmat.list_taken")
    assert [row["object"] for row in taken] == ["assmat.relais:1"] * 2
    assert "Ortega" not in f"{told['meetings']}{told['figures']}"
    assert [one["code"] for one in told["figures"]["data"]] == ["tenues"]
    assert (await programs["figures"].get(f"{root}/figures?age=7")).status_code == 422
    with town.here():
        reads = await JournalLine.count().where(JournalLine.act == "assmat.cares_read")
    assert reads == 3


async def test_the_register_of_the_night_is_brought_in_or_stopped_and_told(
    communes: Communes,
) -> None:
    """Who is suspended leaves the same day; a file cut short empties nothing; columns said once stay."""
    town = communes.alpha
    edited(town, "[contact]", '[assmat]\nregister_file = "registre.csv"\n[contact]')
    pmi = await town.staff(Grant("pmi"), email="pmi@cd.test")
    file = town.tenant.folder / "registre.csv"
    odd = HEAD.replace("Numéro d'agrément", "Matricule interne")

    async def tonight(*lines: str, head: str = odd) -> int:
        file.write_text(head + "".join(lines))
        with town.here():
            await renewing.renew()
            return await RegisterFile.count()

    assert await tonight(NADIA, CLAIRE, ROSA, ODILE) == 1
    desk = (await pmi.get(f"{DESK}/suivi")).text
    assert "Des colonnes manquent" in desk
    number = {"number": "0", "city": "8"}
    await pmi.post(f"{DESK}/registre/1/colonnes", data=number)
    await pmi.post(f"{DESK}/registre/1/importer")
    assert "Des colonnes" not in (await pmi.get(f"{DESK}/suivi")).text
    with town.here():
        who = {row["given_name"]: row["id"] for row in await Childminder.select()}
        await says(who["Nadia"])
    page = f"/assmat/fiches/{who['Nadia']}"
    assert (await town.visitor().get(page)).status_code == 200

    suspended = NADIA.replace(";;3 rue", ";Suspendu;3 rue")
    assert [await tonight(suspended, CLAIRE, ROSA, ODILE) for _ in range(2)] == [2, 2]
    assert (await town.visitor().get(page)).status_code == 404
    await tonight(suspended)
    assert "sur cinq sortirait" in (await pmi.get(f"{DESK}/suivi")).text
    file.write_bytes(b"PK\x03")
    with town.here():
        await renewing.renew()
        assert await Childminder.count().where(Childminder.gone_at.is_null()) == 4
    assert "ne se lit pas" in (await pmi.get(f"{DESK}/suivi")).text
