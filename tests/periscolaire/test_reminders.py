"""Before each deadline, a family that booked nothing is told once, if the town says so."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.periscolaire.builders import (
    FRIDAY,
    SETTINGS,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    a_group,
    a_unit,
    an_activity,
    settle,
)

from ribambelle.errors import Misconfigured
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_periscolaire import booking, reminding, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.settings import Settings

SOON = SETTINGS.replace("[periscolaire]\n", "[periscolaire]\nremind_hours = 48\n")
RULES = """
[[periscolaire.cut_offs]]
name = "jeudi"
add = { anchor = "week", weekday = "thu", at = "12:00" }
[[periscolaire.cut_offs]]
name = "vendredi"
add = { anchor = "week", weekday = "fri" }
"""
ACTIVITIES = {"soir": "Accueil", "matin": "Club"}
THURSDAY_BEFORE = datetime(2026, 11, 26, 7, tzinfo=UTC)
"""The week of 30 November closes first on Friday 27 at ten."""


async def two_families(town: Town) -> Canteen:
    with town.here() as tenant:
        canteen = await a_canteen()
        anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
        await a_child(anne, canteen.activity)
        tom = await a_child(paul, canteen.activity, name="Tom")
        wanted = [Wanted(tom, canteen.unit, FRIDAY, "book")]
        await booking.save(tenant, paul, wanted, "k", tenant.now())
    return canteen


async def reminded(town: Town) -> list[tuple[str, str]]:
    with town.here():
        await reminding.remind()
    await town.work()
    return [(one.recipient, one.text) for one in await town.mail() if "Rien n’est" in one.subject]


async def test_who_booked_nothing_is_told_once_before_the_deadline(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    settle(town, SOON)
    await two_families(town)

    early = await reminded(town)
    clock.set(THURSDAY_BEFORE)
    told = await reminded(town)
    again = await reminded(town)
    clock.set(datetime(2026, 11, 27, 12, tzinfo=UTC))
    late = await reminded(town)

    assert early == []
    assert [recipient for recipient, _ in told] == ["anne@example.test"]
    assert "Léa : Cantine" in told[0][1]
    assert "vendredi 27 novembre à 10 h" in told[0][1].replace("\u00a0", " ")
    assert told == again == late


async def test_a_town_that_says_nothing_reminds_nobody(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    settle(town)
    await two_families(town)
    clock.set(THURSDAY_BEFORE)

    assert await reminded(town) == []
    with pytest.raises(Misconfigured):
        Settings(remind_hours=12)


async def test_a_reminder_leaves_once_however_often_it_is_asked(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, friday = communes.alpha, "2026-11-27"
    settle(town, SOON)
    await two_families(town)
    clock.set(THURSDAY_BEFORE)

    async def asked_twice() -> int:
        before = len(await town.mail("anne@example.test"))
        with town.here():
            for _ in range(2):
                await reminding.remind_family(1, friday)
        return len(await town.mail("anne@example.test")) - before

    async def uncounted(key: str, start: datetime) -> int:
        return 1

    once = await asked_twice()
    monkeypatch.setattr(reminding.limits, "count", uncounted)

    assert (once, await asked_twice()) == (1, 2)


async def test_each_activity_is_told_before_its_own_deadline_and_those_of_a_day_together(
    communes: Communes, clock: FrozenClock
) -> None:
    """The canteen closes the eve, the evening on Thursday noon, the club on Friday: three deadlines."""
    town = communes.alpha
    settle(town, SOON + RULES)
    with town.here() as tenant:
        canteen = await a_canteen()
        evening, club = [await an_activity(code, name) for code, name in ACTIVITIES.items()]
        for number, code, rule in ((evening, "soir", "jeudi"), (club, "matin", "vendredi")):
            changed: dict[Any, Any] = {tables.Activity.cut_off: rule}
            await tables.Activity.update(changed).where(tables.Activity.id == number)
            unit = await a_unit(number, code, code, begins=990, ends=1110)
            await a_group(number)
            if number == evening:
                soir = unit
        anne = await a_family()
        await a_child(anne, canteen.activity, evening, club)
        tom = await a_child(anne, evening, name="Tom")
        said = [Wanted(tom, soir, date(2026, 12, 10), "book")]
        await booking.save(tenant, anne, said, "k", tenant.now())

    texts: list[list[str]] = []
    for day in ("11-25", "11-26", "11-27", "12-02"):
        clock.set(datetime.fromisoformat(f"2026-{day}T07:00:00+00:00"))
        texts.append([text for _, text in await reminded(town)][sum(map(len, texts)) :])
    settle(town, SOON.replace("remind_hours", "remind_each_day = true\nremind_hours") + RULES)
    clock.set(datetime(2026, 11, 30, 7, tzinfo=UTC))
    each_day = [text.split(" :")[0] for _, text in (await reminded(town))[2:]]

    assert [len(some) for some in texts] == [1, 1, 0, 0]
    assert "Léa : Accueil\n- Tom : Accueil" in texts[0][0]
    assert "jeudi 26 novembre à 12 h" in texts[0][0]
    assert "Léa : Cantine, Club" in texts[1][0]
    assert [
        one.partition("réservé ")[2].replace("\u00a0", " ").split(" :")[0] for one in each_day
    ] == [*("pour mardi 1er décembre", "pour jeudi 3 décembre")]
