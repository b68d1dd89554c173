"""The périscolaire on home pages."""

from datetime import date

from ribambelle import tenants
from ribambelle.calendar.events import Event
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.home import ToDo
from ribambelle_periscolaire.queries import bookings, catalogue, waiting_lists


async def waiting(person: Person) -> list[ToDo]:
    """Return the places offered to a family, the most urgent first."""
    if not person.is_family:
        return []
    tenant, known = tenants.current(), await catalogue.current()
    rows = await waiting_lists.own(person, tenant.now().date())
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


async def events(person: Person, first: date, last: date) -> list[Event]:
    """Return what each child has booked, day by day, for the family's calendar."""
    if not person.adult:
        return []
    known = await catalogue.current()
    found: dict[tuple[date, int], tuple[str, list[str]]] = {}
    for row in await bookings.booked_for(person.adult, first, last):
        if row["unit"] not in known.units:
            continue
        activity = known.activity_of(row["unit"])
        name = known.units[row["unit"]].name if len(activity.units) > 1 else activity.name
        _, told = found.setdefault((row["day"], row["child"]), (row["given_name"], []))
        told.append(name.lower())
    return [
        Event(
            f"periscolaire:{child}:{day}",
            f"{name} : {', '.join(told)}",
            day,
            href=f"/periscolaire/semaine/{day}",
        )
        for (day, child), (name, told) in found.items()
    ]
