"""The team page: who works here, and what an administrator may change, at once and on record."""

import asyncio
from contextlib import suppress
from typing import Any

import httpx
import pytest
from tests.creche.builders import a_facility

from ribambelle.database import Prepared, locks
from ribambelle.identity import Grant, accounts, sessions, team
from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

PAGE = "/bureau/equipe"
ADMIN, AGENT = "admin@mairie.test", "luc@mairie.test"


async def active(town: Town, *grants: Grant, email: str, name: str = "") -> httpx.AsyncClient:
    """A browser of somebody who has both a password and a second factor."""
    browser = await town.staff(*grants, email=email, name=name)
    with town.here():
        await Account.update({Account.password: "x", Account.totp: "y"}).where(
            Account.email == email
        )
    return browser


async def number_of(town: Town, email: str) -> int:
    with town.here():
        account = await accounts.by_email(email)
    assert account
    return account.id


async def subjects(town: Town, email: str) -> list[str]:
    return [mail.subject for mail in await town.mail(email)]


async def acts(town: Town) -> list[str]:
    with town.here():
        rows = await JournalLine.select(JournalLine.act).order_by(JournalLine.number)
    return [row["act"] for row in rows]


async def test_an_administrator_invites_the_director_of_a_creche(communes: Communes) -> None:
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    with town.here():
        facility = await a_facility("Les Lilas")

    form = await admin.get(f"{PAGE}/inviter")
    sent = await admin.post(
        f"{PAGE}/inviter",
        data={
            "name": "Nora Payet",
            "email": "Nora@creche.test",
            "limit_creche_manager": f"creche_manager creche.facility:{facility}",
        },
    )
    link = await town.link("nora@creche.test")

    assert "Les Lilas" in form.text
    assert "Ouvre 3 pages et aucune action." in form.text
    assert sent.headers["location"] == PAGE
    shown = (await admin.get(PAGE)).text
    assert "Direction de crèche : Les Lilas" in shown
    assert "Invitation envoyée" in shown
    assert (await town.visitor().get(link)).status_code == 200
    assert (await acts(town))[-2:] == ["account.role_given", "account.invited"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "personne", "roles": "agent"}, "Écrivez une adresse"),
        ({"email": AGENT}, "Choisissez au moins un rôle"),
        ({"email": AGENT, "roles": "maire"}, "n’existe plus ici"),
        ({"email": AGENT, "roles": "creche_manager creche.facility:9"}, "n’existe plus ici"),
        ({"email": "camille@example.test", "roles": "agent"}, "le compte d’une famille"),
    ],
)
async def test_an_invitation_that_cannot_be_is_refused_and_nothing_is_lost(
    communes: Communes, typed: dict[str, str], said: str
) -> None:
    town = communes.alpha
    await town.family()
    admin = await active(town, Grant("admin"), email=ADMIN)

    answer = await admin.post(f"{PAGE}/inviter", data={"name": "Luc Hoarau", **typed})

    assert answer.status_code == 422
    assert said in answer.text
    assert "Luc Hoarau" in answer.text
    assert await town.mail() == []


async def test_a_role_given_or_taken_counts_at_the_next_request(communes: Communes) -> None:
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    agent = await active(town, Grant("agent"), email=AGENT, name="Luc")
    roles = f"{PAGE}/{await number_of(town, AGENT)}/roles"

    before = (await agent.get("/bureau/documents")).status_code
    await admin.post(roles, data={"roles": "partner"})
    taken = (await agent.get("/bureau/documents")).status_code
    await admin.post(roles, data={"roles": ["partner", "agent"]})
    given = (await agent.get("/bureau/documents")).status_code

    assert (before, taken, given) == (200, 403, 200)
    assert (await acts(town))[-3:] == [
        *("account.role_given", "account.role_taken", "account.role_given")
    ]
    told = await town.mail(AGENT)
    assert [mail.subject for mail in told] == ["Vos accès au portail ont changé"] * 2
    assert "- Partenaire" in told[0].text


@pytest.mark.parametrize("database_server", [""])
async def test_roles_kept_in_memory_would_outlive_their_loss(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: once roles are remembered from one request to the next, the loss does not show."""
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    agent = await active(town, Grant("agent"), email=AGENT)
    asked, kept = sessions.GRANTS.ask, dict[int, object]()

    async def remembered(self: Prepared, **given: int) -> object:
        if self is not sessions.GRANTS:
            return await real(self, **given)
        if given["account"] not in kept:
            kept[given["account"]] = await asked(**given)
        return kept[given["account"]]

    real = Prepared.ask
    monkeypatch.setattr(Prepared, "ask", remembered)
    await agent.get("/bureau/documents")
    number = await number_of(town, AGENT)
    await admin.post(f"{PAGE}/{number}/roles", data={"roles": "partner"})

    assert (await agent.get("/bureau/documents")).status_code == 200


@pytest.mark.asvs("7.4.5", "7.4.2")
async def test_an_access_that_is_closed_ends_every_session(communes: Communes) -> None:
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    agent = await active(town, Grant("agent"), email=AGENT)
    at = f"{PAGE}/{await number_of(town, AGENT)}"

    await admin.post(f"{at}/fermer")
    closed = await agent.get("/bureau")
    shown = (await admin.get(at)).text
    await admin.post(f"{at}/rouvrir")
    again = await agent.get("/bureau")
    fresh = await town.staff(Grant("agent"), email=AGENT)
    same = await admin.post(f"{at}/roles", data={"roles": "agent"})

    assert same.status_code == 303
    assert "avait déjà ces rôles" in (await admin.get(at)).text.replace("\xa0", " ")
    assert closed.headers["location"].startswith("/connexion")
    assert "Accès fermé" in shown
    assert again.headers["location"].startswith("/connexion"), "the former session stays dead"
    assert (await fresh.get("/bureau")).status_code == 200
    assert await subjects(town, AGENT) == [
        "Votre accès au portail est fermé",
        "Votre accès au portail est rouvert",
    ]


@pytest.mark.asvs("6.4.3", "6.4.4")
async def test_a_lost_second_factor_is_replaced_and_everybody_concerned_knows(
    communes: Communes,
) -> None:
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    await active(town, Grant("admin"), email="other@mairie.test")
    agent = await active(town, Grant("agent"), email=AGENT, name="Luc Hoarau")
    at = f"{PAGE}/{await number_of(town, AGENT)}"

    await admin.post(f"{at}/second-facteur")

    with town.here():
        account = await accounts.by_email(AGENT)
    assert account
    assert account.totp is None
    assert (await agent.get("/bureau")).status_code == 303
    assert "Invitation envoyée" in (await admin.get(at)).text
    assert await subjects(town, AGENT) == [
        "Activez votre accès au portail d’Alpha",
        "Le code de votre téléphone ne sert plus",
    ]
    assert await subjects(town, "other@mairie.test") == ["Un second facteur a été remis à zéro"]
    assert await subjects(town, ADMIN) == []
    assert "account.second_factor_reset" in await acts(town)


async def test_only_the_last_invitation_serves(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    typed = {"name": "Luc", "email": AGENT, "roles": "agent"}
    await admin.post(f"{PAGE}/inviter", data=typed)
    first = await town.link(AGENT)
    at = f"{PAGE}/{await number_of(town, AGENT)}"

    clock.move(days=8)
    admin = await town.staff(Grant("admin"), email=ADMIN)
    lost = (await admin.get(at)).text
    await admin.post(f"{at}/invitation")
    second = await town.link(AGENT)
    await admin.post(f"{at}/invitation")
    third = await town.link(AGENT)

    assert "Invitation perdue" in lost
    answers = [(await town.visitor().get(one)).status_code for one in (first, second, third)]
    assert answers == [410, 410, 200]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("roles", "Il faut toujours un administrateur"),
        ("fermer", "Vous ne pouvez pas fermer votre propre accès"),
        ("second-facteur", "Ce n’est pas possible pour vous-même"),
        ("invitation", "Cette personne s’est déjà connectée"),
    ],
)
async def test_a_commune_is_never_left_without_an_administrator(
    communes: Communes, act: str, said: str
) -> None:
    """An administrator who was invited and never came does not count."""
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    await town.staff(Grant("admin"), email="never@mairie.test")
    own = await number_of(town, ADMIN)

    answer = await admin.post(f"{PAGE}/{own}/{act}", data={"roles": "agent"})

    assert answer.status_code == 409
    assert said in answer.text
    assert (await admin.get(PAGE)).status_code == 200


async def both_leave(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two administrators take their own role off at the same moment, each having counted two."""
    real, here, both = team._admins, 0, asyncio.Event()

    async def slow() -> list[dict[str, Any]]:
        nonlocal here
        found, here = await real(), here + 1
        if here == 2:
            both.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(both.wait(), 0.3)
        return found

    browsers = [await active(town, Grant("admin"), email=one) for one in (ADMIN, "b@mairie.test")]
    numbers = [await number_of(town, one) for one in (ADMIN, "b@mairie.test")]
    monkeypatch.setattr(team, "_admins", slow)
    answers = await asyncio.gather(
        *(
            browser.post(f"{PAGE}/{number}/roles", data={"roles": "agent"})
            for browser, number in zip(browsers, numbers, strict=True)
        )
    )
    return sorted(answer.status_code for answer in answers)


async def test_two_administrators_who_leave_at_once_do_not_both_leave(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await both_leave(communes.alpha, monkeypatch) == [303, 409]


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_the_lock_both_would_leave(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, on PostgreSQL alone: SQLite writes one transaction at a time."""
    real = locks.advisory

    async def unlocked(key: str) -> None:
        if key != "admins":
            await real(key)

    monkeypatch.setattr(locks, "advisory", unlocked)

    assert await both_leave(communes.alpha, monkeypatch) == [303, 303]


async def test_two_administrators_may_part(communes: Communes) -> None:
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    await active(town, Grant("admin"), email="other@mairie.test")
    own = await number_of(town, ADMIN)

    answer = await admin.post(f"{PAGE}/{own}/roles", data={"roles": "agent"})

    assert answer.headers["location"] == "/bureau"
    assert (await admin.get(PAGE)).status_code == 403


async def test_a_family_is_nobody_in_the_team(communes: Communes) -> None:
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    await town.family()
    family = await number_of(town, "camille@example.test")

    shown = await admin.get(PAGE)
    answers = [
        (await admin.post(f"{PAGE}/{family}/{act}")).status_code
        for act in ("roles", "fermer", "rouvrir", "second-facteur", "invitation")
    ]

    assert "camille@example.test" not in shown.text
    assert answers == [404] * 5
    assert (await admin.get(f"{PAGE}/{family}")).status_code == 404


async def test_the_team_page_tells_who_came_last_and_what_was_taken_off(
    communes: Communes,
) -> None:
    """A role whose plugin was switched off is named, and may only be taken away."""
    town = communes.alpha
    admin = await active(town, Grant("admin"), email=ADMIN)
    await active(town, Grant("agent"), email=AGENT)
    with town.here() as tenant:
        number = await number_of(town, AGENT)
        await team.Grant.insert(
            team.Grant(account=number, role="creche_partner", given_at=tenant.now())
        )
        await team.journal.record("account.signed_in", f"account:{number}", account=number)

    shown = (await admin.get(PAGE)).text

    assert "Rôle retiré (creche_partner)" in shown
    assert "25 novembre" in shown
