"""A family files once for several crèches; the town hall sees it at once; nobody else does."""

import io
import re
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from ribambelle.identity import Grant
from ribambelle.identity.tables import Adult, Child, Household, Quartier
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche.tables import Application, Evidence, Facility, Need, Receipt, Wish

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
        "is_single": "on",
    },
    "adresse": {"line": "2 rue A", "postcode": "97400", "city": "Alpha"},
    "situation": {"work": "employed"},
    "entree": {
        "start_on_day": "4",
        "start_on_month": "1",
        "start_on_year": "2027",
        "flexible_weeks": "2",
    },
    "semaine": {"souhait": ["mon-am", "mon-pm", "fri-am"], "repli1": ["mon-am"]},
}


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


async def filled(browser: httpx.AsyncClient, wishes: list[int], **changed: Any) -> str:
    """Fill a file in, up to the page that checks it."""
    base = await opened(browser)
    for step, form in {**ANSWERS, **changed}.items():
        answer = await browser.post(f"{base}/etape/{step}", data=form)
        assert answer.status_code == 303, re.findall("en-faute.*", answer.text) or answer.text[:500]
    for wish in wishes:
        await browser.post(f"{base}/etape/voeux", data={"ajout": "1", "creche": str(wish)})
    await browser.post(f"{base}/etape/voeux", data={"accepts_any": "on"})
    return base


async def sent(browser: httpx.AsyncClient, wishes: list[int], **changed: Any) -> str:
    base = await filled(browser, wishes, **changed)
    answer = await browser.post(f"{base}/verification", data={"exact": "on"})
    assert answer.headers["location"] == f"{base}/recu"
    return base


async def test_a_family_files_once_for_three_creches(communes: Communes) -> None:
    town = communes.alpha
    three = await facilities(town, "Les Lilas", "Les Roses", "Les Tulipes")
    browser, agent = await town.family("anne@example.test"), await town.staff()

    base = await sent(browser, [three[1], three[0], three[2]])

    receipt = await browser.get(f"{base}/recu")
    for wish in ("1. Les Roses", "2. Les Lilas", "3. Les Tulipes"):
        assert wish in receipt.text.replace("\u00a0", " ")
    queue = await agent.get("/bureau/creche/demandes")
    assert "Zoé Payet" in queue.text
    figures = await agent.get("/bureau/creche/statistiques/export/csv")
    assert figures.text.splitlines()[-1].startswith("Ville;0;1;")
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

    answer = await browser.post(
        f"{base}/etape/enfant",
        data={
            "is_expected": "non",
            "family_name": "Payet",
            "born_on_day": "31",
            "born_on_month": "2",
            "born_on_year": "2026",
        },
    )

    assert answer.status_code == 422
    assert "une date qui existe" in answer.text
    assert 'value="Payet"' in answer.text
    assert 'value="31"' in answer.text
    assert "<title>Erreur" in answer.text


@pytest.mark.parametrize(
    ("step", "form", "told"),
    [
        ("entree", {"start_on_day": "1", "start_on_month": "1", "start_on_year": "2020"}, "passée"),
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

    answer = await browser.post(f"{base}/etape/{step}", data=form)

    assert answer.status_code == 422
    assert told in answer.text.replace("\u00a0", " ")


async def test_wishes_are_moved_and_never_more_than_allowed(communes: Communes) -> None:
    town = communes.alpha
    four = await facilities(town, "A", "B", "C", "D")
    browser = await town.family()
    base = await filled(browser, four[:3])
    step = f"{base}/etape/voeux"

    await browser.post(step, data={"monter": str(four[2])})
    moved = await browser.get(step)
    too_many = await browser.post(step, data={"ajout": "1", "creche": str(four[3])})
    unknown = await browser.post(step, data={"ajout": "1", "creche": "9999"})
    await browser.post(step, data={"retirer": str(four[0])})

    assert re.findall(r'<li id="v(\d+)"', moved.text) == [str(four[n]) for n in (0, 2, 1)]
    assert too_many.status_code == 422
    assert "9999" not in unknown.text
    assert (await browser.get(step)).text.count('<li id="v') == 2


async def test_nothing_is_sent_without_the_declaration(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await filled(browser, await facilities(town, "A"))

    answer = await browser.post(f"{base}/verification")

    assert answer.status_code == 422
    with town.here():
        assert await Receipt.count() == 0


async def test_sending_twice_makes_one_file(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    base = await sent(browser, await facilities(town, "A"))

    again = await browser.post(f"{base}/verification", data={"exact": "on"})

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
    await browser.post(f"{base}/verification", data={"exact": "on"})

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
    assert (await browser.post(f"{base}/etape/enfant", data=ANSWERS["enfant"])).status_code == 409


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
    assert "Votre reçu" in (await agent.get(f"{base}/recu")).text
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
