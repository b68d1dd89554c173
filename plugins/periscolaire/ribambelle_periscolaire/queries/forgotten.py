"""Children enrolled in an activity for whom nothing was ever said of some days."""

from datetime import date

from ribambelle_periscolaire.tables import Enrolment

NOTHING = """
SELECT DISTINCT e.child FROM periscolaire_enrolled d
JOIN periscolaire_enrolment e ON e.id = d.enrolment
JOIN core_demande m ON m.id = e.demande AND m.state = 'accepted'
WHERE d.activity = {} AND e.year BETWEEN {} AND {} AND NOT EXISTS (
  SELECT 1 FROM periscolaire_booking b JOIN periscolaire_unit u ON u.id = b.unit
  WHERE b.child = e.child AND u.activity = d.activity AND b.day BETWEEN {} AND {})
ORDER BY e.child
"""


async def children(activity: int, years: tuple[int, int], first: date, last: date) -> list[int]:
    """Return the children enrolled with nothing booked, nor cancelled, between two days."""
    rows = await Enrolment.raw(NOTHING, activity, *years, first, last)
    return [row["child"] for row in rows]
