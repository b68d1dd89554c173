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
    """Pages for families and the town hall, and what programs may ask."""
    from ribambelle_periscolaire.api import bookings, children, offer
    from ribambelle_periscolaire.pages import (
        absence,
        attendance,
        enrolment,
        enrolment_printed,
        enrolment_sending,
        enrolment_steps,
        kitchen,
        month,
        offers,
        office,
        office_attendance,
        office_attendance_export,
        office_child,
        office_classes,
        office_closures,
        office_day,
        office_enrolment,
        office_enrolments,
        office_fill,
        office_laboratory,
        office_onde,
        office_openings,
        office_parts,
        office_quotients,
        office_rules,
        office_tablets,
        openings,
        public,
        quotient,
        simulator,
        usual_week,
        week,
        year,
    )

    pages = (
        *(public, simulator, week, month, year, usual_week, absence, offers),
        *(enrolment, enrolment_steps, enrolment_sending, enrolment_printed),
        *(quotient, office_enrolments, office_enrolment, office_rules, office_quotients),
        *(office_onde, office_laboratory, office, office_parts, office_closures, office_day),
        *(office_child, office_classes, office_fill),
        *(attendance, office_attendance, office_attendance_export, office_tablets, kitchen),
        *(openings, office_openings),
        *(offer, children, bookings),
    )
    return [route for page in pages for route in page.ROUTES]


@hookimpl
def api_scopes() -> list[Any]:
    """What a program may read and book."""
    from ribambelle.api import ApiScope

    return [
        ApiScope(
            "periscolaire:read",
            "Lire le périscolaire",
            "Lit les activités, les places, les enfants inscrits et toutes leurs réservations.",
        ),
        ApiScope(
            "periscolaire:book",
            "Réserver au périscolaire",
            "Réserve et annule pour les familles, dans leurs délais ; elles en sont prévenues.",
        ),
    ]


@hookimpl
def public_pages() -> list[Any]:
    """What the commune offers around school, and its rules."""
    from ribambelle.web.crawling import fixed

    return [fixed("periscolaire.pages", "/periscolaire", "/periscolaire/reglement")]


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """What each kind of person finds in the menu."""
    from ribambelle.web.menu import MenuEntry

    if person and person.is_family:
        return [MenuEntry("Réserver", "/periscolaire", "agenda", rank=10)]
    if person and person.holds("agent", "admin"):
        desk = "/bureau/periscolaire"
        return [
            MenuEntry("Inscriptions", f"{desk}/inscriptions", "signet", rank=21),
            MenuEntry("Périscolaire", desk, "agenda", rank=17, short="Périsco"),
        ]
    if person and person.holds("kitchen"):
        return [
            MenuEntry("Repas", "/bureau/periscolaire/cuisine", "barres", rank=10),
            MenuEntry("Périscolaire", "/bureau/periscolaire/jour", "agenda", rank=17),
        ]
    if person and person.holds("school_staff"):
        return [
            MenuEntry("Pointage", "/pointage", "coche", rank=10),
            MenuEntry("Périscolaire", "/bureau/periscolaire/jour", "agenda", rank=17),
        ]
    if person and person.holds("paired_device"):
        return [MenuEntry("Pointage", "/pointage", "coche", rank=10)]
    return [] if person else [MenuEntry("Autour de l’école", "/periscolaire", "agenda", rank=10)]


@hookimpl
def shortcuts(person: Person) -> list[Any]:
    """What a family does most weeks."""
    from ribambelle.web.menu import MenuEntry

    absence = "/periscolaire/absence"
    return [
        MenuEntry("Réserver la semaine", "/periscolaire/semaine", "agenda", rank=5),
        MenuEntry("Signaler une absence", absence, "horloge", rank=6),
    ]


@hookimpl
def cards() -> list[Any]:
    """The enrolments and the waiting lists a family follows."""
    from ribambelle_periscolaire.pages.home_demandes import my_demandes

    return [my_demandes]


@hookimpl
def to_do() -> list[Any]:
    """The places offered, the children to enrol; what the town hall has to decide."""
    from ribambelle_periscolaire.pages.home import waiting
    from ribambelle_periscolaire.pages.home_enrolments import to_decide, to_enrol
    from ribambelle_periscolaire.pages.home_openings import opening_soon, to_allocate

    return [waiting, opening_soon, to_enrol, to_decide, to_allocate]


@hookimpl
def workflows() -> list[Any]:
    """The life of an enrolment."""
    from ribambelle_periscolaire.workflow import WORKFLOW

    return [WORKFLOW]


@hookimpl
def acts() -> dict[str, str]:
    """What families do here, as they read it."""
    return {
        "booking.changed": "Réservations changées",
        "periscolaire.activities_changed": "Activités d’une inscription changées",
        "periscolaire.enrolment_ending": "Fin d’une inscription notée",
        "periscolaire.enrolment_filled": "Inscription périscolaire remplie",
        "periscolaire.means_written": "Quotient familial enregistré",
        "periscolaire.quotient_told": "Quotient familial donné",
        "periscolaire.room_entered": "Rang pris dans une salle d’attente",
        "periscolaire.wished": "Vœux envoyés",
        "periscolaire.wishes_withdrawn": "Vœux retirés",
    }


@hookimpl
def transition_announced() -> dict[str, Any]:
    """Write to the parents of what changed."""
    from ribambelle_periscolaire.telling_enrolments import tell_parents
    from ribambelle_periscolaire.workflow import CODE

    return {CODE: tell_parents}


@hookimpl
def schedules() -> list[Any]:
    """Each night, what the calendar asks of enrolments; each morning, who booked nothing in time."""
    from ribambelle.jobs import Schedule

    return [Schedule("turn", 3), Schedule("freeze", 4), Schedule("remind", 8)]


@hookimpl
def declared_beside() -> dict[str, Any]:
    """Whose a paper is, beside it."""
    from ribambelle_periscolaire.pages.enrolment_told import beside
    from ribambelle_periscolaire.workflow import CODE

    return {CODE: beside}


@hookimpl
def family_demandes() -> list[Any]:
    """The enrolments a family sent."""
    from ribambelle_periscolaire.pages.enrolment_told import followed

    return [followed]


@hookimpl
def billable_items() -> list[Any]:
    """What locked days cost."""
    from ribambelle_periscolaire.billing import items

    return [items]


@hookimpl
def billing_gaps() -> list[Any]:
    """The days booked whose attendance nobody closed."""
    from ribambelle_periscolaire.billing import gaps

    return [gaps]


@hookimpl
def state_evidence() -> list[Any]:
    """The quotient prices what is booked; the schooling proves an enrolment."""
    from ribambelle.particulier import QUOTIENT, SCHOOLING, StateUse
    from ribambelle_periscolaire.state_quotient import look, take

    return [
        StateUse(QUOTIENT, "calculer le prix de la cantine et des accueils", take),
        StateUse(SCHOOLING, "inscrire votre enfant aux activités de son école", look),
    ]


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
def agenda() -> list[Any]:
    """What each child has booked."""
    from ribambelle_periscolaire.pages.home import events

    return [events]


@hookimpl
def search() -> list[Any]:
    """The children enrolled, by name."""
    from ribambelle_periscolaire.pages.office_child import find

    return [find]


@hookimpl
def jobs() -> dict[str, Any]:
    """The places offered: told, then taken back when nobody answers; the days closed, told."""
    from ribambelle_periscolaire.allocating import place_wishes
    from ribambelle_periscolaire.offering import lapse_job
    from ribambelle_periscolaire.ordering import freeze
    from ribambelle_periscolaire.reminding import remind, remind_family
    from ribambelle_periscolaire.telling import (
        tell_closed,
        tell_closure,
        tell_offer,
        tell_unplanned,
    )
    from ribambelle_periscolaire.turning import turn

    return {
        "tell_offer": tell_offer,
        "tell_unplanned": tell_unplanned,
        "lapse": lapse_job,
        "place_wishes": place_wishes,
        "tell_closure": tell_closure,
        "tell_closed": tell_closed,
        "turn": turn,
        "freeze": freeze,
        "remind": remind,
        "remind_family": remind_family,
    }


@hookimpl
def commands() -> Any:
    """``ribambelle periscolaire …``"""
    from ribambelle_periscolaire.commands import app

    return app


@hookimpl
def message_templates() -> Iterable[Any]:
    """What bookings make the portal write."""
    from ribambelle_periscolaire import declared_days, declared_messages, declared_openings

    return (
        *declared_messages.MESSAGES,
        *declared_days.MESSAGES,
        *declared_openings.MESSAGES,
    )


@hookimpl
def personal_data() -> list[Any]:
    """What bookings hold of families."""
    from ribambelle_periscolaire.personal_data import HELD

    return HELD


@hookimpl
def demo() -> Any:
    """Activities, and a school year of invented families."""
    from ribambelle_periscolaire.demo import fill

    return fill


@hookimpl
def shareable() -> Iterable[Any]:
    """Who is enrolled in an activity, or how many, for the association that runs it."""
    from ribambelle_periscolaire.sharing import SHAREABLE

    return SHAREABLE


@hookimpl
def family_groups() -> list[Any]:
    """The families enrolled in each activity, and those who booked it tomorrow."""
    from ribambelle_periscolaire.queries.family_groups import by_activity

    return [by_activity]


@hookimpl
def still_bound() -> list[Any]:
    """The days still to come."""
    from ribambelle_periscolaire.binding import booked

    return [booked]


@hookimpl
def takeover_matters() -> list[Any]:
    """Activities, tariffs, quotients and enrolments of the program the commune leaves."""
    from ribambelle_periscolaire.taking_over import MATTERS

    return list(MATTERS)
