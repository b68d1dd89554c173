"""Cut-offs: the table answers as the commission did, and no half-day under five gives itself away."""

import json
from datetime import UTC, date, datetime
from itertools import product

import pytest
from tests.creche.builders import a_facility, an_application
from tests.creche.decided import Asks, a_decided_commission, some_files

from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche.domain import published
from ribambelle_creche.domain.admission import Snapshot, propose
from ribambelle_creche.domain.preparation import Seen, applications
from ribambelle_creche.domain.resources import Asking, House, of_all
from ribambelle_creche.tables import Application, CutOff, Offer, Pin


async def a_public_commission(town: Town, **said: object) -> tuple[int, int]:
    """Decide: six babies on Monday morning, two on Tuesday morning; return crèche and commission."""
    lilas = await a_facility("Les Lilas")
    monday = await some_files(lilas, [90, 85, 80, 75, 70, 65, 60], need=1)
    tuesday = await some_files(lilas, [55, 50], need=4)
    given = {"mon-am": 6, "tue-am": 3}
    number = await a_decided_commission(town, {lilas: given}, [*monday, *tuesday], **said)  # type: ignore[arg-type]
    return lilas, number


async def test_a_family_finds_its_answer_again_in_the_table(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas, number = await a_public_commission(town)
    visitor = town.visitor()
    base = f"/creche/commissions/{number}/seuils"

    async def answer(points: int, *days: str) -> str:
        asked = "".join(f"&jours={day}" for day in days)
        page = await visitor.get(f"{base}?points={points}&creche={lilas}&section=babies{asked}")
        return page.text

    assert "répond : une place" in await answer(66, "mon-am")
    assert "répond : à égalité" in await answer(65, "mon-am")
    assert "répond : pas de place" in await answer(60, "mon-am")
    assert "ne répond pas" in await answer(99, "tue-am")
    assert "Il manque quelque chose" in (await visitor.get(f"{base}?points=70")).text
    assert "Bébés, matin" in (await visitor.get(f"{base}?nom=lilas&age=babies")).text
    assert "Aucune crèche ici" in (await visitor.get(f"{base}?nom=roses")).text
    table = json.loads((await visitor.get(f"{base}/export/json")).text)
    told = {(row["Jour"], row["Moment"]): row for row in table if row["Section"] == "Bébés"}
    assert told["lundi", "matin"]["Derniers points"] == 65
    assert (
        told["mardi", "matin"] | {"Admis": None, "Derniers points": None} == told["mardi", "matin"]
    )
    assert (await visitor.get("/creche/commissions/99/seuils")).status_code == 404
    assert (await communes.beta.visitor().get(base)).status_code == 404


async def test_attack_no_half_day_under_five_is_told_by_anything_published(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a hidden half-day holds, every byte that is published stays the same.

    Nothing can then be recovered from it: not by totals, the history, the open data, nor by asking
    the form again and again.
    """
    town = communes.alpha
    with town.here():
        lilas, _ = await a_public_commission(
            town, label="Avant", held=datetime(2026, 6, 4, tzinfo=UTC)
        )
        files = await some_files(lilas, [90, 85, 80, 75, 70, 65], need=1)
        number = await a_decided_commission(
            town, {lilas: {"mon-am": 6, "tue-am": 3}}, [*files, *await some_files(lilas, [55], 4)]
        )

    async def everything() -> list[str]:
        visitor, base = town.visitor(), f"/creche/commissions/{number}/seuils"
        questions = [
            f"{base}?points={points}&creche={lilas}&section=babies&jours={day}&jours={other}"
            for points, day, other in product(
                (0, 50, 55, 60, 99), ("tue-am",), ("tue-am", "mon-am")
            )
        ]
        asked = [base, f"{base}?creche={lilas}", f"{base}/export/csv", f"{base}/export/json"]
        return [(await visitor.get(path)).text for path in [*asked, *questions]]

    before = await everything()
    for admitted, last in ((0, None), (1, 40), (3, 99), (4, None)):
        with town.here():
            small = (CutOff.admitted < 5) & (CutOff.places > 0)
            await CutOff.update({CutOff.admitted: admitted, CutOff.last_points: last}).where(small)
        assert await everything() == before

    # the twin: without the rule, the same pages give the count away
    monkeypatch.setattr(published, "LEAST", 0)
    seen = []
    for admitted in (1, 3):
        with town.here():
            small = (CutOff.admitted < 5) & (CutOff.places > 0)
            await CutOff.update({CutOff.admitted: admitted}).where(small)
        seen.append(await everything())
    assert seen[0] != seen[1]


def across_september(entering: int, staying: int = 6) -> Snapshot:
    """Babies until August who are in the middle section then, and some who enter in September."""
    houses = {12: House(12, ({("babies", 0, "am"): 8}, {("middle", 0, "am"): 12}), ({}, {}), 40)}
    at = datetime(2026, 3, 1, tzinfo=UTC)
    asks = [("babies", "middle")] * staying + [(None, "middle")] * entering
    files = [
        one
        for rank, groups in enumerate(asks)
        for one in applications(
            Seen(f"C-{rank}", 90 - rank, at, 0, Asking(groups, (1,), (12,))), houses
        )
    ]
    return Snapshot(of_all(houses.values()), tuple(files))


@pytest.mark.parametrize(("entering", "told"), [(0, True), (1, False), (4, False), (5, True)])
def test_september_is_told_when_it_gives_nobody_away(entering: int, told: bool) -> None:
    given = across_september(entering)
    rows = published.tellable(published.cut_offs(given, propose(given)))
    here = {(row.period, row.age_group): row for row in rows if row.slot == "mon-am"}

    assert here[1, "babies"].state == "open"
    assert here[2, "middle"].admitted == 6 + entering
    assert here[2, "middle"].is_told is told


async def test_attack_september_tells_nothing_of_a_section_that_is_hidden(
    communes: Communes,
) -> None:
    """Sections are told in September beside one another: none is the rest of a sum."""
    town = communes.alpha
    with town.here():
        lilas, number = await a_public_commission(town)
        common = {"commission": number, "facility": lilas, "weekday": 0, "half": "am", "period": 2}
        for group, places, admitted in (("babies", 8, 2), ("middle", 12, 9), ("older", 0, 0)):
            await CutOff.insert(CutOff(age_group=group, places=places, admitted=admitted, **common))
    visitor, base = town.visitor(), f"/creche/commissions/{number}/seuils"

    async def everything() -> list[str]:
        asked = f"{base}?points=99&creche={lilas}&section=middle&periode=2&jours=mon-am"
        paths = (base, f"{base}/export/csv", asked)
        return [(await visitor.get(path)).text for path in paths]

    before = await everything()
    assert "À partir du 1er septembre" in before[0]
    assert "1er septembre;Les Lilas;Moyens;lundi;matin;;;;masqué" in before[1]
    for few, many in ((0, 9), (4, 9), (2, 11)):
        with town.here():
            second = CutOff.period == 2
            await CutOff.update({CutOff.admitted: few}).where(
                second & (CutOff.age_group == "babies")
            )
            await CutOff.update({CutOff.admitted: many}).where(
                second & (CutOff.age_group == "middle")
            )
        assert await everything() == before
    with town.here():
        await CutOff.update({CutOff.admitted: 5}).where(second & (CutOff.age_group == "babies"))
    _, table, asked = await everything()
    assert "1er septembre;Les Lilas;Moyens;lundi;matin;12;11;;place" in table
    assert "ne répond pas" in before[2]
    assert "répond : une place" in asked


async def test_decisions_with_a_reason_are_counted_by_year_once_it_is_over(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility("Les Lilas")
        files = [
            Asks(one.application, one.points, one.wishes, pin="")
            for one in await some_files(lilas, [90, 80, 70, 60, 50, 40])
        ]
        await a_decided_commission(town, {lilas: 9}, files)
        await Pin.update({Pin.impact: '["C-1999"]'}, force=True)
        await Pin.update({Pin.reason: "R1"}).where(Pin.id == 6)
    path = "/creche/commissions/decisions-motivees"

    this_year = (await town.visitor().get(path)).text
    clock.move(days=60)
    over = (await town.visitor().get(path)).text

    assert "Demande de la PMI" not in this_year
    assert 'Demande de la PMI</th><td class="n">5</td><td class="n">masqué' in over
    assert 'Décision de justice</th><td class="n">moins de 5' in over
    assert "C-1999" not in over
    assert clock().date() > date(2026, 12, 31)


async def test_places_given_in_an_emergency_are_counted_by_reason_once_the_year_is_over(
    communes: Communes, clock: FrozenClock
) -> None:
    """The form that gives one says that its reason is published."""
    town = communes.alpha
    with town.here():
        file = await an_application(await a_facility("Les Lilas"))
        number = (await Application.select(Application.number).first() or {})["number"]
        for rank in range(6):
            await Offer.insert(an_emergency(file, "U1" if rank == 5 else "U2", clock()))
    path = "/creche/commissions/decisions-motivees"

    this_year = (await town.visitor().get(path)).text
    clock.move(days=60)
    with town.here():
        await Offer.insert(an_emergency(file, "U5", clock()))
    over = (await town.visitor().get(path)).text
    other = (await communes.beta.visitor().get(path)).text

    assert "Rien de publié encore" in this_year
    assert 'Hospitalisation d’un parent</th><td class="n">5</td>' in over
    assert 'Protection de l’enfance</th><td class="n">moins de 5</td>' in over
    assert "Mise à l’abri" not in over
    assert number not in over
    assert "Hospitalisation" not in other


def an_emergency(file: int, reason: str, at: datetime) -> Offer:
    """A place given at once, as the register of the town hall keeps it."""
    return Offer(
        application=file,
        facility=1,
        age_group="babies",
        slots=1,
        start_on=at.date(),
        until=at.date(),
        origin="emergency",
        state="accepted",
        sent_at=at,
        answer_by=at.date(),
        reason=reason,
    )


async def test_the_method_is_told_to_anybody(communes: Communes) -> None:
    told = (await communes.alpha.visitor().get("/creche/methode")).text

    assert "L. 312-1-3" in told
    assert "une crèche retirée de vos vœux ne vous est plus proposée" in told
    assert "toutes ses places vont à des enfants classés avant le vôtre" in told
