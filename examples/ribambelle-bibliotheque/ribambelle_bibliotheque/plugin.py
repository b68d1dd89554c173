"""What the library says to the portal."""

from collections.abc import Iterable
from typing import Any

from ribambelle import hookimpl
from ribambelle.identity import Person


@hookimpl
def settings() -> Any:
    """The table ``[bibliotheque]`` of a commune's file."""
    from ribambelle_bibliotheque.settings import Settings

    return Settings


@hookimpl
def tables() -> Iterable[Any]:
    """Cards, activities, who comes, and the figures published."""
    from ribambelle_bibliotheque.tables import TABLES

    return TABLES


@hookimpl
def routes() -> Iterable[Any]:
    """The pages of a family, of the library, and what programs may read."""
    from ribambelle_bibliotheque.pages import family, office, office_activities, programs

    pages = (family, office, office_activities, programs)
    return [route for page in pages for route in page.ROUTES]


@hookimpl
def roles() -> Iterable[Any]:
    """Who works at the library, and nowhere else in the town hall."""
    from ribambelle.identity import Role

    told = "Valide les cartes, annonce les activités et voit qui vient."
    return [Role("librarian", "Bibliothécaire", told=told)]


@hookimpl
def api_scopes() -> Iterable[Any]:
    """What a program may read."""
    from ribambelle.api import ApiScope
    from ribambelle_bibliotheque.pages.programs import SCOPE

    told = "Lit les activités à venir et les places qui restent ; aucun nom."
    return [ApiScope(SCOPE, "Lire les activités de la bibliothèque", told)]


@hookimpl
def menu(person: Person | None) -> Iterable[Any]:
    """One entry for families, one for the library."""
    from ribambelle.web.menu import MenuEntry
    from ribambelle_bibliotheque.pages.guards import ROLES

    if person is not None and person.is_family:
        return [MenuEntry("Bibliothèque", "/bibliotheque", "signet", rank=60, short="Biblio")]
    if person is not None and person.holds(*ROLES):
        return [MenuEntry("Bibliothèque", "/bureau/bibliotheque", "signet", rank=60)]
    return []


@hookimpl
def cards() -> Iterable[Any]:
    """What a family follows at the library."""
    from ribambelle_bibliotheque.pages.home import my_library

    return [my_library]


@hookimpl
def to_do() -> Iterable[Any]:
    """The cards to decide."""
    from ribambelle_bibliotheque.pages.home import to_decide

    return [to_decide]


@hookimpl
def agenda() -> Iterable[Any]:
    """What children come to."""
    from ribambelle_bibliotheque.pages.home import events

    return [events]


@hookimpl
def family_demandes() -> Iterable[Any]:
    """The cards a family asked for."""
    from ribambelle_bibliotheque.pages.home import followed

    return [followed]


@hookimpl
def workflows() -> Iterable[Any]:
    """The life of a card."""
    from ribambelle_bibliotheque.workflow import WORKFLOW

    return [WORKFLOW]


@hookimpl
def transition_announced() -> dict[str, Any]:
    """Write to the family what became of its card."""
    from ribambelle_bibliotheque.telling import tell_card
    from ribambelle_bibliotheque.workflow import CODE

    return {CODE: tell_card}


@hookimpl
def acts() -> dict[str, str]:
    """What the journal calls an act, when a family reads it."""
    return {
        "bibliotheque.card.started": "Carte de bibliothèque demandée",
        "bibliotheque.registered": "Inscription à une activité de la bibliothèque",
        "bibliotheque.left": "Inscription à la bibliothèque annulée",
        "bibliotheque.announced": "Activité de la bibliothèque annoncée",
        "bibliotheque.cancelled": "Activité de la bibliothèque annulée",
    }


@hookimpl
def jobs() -> dict[str, Any]:
    """Reminders, cards that end, figures to publish, messages about a place."""
    from ribambelle_bibliotheque.publishing import publish_month
    from ribambelle_bibliotheque.telling import end_past, remind, tell_place

    return {
        "remind": remind,
        "end_past": end_past,
        "publish_month": publish_month,
        "tell_place": tell_place,
    }


@hookimpl
def schedules() -> Iterable[Any]:
    """Each night, the cards that end and the month to publish; each morning, tomorrow's reminders."""
    from ribambelle.jobs import Schedule

    return [Schedule("end_past", 3), Schedule("publish_month", 4), Schedule("remind", 9)]


@hookimpl
def message_templates() -> Iterable[Any]:
    """What the library writes to families."""
    from ribambelle_bibliotheque.declared_messages import MESSAGES

    return MESSAGES


@hookimpl
def billable_items() -> Iterable[Any]:
    """Cards given, places taken."""
    from ribambelle_bibliotheque.billing import items

    return [items]


@hookimpl
def published_figures() -> Iterable[Any]:
    """What each month counted, beside other communes'."""
    from ribambelle.statistics.fleet import Published
    from ribambelle_bibliotheque.publishing import COLUMNS, of_month

    return [Published("bibliotheque.mois", "Bibliothèque", COLUMNS, of_month)]


@hookimpl
def personal_data() -> Iterable[Any]:
    """What is held of families."""
    from ribambelle_bibliotheque.personal_data import HELD

    return HELD


@hookimpl
def demo() -> Any:
    """What a commune of demonstration shows."""
    from ribambelle_bibliotheque.demo import fill

    return fill
