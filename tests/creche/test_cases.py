"""A situation shared with named people: they read that file and no other, and answer before a day."""

from html import unescape

import pytest
from tests.creche.builders import an_application

from ribambelle.identity import Grant, accounts
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche.queries import cases
from ribambelle_creche.tables import Case

SITUATIONS = "/creche/situations"


async def number_of(town: Town, email: str) -> str:
    with town.here():
        account = await accounts.by_email(email)
    assert account
    return str(account.id)


async def test_members_read_that_file_alone_answer_and_the_town_hall_sees_who_is_late(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    agent = await town.staff()
    advisor = await town.staff(Grant("creche_advisor"), email="asso@example.test", name="Ana")
    pmi = await town.staff(Grant("pmi"), email="pmi@example.test", name="Docteure Petit")
    caf = await town.staff(Grant("partner"), email="caf@example.test", name="Paul Caf")
    other = await town.staff(Grant("creche_advisor"), email="x@example.test", name="Luc")
    with town.here():
        files = [await an_application(), await an_application()]
    shared = {
        "reason": "C2",
        "answer_by": "2026-12-01",
        "members": [await number_of(town, f"{one}@example.test") for one in ("asso", "pmi", "caf")],
    }
    path = f"/bureau/creche/demandes/{files[0]}/situation"
    assert (await agent.post(path, data=shared | {"reason": "histoire"})).status_code == 422
    assert (await agent.post(path, data=shared | {"members": ["999"]})).status_code == 422
    done = await agent.post(path, data=shared)
    where = done.headers["location"]
    await town.work()
    for email in ("asso@example.test", "pmi@example.test", "caf@example.test"):
        told = (await town.mail(email))[-1]
        assert where in told.text
        assert ("avis" in told.subject) is (email != "caf@example.test")
    for browser in (advisor, pmi):
        assert f'href="{where}"' in (await browser.get("/bureau")).text
    assert "Votre avis sur la demande" not in (await caf.get("/bureau")).text

    for browser in (advisor, pmi, caf):
        assert "Zoé Payet" in (await browser.get(where)).text
        for number in files:
            assert (await browser.get(f"/bureau/creche/demandes/{number}")).status_code == 403
    assert (await other.get(where)).status_code == 404
    assert (await other.post(f"{where}/avis", data={"opinion": "for"})).status_code == 404
    assert "C-" not in (await other.get(SITUATIONS)).text.partition("<main")[2]

    said = {"opinion": "for", "text": "Un accueil progressif aiderait."}
    assert (await caf.post(f"{where}/avis", data=said)).status_code == 403
    assert (await advisor.post(f"{where}/avis", data=said | {"opinion": "x"})).status_code == 422
    assert (await advisor.post(f"{where}/avis", data=said)).status_code == 303
    follow = (await agent.get(f"/creche/demandes/{files[0]}")).text
    assert "Un accueil progressif" in follow
    clock.move(days=7)
    agent = await town.staff(email="other@example.test")
    late = (await agent.get(SITUATIONS)).text
    assert "En retard : Docteure Petit<" in late  # and not the one who only reads
    assert "1\u00a0situation sans avis" in (await agent.get("/bureau")).text
    pmi = await town.staff(Grant("pmi"), email="pmi@example.test")
    assert (await pmi.post(f"{where}/avis", data=said)).status_code == 303
    assert f'href="{where}"' not in (await pmi.get("/bureau")).text
    assert "sans avis" not in (await agent.get("/bureau")).text
    await town.work()
    told = (await town.mail("agent@example.test"))[-1]
    assert "favorable" in told.subject
    assert "Avis encore attendus\u00a0: 0" in told.text
    assert "Un accueil progressif" in (await agent.get(where)).text

    gone = {"personne": await number_of(town, "asso@example.test")}
    advisor = await town.staff(Grant("creche_advisor"), email="asso@example.test", name="Ana")
    for browser, status in ((advisor, 403), (agent, 303), (agent, 404)):
        assert (await browser.post(f"{where}/retirer", data=gone)).status_code == status
    assert (await advisor.get(where)).status_code == 404
    assert (await pmi.get(where)).status_code == 200
    kept = unescape((await agent.get(where)).text)
    assert "</b>, Ana, le" in kept  # what was said stays, with who said it
    assert 'class="vh"> Ana de cette situation' not in kept

    await agent.post(f"{where}/clore")
    late = await agent.post(f"{where}/avis", data=said)
    assert late.status_code == 422
    assert "Cette situation est close" in late.text
    assert said["text"] in late.text
    pmi = await town.staff(Grant("pmi"), email="pmi@example.test")
    assert (await pmi.get(where)).status_code == 404


async def test_without_the_membership_any_adviser_would_read_it(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the rule that asks for membership is taken away."""
    town = communes.alpha
    other = await town.staff(Grant("creche_advisor"), email="x@example.test")
    with town.here():
        case = await cases.share(await an_application(), "C1", clock().date(), [], 1, clock())
    assert (await other.get(f"{SITUATIONS}/{case}")).status_code == 404

    async def anybody(person: object, number: int) -> Case:
        found = await Case.objects(Case.application).get(Case.id == number)
        assert found
        return found

    monkeypatch.setattr(cases, "one_for", anybody)
    assert "Zoé Payet" in (await other.get(f"{SITUATIONS}/{case}")).text
