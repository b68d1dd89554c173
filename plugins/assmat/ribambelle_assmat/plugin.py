"""What the childminders' directory says to the portal."""

from collections.abc import Iterable
from typing import Any

from ribambelle import hookimpl
from ribambelle.identity import Person, Role


@hookimpl
def settings() -> Any:
    """The relais of the commune."""
    from ribambelle_assmat.settings import Settings

    return Settings


@hookimpl
def roles() -> list[Role]:
    """Childminders, and who follows them besides the town hall."""
    return [
        Role(
            "childminder",
            "Assistante maternelle",
            scope="assmat.childminder",
            told="Tient sa fiche et dit ses places libres.",
            by_oneself=True,
        ),
        Role(
            "mairie",
            "Mairie",
            scope="assmat.commune",
            told="Lit la liste légale des assistantes maternelles de sa commune.",
        ),
        Role(
            "rpe",
            "Relais petite enfance",
            scope="assmat.relais",
            told="Suit les assistantes maternelles de son relais et annonce ses rencontres.",
        ),
        Role(
            "pmi",
            "PMI (département)",
            told="Tient le registre des agréments, valide les fiches et lit les déclarations.",
        ),
    ]


@hookimpl
def tables() -> Iterable[Any]:
    """The register, what childminders say, their places."""
    from ribambelle_assmat.tables import TABLES

    return TABLES


@hookimpl
def personal_data() -> Iterable[Any]:
    """What the directory holds of childminders."""
    from ribambelle_assmat.personal_data import HELD

    return HELD


@hookimpl
def jobs() -> dict[str, Any]:
    """Accounts asked for; the register left for the night; what is forgotten."""
    from ribambelle_assmat.activating import activate
    from ribambelle_assmat.refreshing import ask
    from ribambelle_assmat.registering import forget
    from ribambelle_assmat.reminding import remind
    from ribambelle_assmat.renewing import renew
    from ribambelle_assmat.saving import forget as forget_searches
    from ribambelle_assmat.saving import look
    from ribambelle_assmat.surveying import locate

    return {
        **{"forget": forget, "renew": renew, "activate": activate, "ask": ask, "remind": remind},
        **{"look": look, "forget_searches": forget_searches, "locate": locate},
    }


@hookimpl
def schedules() -> list[Any]:
    """Each night the register, then what is forgotten; each morning the question of the month."""
    from ribambelle.jobs import Schedule

    return [
        *(
            Schedule("renew", 2),
            Schedule("locate", 3),
            Schedule("forget", 4),
            Schedule("forget_searches", 4),
        ),
        *(Schedule("ask", 9), Schedule("look", 8), Schedule("remind", 9)),
    ]


@hookimpl
def message_templates() -> Iterable[Any]:
    """The question of the month, what families write."""
    from ribambelle_assmat import declared_messages, declared_reminders

    return (*declared_messages.MESSAGES, *declared_reminders.MESSAGES)


@hookimpl
def scopes() -> dict[str, Any]:
    """The childminders, communes and relais a role may be limited to."""
    from ribambelle_assmat.queries import directory, legal_lists, relais

    return {
        "assmat.childminder": directory.names,
        legal_lists.KIND: legal_lists.names,
        relais.KIND: relais.names,
    }


@hookimpl
def routes() -> Iterable[Any]:
    """The directory, each childminder's own pages, the register at the office."""
    from ribambelle_assmat.api import (
        acts,
        childminders,
        communes,
        declarations,
        desk,
        herself,
        registers,
        sms,
    )
    from ribambelle_assmat.api import photos as sent_photos
    from ribambelle_assmat.pages import (
        activation,
        browsing,
        caf,
        cares,
        confirming,
        contacting,
        data,
        figures,
        legal_list,
        meetings,
        office,
        photos,
        pmi,
        public,
        relais,
        saved,
        selection,
        space,
    )

    return [
        *public.ROUTES,
        *browsing.ROUTES,
        *selection.ROUTES,
        *saved.ROUTES,
        *activation.ROUTES,
        *confirming.ROUTES,
        *contacting.ROUTES,
        *space.ROUTES,
        *photos.ROUTES,
        *meetings.ROUTES,
        *office.ROUTES,
        *cares.ROUTES,
        *pmi.ROUTES,
        *legal_list.ROUTES,
        *relais.ROUTES,
        *figures.ROUTES,
        *caf.ROUTES,
        *data.ROUTES,
        *childminders.ROUTES,
        *communes.ROUTES,
        *desk.ROUTES,
        *acts.ROUTES,
        *registers.ROUTES,
        *declarations.ROUTES,
        *herself.ROUTES,
        *sent_photos.ROUTES,
        *sms.ROUTES,
    ]


@hookimpl
def public_pages() -> list[Any]:
    """The directory, and each childminder families see."""
    from ribambelle_assmat.pages.browsing import PUBLIC

    return PUBLIC


@hookimpl
def childcare_supply() -> list[Any]:
    """The accredited places of those at work."""
    from ribambelle_assmat.queries.supply import childcare

    return [childcare]


@hookimpl
def childcare_costs() -> list[Any]:
    """What is left to a family once the CAF has paid its part of a childminder."""
    from ribambelle_assmat.pricing import costs

    return [costs]


@hookimpl
def api_scopes() -> list[Any]:
    """What a program may read of the directory, and do for somebody."""
    from ribambelle_assmat.api.granted import SCOPES

    return SCOPES


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """One entry for families and visitors."""
    from ribambelle.web.menu import MenuEntry

    if person and person.is_staff:
        return _staff(person)
    return [MenuEntry("Assistantes maternelles", "/assmat", "gens", rank=40, short="Assistantes")]


def _staff(person: Person) -> list[Any]:
    from ribambelle.web.menu import MenuEntry

    if person.holds("agent", "admin", "pmi"):
        return [
            MenuEntry("Assistantes maternelles", "/bureau/assmat", "gens", rank=46, short="Assmat")
        ]
    found = []
    if numbers := person.numbers("childminder", "assmat.childminder"):
        mine = f"/assmat/espace/{numbers[0]}"
        found += [
            MenuEntry("Ma fiche", mine, "gens", rank=10),
            MenuEntry("Mes accueils", f"{mine}/accueils", "bebe", rank=11, short="Accueils"),
            MenuEntry("Mon relais", f"{mine}/relais", "agenda", rank=12),
            MenuEntry("Déclarations", f"{mine}/declarations", "feuille", rank=13),
        ]
    if person.holds("mairie"):
        found.append(MenuEntry("Ma commune", "/bureau/assmat/communes", "mairie", rank=14))
    if person.holds("caf_operator"):
        entry = MenuEntry("Fiches pour la CAF", "/bureau/assmat/caf", "gens", rank=18, short="CAF")
        found.append(entry)
    if person.holds("rpe"):
        found.append(MenuEntry("Relais", "/bureau/assmat/relais", "gens", rank=16))
    return found


@hookimpl
def commands() -> Any:
    """``ribambelle assmat …``"""
    from ribambelle_assmat.commands import app

    return app


@hookimpl
def cards() -> list[Any]:
    """What the PMI does, on the home page of a département."""
    from ribambelle_assmat.pages.portal_home import card

    return [card]


@hookimpl
def demo() -> Any:
    """A register of invented childminders, in a commune or over a département."""
    from ribambelle_assmat.demo_departement import fill

    return fill
