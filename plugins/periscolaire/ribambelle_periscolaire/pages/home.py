"""The périscolaire on home pages."""

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.home import ToDo
from ribambelle_periscolaire.queries import catalogue, waiting_lists


async def waiting(person: Person) -> list[ToDo]:
    """Return the places offered to a family, the most urgent first."""
    if not person.is_family:
        return []
    tenant, known = tenants.current(), await catalogue.current()
    rows = await waiting_lists.of_family(person, tenant.now().date())
    offered = sorted((r for r in rows if r["offered_until"]), key=lambda r: r["offered_until"])
    return [
        ToDo(
            title=f"Une place s’est libérée pour {row['given_name']}",
            detail=f"{known.activity_of(row['unit']).name}, {formats.jour(row['day'])} : répondez avant "
            f"le {formats.moment(row['offered_until'].astimezone(tenant.zone))}.",
            action="Répondre",
            href="/periscolaire/offres",
            icon="horloge",
            count=1,
        )
        for row in offered
        if row["unit"] in known.units
    ]
