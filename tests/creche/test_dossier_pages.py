"""A family files once for several crèches; the town hall sees it at once; nobody else does."""

import asyncio
import io
import re
from datetime import date
from typing import Any

import httpx
import pytest
from pypdf import PdfReader
from tests.creche.builders import a_facility, a_quartier, an_application

from ribambelle.identity import Grant, accounts
from ribambelle.identity.tables import Adult, Child, Household, Quartier
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import Demande
from ribambelle_creche.domain.dossier import STEPS, Family, decode
from ribambelle_creche.tables import (
    Application,
    Desk,
    Evidence,
    Facility,
    Need,
    Receipt,
    Wish,
)

NEW = "/creche/demandes/nouvelle"
ANSWERS: dict[str, dict[str, Any]] = {
    "enfant": {
        "is_expected": "non",
        "given_name": "Zoé",
        "family_name": "Payet",
        "born_on_day": "14",
        "born_on_month": "3",
        "born_on_year": "2026",
        "together": "1",
    },
    "famille": {
        "given_name": "Anne",
        "family_name": "Hoarau",
        "phone": "06 99 00 00 00",
        "email": "anne@example.test",
        "is_single": "oui",
    },
    "adresse": {"line": "2 rue A", "postcode": "97400", "city": "Alpha"},
    "situation": {"work": "employed"},
    "foyer": {},
    "ressources": {},
    "accueil": {"kind": "regular"},
    "entree": {
        "start_on_day": "4",
        "start_on_month": "1",
        "start_on_year": "2027",
        "flexible_weeks": "2",
    },
    "semaine": {"souhait": ["mon-am", "mon-pm", "fri-am"], "repli1": ["mon-am"]},
}


ORDER = [step.code for step in STEPS]


async def quartier(name: str) -> int:
    row = Quartier(name=name, folded=name.lower())
    return int((await Quartier.insert(row).returning(Quartier.id))[0]["id"])


async def facilities(town: Town, *names: str) -> list[int]:
    with town.here():
        where = await quartier("Centre")
        found = []
        for name in names:
            row = Facility(
                name=name,
                folded=name.lower(),
                kind="municipal",
                places=30,
                quartier=where,
                import_key=name,
            )
            found.append(int((await Facility.insert(row).returning(Facility.id))[0]["id"]))
    return found


async def opened(browser: httpx.AsyncClient) -> str:
    answer = await browser.post(NEW)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/etapes")


async def refused(browser: httpx.AsyncClient, page: str, **data: Any) -> str:
    """Send a form that is refused, and return the page that says why: it is shown by a GET."""
    answer = await browser.post(page, data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    return (await browser.get(page)).text


async def filled(browser: httpx.AsyncClient, wishes: list[int], **changed: Any) -> str:
    """Fill a file in, up to the page that checks it."""
    base = await opened(browser)
    forms = {**ANSWERS, **changed}
    for step in sorted(forms, key=ORDER.index):
        answer = await browser.post(f"{base}/etape/{step}", data=forms[step])
        assert answer.status_code == 303, re.findall("en-faute.*", answer.text) or answer.text[:500]
    for wish in wishes:
        await browser.post(f"{base}/etape/voeux", data={"ajout": "1", "creche": str(wish)})
    await browser.post(f"{base}/etape/voeux", data={"accepts_any": "oui"})
    return base


async def sent(browser: httpx.AsyncClient, wishes: list[int], **changed: Any) -> str:
    base = await filled(browser, wishes, **changed)
    answer = await browser.post(f"{base}/verification", data={"exact": "oui"})
    assert answer.headers["location"] == f"{base}/recu"
    return base


async def test_a_family_files_once_for_three_creches(communes: Communes) -> None:
    town = communes.alpha
    three = await facilities(town, "Les Lilas", "Les Roses", "Les Tulipes")
    browser, agent = await town.family("anne@example.test"), await town.staff()

    base = await sent(browser, [three[1], three[0], three[2]])

    receipt = await browser.get(f"{base}/recu")
    asked = re.search(r'<ol class="liste-rangs">(.*?)</ol>', receipt.text, re.S)
    assert asked and re.findall("<b>(.*?)</b>", asked[1]) == [
        "Les Roses",
        "Les Lilas",
        "Les Tulipes",
    ]
    queue = await agent.get("/bureau/creche/demandes")
    assert "Zoé Payet" in queue.text
    export = "/bureau/creche/statistiques/export/csv"
    assert (await agent.get(export)).text.splitlines()[-1].startswith("Ville;0;0;")
    with town.here():
        await Demande.update({Demande.state: "complete"}, force=True)  # the town hall checked it
    assert (await agent.get(export)).text.splitlines()[-1].startswith("Ville;0;1;")
    with town.here():
        assert await Household.count() == 1
        assert await Adult.count() == 1
        assert await Child.count() == 1
        assert await Wish.count() == 3
        assert await Need.count() == 2
        assert await Evidence.count() == 3
    await town.work()
    mail = (await town.mail("anne@example.test"))[-1]
    assert "1. Les Roses" in mail.text
    assert "http://alpha.localhost:8000/creche/demandes/" in mail.text


async def test_a_file_is_kept_at_each_step_and_resumed(communes: Communes) -> None:
    browser = await communes.alpha.family()
    base = await opened(browser)
    await browser.post(f"{base}/etape/semaine", data=ANSWERS["semaine"])

    steps = await browser.get(f"{base}/etapes")
    week = await browser.get(f"{base}/etape/semaine")
    early = await browser.get(f"{base}/verification")

    assert "lundi, vendredi matin" in steps.text
    assert week.text.count("checked") == 4
    assert early.headers["location"] == f"{base}/etapes"


async def test_every_error_of_a_step_is_told_and_nothing_typed_is_lost(communes: Communes) -> None:
    browser = await communes.alpha.family()
    base = await opened(browser)

    step = f"{base}/etape/enfant"
    page = await refused(
        browser,
        step,
        is_expected="non",
        family_name="Payet",
        born_on_day="31",
        born_on_month="2",
        born_on_year="2026",
    )

    assert "une date qui existe" in page
    assert 'value="Payet"' in page
    assert 'value="31"' in page
    assert "<title>Erreur" in page
    assert "Payet" not in (await browser.get(step)).text, "a refused answer is kept for one page"


async def test_a_form_too_long_to_keep_is_answered_where_it_was_sent(communes: Communes) -> None:
    browser = await communes.alpha.family()
    base = await opened(browser)

    answer = await browser.post(f"{base}/etape/adresse", data={"line": "x" * 20_000})

    assert answer.status_code == 422
    assert "200 caractères au plus" in answer.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("step", "form", "told"),
    [
        ("entree", {"start_on_day": "1", "start_on_month": "1", "start_on_year": "2020"}, "passée"),
        (
            "entree",
            {"start_on_day": "1", "start_on_month": "1", "start_on_year": "2099"},
            "24 mois à l’avance au plus",
        ),
        ("semaine", {}, "au moins une demi-journée"),
        ("voeux", {}, "au moins une crèche"),
        ("famille", {"given_name": "A"}, "Indiquez votre nom"),
        ("situation", {"work": "<script>"}, "Choisissez votre situation"),
        ("adresse", {**ANSWERS["adresse"], "quartier": "999"}, "quartier de la liste"),
    ],
)
async def test_a_wrong_answer_says_what_to_do(
    communes: Communes, step: str, form: dict[str, str], told: str
) -> None:
    browser = await communes.alpha.family()
    base = await opened(browser)

    page = await refused(browser, f"{base}/etape/{step}", **form)

    assert told in page.replace("\u00a0", " ")


async def test_wishes_are_moved_and_never_more_than_allowed(communes: Communes) -> None:
    town = communes.alpha
    four = await facilities(town, "A", "B", "C", "D")
    browser = await town.family()
    base = await filled(browser, four[:3])
    step = f"{base}/etape/voeux"

    await browser.post(step, data={"monter": str(four[2])})
    moved = await browser.get(step)
    too_many = await refused(browser, step, ajout="1", creche=str(four[3]))
    unknown = await refused(browser, step, ajout="1", creche="9999")
    await browser.post(step, data={"retirer": str(four[0])})

    assert re.findall(r'<li id="v(\d+)"', moved.text) == [str(four[n]) for n in (0, 2, 1)]
    assert "Vous pouvez faire 3 vœux" in too_many.replace("\u00a0", " ")
    assert "9999" not in unknown
    assert (await browser.get(step)).text.count('<li id="v') == 2


async def test_nothing_is_sent_without_the_declaration(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await filled(browser, await facilities(town, "A"))

    page = await refused(browser, f"{base}/verification")

    assert "Cochez cette case pour continuer." in page
    with town.here():
        assert await Receipt.count() == 0


async def test_sending_twice_makes_one_file(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await sent(browser, await facilities(town, "A"))

    again = await browser.post(f"{base}/verification", data={"exact": "oui"})

    assert again.headers["location"] == f"{base}/recu"
    await town.work()
    with town.here():
        assert await Receipt.count() == 1
        assert await Household.count() == 1
    assert len(await town.mail("anne@example.test")) == 1


async def test_an_edit_keeps_the_first_date_and_gives_a_new_receipt(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    two = await facilities(town, "A", "B")
    browser = await town.family()
    base = await sent(browser, two[:1])
    clock.move(days=2)

    await browser.post(f"{base}/etape/voeux", data={"ajout": "1", "creche": str(two[1])})
    await browser.post(f"{base}/verification", data={"exact": "oui"})

    with town.here():
        file = await Application.objects().first()
        assert await Receipt.count() == 2
        assert await Wish.count() == 2
    assert file is not None and file.submitted_at is not None
    assert (clock() - file.submitted_at).days == 2
    assert "Demande modifiée" in (await browser.get(base)).text


async def test_brothers_and_sisters_reuse_answers(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    await sent(browser, await facilities(town, "A"))

    base = await opened(browser)

    assert "Anne" in (await browser.get(f"{base}/etape/famille")).text
    assert "2 rue A" in (await browser.get(f"{base}/etapes")).text


async def test_the_same_child_twice_is_told_to_its_family(communes: Communes) -> None:
    town = communes.alpha
    one = await facilities(town, "A")
    browser, other = await town.family(), await town.family("other@example.test")
    await sent(browser, one)

    again = await browser.get(f"{await filled(browser, one)}/verification")
    stranger = await other.get(f"{await filled(other, one)}/verification")

    assert "existe peut-être déjà" in again.text
    assert "existe peut-être déjà" not in stranger.text


async def test_the_receipt_is_signed_and_checked(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await sent(browser, await facilities(town, "Les Lilas"))
    page = (await browser.get(f"{base}/recu")).text
    number = re.findall(r"C-\d+", page)[0]
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)[0]
    address = f"/creche/recu?numero={number}&code={code.lower()}"

    paper = await browser.get(f"{base}/recu-pdf")

    assert "authentique" in (await town.visitor().get(address)).text
    assert "authentique" not in (await communes.beta.visitor().get(address)).text
    assert "pas reconnu" in (await town.visitor().get(f"/creche/recu?numero={number}&code=X")).text
    text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    assert "Les Lilas" in text
    assert code in text
    assert len(paper.content) < 60_000
    with town.here():
        await Receipt.update({Receipt.content: '{"wishes": []}'}, force=True)
    assert "authentique" not in (await town.visitor().get(address)).text


async def test_a_file_is_withdrawn(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await sent(browser, await facilities(town, "A"))

    assert (await browser.get(f"{base}/retirer")).status_code == 200
    await browser.post(f"{base}/retirer")

    assert "Retirée" in (await browser.get(base)).text
    for answer in (
        await browser.get(f"{base}/etapes"),
        await browser.get(f"{base}/etape/enfant"),
        await browser.post(f"{base}/etape/enfant", data=ANSWERS["enfant"]),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, base)
    page = (await browser.get(base)).text
    assert "elle ne peut plus être modifiée" in page
    assert "Modifier ma demande" not in page


async def test_a_wish_made_wrong_by_another_date_is_told_where_one_can_cure_it(
    communes: Communes,
) -> None:
    town = communes.alpha
    (one,) = await facilities(town, "Les Lilas")
    browser = await town.family()
    base = await sent(browser, [one])
    with town.here():
        await Facility.update({Facility.to_months: 8}, force=True)

    steps = (await browser.get(f"{base}/etapes")).text
    wishes = await browser.get(f"{base}/etape/voeux")
    again = await refused(browser, f"{base}/etape/voeux")
    check = await browser.get(f"{base}/verification")

    for page in (steps, wishes.text, again):
        assert "Les Lilas accueille de 10 semaines à 8 mois" in page
        assert "Retirez cette crèche, ou changez la date d’entrée." in page
    assert wishes.status_code == 200
    assert check.headers["location"] == f"{base}/etapes"


PAGES = ("", "/etapes", "/etape/enfant", "/verification", "/recu", "/recu-pdf", "/retirer")


async def test_the_file_of_another_family_does_not_exist(communes: Communes) -> None:
    town = communes.alpha
    base = await sent(await town.family(), await facilities(town, "A"))
    strangers = [
        await town.family("other@example.test"),
        await communes.beta.family(),
        await communes.beta.staff(),
        await town.staff(Grant("creche_manager", "creche.facility:1"), email="m@example.test"),
    ]

    for stranger in strangers:
        for page in PAGES:
            assert (await stranger.get(base + page)).status_code == 404, page
        assert (await stranger.post(f"{base}/retirer")).status_code == 404
        assert (await stranger.post(f"{base}/etape/enfant")).status_code == 404
        assert (await stranger.post(f"{base}/verification")).status_code == 404


async def test_an_agent_files_for_a_family_with_the_same_receipt(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()

    base = await sent(agent, await facilities(town, "A"))

    with town.here():
        file = await Application.objects().first()
    assert file is not None
    assert (file.channel, file.account) == ("office", None)
    assert "Reçue le" in (await agent.get(f"{base}/recu")).text
    await town.work()
    assert len(await town.mail("anne@example.test")) == 1


@pytest.mark.parametrize("name", ['#panic("x")', "Zoé 🎈", "נועה", "A" * 100, "<b>gras</b>"])
async def test_any_name_is_printed_as_it_is(communes: Communes, name: str) -> None:
    town = communes.alpha
    browser = await town.family()
    child = {**ANSWERS["enfant"], "given_name": name}
    base = await sent(browser, await facilities(town, "A"), enfant=child)

    assert "<b>gras" not in (await browser.get(base)).text
    assert (await browser.get(f"{base}/recu-pdf")).content.startswith(b"%PDF")


# -- what the page really sends ---------------------------------------------------------------


async def test_what_else_would_do_is_kept_and_said(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await filled(browser, await facilities(town, "A"))
    step = f"{base}/etape/voeux"
    name, value = re.findall(
        r'name="(accepts_childminder)" value="(.*?)"', (await browser.get(step)).text
    )[0]

    await browser.post(step, data={name: value})
    check = (await browser.get(f"{base}/verification")).text

    assert "Une assistante maternelle" in check
    assert "Une autre crèche" not in check, "a box that is unticked is unticked"


async def test_the_enter_key_fills_nothing_in(communes: Communes) -> None:
    """A browser presses the first button of a form: it must be the one that goes on."""
    town = communes.alpha
    browser = await town.family()
    base = await filled(browser, await facilities(town, "A", "B"))

    for step in ("semaine", "voeux"):
        form = (await browser.get(f"{base}/etape/{step}")).text.partition("<form")[2]
        first = re.findall(r"<button(.*?)>", form)[0]
        assert "name=" not in first


async def test_a_week_is_copied_and_emptied_by_buttons(communes: Communes) -> None:
    browser = await communes.alpha.family()
    step = f"{await opened(browser)}/etape/semaine"

    await browser.post(step, data={"souhait": ["mon-am", "tue-am"], "remplir": "repli1"})
    copied = (await browser.get(step)).text.count("checked")
    await browser.post(step, data={"souhait": "mon-am", "repli1": "mon-am", "vider": "repli1"})
    emptied = (await browser.get(step)).text.count("checked")
    await browser.post(step, data={"remplir": "tout"})

    assert (copied, emptied) == (4, 1)
    assert (await browser.get(step)).text.count("checked") == 10


async def test_creches_are_offered_by_quartier_and_by_age(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        here = await a_facility("Les Lilas", "Centre")
        away = await a_facility("Les Roses", "Gare")
        toddlers = await a_facility("Les Tulipes", "Centre")
        await Facility.update({Facility.to_months: 8}).where(Facility.id == toddlers)
        gare = await a_quartier("Gare")
    browser = await town.family()
    base = await opened(browser)
    for step in ("enfant", "entree"):
        await browser.post(f"{base}/etape/{step}", data=ANSWERS[step])
    step = f"{base}/etape/voeux"

    everywhere = (await browser.get(step)).text
    answer = await browser.post(step, data={"filtrer": "1", "quartier": str(gare)})
    filtered = (await browser.get(answer.headers["location"])).text

    assert f'<option value="{here}">Les Lilas (Centre)</option>' in everywhere
    assert "Les Tulipes" not in everywhere
    assert "1 crèche n’accueille pas" in everywhere.replace("\u00a0", " ")
    assert f'<option value="{away}">Les Roses (Gare)</option>' in filtered
    assert "Les Lilas" not in filtered


async def test_a_step_that_another_made_wrong_is_to_be_seen_again(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await filled(browser, await facilities(town, "A"))

    together = {**ANSWERS["famille"], "is_single": "", "other_given_name": "Luc"}
    answer = await browser.post(f"{base}/etape/famille", data=together)
    check = await browser.get(f"{base}/verification")
    sending = await browser.post(f"{base}/verification", data={"exact": "oui"})

    assert answer.headers["location"] == f"{base}/etape/situation"
    assert check.headers["location"] == f"{base}/etapes"
    assert sending.headers["location"] == f"{base}/etapes"
    with town.here():
        assert await Receipt.count() == 0


async def test_two_windows_do_not_undo_each_other(communes: Communes) -> None:
    browser = await communes.alpha.family()
    base = await opened(browser)
    both = {**ANSWERS, "situation": {"work": "employed", "other_work": "student"}}

    await asyncio.gather(
        *(browser.post(f"{base}/etape/{step}", data=form) for step, form in both.items())
    )

    steps = (await browser.get(f"{base}/etapes")).text
    assert "9 étapes terminées sur 10" in steps.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("step", "field", "typed"),
    [
        ("enfant", "given_name", "A" * 101),
        ("famille", "phone", "0" * 41),
        ("famille", "phone", "pas de numéro"),
        ("famille", "email", "anne@exemple"),
        ("adresse", "line", "x" * 201),
        ("entree", "flexible_weeks", "99"),
        ("enfant", "together", "0"),
        ("foyer", "dependent_children", "99"),
        ("ressources", "quotient_familial_cents", "beaucoup"),
        ("accueil", "weeks_per_year", "53"),
    ],
)
async def test_what_a_database_would_refuse_is_told_beside_the_field(
    communes: Communes, step: str, field: str, typed: str
) -> None:
    browser = await communes.alpha.family()
    base = await opened(browser)

    page = await refused(browser, f"{base}/etape/{step}", **{**ANSWERS[step], field: typed})

    assert f'id="f-{field.replace("_", "-")}-faute"' in page


async def test_every_error_is_told_even_beside_one_that_is_too_long(communes: Communes) -> None:
    browser = await communes.alpha.family()
    base = await opened(browser)

    form = {"line": "x" * 201, "postcode": "ABCDE", "city": ""}
    page = await refused(browser, f"{base}/etape/adresse", **form)

    for field in ("line", "postcode", "city"):
        assert f'id="f-{field}-faute"' in page


async def test_the_child_s_page_asks_first_whether_it_is_born(communes: Communes) -> None:
    browser = await communes.alpha.family()
    step = f"{await opened(browser)}/etape/enfant"

    asked = (await browser.get(step)).text
    silent = (await browser.get(f"{step}?dit=1")).text
    born = (await browser.get(f"{step}?dit=1&attendu=non")).text
    expected = (await browser.get(f"{step}?dit=1&attendu=oui")).text
    unsaid = await refused(browser, step, **{**ANSWERS["enfant"], "is_expected": ""})

    assert "family_name" not in asked
    assert "f-attendu-faute" in silent
    assert "born_on_day" in born and "due_on_day" not in born
    assert "due_on_day" in expected and "born_on_day" not in expected
    assert "facultatif" not in born
    assert "f-attendu-faute" in unsaid


async def test_a_birth_keeps_the_date_that_was_expected(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await opened(browser)
    due = {"due_on_day": "20", "due_on_month": "11", "due_on_year": "2026"}
    expected = {"is_expected": "oui", "family_name": "Payet", "together": "1", **due}
    await browser.post(f"{base}/etape/enfant", data=expected)

    await browser.post(f"{base}/etape/enfant", data=ANSWERS["enfant"])

    with town.here():
        file = await Application.objects().first()
    assert file is not None
    child = decode(file.answers).child
    assert child is not None and not child.is_expected
    assert child.due_on == date(2026, 11, 20)


async def test_all_that_was_told_is_on_the_check_page_and_reused(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    until = {"sibling_until_day": "31", "sibling_until_month": "8", "sibling_until_year": "2027"}
    base = await sent(
        browser,
        await facilities(town, "A"),
        enfant={**ANSWERS["enfant"], "together": "2"},
        arrivee={"twins": "together_only"},
        famille={**ANSWERS["famille"], "is_single": "", "is_separated": "oui"},
        garde={"kind": "shared"},
        situation={"work": "employed", "other_work": "student", "works_in_town": "oui"},
        foyer={"dependent_children": "3", "has_sibling_in_creche": "oui", **until},
        ressources={"quotient_familial_cents": "1 250,5", "allows_cdap": "oui"},
        accueil={"kind": "occasional", "weeks_per_year": "40", "current": "relative"},
        semaine={"souhait": ["mon-am"], "impair": ["tue-am"]},
    )

    check = (await browser.get(f"{base}/verification")).text.replace("\u00a0", " ")
    receipt = (await browser.get(f"{base}/recu")).text
    again = await opened(browser)

    for told in (
        "Ensemble, ou pas du tout",
        "Une semaine chez chaque parent",
        "En emploi, dans la commune",
        "Oui, jusqu’au 31 août 2027",
        "Occasionnel, de temps en temps",
        "Par un proche",
        "semaines paires : lundi matin ; semaines impaires : mardi matin",
    ):
        assert told in check
    assert "1 250,50" in check.replace("\u202f", " ")
    assert "Semaines paires : lundi matin ; semaines impaires : mardi matin" in receipt
    assert 'value="1250,50"' in (await browser.get(f"{again}/etape/ressources")).text
    assert 'value="3"' in (await browser.get(f"{again}/etape/foyer")).text
    with town.here():
        need = await Need.objects().where(Need.rank == 0).first()
    assert need is not None and need.slots == 5


async def test_letters_that_no_database_keeps_are_left_out(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    child = {**ANSWERS["enfant"], "given_name": "Zo\0é\r\nBcc: x@x.fr"}

    await sent(browser, await facilities(town, "A"), enfant=child)

    with town.here():
        row = await Child.objects().first()
    assert row is not None and row.given_name == "Zoé Bcc: x@x.fr"


# -- on a family's behalf ----------------------------------------------------------------------


async def test_a_banner_says_for_whom_staff_types(communes: Communes) -> None:
    town = communes.alpha
    agent, family = await town.staff(), await town.family("b@example.test")
    base = await opened(agent)

    nobody = (await agent.get(f"{base}/etape/enfant")).text
    await agent.post(f"{base}/etape/famille", data=ANSWERS["famille"])
    somebody = (await agent.get(f"{base}/etape/adresse")).text
    own = (await family.get(f"{await opened(family)}/etape/enfant")).text

    assert "Vous saisissez pour une famille" in nobody
    assert "Vous saisissez pour la famille Hoarau" in somebody
    assert "Vous saisissez" not in own


MINE = ("Mes vœux", "Mon reçu", "Mes papiers", "ma demande", "Ma demande", "sur ce téléphone")


async def test_staff_keep_their_header_and_read_of_the_family_in_the_third_person(
    communes: Communes,
) -> None:
    town = communes.alpha
    agent, family = await town.staff(), await town.family("b@example.test")
    one = await facilities(town, "A")
    drafts = {who: await opened(who) for who in (agent, family)}
    files = {agent: await sent(agent, one), family: await sent(family, one)}

    for who, is_staff in ((agent, True), (family, False)):
        pages = (
            *("/creche/demandes/nouvelle", f"{drafts[who]}/etapes"),
            *(f"{drafts[who]}/etape/{step}" for step in ANSWERS),
            *(files[who] + page for page in ("", "/etapes", "/recu", "/verification", "/retirer")),
        )
        for path in pages:
            page = (await who.get(path)).text
            assert ('action="/bureau/recherche"' in page) is is_staff, path
            assert not (is_staff and [said for said in MINE if said in page]), path
    assert "Mes vœux" in (await family.get(files[family])).text
    assert "Qui demande la place" in (await agent.get(f"{drafts[agent]}/etape/famille")).text


async def test_a_director_starts_with_their_creche_and_never_with_another(
    communes: Communes,
) -> None:
    town = communes.alpha
    mine, other = await facilities(town, "A", "B")
    grant = Grant("creche_manager", f"creche.facility:{mine}")
    director = await town.staff(grant, email="d@example.test")
    colleague = await town.staff(
        Grant("creche_manager", f"creche.facility:{other}"), email="c@example.test"
    )
    family = await town.family()

    base = (await director.post(NEW, data={"facility": str(mine)})).headers["location"]
    steps = (await director.get(base)).text
    file = base.removesuffix("/etapes")

    assert "1 crèche" in steps.replace("\u00a0", " ")
    for stranger in (director, colleague, family):
        wrong = mine if stranger is colleague else other
        answer = await stranger.post(NEW, data={"facility": str(wrong)})
        assert answer.status_code == 404
    assert (await colleague.get(base)).status_code == 404
    assert (await family.get(f"{file}/verification")).status_code == 404


async def test_a_director_does_not_withdraw_a_family_s_file(communes: Communes) -> None:
    town = communes.alpha
    (mine,) = await facilities(town, "A")
    director = await town.staff(
        Grant("creche_manager", f"creche.facility:{mine}"), email="d@example.test"
    )
    base = await sent(director, [mine])

    page = (await director.get(base)).text
    answer = await director.post(f"{base}/retirer")

    assert "Retirer ma demande" not in page
    assert answer.status_code == 409
    assert "Envoyée" in (await director.get(base)).text


async def test_a_desk_follows_what_it_typed_and_nothing_of_another(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        for name in ("Nord", "Sud"):
            await Desk.insert(Desk(name=name))
    north = await town.staff(Grant("creche_desk", "creche.desk:1"), email="n@example.test")
    south = await town.staff(Grant("creche_desk", "creche.desk:2"), email="s@example.test")
    again = await town.staff(Grant("creche_desk", "creche.desk:1"), email="n2@example.test")

    base = await sent(north, await facilities(town, "A"))

    assert "Zoé Payet" in (await again.get(base)).text
    for page in PAGES:
        assert (await south.get(base + page)).status_code == 404, page
    assert "Zoé Payet" in (await again.get("/bureau/creche/demandes")).text


async def test_staff_without_a_role_for_it_opens_nothing(communes: Communes) -> None:
    partner = await communes.alpha.staff(Grant("partner"), email="caf@example.test")
    weak = await communes.alpha.staff(email="weak@example.test", strong=False)

    assert (await partner.post(NEW)).status_code == 403
    assert (await weak.post(NEW)).headers["location"].startswith("/connexion")
    with communes.alpha.here():
        assert await Application.count() == 0


async def test_an_unsent_file_is_its_family_s_alone(communes: Communes) -> None:
    town = communes.alpha
    base = await opened(await town.family())
    agent = await town.staff(Grant("agent"), Grant("admin"))

    assert (await agent.get(f"{base}/etapes")).status_code == 404
    assert (await agent.post(f"{base}/etape/enfant", data=ANSWERS["enfant"])).status_code == 404


async def test_what_waits_for_a_family_is_first_on_its_home(communes: Communes) -> None:
    town = communes.alpha
    browser, agent = await town.family(), await town.staff()
    base = await sent(browser, await facilities(town, "A"))
    assert "À faire" not in (await browser.get("/")).text

    number = base.rpartition("/")[2]
    act = {"act": "ask_more", "reason": "L’acte de naissance."}
    await agent.post(f"/bureau/creche/demandes/{number}/etat", data=act)

    assert "La mairie attend une précision" in (await browser.get("/")).text


async def test_a_family_follows_the_file_a_counter_typed_for_it(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application()

    family = await town.family("anne@example.test")
    stranger = await town.family("other@example.test")

    assert "C-1001" in (await family.get("/creche/demandes")).text
    assert (await family.get(f"/creche/demandes/{number}")).status_code == 200
    assert (await stranger.get(f"/creche/demandes/{number}")).status_code == 404


async def test_what_a_counter_types_never_rewrites_a_household(communes: Communes) -> None:
    town = communes.alpha
    await town.family("anne@example.test", "Anne Hoarau")
    with town.here():
        account = (await accounts.by_email("anne@example.test")) or pytest.fail("no account")
        await an_application(account=account.id)
        eve = Family("Eve", "Faux", "06 00 00 00 00", "anne@example.test", is_single=True)

        number = await an_application(family=eve)
        agent = await town.staff()
        await agent.post(f"/creche/demandes/{number}/verification", data={"exact": "on"})

        names = await Adult.select(Adult.given_name, Adult.account).order_by(Adult.id)
        kept = await accounts.by_email("anne@example.test")
    assert [(row["given_name"], row["account"]) for row in names] == [
        *(("Anne", account.id), ("Eve", None))
    ]
    assert kept is not None and kept.name == "Anne Hoarau"


async def test_an_address_mistyped_at_the_counter_is_taken_back_by_correcting_it(
    communes: Communes,
) -> None:
    town = communes.alpha
    stranger, family = [await town.family(f"{who}@example.test") for who in ("leroi", "leroy")]
    typed = Family("Luc", "Leroy", "06 00 00 00 00", "Leroi@Example.test", is_single=True)
    with town.here():
        number = await an_application(family=typed)
    agent, base = await town.staff(), f"/creche/demandes/{number}"
    before = [(await one.get(base)).status_code for one in (stranger, family)]

    await agent.post(
        f"{base}/etape/famille",
        data={
            "given_name": "Luc",
            "family_name": "Leroy",
            "phone": "06 00 00 00 00",
            "email": "leroy@example.test",
            "is_single": "on",
        },
    )
    await agent.post(f"{base}/verification", data={"exact": "on"})

    assert before == [200, 404]
    assert [(await one.get(base)).status_code for one in (stranger, family)] == [404, 200]
    assert "C-1001" not in (await stranger.get("/creche/demandes")).text


@pytest.mark.parametrize("typed", ["640 euros", "1 500 000", "beaucoup", "-3"])
async def test_an_amount_that_cannot_be_is_refused_in_euros(communes: Communes, typed: str) -> None:
    browser = await communes.alpha.family()
    opened = await browser.post("/creche/demandes/nouvelle")
    step = opened.headers["location"].replace("/etapes", "/etape/ressources")

    answer = await browser.post(
        step, data={"quotient_familial_cents": typed}, follow_redirects=True
    )

    assert "Écrivez un montant en euros" in answer.text
    assert "100000000" not in answer.text
    assert f'value="{typed}"' in answer.text
