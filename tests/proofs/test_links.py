"""Every link and secret of one commune is nothing in another, even where the same ids exist."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from tests.creche.builders import an_application
from tests.proofs.probing import text_of

from ribambelle.identity import households, links
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.tables import Token
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes, Town
from ribambelle_creche import renewing
from ribambelle_creche.domain import receipt
from ribambelle_creche.tables import Application, Receipt

CHILD = "Payet"
"""The family name in every file of the builders."""


async def file_to_confirm(town: Town) -> int:
    """Send the same file in a commune as in any other: same ids, same answers, same moments."""
    await town.family("family@example.test")
    with town.here():
        return await an_application(account=1, state="to_confirm")


async def a_link(purpose: str, email: str, now: datetime) -> str:
    """Return a link that leads somewhere in the current commune."""
    if purpose != "join":
        return await links.make(purpose, email, now)
    invited = [AdultEntry("Luc", CHILD, "luc@example.test")]
    household = await households.create(invited, None, now)
    await households.add_child(household, "Zoé", CHILD, born_on=now.date())
    (adult,) = await households.adults_of(household)
    return await links.make(purpose, email, now, str(adult.id))


async def links_of(town: Town, number: int) -> dict[str, str]:
    """Return the path of one link of every kind that the commune sends or prints."""
    with town.here() as tenant:
        made = {
            purpose: await a_link(purpose, "family@example.test", tenant.now())
            for purpose in links.PATHS
        }
        first = await links.make("invitation", "", tenant.now())
        file = await Application.objects().get(Application.id == number)
        asked = await renewing.last_asked(file.demande) if file else None
        proof = await Receipt.objects().get(Receipt.application == number)
        assert file and asked and proof
        seal = renewing.link_of(tenant, file, asked)
        code = receipt.code(proof.code)
        told = {
            **made,
            "activation": first,
            "confirmation": seal,
            "receipt": tenant.url(f"/creche/recu?numero={file.number}&code={code}"),
        }
    return {kind: path_of(link) for kind, link in told.items()}


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def genuine(kind: str, status: int, text: str) -> bool:
    """Tell whether a link was taken for one of the commune's own."""
    return "authentique" in text if kind == "receipt" else status in (200, 303)


async def opens(town: Town, path: str, kind: str) -> bool:
    """Follow a link, then press its button when it has one."""
    browser = town.visitor()
    seen = await browser.get(path)
    return genuine(kind, seen.status_code, text_of(seen).lower())


@pytest.mark.asvs("9.1.1")
async def test_links_of_alpha_are_dead_in_beta(communes: Communes) -> None:
    numbers = [await file_to_confirm(town) for town in communes.both]
    assert numbers[0] == numbers[1]

    for kind, path in (await links_of(communes.alpha, numbers[0])).items():
        pressed = await communes.beta.visitor().post(path, data={"reponse": "non", "code": "0"})

        assert await opens(communes.alpha, path, kind), f"{kind} is dead where it was made"
        assert not await opens(communes.beta, path, kind), kind
        assert pressed.status_code in (404, 405, 410), kind
        assert not pressed.headers.get_list("set-cookie"), kind


@pytest.mark.parametrize("database_server", [""])
async def test_without_the_slug_a_seal_of_alpha_opens_in_beta(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: seals made of one key for all communes and no slug."""
    monkeypatch.setattr(
        Tenant, "sign", lambda self, purpose, text: f"{purpose}{text}".encode().hex()
    )
    numbers = [await file_to_confirm(town) for town in communes.both]

    path = (await links_of(communes.alpha, numbers[0]))["confirmation"]

    assert await opens(communes.beta, path, "confirmation")


@pytest.mark.parametrize("purpose", links.PATHS)
async def test_a_link_copied_with_its_row_is_still_dead(communes: Communes, purpose: str) -> None:
    """The slug is in the digest: whoever restores alpha's rows into beta gives nobody a way in."""
    for town in communes.both:
        await town.family("family@example.test")
    with communes.alpha.here() as alpha:
        path = path_of(await a_link(purpose, "family@example.test", alpha.now()))
        rows = await Token.select()
    with communes.beta.here():
        await Token.insert(*[Token(**{k: v for k, v in row.items() if k != "id"}) for row in rows])

    assert not await opens(communes.beta, path, purpose)
    assert await opens(communes.alpha, path, purpose)


@pytest.mark.asvs("14.2.1", "6.5.5")
def test_every_purpose_of_a_link_has_a_life() -> None:
    assert links.LIFE.keys() == links.PATHS.keys()
    assert all(timedelta() < life <= timedelta(days=30) for life in links.LIFE.values())
