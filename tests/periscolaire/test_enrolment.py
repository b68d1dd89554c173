"""Enrolling a child: asked once, kept at each step, sent once, and nobody else's."""

import re
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from tests.core.documents import papers
from tests.core.documents.builders import a_document
from tests.periscolaire.builders import (
    SETTINGS,
    a_canteen,
    a_child,
    a_family,
    an_activity,
    settle,
)

from ribambelle.documents.sealing import Broken
from ribambelle.documents.tables import DocumentUse
from ribambelle.identity import responsibilities
from ribambelle.identity.rights import Rights
from ribambelle.identity.tables import Child, School
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.workflow.tables import Demande
from ribambelle_periscolaire import sealing, tables
from ribambelle_periscolaire.domain.sheet import ChildSheet, Health
from ribambelle_periscolaire.queries import enrolments, rules, sheets
from ribambelle_periscolaire.queries.rules import Written

HERE = "/periscolaire/inscription"
HEALTH = {"diet": "Sans porc", "has_allergy": "oui", "allergies": "arachide", "has_pai": "non"}
CONTACT = {"name_1": "Rose Payet", "phone_1": "06 99 00 00 01", "collect_1": "oui"}
CONSENTS = {"consent_photo": "non", "consent_care": "oui"}


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    yield communes.alpha


async def published(text: str = "Soyez à l’heure.", version: str = "2026", first: str = "") -> int:
    """Publish a version of the règlement."""
    from ribambelle import tenants

    now = tenants.current().now()
    told = Written(version, text, date.fromisoformat(first) if first else date(2026, 9, 1))
    number = await rules.write(None, told, 1, now)
    await rules.publish(number, 1, now)
    return number


async def begun(browser: httpx.AsyncClient, child: int, year: int = 2026) -> str:
    """Begin an enrolment, and return the address of its pages."""
    answer = await browser.post(HERE, data={"enfant": str(child), "annee": str(year)})
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def filled(
    browser: httpx.AsyncClient, base: str, activity: int, school: int = 0, rules: int = 0
) -> httpx.Response:
    """Answer every question, and send."""
    steps = {
        "ecole": {"school": str(school), "class_name": "CE1"},
        "activites": {"activities": str(activity)},
        "sante": HEALTH,
        "contacts": CONTACT,
        "autorisations": CONSENTS,
    }
    if rules:
        steps["reglement"] = {"accepted": "oui", "version": str(rules)}
    for code, told in steps.items():
        answer = await browser.post(f"{base}/etape/{code}", data=told)
        assert answer.status_code == 303, (code, re.findall(r'class="faute".*', answer.text))
    return await browser.post(f"{base}/verification", data={"exact": "oui"})


async def test_a_child_is_enrolled_from_the_first_question_to_the_receipt(town: Town) -> None:
    with town.here():
        canteen = await a_canteen()
        on_site = await an_activity("atelier", "Atelier", booked="on_site", place="Salle des fêtes")
        version = await published()
        lea = await a_child(await a_family(), name="Léa", school="Jean-Jaurès", class_name="CP")
        school = (await School.select(School.id).first())["id"]
    browser = await town.family("anne@example.test")

    home = await browser.get("/")
    base = await begun(browser, lea)
    again = await begun(browser, lea)
    activities = await browser.get(f"{base}/etape/activites")
    sent = await filled(browser, base, canteen.activity, school, version)
    twice = await browser.post(f"{base}/verification", data={"exact": "oui"})
    shown = await browser.get(base)

    assert "Inscrire Léa pour 2026-2027" in home.text
    assert again == base
    assert "Salle des fêtes" in activities.text
    assert f'value="{on_site}"' not in activities.text
    assert (sent.status_code, twice.status_code) == (303, 303)
    assert "Envoyée" in shown.text
    with town.here() as tenant:
        row = await tables.Enrolment.objects(tables.Enrolment.demande).first()
        kept = await sheets.of_child(lea)
        sealed = (await tables.Sheet.select(tables.Sheet.sealed).first())["sealed"]
        consents = await sheets.consents_of(lea)
        child = await Child.objects().get(Child.id == lea)
    assert (row.demande.state, row.rules, row.class_name) == ("submitted", version, "CE1")
    assert row.accepted_at == tenant.now()
    assert kept.sheet.health.allergies == "arachide"
    assert "arachide" not in sealed
    assert kept.sheet.contacts[0].may_collect
    assert {code: one.is_given for code, one in consents.items()} == {"photo": False, "care": True}
    assert child.class_name == "CP"  # the town hall has not accepted yet


async def test_a_refused_form_keeps_what_was_typed_and_names_what_is_missing(town: Town) -> None:
    with town.here():
        await a_canteen()
        lea = await a_child(await a_family(), name="Léa")
    browser = await town.family("anne@example.test")
    base = await begun(browser, lea)

    health = await browser.post(
        f"{base}/etape/sante", data={"allergies": "", "doctor": "Dr Ivan", "has_allergy": "oui"}
    )
    contacts = await browser.post(f"{base}/etape/contacts", data={"name_2": "Rose Payet"})
    activities = await browser.post(f"{base}/etape/activites", data={"activities": "999999"})

    assert [one.status_code for one in (health, contacts, activities)] == [422, 422, 422]
    assert "Dr Ivan" in health.text
    assert "Écrivez à quoi, et ce qu’il faut faire." in health.text
    assert "Rose Payet" in contacts.text
    with town.here():
        assert await tables.Sheet.count() == 0
        assert await tables.Enrolled.count() == 0


async def test_another_family_s_child_does_not_exist(town: Town) -> None:
    with town.here():
        canteen = await a_canteen()
        lea = await a_child(await a_family(), name="Léa")
        await a_child(await a_family("paul@example.test", "Paul Grondin"), name="Tom")
    anne, paul = await town.family("anne@example.test"), await town.family("paul@example.test")
    base = await begun(anne, lea)

    asked = [
        await paul.post(HERE, data={"enfant": str(lea), "annee": "2026"}),
        await paul.get(base),
        await paul.get(f"{base}/etape/sante"),
        await paul.post(f"{base}/etape/sante", data=HEALTH),
        await paul.get(f"{base}/pieces/insurance"),
        await paul.post(f"{base}/verification", data={"exact": "oui"}),
        await paul.post(f"{base}/retirer"),
        await paul.post(f"{base}/reprendre"),
        await paul.post(f"{base}/attestation"),
        await anne.post(HERE, data={"enfant": str(lea), "annee": "2031"}),
    ]

    assert {one.status_code for one in asked} == {404}
    assert canteen.activity
    with town.here():
        assert await tables.Sheet.count() == 0


async def test_what_is_said_for_one_child_is_not_asked_again_for_the_next(town: Town) -> None:
    with town.here():
        canteen = await a_canteen()
        version = await published()
        anne = await a_family()
        lea = await a_child(anne, name="Léa")
        noe = await a_child(anne, name="Noé", born_on=date(2020, 2, 1))
    browser = await town.family("anne@example.test")
    first = await begun(browser, lea)
    await browser.post(f"{first}/etape/sante", data=HEALTH | {"doctor": "Dr Ivan"})
    await filled(browser, first, canteen.activity, rules=version)
    await browser.post(f"{first}/etape/sante", data=HEALTH | {"doctor": "Dr Ivan"})

    second = await begun(browser, noe)
    contacts = await browser.get(f"{second}/etape/contacts")
    health = await browser.get(f"{second}/etape/sante")

    assert "Repris de la fiche de Léa" in contacts.text
    assert "Rose Payet" in contacts.text
    assert "Dr Ivan" in health.text
    assert "arachide" not in health.text  # an allergy is one child's
    with town.here():
        row = await tables.Enrolment.objects().get(tables.Enrolment.child == noe)
    assert row.rules == version


async def test_a_new_reglement_asks_for_a_new_acceptance_and_the_old_stays_readable(
    town: Town, clock: FrozenClock
) -> None:
    with town.here():
        canteen = await a_canteen()
        old = await published()
        lea = await a_child(await a_family(), name="Léa")
    browser = await town.family("anne@example.test")
    base = await begun(browser, lea)
    await browser.post(f"{base}/etape/reglement", data={"accepted": "oui", "version": str(old)})
    with town.here():
        new = await published("Un nouveau texte.", "2026-b", "2026-11-25")

    stale = await browser.post(
        f"{base}/etape/reglement", data={"accepted": "oui", "version": str(old)}
    )
    check = await browser.get(f"{base}/verification")
    sent = await filled(browser, base, canteen.activity, rules=new)
    before = await town.visitor().get(f"/periscolaire/reglement/{old}")
    now = await town.visitor().get("/periscolaire/reglement")

    assert stale.status_code == 422
    assert "Une nouvelle version vient de paraître" in stale.text
    assert check.headers["location"] == base  # a step is left
    assert sent.status_code == 303
    assert "Soyez à l’heure." in before.text
    assert "Un nouveau texte." in now.text


async def test_a_family_already_enrolled_is_asked_to_accept_the_new_reglement(
    town: Town, clock: FrozenClock
) -> None:
    with town.here():
        canteen = await a_canteen()
        old = await published()
        lea = await a_child(await a_family(), name="Léa")
    browser = await town.family("anne@example.test")
    base = await begun(browser, lea)
    await filled(browser, base, canteen.activity, rules=old)
    calm = await browser.get("/")
    with town.here():
        new = await published("Un nouveau texte.", "2026-b", "2026-11-25")
    asked, shown = await browser.get("/"), await browser.get(base)
    clock.move(minutes=5)
    done = await browser.post(
        f"{base}/etape/reglement", data={"accepted": "oui", "version": str(new)}
    )
    after = await browser.get("/")

    assert "Le règlement du périscolaire a changé" not in calm.text
    assert "Le règlement du périscolaire a changé" in asked.text
    assert "Lire et accepter la nouvelle version" in shown.text
    assert done.status_code == 303
    assert "Le règlement du périscolaire a changé" not in after.text
    with town.here():
        assert await rules.counts() == {old: 1, new: 1}  # what was accepted before stays


async def test_a_sheet_copied_from_another_row_or_commune_does_not_open(
    communes: Communes,
) -> None:
    """The twin of the seal: moved, it is nothing; in its place, it opens."""
    sheet = ChildSheet(Health(allergies="arachide"))
    with communes.alpha.here():
        text = sealing.sealed(sheet, "one")
        assert sealing.opened(text, "one") == sheet
        with pytest.raises(Broken):
            sealing.opened(text, "other")
    with communes.beta.here(), pytest.raises(Broken):
        sealing.opened(text, "one")


async def test_without_the_rule_of_who_enrols_the_probe_finds_a_leak(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: an adult who may only collect a child does not read its sheet, unless nobody asks."""
    with town.here() as tenant:
        lea = await a_child(await a_family(), name="Léa")
        rose = await a_family("rose@example.test", "Rose Payet")
        collects = Rights("relative", may_collect=True)
        await responsibilities.write(lea, rose.adult, collects, tenant.now())
    anne, relative = await town.family("anne@example.test"), await town.family("rose@example.test")
    base = await begun(anne, lea)

    assert (await relative.get(f"{base}/etape/sante")).status_code == 404
    monkeypatch.setattr(enrolments, "may_enrol", lambda held, day: True)
    assert (await relative.get(f"{base}/etape/sante")).status_code == 200


async def test_complete_files_are_accepted_at_once_where_the_commune_says_so(town: Town) -> None:
    settle(
        town,
        SETTINGS.replace(
            "[periscolaire]\n", '[periscolaire]\naccept_at_once = true\nproofs = ["insurance"]\n'
        ),
    )
    with town.here():
        canteen = await a_canteen()
        anne = await a_family()
        lea = await a_child(anne, name="Léa", school="Jean-Jaurès", class_name="CP")
        noe = await a_child(anne, name="Noé", born_on=date(2020, 2, 1))
        known = await a_document(kind="insurance", account=anne.account, child=lea)
        school = (await School.select(School.id).first())["id"]
    browser = await town.family("anne@example.test")
    base = await begun(browser, lea)
    offered = await browser.get(f"{base}/pieces/insurance")
    reused = await browser.post(f"{base}/pieces/insurance/reprendre/{known.id}")
    await filled(browser, base, canteen.activity, school)
    without = await begun(browser, noe)
    not_hers = await browser.post(f"{without}/pieces/insurance/reprendre/{known.id}")
    await filled(browser, without, canteen.activity)

    assert "Utiliser celui-ci" in offered.text
    assert reused.status_code == 303
    assert not_hers.status_code == 404  # an insurance speaks of one child
    with town.here():
        states = [row["state"] for row in await Demande.select(Demande.state).order_by(Demande.id)]
        child = await Child.objects().get(Child.id == lea)
        used = await DocumentUse.count()
    assert states == ["accepted", "submitted"]
    assert child.class_name == "CE1"
    assert used == 1
    week = await browser.get("/periscolaire/semaine/2026-11-30")
    printed = await browser.post(f"{base}/attestation")
    assert "Cantine" in week.text
    assert printed.content.startswith(b"%PDF")


async def test_a_paper_is_given_and_an_enrolment_withdrawn_then_begun_again(town: Town) -> None:
    with town.here():
        await a_canteen()
        lea = await a_child(await a_family(), name="Léa")
    browser = await town.family("anne@example.test")
    base = await begun(browser, lea)

    page = await browser.get(f"{base}/pieces/insurance")
    wrong = await browser.post(
        f"{base}/pieces/insurance", files={"file": ("a.txt", b"x", "text/plain")}
    )
    given = await browser.post(
        f"{base}/pieces/insurance", files={"file": ("a.pdf", papers.a_pdf(), "application/pdf")}
    )
    withdrawn = [await browser.post(f"{base}/retirer") for _ in range(2)]
    over = await browser.get(base)
    again = await browser.post(f"{base}/reprendre")
    listed = await browser.get(HERE)

    assert (page.status_code, wrong.status_code, given.status_code) == (200, 422, 303)
    assert [one.status_code for one in (*withdrawn, again)] == [303, 303, 303]
    assert "Recommencer l’inscription" in over.text
    assert "Continuer" in listed.text
