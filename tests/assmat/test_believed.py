"""How long what she says is believed: the commune's own number of days, wherever it is read."""

from dataclasses import dataclass

import httpx
import pytest
from tests.assmat.builders import NADIA, RELAIS, offers, registered, says
from tests.core.test_checking import edited
from tests.proofs.probing import text_of

from ribambelle.errors import Misconfigured
from ribambelle.identity import Grant
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.testing.tokens import a_program
from ribambelle_assmat.queries import directory, figures
from ribambelle_assmat.settings import Settings

ROOT = "/api/v1/assmat"
API = f"{ROOT}/childminders"


@dataclass(frozen=True)
class Read:
    """A commune with one childminder who spoke, and those who read what she said."""

    town: Town
    number: int
    visitor: httpx.AsyncClient
    program: httpx.AsyncClient

    async def told(self) -> list[str]:
        """Return where her place stands on each way out: search, programs, page, relais, figures."""
        found = (await self.program.get(f"{API}?days=mon")).json()["data"]
        hers = (await self.program.get(f"{API}/{self.number}")).json()["places"][0]["state"]
        page = text_of(await self.visitor.get(f"/assmat/fiches/{self.number}"))
        listed = (await self.program.get(f"{ROOT}/relais/1/childminders")).json()["data"][0]
        with self.town.here() as tenant:
            today = tenant.now().date()
            free = sum((await figures.free(today, [today.replace(day=1)])).values())
        return [
            found[0]["match"]["group"],
            hers,
            "free" if "Place libre maintenant" in page else "unknown",
            "up to date" if listed["is_up_to_date"] else "silent",
            "counted" if free else "not counted",
        ]


async def spoken_in(town: Town, settings: str) -> Read:
    """Let a childminder say in a commune that her place is free."""
    edited(town, "[contact]", f"{settings}{RELAIS}[contact]")
    with town.here():
        nadia = (await registered(NADIA))["Nadia"]
        await says(nadia, "form")
        await offers(nadia, (await directory.one(nadia)).places[0].id, "mon")
    program = await a_program(town, "assmat:read", "assmat:followed")
    return Read(town, nadia, town.visitor(), program)


BELIEVED = ["whole", "now", "free", "up to date", "counted"]
FORGOTTEN = ["ask", "unknown", "unknown", "silent", "not counted"]


async def test_what_she_says_is_believed_as_long_as_the_commune_chose(
    communes: Communes, clock: FrozenClock
) -> None:
    """Said the same day in two communes: sixty days in one, forty-five in the other."""
    both = [
        await spoken_in(communes.alpha, "[assmat]\nbelieved_days = 60\n"),
        await spoken_in(communes.beta, ""),
    ]
    seen = {}
    for days, step in ((45, 45), (46, 1), (60, 14), (61, 1)):
        clock.move(days=step)
        seen[days] = [await one.told() for one in both]

    assert seen[45] == [BELIEVED, BELIEVED]
    assert seen[46] == [BELIEVED, FORGOTTEN]
    assert seen[60] == [BELIEVED, FORGOTTEN]
    assert seen[61] == [FORGOTTEN, FORGOTTEN]


async def test_the_days_are_said_as_the_commune_chose_them(
    communes: Communes, clock: FrozenClock
) -> None:
    town, days = communes.alpha, "60\u00a0jours|60 jours"
    edited(town, "[contact]", f"[assmat]\nbelieved_days = 60\n{RELAIS}[contact]")
    with town.here():
        nadia = (await registered(NADIA))["Nadia"]
        await says(nadia)
        place = (await directory.one(nadia)).places[0].id
    mine = f"assmat.childminder:{nadia}"
    hers = await town.staff(Grant("childminder", mine), email="nadia@example.test")
    said = {"state": "now", "moments": "mon-morning", "takes_urgent": ""}
    done = await hers.post(
        f"/assmat/espace/{nadia}/places/{place}", data=said, follow_redirects=True
    )
    rpe = await town.staff(Grant("rpe", "assmat.relais:1"), email="rpe@alpha.test")
    silent = await rpe.get("/bureau/assmat/relais/1?vue=silencieuses")
    pmi = await town.staff(Grant("pmi"), email="pmi@cd.test")
    counted = await pmi.get("/bureau/assmat/chiffres")
    clock.move(days=30)
    await town.work()
    mail = (await town.mail("nadia@example.test"))[-1].text

    told = [text_of(done), text_of(silent), text_of(counted), mail]
    assert [any(form in text for form in days.split("|")) for text in told] == [True] * 4
    assert "Sans nouvelles depuis 60 jours" in told[1] and "60 jours au plus" in told[1]
    assert "15 à 60 jours" in told[2]
    assert not any("45 jours" in text.replace("\u00a0", " ") for text in told)


@pytest.mark.parametrize("days", [30, 181, -1])
def test_days_nobody_could_keep_are_refused_in_words(days: int) -> None:
    """Under thirty-one, a place would be forgotten before the question of the month."""
    with pytest.raises(Misconfigured) as refusal:
        Settings(believed_days=days)

    assert "de 31 à 180" in refusal.value.message and "believed_days" in refusal.value.message


def test_the_bounds_are_in() -> None:
    assert [Settings(believed_days=days).believed_days for days in (31, 180)] == [31, 180]
