"""A commune of demonstration: four activities in the weeks to come, whatever the day."""

from datetime import timedelta

from ribambelle import tenants
from ribambelle_bibliotheque.queries import activities
from ribambelle_bibliotheque.tables import Activity

OFFERED = (
    (7, "Heure du conte", "Des histoires à écouter, assis sur le tapis.", 630, 12, 3, 6, 0),
    (
        10,
        "Atelier marionnettes",
        "On fabrique, puis on joue devant les parents.",
        870,
        8,
        6,
        10,
        300,
    ),
    (14, "Bébés lecteurs", "Comptines et premiers livres, avec un parent.", 570, 10, 0, 2, 0),
    (21, "Club manga", "On lit, on échange, on dessine.", 960, 15, 9, 15, 0),
)


async def fill(seed: int) -> None:
    """Announce them; the seed changes nothing."""
    today = tenants.current().now().date()
    for days, title, told, begins, places, from_age, to_age, cents in OFFERED:
        await activities.create(
            Activity(
                title=title,
                told=told,
                place="Médiathèque, salle du conte",
                day=today + timedelta(days=days),
                begins=begins,
                places=places,
                from_age=from_age,
                to_age=to_age,
                cents=cents,
            )
        )
