"""A child who changes school in September books there for September, and here until then."""

from datetime import date

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
from ribambelle_periscolaire.gathering import gather
from ribambelle_periscolaire.tables import Enrolment

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
