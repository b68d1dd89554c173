"""A14, places kept for insertion: one authorised place in twenty, over all crèches of one manager."""

import csv
import io
from html import unescape

import pytest
from tests.creche.builders import a_facility, an_application
from tests.creche.test_commissions import WINTER, a_commission
from tests.creche.test_deciding import kept
from tests.creche.test_proposing import BORN, GRID

from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import deciding, emergencies, examining, offering, preparing
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.dossier import Child, Entry, Situation, Week
from ribambelle_creche.domain.preparation import Changes, Size
from ribambelle_creche.emergencies import Urgent
from ribambelle_creche.queries import commissions, contracts, grids, insertion, supplies
from ribambelle_creche.tables import (
    Agreement,
    Application,
    Capacity,
    Commission,
    Contract,
    Facility,
    Offer,
)

FIGURES = "/bureau/creche/statistiques/admissions/export/csv"

RESERVED = f"""{GRID}
[[creche.grid.criterion]]
code = "work"
label = "Vous travaillez"
type = "choice"
fact = "work"
proof = "work"
values = {{single_works = 40}}

[[creche.grid.reserve]]
code = "insertion"
label = "Parents en insertion"
scope = "manager"
per_places = 20
eligible = "insertion"
"""


async def a_town(town: Town, clock: FrozenClock) -> tuple[int, int, int]:
    """Write a commission of one place, asked by who works and by who is on a path of insertion.

    The two crèches of one manager have 12 and 18 places. Return the commission, then the crèches.
    """
    with town.here() as tenant:
        lilas, roses = (
            await a_facility("Les Lilas", places=12),
            await a_facility("Roses", places=18),
        )
        for facility, manager in ((lilas, "Ville"), (roses, "VILLE")):
            await Facility.update({Facility.manager: manager}).where(Facility.id == facility)
        for name, work in (("Zoé", "employed"), ("Léo", "insertion")):
            await an_application(
                lilas,
                state="complete",
                child=Child(given_name=name, family_name="Payet", born_on=BORN),
                situation=Situation(work),
                entry=Entry(start_on=WINTER.first_start),
                week=Week(wished=1023),
            )
            clock.move(minutes=1)
        number = await a_commission(town)
        version, _ = await grids.keep(RESERVED, "2026-12", 1, tenant.now())
        await Commission.update({Commission.grid: version}, force=True)
        row = await commissions.one(number)
        cells = {place: 1 if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    return number, lilas, roses


async def reserve(town: Town, number: int, changes: Changes | None = None) -> list[tuple[str, int]]:
    """Return what the engine is asked to keep."""
    with town.here() as tenant:
        row = await commissions.one(number)
        given = await (await preparing.gathered(tenant, row, changes or Changes())).laid_out()
    return [(one.code, one.quota) for one in given.reserves]


async def held(facility: int, **told: object) -> None:
    """Write a child received on a place kept for insertion, and there for long."""
    row = Contract(facility=facility, child_name="Ana", born_on=BORN, slots=1023)
    row.first, row.insertion = WINTER.first_start.replace(year=2026), True
    for name, value in told.items():
        setattr(row, name, value)
    await Contract.insert(row)


async def served(town: Town, clock: FrozenClock, number: int) -> str:
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        (offer,) = await Offer.objects(Offer.application)
    return str(offer.application.child_name)


async def test_a14_two_creches_of_a_manager_owe_together_what_neither_owes_alone(
    communes: Communes, clock: FrozenClock
) -> None:
    """12 and 18 places: one whole twenty, so one place, and Léo has it though Zoé has more points."""
    town = communes.alpha
    number, _, roses = await a_town(town, clock)

    together = await reserve(town, number)
    with town.here():
        await Facility.update({Facility.manager: ""}).where(Facility.id == roses)
    apart = await reserve(town, number)
    with town.here():
        await Facility.update({Facility.manager: "Ville"}).where(Facility.id == roses)

    assert (together, apart) == ([("insertion:Ville", 1)], [])
    assert "Léo" in await served(town, clock, number)


async def test_a14_a_child_already_there_is_counted_in_whatever_creche_of_the_manager(
    communes: Communes, clock: FrozenClock
) -> None:
    """Art. D214-7: the child of the other crèche fills the place owed; points decide the one given."""
    town = communes.alpha
    number, _, roses = await a_town(town, clock)
    with town.here():
        await held(roses)

    assert await reserve(town, number) == []
    assert "Zoé" in await served(town, clock, number)


@pytest.mark.parametrize(
    "changed",
    [
        {"insertion": False},
        {"last": WINTER.first_start.replace(year=2026, month=12, day=31)},
        {"born_on": BORN.replace(year=2023)},
    ],
    ids=["received otherwise", "gone before", "at school"],
)
async def test_a14_who_holds_no_such_place_then_fills_none(
    communes: Communes, clock: FrozenClock, changed: dict[str, object]
) -> None:
    town = communes.alpha
    number, _, roses = await a_town(town, clock)
    with town.here():
        await held(roses, **changed)

    assert await reserve(town, number) == [("insertion:Ville", 1)]


async def test_a14_a_company_keeps_none_of_its_places_and_a_variant_may_ask_for_more(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, _, roses = await a_town(town, clock)
    one_in_ten = Changes(sizes=(Size("insertion", per_places=10),))

    assert await reserve(town, number, one_in_ten) == [("insertion:Ville", 3)]
    with town.here():
        await Facility.update({Facility.kind: "company"}).where(Facility.id == roses)
    assert await reserve(town, number, one_in_ten) == [("insertion:Ville", 1)]
    assert await reserve(town, number, Changes(sizes=(Size("insertion", quota=4),))) == [
        ("insertion:Ville", 4)
    ]


async def test_a14_a_child_admitted_so_stays_counted_after_its_parents_path(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, lilas, _ = await a_town(town, clock)
    await served(town, clock, number)
    with town.here():
        row = await commissions.one(number)
        (offer,) = await Offer.objects(Offer.facility)
        await offering.accept(offer, 1, "office", clock())
        await Application.update({Application.sent: "{}", Application.answers: "{}"}, force=True)
        (contract,) = await Contract.objects()
        own = await insertion.held(row)
        there = await insertion.present(WINTER.first_start, WINTER.first_start)

    assert contract.insertion
    assert own == []  # what the commission itself gives is counted by what it gets
    assert [one.facility for one in there] == [lilas]


async def test_an_emergency_of_a_family_on_a_path_is_counted_and_of_another_is_not(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    _, lilas, _ = await a_town(town, clock)
    first, last = WINTER.first_start.replace(day=5), WINTER.first_start.replace(day=8)
    with town.here() as tenant:
        place = Capacity(facility=lilas, age_group="babies", weekday=0, half="am")
        place.places, place.free, place.changed_at = 5, 5, tenant.now()
        await Capacity.insert(place)
        for file in await Application.objects().order_by(Application.id):
            await emergencies.give(tenant, file, Urgent(lilas, 1, first, last, "U2"), 1, clock())
        rows = await Contract.objects().order_by(Contract.id)

    assert [one.insertion for one in rows] == [False, True]


async def test_a_director_counts_a_child_typed_by_hand_and_the_town_hall_reads_the_sum(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        lilas, roses = (
            await a_facility("Les Lilas", places=45),
            await a_facility("Roses", places=15),
        )
        for facility in (lilas, roses):
            await Facility.update({Facility.manager: "Ville"}).where(Facility.id == facility)
    director = await town.staff(
        Grant("creche_manager", f"creche.facility:{lilas}"), email="d@a.test"
    )
    agent, here = await town.staff(), f"/creche/direction/{lilas}/enfants"
    typed = {"name": "Ana", "born_on": "2026-03-14", "first": "2026-09-01", "days": ["mon-am"]}

    async def told() -> list[str]:
        url = "/bureau/creche/statistiques/admissions/export/csv?table=insertion"
        answer = (await agent.get(url)).content.decode("utf-8-sig")
        rows = csv.reader(io.StringIO(answer), delimiter=";")
        return next(row for row in rows if row[0] == "Ville")[1:]

    added = await director.post(here, data={**typed, "insertion": "oui"})
    listed = "Enfant;Né le;Demi-journées;Premier jour;Insertion\n"
    lines = (
        f"{listed}Tom;14/03/2026;lundi;01/09/2026;oui\nMia;14/03/2026;lundi;01/09/2026;peut-être\n"
    )
    wrong = await director.post(f"{here}/import", files={"file": ("l.csv", lines.encode())})
    two = await told()
    with town.here():
        ana, _ = await contracts.of_facility(lilas)
    page = (await director.get(f"{here}/{ana.id}")).text
    one = await director.post(f"{here}/{ana.id}/insertion", data={"compter": "non"})
    after = await told()
    stranger = await director.post(
        f"/creche/direction/{roses}/enfants/{ana.id}/insertion", data={"compter": "oui"}
    )

    assert (added.status_code, wrong.status_code, one.status_code) == (303, 422, 303)
    assert "écrivez oui ou non" in wrong.text
    assert "même si leur parcours s’achève" in page
    assert two == ["60", "3", "2", "0", "1"]
    assert after == ["60", "3", "1", "0", "2"]
    assert stranger.status_code == 404


async def test_the_desk_puts_another_size_of_a_reserve_beside_and_never_decides_on_it(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, _, _ = await a_town(town, clock)
    agent, here = await town.staff(), f"/bureau/creche/commissions/{number}"
    tries = f"{here}/variantes"

    await agent.post(f"{here}/proposition")
    done = await agent.post(tries, data={"kind": "size", "reserve": "insertion", "size": "40"})
    unknown = await agent.post(tries, data={"kind": "size", "reserve": "autre", "size": "4"})
    wrong = await agent.post(tries, data={"kind": "size", "reserve": "insertion", "size": "zéro"})
    page = (await agent.get(f"{here}/proposition")).text
    kept = await agent.post(f"{tries}/2/retenir")

    rows = [line for line in page.splitlines() if "dont pour qui une place est réservée" in line]
    assert done.status_code == 303
    assert [one.status_code for one in (unknown, wrong, kept)] == [422, 422, 422]
    assert "Parents en insertion : une place sur 40" in page
    assert "une place sur 20, par gestionnaire" in page
    assert "(− 1)" in rows[0]  # 30 authorised places owe none of one in forty: Zoé passes by points
    assert "décide avec ceux qu’elle a annoncés" in kept.text


async def test_places_held_by_agreement_with_childminders_are_not_kept_twice(
    communes: Communes, clock: FrozenClock
) -> None:
    """A14, D214-7: a manager may hold its places by agreement; one that ends too soon guarantees
    nothing, and once it is removed the commission keeps the place again.
    """
    town = communes.alpha
    number, _, roses = await a_town(town, clock)
    where, agent = f"/creche/direction/{roses}/insertion", await town.staff()
    told = {"partner": "Relais petite enfance", "places": "1", "first": "2026-01-01"}
    manager = await town.staff(
        Grant("creche_manager", f"creche.facility:{roses}"), email="m@example.test"
    )
    foreign = await communes.beta.staff(email="b@example.test")

    owed = await reserve(town, number)
    assert (await agent.post(where, data=told | {"last": "2027-01-31"})).status_code == 303
    too_short = await reserve(town, number)
    assert (await agent.post(where, data=told)).status_code == 303
    agreed = await reserve(town, number)
    read = unescape((await manager.get(where)).text)
    figures = (await agent.get(f"{FIGURES}?table=insertion")).content.decode("utf-8-sig")
    backwards = await agent.post(where, data=told | {"last": "2025-12-31"})
    with town.here():
        *_, last = await Agreement.objects().order_by(Agreement.id)
    away = f"{where}/{last.id}/retirer"

    assert (owed, too_short, agreed) == ([("insertion:Ville", 1)], [("insertion:Ville", 1)], [])
    assert "Relais petite enfance" in read
    assert "Ajouter une convention" not in read
    assert figures.splitlines()[1] == "Ville;30;1;0;2;0"  # both stand today
    assert backwards.status_code == 422
    assert "La convention finit après son début" in unescape(backwards.text)
    assert 'value="Relais petite enfance"' in backwards.text
    for browser, code in ((manager, 403), (foreign, 404)):
        assert (await browser.post(where, data=told)).status_code == code
        assert (await browser.post(away)).status_code == code
    assert (await agent.post(away)).status_code == 303
    assert (await agent.post(away)).status_code == 404
    assert await reserve(town, number) == [("insertion:Ville", 1)]
    assert "Léo" in await served(town, clock, number)


async def test_a_creche_avip_says_whether_it_keeps_its_share(communes: Communes) -> None:
    """CASF, art. L. 214-7: of six children present two, one of whom is missing."""
    town = communes.alpha
    with town.here() as tenant:
        lilas, today = await a_facility("Les Lilas"), tenant.now().date()
        for work in ("employed",) * 5 + ("job_seeking",):
            file = await an_application(lilas, situation=Situation(work=work))
            row = Contract(facility=lilas, child_name=f"Bébé {file}", born_on=BORN, slots=1)
            row.first, row.application, row.source = today, file, "admission"
            await Contract.insert(row)
    agent, where = await town.staff(), f"/creche/direction/{lilas}/insertion"
    assert (await agent.get(f"{FIGURES}?table=avip-creches")).status_code == 404

    assert (await agent.post(f"{where}/avip", data={"is_avip": "oui"})).status_code == 303

    told = (await agent.get(f"{FIGURES}?table=avip-creches")).content.decode("utf-8-sig")
    assert told.splitlines()[1] == "Les Lilas;6;2;1;il en manque 1"
    assert (await agent.post(f"{where}/avip", data={})).status_code == 303
    assert (await agent.get(f"{FIGURES}?table=avip-creches")).status_code == 404
