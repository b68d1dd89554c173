"""Openings on home pages: what a family has to do in time, what the town hall has to decide."""

from datetime import datetime, timedelta

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.home import ToDo
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.openings import Opening
from ribambelle_periscolaire.pages.openings import HERE
from ribambelle_periscolaire.queries import catalogue, openings, pupils, rooms

BEFORE, AFTER = timedelta(days=7), timedelta(days=14)
"""How long an opening is told before it begins, and its answer after."""


async def opening_soon(person: Person) -> list[ToDo]:
    """Return the openings a family may take part in, and the answers it was given."""
    if not person.is_family or not person.household:
        return []
    tenant = tenants.current()
    now, known = tenant.now(), await catalogue.current()
    answers = await openings.answered(person.household, now - AFTER)
    found = [
        ToDo(
            title=f"{row.name} : la réponse à vos vœux",
            detail="Voyez le vœu accepté, ou pourquoi il n’a pas pu l’être.",
            action="Voir",
            href=f"{HERE}/{row.id}",
            icon="agenda",
            count=1,
        )
        for row in answers
    ]
    soon = [one for one in known.openings if now >= one.begins_at - BEFORE and not one.is_over(now)]
    if not soon:
        return found
    years = [school_year(day) for one in soon for day in (one.first, one.last)]
    family = await pupils.family_of(person, now.date(), (min(years), max(years)))
    enrolled = {
        number
        for pupil in family.pupils.values()
        for opened in pupil.activities.values()
        for number in opened
    }
    mine = await openings.of_home(person.household)
    for one in soon:
        if one.activity in enrolled:
            is_in = one.id in mine
            name = f"{known.by_id[one.activity].name} : {one.name}"
            told = await _told(one, name, person, now, is_in=is_in)
            if told:
                found.append(told)
    return found


async def _told(
    one: Opening, name: str, person: Person, now: datetime, *, is_in: bool
) -> ToDo | None:
    if one.mode == "wishes":
        if is_in:
            return None
        detail, action = f"Les vœux ouvrent {formats.moment(one.begins_at)}.", "Voir"
        if not one.is_before(now):
            until = formats.moment(one.ends_at)
            detail = f"Rangez vos vœux avant {until} : l’ordre d’arrivée ne compte pas."
            action = "Choisir"
    else:
        detail = f"Ouverture {formats.moment(one.begins_at)}, par la salle d’attente."
        action = "Entrer"
        stands = await rooms.place(one, person.household, now) if is_in else None
        if stands:
            action = "Voir"
        if stands and stands.turn and now < stands.turn.at:
            at = formats.heure(stands.turn.at)
            detail = f"Votre rang : {stands.turn.rank}. Votre tour vient vers {at}."
        elif stands and stands.turn and stands.turn.is_on(now):
            until = formats.heure(stands.turn.until)
            detail, action = f"C’est à vous : réservez avant {until}.", "Réserver"
        elif stands and stands.turn:
            detail = "Votre tour est passé. Reprenez un rang pour continuer."
    return ToDo(
        title=name,
        detail=detail,
        action=action,
        href=f"{HERE}/{one.id}",
        icon="horloge",
        count=1,
    )


async def to_allocate(person: Person) -> list[ToDo]:
    """Return the wish windows that wait for an agent."""
    if not person.holds("agent", "admin"):
        return []
    return [
        ToDo(
            title=f"{row.name} : vœux à attribuer",
            detail="La fenêtre de vœux est close : regardez le résultat, puis confirmez-le.",
            action="Attribuer",
            href=f"/bureau/periscolaire/ouvertures/{row.id}",
            icon="agenda",
            count=1,
            since=row.ends_at,
        )
        for row in await openings.to_decide(tenants.current().now())
    ]
