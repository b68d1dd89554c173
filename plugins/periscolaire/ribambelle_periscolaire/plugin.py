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
    """Pages for families and the town hall."""
    from ribambelle_periscolaire.pages import (
        enrolment,
        enrolment_printed,
        enrolment_sending,
        enrolment_steps,
        offers,
        week,
    )

    pages = (week, offers, enrolment, enrolment_steps, enrolment_sending, enrolment_printed)
    return [route for page in pages for route in page.ROUTES]


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """What each kind of person finds in the menu."""
    from ribambelle.web.menu import MenuEntry

    if person and person.is_family:
        return [MenuEntry("Réserver", "/periscolaire", "agenda", rank=10)]
    return []


@hookimpl
def to_do() -> list[Any]:
    """The places offered, the children to enrol; what the town hall has to decide."""
    from ribambelle_periscolaire.pages.home import waiting
    from ribambelle_periscolaire.pages.home_enrolments import to_enrol

    return [waiting, to_enrol]


@hookimpl
def workflows() -> list[Any]:
    """The life of an enrolment."""
    from ribambelle_periscolaire.workflow import WORKFLOW

    return [WORKFLOW]


@hookimpl
def document_types() -> list[Any]:
    """The papers an enrolment may need."""
    from ribambelle_periscolaire.proofs import TYPES

    return TYPES


@hookimpl
def paper_templates() -> Iterable[Any]:
    """What a town hall prints about an enrolment."""
    from ribambelle_periscolaire.declared_papers import PAPERS

    return PAPERS


@hookimpl
def jobs() -> dict[str, Any]:
    """The places offered: told, then taken back when nobody answers."""
    from ribambelle_periscolaire.offering import lapse_job
    from ribambelle_periscolaire.telling import tell_offer

    return {"tell_offer": tell_offer, "lapse": lapse_job}


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
