"""A partner reads what the town hall shows them, that and nothing else, until it is taken back."""

from datetime import date
from typing import Any

import httpx
import pytest
from tests.creche.builders import an_application
from tests.periscolaire.builders import a_canteen, a_child, a_family, settle

from ribambelle.identity import Grant
from ribambelle.messages.tables import Message
from ribambelle.sharing import keeping
from ribambelle.sharing.tables import Share
from ribambelle.testing import Communes, Town
from ribambelle.workflow.tables import JournalLine

DESK = "/bureau/partages"
CLUB, OTHER = "president@club.test", "caf@example.test"


async def a_list(town: Town) -> int:
    """Léa is enrolled at the canteen; Noé is enrolled at nothing."""
    settle(town)
    with town.here():
        canteen = await a_canteen(runs="always")
        anne = await a_family()
        await a_child(anne, canteen.activity)
        await a_child(anne, name="Noé")
        return canteen.activity


def asked(partner: str, activity: int, kind: str = "children", **changed: Any) -> dict[str, Any]:
    until = {"until_day": "2", "until_month": "7", "until_year": "2027"}
    return {"partner": partner, "thing": f"periscolaire.{kind}:{activity}", **until, **changed}


async def partner(town: Town, email: str = CLUB) -> tuple[httpx.AsyncClient, str]:
    browser = await town.staff(Grant("partner"), email=email)
    with town.here():
        return browser, str(next(p.account for p in await keeping.partners() if p.email == email))


async def acts(town: Town) -> list[str]:
    with town.here():
        rows = (
            await JournalLine.select(JournalLine.act)
            .where(JournalLine.act.like("share.%"))
            .order_by(JournalLine.number)
        )
        return [row["act"] for row in rows]


async def test_an_association_reads_who_is_enrolled_until_it_is_taken_back(
    communes: Communes,
) -> None:
    town = communes.alpha
    activity, agent = await a_list(town), await town.staff()
    club, who = await partner(town)
    caf, _ = await partner(town, OTHER)
    assert "Rien pour l’instant" in (await club.get("/bureau")).text

    shown = await agent.post(DESK, data=asked(who, activity))
    assert shown.status_code == 303, shown.text
    with town.here():
        number = (await Share.objects())[0].id
    home, page = (await club.get("/bureau")).text, await club.get(f"/partages/{number}")

    assert f"/partages/{number}" in home and "Enfants inscrits" in home
    assert "Léa" in page.text and "Noé" not in page.text
    assert "anne@" not in page.text and "Anne" not in page.text
    assert (await caf.get(f"/partages/{number}")).status_code == 404
    assert (await club.post(DESK, data=asked(who, activity))).status_code == 403
    assert (await communes.beta.visitor().get(f"/partages/{number}")).status_code == 303
    await town.work()
    assert [one.recipient for one in await town.mail(CLUB)] == [CLUB]

    await agent.post(f"{DESK}/{number}/fin")

    assert (await club.get(f"/partages/{number}")).status_code == 404
    assert (await agent.post(f"{DESK}/99/fin")).status_code == 404
    assert "Rien pour l’instant" in (await club.get("/bureau")).text
    assert await acts(town) == ["share.opened", "share.read", "share.ended"]


async def test_a_share_ends_on_its_day_by_itself(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    activity, agent = await a_list(town), await town.staff()
    club, who = await partner(town)
    today = {"until_day": "25", "until_month": "11", "until_year": "2026"}
    await agent.post(DESK, data=asked(who, activity, **today))
    with town.here():
        number = (await Share.objects())[0].id
    assert (await club.get(f"/partages/{number}")).status_code == 200

    with town.here():
        await Share.update({Share.until: date(2026, 11, 24)}).where(Share.id == number)

    assert (await club.get(f"/partages/{number}")).status_code == 404
    monkeypatch.setattr(keeping, "may_read", lambda *_: True)
    assert (await club.get(f"/partages/{number}")).status_code == 200


async def test_shared_again_it_takes_the_new_day_and_nobody_is_written_to_twice(
    communes: Communes,
) -> None:
    town = communes.alpha
    activity, agent = await a_list(town), await town.staff()
    _, who = await partner(town)

    await agent.post(DESK, data=asked(who, activity))
    await agent.post(DESK, data=asked(who, activity, until_day="1"))

    with town.here():
        assert [one.until for one in await Share.objects()] == [date(2027, 7, 1)]
        assert await Message.count() == 1


async def test_what_makes_no_sense_is_refused_beside_its_field(communes: Communes) -> None:
    town = communes.alpha
    activity, agent = await a_list(town), await town.staff()
    _, who = await partner(town)

    past = await agent.post(DESK, data=asked(who, activity, until_year="2025"))
    unknown = await agent.post(DESK, data=asked("999", 404))

    assert past.status_code == unknown.status_code == 422
    assert "Choisissez un jour entre aujourd’hui" in past.text
    assert "Choisissez un partenaire de la liste" in unknown.text
    assert "Choisissez ce que vous montrez" in unknown.text
    with town.here():
        assert not await Share.count()


async def test_figures_hide_what_a_small_number_would_tell(communes: Communes) -> None:
    town = communes.alpha
    activity, agent = await a_list(town), await town.staff()
    club, who = await partner(town)

    await agent.post(DESK, data=asked(who, activity, "figures"))
    page = (await club.get("/partages/1")).text

    assert "non montré" in page and "Léa" not in page


async def test_a_partner_finds_on_their_home_the_situations_they_follow(
    communes: Communes,
) -> None:
    town = communes.alpha
    club, who = await partner(town)
    caf, _ = await partner(town, OTHER)
    with town.here():
        number = await an_application()
    agent = await town.staff()
    answer = {"answer_by_day": "4", "answer_by_month": "12", "answer_by_year": "2026"}
    sent = await agent.post(
        f"/bureau/creche/demandes/{number}/situation",
        data={"reason": "C1", "members": [who], **answer},
    )

    assert sent.status_code == 303, sent.text
    assert sent.headers["location"] in (await club.get("/bureau")).text
    assert "Les situations que vous suivez" not in (await caf.get("/bureau")).text
