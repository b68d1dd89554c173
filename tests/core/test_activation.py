"""A family the town hall knows opens its account with the code of a letter, once, and nobody else."""

import asyncio
import re
from datetime import date

import httpx
import pytest
from tests.core.documents.builders import a_document, again
from tests.creche.builders import BORN_ON

from ribambelle.families import activation, board, codes
from ribambelle.families.tables import Activation
from ribambelle.identity import errands, households, limits
from ribambelle.identity.tables import Account, Adult
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
EMAIL = "camille@example.test"


async def a_family(
    town: Town, name: str = "Payet", *, born_on: date | None = BORN_ON, email: str = ""
) -> int:
    """One household of one adult, and one child; return the adult."""
    with town.here() as tenant:
        home = households.AddressEntry("2 rue des Lilas", "97400", "Alpha", None)
        entry = households.AdultEntry("Camille", name, email)
        household = await households.create([entry], home, tenant.now())
        await households.add_child(household, "Zoé", name, born_on=born_on)
        (adult,) = await households.adults_of(household)
    return adult.id


async def a_letter(town: Town, *adults: int) -> str:
    """Return the code of the letter an agent prints for an adult."""
    agent = await town.staff()
    page = await agent.post("/bureau/activations", data={"adults": [str(one) for one in adults]})
    assert page.status_code == 200
    return CODE.findall(page.text)[0]


async def typed(
    browser: httpx.AsyncClient, code: str, born_on: str = "", name: str = ""
) -> httpx.Response:
    return await browser.post(
        "/activation", data={"code": code, "born_on": born_on, "family_name": name}
    )


async def link_of(town: Town, browser: httpx.AsyncClient, code: str, email: str = EMAIL) -> str:
    """Type a code, give an address, and return the link that arrives there."""
    assert (await typed(browser, code, BORN_ON.isoformat())).status_code == 303
    assert (await browser.post("/activation/adresse", data={"email": email})).status_code == 200
    return await town.link(email)


async def account_of(town: Town, adult: int) -> int | None:
    with town.here():
        row = await Adult.select(Adult.account).where(Adult.id == adult).first()
    return row["account"] if row else None


async def test_a_code_opens_the_account_of_the_adult_it_was_written_to(communes: Communes) -> None:
    town = communes.alpha
    adult = await a_family(town)
    code = await a_letter(town, adult)
    browser = town.visitor()

    start = await browser.get(f"/activation?code={code}")
    link = await link_of(town, browser, f" {code.lower().replace('-', ' ')} ")
    looked = await browser.get(link)
    before = await account_of(town, adult)
    done = await browser.post(link)

    assert code in start.text
    assert EMAIL in looked.text
    assert before is None
    assert done.headers["location"] == "/famille/verifier"
    assert "Votre compte est ouvert" in (await browser.get("/")).text
    with town.here():
        account = await Account.objects().get(Account.email == EMAIL)
        rows = (
            await JournalLine.select(JournalLine.act)
            .where(JournalLine.act.like("activation.%"))
            .order_by(JournalLine.number)
        )
    assert account
    assert await account_of(town, adult) == account.id
    assert account.name == "Camille Payet"
    assert [row["act"].partition(".")[2] for row in rows] == [
        *("written", "opened", "address_given", "used")
    ]
    assert (await town.mail(EMAIL))[-1].subject == "Votre compte est ouvert"


async def test_whoever_the_counter_helped_without_an_address_finds_what_it_did(
    communes: Communes,
) -> None:
    town = communes.alpha
    adult = await a_family(town)
    agent = await town.staff()
    await agent.post(f"/bureau/familles/adultes/{adult}/agir", data={"reason": "counter"})
    without = await account_of(town, adult)
    with town.here():
        paper = await a_document(account=without)
    assert "Payet" in (await agent.get("/bureau/activations")).text
    code = await a_letter(town, adult)
    browser = town.visitor()

    await browser.post(await link_of(town, browser, code))

    opened = await account_of(town, adult)
    assert without and opened and opened != without
    with town.here():
        assert (await again(paper.id)).account == opened
        assert len(await errands.of_family(opened)) == 1
    assert (await browser.get(f"/documents/{paper.id}")).status_code == 200


@pytest.mark.asvs("6.5.2")
async def test_what_is_kept_of_a_code_gives_it_back_to_nobody(communes: Communes) -> None:
    town = communes.alpha
    code = await a_letter(town, await a_family(town))

    with town.here():
        (row,) = await Activation.select()

    assert code not in str(row)
    assert codes.bare(code) not in str(row)


@pytest.mark.parametrize(
    ("born_on", "said", "name", "status"),
    [
        (BORN_ON, "2020-01-01", "Payet", 422),
        (BORN_ON, "", "Payet", 422),
        (None, "", "payet", 303),
        (None, BORN_ON.isoformat(), "Hoarau", 422),
    ],
)
async def test_a_code_found_in_the_street_is_not_enough(
    communes: Communes, born_on: date | None, said: str, name: str, status: int
) -> None:
    """The family name opens only where no child is born; all refusals say the same."""
    town = communes.alpha
    code = await a_letter(town, await a_family(town, born_on=born_on))

    answer = await typed(town.visitor(), code, said, name)

    assert answer.status_code == status
    if status == 422:
        nobody = await typed(town.visitor(), "AAAA-AAAA", said, name)
        assert activation_error(answer) == activation_error(nobody) != ""


def activation_error(answer: httpx.Response) -> str:
    found = re.search(r"Ce code et ce que[^<]*", answer.text)
    return found[0] if found else ""


@pytest.mark.asvs("6.4.1")
async def test_a_code_serves_once_for_thirty_days_in_one_commune(
    communes: Communes, clock: FrozenClock
) -> None:
    town, born_on = communes.alpha, BORN_ON.isoformat()
    adult, late = await a_family(town), await a_family(town, "Hoarau")
    code, unused = await a_letter(town, adult), await a_letter(town, late)
    browser = town.visitor()

    elsewhere = await typed(communes.beta.visitor(), code, born_on)
    await browser.post(await link_of(town, browser, code))
    again = await typed(town.visitor(), code, born_on)
    clock.move(days=31)
    too_late = await typed(town.visitor(), unused, born_on)

    assert [one.status_code for one in (elsewhere, again, too_late)] == [422, 422, 422]


async def test_two_links_of_one_code_open_one_account(communes: Communes) -> None:
    town = communes.alpha
    adult = await a_family(town)
    code = await a_letter(town, adult)
    one, other = town.visitor(), town.visitor()
    links = await link_of(town, one, code), await link_of(town, other, code, "x@example.test")

    answers = await asyncio.gather(one.post(links[0]), other.post(links[1]))

    assert sorted(answer.status_code for answer in answers) == [303, 410]
    with town.here():
        assert await Account.count().where(Account.kind == "family") == 1


async def test_printing_again_kills_the_former_code(communes: Communes) -> None:
    town = communes.alpha
    adult = await a_family(town)
    first, second = await a_letter(town, adult), await a_letter(town, adult)

    answers = [await typed(town.visitor(), code, BORN_ON.isoformat()) for code in (first, second)]

    assert [answer.status_code for answer in answers] == [422, 303]


async def guessed(town: Town, code: str, tries: int) -> list[int]:
    """Try birth dates of one code, each from a new browser, and return what was answered."""
    days = (f"2020-01-{day:02}" for day in range(1, tries + 1))
    return [(await typed(town.visitor(), code, day)).status_code for day in days]


@pytest.mark.asvs("6.6.3")
async def test_guessing_the_date_of_a_code_is_stopped(communes: Communes) -> None:
    town = communes.alpha
    code = await a_letter(town, await a_family(town))

    answers = await guessed(town, code, activation.TRIES + 1)

    assert answers == [422] * activation.TRIES + [429]
    assert (await typed(town.visitor(), code, BORN_ON.isoformat())).status_code == 429


@pytest.mark.parametrize("database_server", [""])
async def test_without_the_count_in_the_database_guessing_goes_on(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what every worker counts together is counted by each alone."""
    town = communes.alpha
    code = await a_letter(town, await a_family(town))

    async def alone(key: str, *_: object, **__: object) -> int:
        return 1

    monkeypatch.setattr(limits, "count", alone)

    assert set(await guessed(town, code, activation.TRIES + 5)) == {422}


@pytest.mark.parametrize("database_server", [""])
async def test_without_the_commune_in_its_digest_a_code_would_serve_elsewhere(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the same row copied into another commune is the code of nobody there."""
    adult = await a_family(communes.alpha)
    await a_family(communes.beta)
    code = await a_letter(communes.alpha, adult)

    async def copied() -> int:
        with communes.alpha.here():
            row = await Activation.select().order_by(Activation.id, ascending=False).first()
        with communes.beta.here() as tenant:
            await Activation.delete(force=True)
            await activation.write_letters([1], "Tous", tenant.now())
            await Activation.update({Activation.digest: row["digest"]}).where(
                Activation.used_at.is_null()
            )
        return (await typed(communes.beta.visitor(), code, BORN_ON.isoformat())).status_code

    assert await copied() == 422
    monkeypatch.setattr(activation, "digest", lambda code: f"{code:x<64}")
    code = await a_letter(communes.alpha, adult)
    assert await copied() == 303


async def test_an_address_that_already_has_a_family_opens_no_other(communes: Communes) -> None:
    """Nobody learns it on the page: only the message to that address says so."""
    town = communes.alpha
    first, second = await a_family(town), await a_family(town, "Hoarau")
    browser = town.visitor()
    await browser.post(await link_of(town, browser, await a_letter(town, first)))
    code = await a_letter(town, second)

    other = town.visitor()
    await typed(other, code, BORN_ON.isoformat())
    answer = await other.post("/activation/adresse", data={"email": EMAIL})
    free = await other.post("/activation/adresse", data={"email": "y@example.test"})

    assert answer.text.replace(EMAIL, "") == free.text.replace("y@example.test", "")
    await town.work()
    assert (await town.mail(EMAIL))[-1].subject == "Cette adresse ne peut pas ouvrir ce compte"
    assert await account_of(town, second) is None


async def test_an_account_without_family_joins_the_one_of_the_letter(communes: Communes) -> None:
    town = communes.alpha
    await town.family(EMAIL)
    adult = await a_family(town)
    browser = town.visitor()

    await browser.post(await link_of(town, browser, await a_letter(town, adult)))

    assert await account_of(town, adult) == 1


async def test_an_address_nobody_knows_opens_nothing_where_families_are_known(
    communes: Communes,
) -> None:
    town = communes.alpha
    known = "Camille.Martin@Example.test"
    await a_family(town, email=known)
    file = town.app.platform.folder / "alpha.toml"
    file.write_text('registration = "known_families"\n' + file.read_text())
    town.app.platform.scan()
    visitor = town.visitor()

    stranger = await visitor.post("/connexion", data={"email": "stranger@example.test"})
    family = await visitor.post("/connexion", data={"email": known})
    await town.work()

    assert stranger.text.replace("stranger@example.test", "") == family.text.replace(
        known.lower(), ""
    )
    (told,) = await town.mail("stranger@example.test")
    assert told.subject == "Votre première connexion au portail"
    assert "/activation" in told.text
    assert "05 00 00 00 00" in told.text.replace("\u202f", " ").replace("\xa0", " ")
    assert "/connexion/lien/" in (await town.mail(known.lower()))[0].text
    with town.here():
        assert await Account.count() == 0


async def test_the_board_follows_a_family_from_the_letter_to_the_account(
    communes: Communes,
) -> None:
    town = communes.alpha
    adult, other = await a_family(town), await a_family(town, "=Hoarau")
    agent = await town.staff()
    seen = []

    async def stages() -> list[str]:
        with town.here() as tenant:
            found = {one.adult: one.stage for one in await board.standings(tenant.now())}
        return [found[adult], found[other]]

    seen.append(await stages())
    code = await a_letter(town, adult)
    seen.append(await stages())
    browser = town.visitor()
    link = await link_of(town, browser, code)
    seen.append(await stages())
    await browser.post(link)
    seen.append(await stages())
    listed = await agent.get("/bureau/activations/suivi/export?groupe=tous&etat=to_write")
    page = await agent.get("/bureau/activations/suivi")

    assert seen == [
        ["to_write", "to_write"],
        ["written", "to_write"],
        ["opened", "to_write"],
        ["active", "to_write"],
    ]
    lines = listed.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Nom;")
    assert lines[1:] == ["Camille =Hoarau;À écrire;;non"]
    assert "Toutes les familles" in page.text


async def test_letters_also_come_as_a_pdf_for_a_whole_group(communes: Communes) -> None:
    town = communes.alpha
    for name in ("Payet", "Hoarau"):
        await a_family(town, name)
    agent = await town.staff()

    answer = await agent.post(
        "/bureau/activations", data={"everybody": "oui", "group": "tous", "paper": "pdf"}
    )
    nobody = await agent.post("/bureau/activations", data={"adults": "99"})

    assert answer.headers["content-type"] == "application/pdf"
    text = pages_of(answer.content)
    assert [len(CODE.findall(page)) for page in text] == [1, 1]
    assert "Camille Hoarau" in text[0]
    assert nobody.status_code == 422
    assert "Cochez au moins une personne" in nobody.text


def pages_of(content: bytes) -> list[str]:
    import io

    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
