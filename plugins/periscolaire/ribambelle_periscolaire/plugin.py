"""What the périscolaire plugin says to the portal."""

from collections.abc import Iterable
from typing import Any

from ribambelle import hookimpl
from ribambelle.identity import Person


@hookimpl
def settings() -> Any:
    """The table ``[periscolaire]`` of a commune's file."""
    from ribambelle_periscolaire.settings import Settings

    return Settings


@hookimpl
def tables() -> Iterable[Any]:
    """Activities, enrolments, bookings and what happened to them."""
    from ribambelle_periscolaire.tables import TABLES

    return TABLES


@hookimpl
def routes() -> Iterable[Any]:
    """Pages for families, and for the town hall."""
    from ribambelle_periscolaire.pages import (
        absence,
        month,
        offers,
        office,
        office_child,
        office_classes,
        office_closures,
        office_day,
        office_fill,
        office_parts,
        public,
        usual_week,
        week,
        year,
    )

    pages = (public, week, month, year, usual_week, absence, offers)
    desks = (
        *(office, office_parts, office_closures, office_day),
        *(office_child, office_classes, office_fill),
    )
    return [route for page in (*pages, *desks) for route in page.ROUTES]


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """What each kind of person finds in the menu."""
    from ribambelle.web.menu import MenuEntry

    if person and person.is_family:
        return [MenuEntry("Réserver", "/periscolaire", "agenda", rank=10)]
    if person and person.holds("agent", "admin"):
        return [
            MenuEntry("Périscolaire", "/bureau/periscolaire", "agenda", rank=17, short="Périsco")
        ]
    if person and person.holds("school_staff", "kitchen"):
        return [MenuEntry("Périscolaire", "/bureau/periscolaire/jour", "agenda", rank=17)]
    return [] if person else [MenuEntry("Autour de l’école", "/periscolaire", "agenda", rank=10)]


@hookimpl
def to_do() -> list[Any]:
    """The places offered, which wait for an answer."""
    from ribambelle_periscolaire.pages.home import waiting

    return [waiting]


@hookimpl
def search() -> list[Any]:
    """The children enrolled, by name."""
    from ribambelle_periscolaire.pages.office_child import find

    return [find]


@hookimpl
def jobs() -> dict[str, Any]:
    """The places offered: told, then taken back when nobody answers; the days closed, told."""
    from ribambelle_periscolaire.offering import lapse_job
    from ribambelle_periscolaire.reminding import remind, remind_family
    from ribambelle_periscolaire.telling import tell_closed, tell_closure, tell_offer

    return {
        "tell_offer": tell_offer,
        "lapse": lapse_job,
        "tell_closure": tell_closure,
        "tell_closed": tell_closed,
        "remind": remind,
        "remind_family": remind_family,
    }


@hookimpl
def schedules() -> list[Any]:
    """Each morning: who booked nothing before a deadline."""
    from ribambelle.jobs import Schedule

    return [Schedule("remind", hour=8)]


@hookimpl
def message_templates() -> Iterable[Any]:
    """What bookings make the portal write."""
    from ribambelle_periscolaire.declared_messages import MESSAGES

    return MESSAGES


@hookimpl
def personal_data() -> list[Any]:
    """What bookings hold of families."""
    from ribambelle_periscolaire.personal_data import HELD

    return HELD
