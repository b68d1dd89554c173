"""The families enrolled in each activity, and those who have booked it tomorrow: groups to write to."""

from datetime import timedelta

from ribambelle import tenants
from ribambelle.database import Prepared
from ribambelle.families import FamilyGroup
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.queries import catalogue

# The homes of those who answer for the child: both parents', wherever each lives.
HOMES = """
JOIN core_responsibility r ON r.child = {child} AND r.ended_at IS NULL AND r.kind = 'parent'
JOIN core_adult a ON a.id = r.adult
"""
ENROLLED = """
SELECT DISTINCT d.activity, a.household FROM periscolaire_enrolment e
JOIN core_demande m ON m.id = e.demande AND m.state = 'accepted'
JOIN periscolaire_enrolled d ON d.enrolment = e.id
""" + HOMES.replace("{child}", "e.child")
BOOKED = """
SELECT DISTINCT u.activity, a.household FROM periscolaire_booking b
JOIN periscolaire_unit u ON u.id = b.unit
""" + HOMES.replace("{child}", "b.child")
OF_YEAR = Prepared(lambda given: tables.Enrolment.raw(ENROLLED + " WHERE e.year = {}", given.year))
OF_DAY = Prepared(
    lambda given: tables.Booking.raw(BOOKED + " WHERE b.day = {} AND b.state = 'booked'", given.day)
)


async def by_activity() -> list[FamilyGroup]:
    """Return, for each activity open, the homes of the children enrolled, then of those of tomorrow;
    first, all those whose enrolment is accepted."""
    today = tenants.current().now().date()
    tomorrow = today + timedelta(days=1)
    enrolled = _homes(await OF_YEAR.ask(year=school_year(today)))
    booked = _homes(await OF_DAY.ask(day=tomorrow))
    homes = frozenset(home for some in enrolled.values() for home in some)
    found = []
    if homes:
        label = "Inscription périscolaire complète"
        found.append(FamilyGroup("dossiers", label, homes, "Dossiers complets", is_complete=True))
    for one in (await catalogue.current()).activities:
        if one.id in enrolled:
            found.append(FamilyGroup(one.code, one.name, enrolled[one.id], "Par activité"))
        if one.id in booked:
            label = f"{one.name}, réservé demain"
            found.append(FamilyGroup(f"{one.code}-demain", label, booked[one.id], "Par activité"))
    return found


def _homes(rows: list[dict[str, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["activity"], set()).add(row["household"])
    return {activity: frozenset(homes) for activity, homes in found.items()}
