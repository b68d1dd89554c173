"""A child who changes school in September books, is listed and is closed there for September."""

from datetime import UTC, date, datetime

from tests.periscolaire.builders import (
    a_child,
    a_family,
    a_group,
    an_activity,
    enrol,
    insert,
    settle,
)
from tests.periscolaire.builders import a_unit as unit_of

from ribambelle.identity.tables import School
from ribambelle.search import fold
from ribambelle.testing.communes import Communes
from ribambelle_periscolaire import attending, booking, closing
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.gathering import gather
from ribambelle_periscolaire.queries import catalogue, classes, office
from ribambelle_periscolaire.tables import Closure, Enrolment

JUNE, SEPTEMBER = date(2027, 6, 7), date(2027, 9, 7)


async def test_the_places_of_next_year_are_those_of_the_school_of_next_year(
    communes: Communes,
) -> None:
    town = communes.alpha
    settle(town)
    with town.here() as tenant:
        schools = {
            name: await insert(School(name=name, folded=fold(name)))
            for name in ("Lilas", "Tilleuls")
        }
        canteen = await an_activity("cantine", "Cantine", "canteen")
        await unit_of(canteen)
        groups = {name: await a_group(canteen, school=number) for name, number in schools.items()}
        anne = await a_family()
        child = await a_child(anne, canteen, school="Lilas", class_name="GS")
        enrolment = await enrol(child, canteen, year=2027)
        to_come = {Enrolment.school: schools["Tilleuls"], Enrolment.class_name: "CP"}
        await Enrolment.update(to_come).where(Enrolment.id == enrolment)

        found = await gather(tenant, anne, JUNE, SEPTEMBER, tenant.now())

        doors = found.doors
        pupil, activity = found.family.pupils[child], doors.catalogue.by_id[canteen]
        where = [doors.group(pupil, activity, day) for day in (JUNE, SEPTEMBER)]
        assert [one.id for one in where if one] == [groups["Lilas"], groups["Tilleuls"]]
        # once the year has turned, the child's own row says where it is, even after a move
        await Enrolment.update({Enrolment.is_placed: True}).where(Enrolment.id == enrolment)
        again = await gather(tenant, anne, JUNE, SEPTEMBER, tenant.now())
        moved = doors.group(again.family.pupils[child], activity, SEPTEMBER)
        assert moved
        assert moved.id == groups["Lilas"]


async def test_the_office_lists_and_closes_next_year_by_the_school_of_next_year(
    communes: Communes,
) -> None:
    town = communes.alpha
    settle(town)
    with town.here() as tenant:
        lilas, tilleuls = [
            await insert(School(name=name, folded=fold(name))) for name in ("Lilas", "Tilleuls")
        ]
        canteen = await an_activity("cantine", "Cantine", "canteen")
        meal = await unit_of(canteen, is_meal=True)
        group = await a_group(canteen, school=tilleuls)
        anne = await a_family()
        child = await a_child(anne, canteen, school="Lilas", class_name="GS")
        enrolment = await enrol(child, canteen, year=2027)
        to_come = {Enrolment.school: tilleuls, Enrolment.class_name: "CP"}
        await Enrolment.update(to_come).where(Enrolment.id == enrolment)
        now = datetime(2027, 8, 30, 8, tzinfo=UTC)
        await booking.save(tenant, anne, [Wanted(child, meal, SEPTEMBER, "book")], "key", now)

        (row,) = await office.between([canteen], SEPTEMBER, SEPTEMBER)
        assert (row.place, row.held.group) == ("CP, Tilleuls", group)
        marker = attending.Marker(schools=frozenset({tilleuls}))
        sheet = await attending.sheet(await catalogue.current(), marker, group, SEPTEMBER)
        assert [one["class_name"] for one in sheet.expected.values()] == ["CP"]
        assert list(sheet.others) == [child]
        told = {one.label: one for one in await classes.every()}
        for day, label in ((JUNE, "Lilas, GS"), (SEPTEMBER, "Tilleuls, CP")):
            assert list(await classes.children(told[label], day)) == [child]
        assert not await classes.children(told["Lilas, GS"], SEPTEMBER)
        days = {"first": SEPTEMBER, "last": SEPTEMBER, "reason": "outing", "declared_at": now}
        here = Closure(**days, school=lilas, class_name="GS")
        there = Closure(**days, school=tilleuls, class_name="CP")
        closed = [await closing.preview(row, now.date()) for row in (here, there)]
        assert [one.children for one in closed] == [0, 1]
