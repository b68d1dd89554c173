"""She opens her account with her telephone, signs in with what she chose, and is written to there."""

import re
from datetime import date

import pyotp
import pytest
from tests.assmat.builders import CLAIRE, NADIA, offers, registered, says
from tests.core.documents.papers import a_photo
from tests.core.test_channels import with_sms

from ribambelle.identity import Grant, accounts, limits
from ribambelle.identity.tables import Account, Login, Token
from ribambelle.jobs.queue import TRIES
from ribambelle.jobs.tables import Job
from ribambelle.messages.outbox import text
from ribambelle.messages.tables import Message
from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.communes import Town
from ribambelle.testing.tokens import a_program
from ribambelle_assmat import contacting
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables import Childminder

HERE = "/assmat/activation"
MOBILE = "+33699123456"
TYPED = {
    **{"accreditation": "44-01", "family_name": "Benali", "channel": "sms", "login": "number"},
    **{"born_on_day": "7", "born_on_month": "5", "born_on_year": "1985"},
    "mobile": "06 99 12 34 56",
}
WORDS = "quatre mots sans rapport"


async def ready(town: Town) -> dict[str, int]:
    with_sms(town)
    with town.here():
        who = await registered(NADIA, CLAIRE)
        await Childminder.update({Childminder.born_on: date(1985, 5, 7)}).where(Childminder.id > 0)
    return who


async def code_sent(town: Town) -> str:
    await town.work()
    return re.findall(r"\b\d{6}\b", (await town.mail(MOBILE))[-1].text)[0]


async def test_her_telephone_opens_her_account_and_is_where_she_is_written_to(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    who = await ready(town)
    visitor = town.visitor()
    wrong = await visitor.post(HERE, data=TYPED | {"mobile": "02 40 00 00 00"})
    assert (wrong.status_code, "numéro de portable" in wrong.text) == (422, True)
    await visitor.post(HERE, data=TYPED)
    code = await code_sent(town)
    missed = await visitor.post(f"{HERE}/code", data={"code": "000000"})
    assert (missed.status_code, "ne convient pas" in missed.text) == (422, True)

    back = (await visitor.post(f"{HERE}/code", data={"code": code})).headers["location"]
    link = (await visitor.post(back, data={"is_right": "oui"})).headers["location"]
    page = (await visitor.get(link)).text
    secret = re.findall(r'<code class="reference">(\w+)<', page)[0]
    assert "sans-adresse" not in page
    told = {"name": "Nadia Benali", "password": WORDS}
    token = {"code": pyotp.TOTP(secret).at(town.tenant.now())}
    assert (await visitor.post(link, data=told | token)).headers["location"] == "/bureau"
    assert (await visitor.get("/assmat/espace")).headers["location"].endswith(f"/{who['Nadia']}")
    stranger = town.visitor()
    signed = await stranger.post(
        "/connexion/mot-de-passe", data={"email": "44 01", "password": WORDS}
    )
    assert signed.headers["location"] == "/connexion/code"
    assert (await visitor.post(f"{HERE}/code", data={"code": code})).status_code == 303
    with town.here() as tenant:
        # her telephone lost, the town hall sends her another way in: by SMS, she has no address
        account = await Account.objects().get(Account.name == "Nadia Benali")
        assert account is not None
        await accounts.invite(account, tenant.now())
    assert "choisissez un mot de passe" in (await town.mail(MOBILE))[-1].text

    with town.here():
        await says(who["Nadia"])
        await offers(who["Nadia"], (await directory.one(who["Nadia"])).places[0].id, "mon")
    clock.move(days=31)
    await town.work()

    asked = (await town.mail(MOBILE))[-1]
    with town.here():
        # a family's letter goes to the address she told, never to one that does not exist
        one = await directory.one(who["Nadia"])
        assert (await contacting.address(one))[0] == one.told.email == "nadia@example.test"
    assert (asked.channel, "avez-vous toujours une place" in asked.text) == ("sms", True)
    assert (await communes.beta.mail()) == []


async def test_the_pmi_sees_where_each_sms_to_her_stands(communes: Communes) -> None:
    """Handed to the operator, waiting, given up: one of each, and what they say is not shown."""
    town = communes.alpha
    nadia = (await ready(town))["Nadia"]
    with town.here():
        await says(nadia, mobile="06 99 12 34 56")
    await town.visitor().post(HERE, data=TYPED)
    await town.work()
    with town.here():
        (code,) = await Message.objects()
        for kind in ("messages/new_letter", "assmat/messages/activation_code"):
            await text(kind, MOBILE, link="https://alpha.example.test/", code="123456")
        given_up = await text("assmat/messages/activation_number", MOBILE, link="https://a.test/")
        await text("assmat/messages/activation_code", "+33699000099", code="123456")
        await Job.update({Job.attempts: TRIES}).where(Job.once == f"message:{given_up}")
    pmi = await town.staff(Grant("pmi"), email="pmi@example.test")

    page = (await pmi.get(f"/bureau/assmat/{nadia}")).text.replace("\u00a0", " ")
    with town.here():
        lost = {Message.receipt: "failed", Message.receipt_reason: "unknown_number"}
        await Message.update(lost).where(Message.id == given_up)
    told_lost = (await pmi.get(f"/bureau/assmat/{nadia}")).text

    program, reader = [await a_program(town, f"assmat:{scope}") for scope in ("pmi", "read")]
    path = f"/api/v1/assmat/pmi/childminders/{nadia}/sms"
    rows = (await program.get(f"{path}?limit=2")).json()
    rest = (await program.get(rows["next"])).json()
    away = [
        (await program.get(path.replace(f"/{nadia}/", "/99/"))).status_code,
        (await reader.get(path)).status_code,
    ]

    states = [(one["state"], bool(one["next_step"])) for one in (*rows["data"], *rest["data"])]
    assert states == [("failed", True), ("waiting", False), ("handed_over", False)]
    assert "123456" not in str(rows) and code.text.split()[-1] not in str(rest)
    assert away == [404, 403]
    assert "Le dernier SMS n’est pas arrivé" not in page
    assert "Le dernier SMS n’est pas arrivé" in told_lost
    assert "non reçu (ce numéro n’existe pas" in told_lost.replace("\u00a0", " ")
    listed = page[page.index('id="t-sms"') :]
    told = re.findall(r"<li>.*?<p>(.*?)</p>", listed[: listed.index("</ul>")])
    assert code.sent_at is not None
    assert [one.rpartition(" : ")[2].split(" le ")[0] for one in told] == [
        *("abandonné.", "en attente.", "remis à l’opérateur")
    ]
    assert "123456" not in page and code.text.split()[-1] not in page


@pytest.mark.asvs("6.6.2", "6.6.3", "6.5.4")
@pytest.mark.parametrize("held", [True, False])
async def test_a_code_is_tried_a_few_times_from_the_browser_that_asked(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """The twin counts nothing: the right code still opens after a hundred guesses."""
    town = communes.alpha
    await ready(town)
    if not held:

        async def never(*_: object, **__: object) -> None:
            return None

        monkeypatch.setattr(limits, "require", never)
    visitor, other = town.visitor(), town.visitor()
    await visitor.post(HERE, data=TYPED)
    await other.post(HERE, data=TYPED | {"family_name": "Robin"})
    code = await code_sent(town)
    assert len(await town.mail(MOBILE)) == 1
    elsewhere = await other.post(f"{HERE}/code", data={"code": code})
    assert elsewhere.status_code == 422

    for guess in range(5):
        await visitor.post(f"{HERE}/code", data={"code": f"{guess:06}"})
    last = await visitor.post(f"{HERE}/code", data={"code": code})

    assert last.status_code == (429 if held else 303)
    if not held:
        await visitor.post(last.headers["location"], data={"is_right": "oui"})
    with town.here():
        assert await Login.count() == (0 if held else 2)


async def test_nothing_begun_and_left_shuts_her_out(communes: Communes, clock: FrozenClock) -> None:
    """A wrong address, a tab closed before the password: she begins again at once."""
    town = communes.alpha
    await ready(town)
    typed = TYPED | {"channel": "email", "login": "email", "mobile": ""}
    first, second = "nadai@example.test", "nadia@example.test"
    for email in (first, second):
        await town.visitor().post(HERE, data=typed | {"email": email})
        await town.work()
    links = [await town.link(email) for email in (first, second)]
    right = {"is_right": "oui"}
    left, kept = [
        (await town.visitor().post(link, data=right)).headers["location"] for link in links
    ]
    assert (await town.visitor().get(left)).status_code == 410
    assert (await town.visitor().get(kept)).status_code == 200
    assert (await town.visitor().post(links[0], data=right)).status_code == 410

    visitor = town.visitor()
    await visitor.post(HERE, data=TYPED)
    code = {"code": await code_sent(town)}
    back = (await visitor.post(f"{HERE}/code", data=code)).headers["location"]
    assert (await visitor.post(back, data=right)).status_code == 303
    assert (await town.visitor().get(kept)).status_code == 410
    clock.move(hours=49)
    await visitor.post(HERE, data=typed | {"email": second})
    await town.work()
    clock.move(hours=49)
    assert (await visitor.get(await town.link(second))).status_code == 410


async def test_she_reads_the_register_again_and_what_is_false_goes_to_the_desk(
    communes: Communes,
) -> None:
    """Her number is asked only when another has her name and birth date; nothing is open before."""
    town, mail = communes.alpha, "nadia@example.test"
    twin = NADIA.replace("4401", "4409").replace("3 rue du Lavoir", "8 rue Neuve")
    with town.here():
        await registered(NADIA, twin, CLAIRE)
        await Childminder.update({Childminder.born_on: date(1985, 5, 7)}).where(Childminder.id > 0)
    visitor = town.visitor()
    typed = TYPED | {"channel": "email", "login": "email", "mobile": "", "email": mail}
    await visitor.post(HERE, data=typed | {"accreditation": ""})
    await town.work()
    assert "numéro d’agrément" in (await town.mail(mail))[-1].text
    await visitor.post(HERE, data=typed | {"accreditation": "", "family_name": "Robin"})
    await town.work()
    other = (await visitor.get(await town.link(mail))).text
    await visitor.post(HERE, data=typed)
    await town.work()
    link = await town.link(mail)
    page = (await visitor.get(link)).text
    assert "9 rue Haute" in other and "3 rue du Lavoir" not in other
    assert "3 rue du Lavoir" in page and "8 rue Neuve" not in page
    empty = await visitor.post(link, data={"is_right": "non"})
    assert (empty.status_code, "Écrivez ce qui est faux" in empty.text) == (422, True)
    with town.here():
        assert await Account.count() == 0

    told = {"is_right": "non", "wrong": "J’ai déménagé au 5."}
    goes = await visitor.post(link, data=told)

    assert goes.headers["location"].startswith("/invitation/")
    agent = await town.staff()
    assert "Erreur dans le registre" in (await agent.get("/bureau/assmat/suivi")).text
    with town.here():
        one = (await Childminder.objects().get(Childminder.number == "4401")).id  # type: ignore[union-attr]  # brought in just above
    sheet = (await agent.get(f"/bureau/assmat/{one}")).text
    assert "J’ai déménagé au 5." in sheet
    (read,) = re.findall(r"/bureau/assmat/declarations/\d+/lu", sheet)
    await agent.post(read)
    assert "Erreur dans le registre" not in (await agent.get("/bureau/assmat/suivi")).text
    for day in range(9):
        tried = typed | {"accreditation": "", "family_name": "Payet", "born_on_day": f"{day + 1}"}
        last = await visitor.post(HERE, data=tried)
    assert (last.status_code, "Trop d’essais avec ce nom" in last.text) == (422, True)


async def test_the_picture_of_her_room_shows_only_if_she_agrees(communes: Communes) -> None:
    """Drawn again without what the camera wrote in it; another childminder's does not exist."""
    town = communes.alpha
    who = await ready(town)
    mine = Grant("childminder", f"assmat.childminder:{who['Nadia']}")
    nadia = await town.staff(mine, email="nadia@example.test")
    space, page = f"/assmat/espace/{who['Nadia']}", f"/assmat/fiches/{who['Nadia']}"
    other = f"/assmat/espace/{who['Claire']}/photo"

    async def sent(to: str, content: bytes) -> int:
        return (await nadia.post(to, files={"file": ("room.jpg", content)})).status_code

    assert await sent(other, a_photo()) == 404
    assert await sent(f"{space}/photo", b"<html>") == await sent(f"{space}/photo", a_photo()) == 303
    with town.here():
        await says(who["Nadia"])
    visitor = town.visitor()
    (own,) = re.findall(rf"{space}/photo/\w{{32}}", (await nadia.get(space)).text)
    shown = own.replace("espace", "fiches")
    picture = await nadia.get(own)
    assert picture.content.startswith(b"\xff\xd8") and b"Exif" not in picture.content
    assert shown not in (await visitor.get(page)).text
    assert (await visitor.get(shown)).status_code == 404

    with town.here():
        await says(who["Nadia"], "photo")

    assert shown in (await visitor.get(page)).text
    assert (await visitor.get(shown)).content == picture.content
    assert (await nadia.get(own.replace(own[-1], "x"))).status_code == 404
    await nadia.post(f"{space}/photo/retirer")
    assert (await visitor.get(shown)).status_code == 404


async def test_the_caf_receives_those_who_agreed_and_nobody_else(communes: Communes) -> None:
    town = communes.alpha
    who = await ready(town)
    with town.here():
        await says(who["Nadia"], "caf")
        await says(who["Claire"], "mobile", "email", "address")
    caf = await town.staff(Grant("caf_operator"), email="caf@example.test")

    page = (await caf.get("/bureau/assmat/caf")).text.replace("\u00a0", " ")
    listed = (await caf.get("/bureau/assmat/caf/export/csv")).text

    assert "1 assistante maternelle accepte" in page
    assert "Benali" in listed and "Robin" not in listed
    assert (await caf.get("/bureau/assmat")).status_code == 403


async def test_those_who_opened_their_access_are_told_apart_and_offered_to_nobody(
    communes: Communes,
) -> None:
    town = communes.alpha
    who = await ready(town)
    mine = Grant("childminder", f"assmat.childminder:{who['Nadia']}")
    await town.staff(mine, email="nadia@example.test", name="Nadia Benali")
    admin = await town.staff(Grant("admin"), email="it@example.test", name="Brigitte Aubry")

    team, apart = [(await admin.get(f"/bureau/equipe{ask}")).text for ask in ("", "?qui=seules")]
    invite = (await admin.get("/bureau/equipe/inviter")).text

    assert ("Brigitte" in team, "Nadia" in team) == (True, False)
    assert ("Brigitte" in apart.split("<table")[1], "Nadia" in apart) == (False, True)
    assert "Robin" not in invite
    (hers,) = re.findall(r"/bureau/equipe/\d+", apart.split("<table")[1])
    assert "Claire" not in (await admin.get(hers)).text
    key = f"childminder assmat.childminder:{who['Nadia']}"
    kept = await admin.post(f"{hers}/roles", data={"roles": "agent", "limit_childminder": key})
    assert kept.status_code == 303
    assert "Nadia" in (await admin.get("/bureau/equipe")).text


async def test_an_address_she_types_gives_nobody_else_away(communes: Communes) -> None:
    """By telephone, no address is proved: the account of whoever has it stays theirs."""
    town = communes.alpha
    await ready(town)
    boss = await town.staff(Grant("admin"), email="boss@example.test", name="Brigitte")
    stranger = town.visitor()
    await stranger.post(HERE, data=TYPED | {"email": "boss@example.test"})

    code = {"code": await code_sent(town)}
    back = (await stranger.post(f"{HERE}/code", data=code)).headers["location"]
    link = (await stranger.post(back, data={"is_right": "oui"})).headers["location"]

    with town.here():
        token = await Token.objects().order_by(Token.id, ascending=False).first()
        assert token is not None and token.email.startswith("assmat-")
        account = await Account.objects().get(Account.email == "boss@example.test")
        assert account is not None and account.name == "Brigitte"
    assert (await stranger.get(link)).status_code == 200
    assert (await boss.get("/bureau/equipe")).status_code == 200
