"""Each reminder leaves once, on its day."""

from datetime import date, timedelta

import pytest
from tests.assmat.builders import CLAIRE, MARIE, NADIA, offers, registered, says

from ribambelle.identity import Grant, limits
from ribambelle.identity.tables import Account
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes
from ribambelle_assmat import reminding
from ribambelle_assmat.tables import Place


@pytest.mark.parametrize("counted", [True, False])
async def test_half_years_silence_and_a_place_that_opens_are_told_once_each(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    """25 November 2026: the half-year is near. Nadia's place opens on 10 December; Claire was last
    heard six months ago; Marie-Lou has no account. The twin counts nothing: all leaves again."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE, MARIE)
        places = {row["childminder"]: row["id"] for row in await Place.select()}
        await says(who["Nadia"])
        day = date(2026, 12, 10)
        await offers(who["Nadia"], places[who["Nadia"]], "mon", state="later", opens=day)
        await Place.update({Place.confirmed_on: date(2026, 5, 20)}).where(
            Place.id == places[who["Claire"]]
        )
    for name in ("Nadia", "Claire"):
        mine = Grant("childminder", f"assmat.childminder:{who[name]}")
        await town.staff(mine, email=f"{name.lower()}@example.test")
    with town.here():
        await reminding.remind()
        assert await town.mail() == []  # invited, not come yet
        await Account.update({Account.password: "kept"}).where(Account.kind == "staff")
    if not counted:

        async def never(*_: object) -> int:
            return 1

        monkeypatch.setattr(limits, "count", never)

    for _ in range(3):
        with town.here():
            await reminding.remind()
        clock.move(days=1)

    subjects = {
        name: [one.subject for one in await town.mail(f"{name}@example.test")]
        for name in ("nadia", "claire", "marie")
    }
    if not counted:
        assert len(subjects["nadia"]) == 6
        return
    assert sorted(subjects["nadia"]) == [
        "Vos places des six mois à venir",
        "Votre place ouvre le 10 décembre 2026",
    ]
    assert sorted(subjects["claire"]) == [
        "Vos places des six mois à venir",
        "Vos places ne sont plus montrées",
    ]
    assert subjects["marie"] == []
    with town.here() as tenant:
        assert tenant.now().date() == date(2026, 11, 28)
        await Place.update({Place.opens: tenant.now().date() + timedelta(days=31)}).where(
            Place.id == places[who["Nadia"]]
        )
        await reminding.remind()
    assert len(await town.mail("nadia@example.test")) == 2
    # nothing was ever said of Claire's place: six months after her access was opened, she is told
    with town.here():
        await Place.update({Place.confirmed_on: None}).where(Place.id == places[who["Claire"]])
        for month, day in ((5, 24), (5, 28)):
            clock.move(days=(date(2027, month, day) - town.tenant.now().date()).days)
            await reminding.remind()
            told = [one.subject for one in await town.mail("claire@example.test")]
            assert told.count("Vos places ne sont plus montrées") == 1 + (day == 28)
    assert await communes.beta.mail() == []
