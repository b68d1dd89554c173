"""What the crèche plugin says to the portal."""

from collections.abc import Iterable
from typing import Any

from ribambelle import hookimpl
from ribambelle.identity import Person, Role


@hookimpl
def settings() -> Any:
    """The table ``[creche]`` of a commune's file."""
    from ribambelle_creche.settings import Settings

    return Settings


@hookimpl
def tables() -> Iterable[Any]:
    """Facilities, applications, wishes."""
    from ribambelle_creche.tables import TABLES

    return TABLES


@hookimpl
def roles() -> list[Role]:
    """Who works with crèche files besides the town hall's agents."""
    return [
        Role(
            "creche_manager",
            "Direction de crèche",
            scope="creche.facility",
            told="Tient la fiche et les places de sa crèche, et appelle les familles qui la demandent.",
        ),
        Role(
            "creche_desk",
            "Accueil d’une mairie de quartier",
            scope="creche.desk",
            told="Reçoit et suit les demandes de son guichet.",
        ),
        Role(
            "creche_advisor",
            "Avis sur une situation (PMI, CAF, association)",
            told="Lit les situations que la mairie lui montre et y donne son avis.",
        ),
    ]


@hookimpl
def scopes() -> dict[str, Any]:
    """The crèches and the desks a role may be limited to."""
    from ribambelle_creche.queries import desks, facilities

    return {"creche.facility": facilities.names, "creche.desk": desks.names}


@hookimpl
def routes() -> Iterable[Any]:
    """Pages for the public, families, crèches and the town hall."""
    from ribambelle_creche.pages import (
        appeals,
        cases,
        commission_answers,
        commission_desk,
        commission_holding,
        commission_lists,
        commissions,
        commissions_public,
        criteria,
        dossier,
        emergencies,
        facility,
        facility_children,
        facility_feasibility,
        facility_supply,
        family,
        family_offer,
        known_family,
        minutes,
        office,
        office_criteria,
        office_points,
        papers,
        printed,
        public,
        receipt,
        renewal,
        sending,
        statistics,
        statistics_coverage,
        tariff,
        thresholds,
        why,
    )

    pages = (
        *(public, dossier, known_family, sending, family, receipt, renewal, papers),
        *(facility, office, statistics, statistics_coverage, printed),
        *(criteria, tariff, office_criteria, office_points),
        *(commissions, commissions_public, facility_supply, facility_children),
        *(commission_desk, commission_holding, commission_lists, facility_feasibility, minutes),
        *(why, thresholds),
        *(commission_answers, family_offer, emergencies, appeals, cases),
    )
    return [route for page in pages for route in page.ROUTES]


@hookimpl
def published_figures() -> list[Any]:
    """Who asks for a place, as each month's frozen table says."""
    from ribambelle.statistics.fleet import Published
    from ribambelle_creche.domain.age import GROUPS, LABELS
    from ribambelle_creche.freezing import of_the_town

    columns = (*(LABELS[group] for group in GROUPS), "Total")
    label = "Enfants qui demandent une place en crèche"
    return [Published("creche.demandes", label, columns, of_the_town)]


@hookimpl
def public_pages() -> list[Any]:
    """The crèches, one by one, and how their places are given."""
    from ribambelle.web.crawling import PublicPages, fixed
    from ribambelle_creche.queries.facilities import sheets

    told = ("/creche", "/creche/tarif", "/creche/criteres", "/creche/methode")
    return [fixed("creche.pages", *told), PublicPages("creche.etablissements", sheets)]


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """What each kind of person finds in the menu."""
    from ribambelle_creche.pages.home import entries

    return entries(person)


@hookimpl
def shortcuts(person: Person) -> list[Any]:
    """The family's files."""
    from ribambelle.web.menu import MenuEntry

    return [MenuEntry("Mes demandes de crèche", "/creche/demandes", "bebe", rank=30)]


@hookimpl
def to_do() -> list[Any]:
    """What waits for a family, a crèche or the town hall."""
    from ribambelle_creche.pages.home import waiting

    return [waiting]


@hookimpl
def cards() -> list[Any]:
    """The family's requests, and the way to a new one."""
    from ribambelle_creche.pages.home import cards as mine

    return [mine]


@hookimpl
def agenda() -> list[Any]:
    """The days until which a family has to answer."""
    from ribambelle_creche.pages.home import deadlines

    return [deadlines]


@hookimpl
def search() -> list[Any]:
    """Files and facilities, for the staff's search."""
    from ribambelle_creche.pages.home import find

    return [find]


@hookimpl
def workflows() -> list[Any]:
    """The life of a pre-registration file."""
    from ribambelle_creche.workflow import WORKFLOW

    return [WORKFLOW]


@hookimpl
def acts() -> dict[str, str]:
    """What families do here, as they read it."""
    return {
        "creche.admission.accepted": "Place en crèche acceptée",
        "creche.offer_agreed": "Oui gardé, en attente d’une autre famille",
        "creche.contract_admitted": "Place en crèche acceptée",
        "creche.contested": "Réponse de la commission contestée",
        "creche.draft_dropped": "Brouillon de demande effacé",
        "creche.filled": "Demande de crèche remplie",
    }


@hookimpl
def transition_done() -> dict[str, Any]:
    """Keep when a file was last confirmed; take back the place of one that withdraws."""
    from ribambelle_creche.listening import after
    from ribambelle_creche.workflow import CODE

    return {CODE: after}


@hookimpl
def transition_announced() -> dict[str, Any]:
    """Write to the family of what changed."""
    from ribambelle_creche.telling import tell_family
    from ribambelle_creche.workflow import CODE

    return {CODE: tell_family}


@hookimpl
def jobs() -> dict[str, Any]:
    """The month’s table, the round of confirmations, the drafts nobody sent, the receipts."""
    from ribambelle_creche.advisory import advise
    from ribambelle_creche.counting import ask_proofs
    from ribambelle_creche.freezing import freeze_month
    from ribambelle_creche.jobs import (
        ask_births,
        call_next,
        lapse_offers,
        remind,
        remind_more,
        renew,
        sweep_drafts,
        tell_agreed,
        tell_left_out,
        warn_before_commissions,
    )
    from ribambelle_creche.standing import stand, stand_again, stand_all
    from ribambelle_creche.telling import send_receipt, tell_urgent

    return {
        "advise": advise,
        "ask_births": ask_births,
        "ask_proofs": ask_proofs,
        "call_next": call_next,
        "lapse_offers": lapse_offers,
        "freeze_month": freeze_month,
        "renew": renew,
        "remind": remind,
        "remind_more": remind_more,
        "sweep_drafts": sweep_drafts,
        "stand": stand,
        "stand_again": stand_again,
        "stand_all": stand_all,
        "send_receipt": send_receipt,
        "tell_agreed": tell_agreed,
        "tell_left_out": tell_left_out,
        "tell_urgent": tell_urgent,
        "warn_before_commissions": warn_before_commissions,
    }


@hookimpl
def schedules() -> list[Any]:
    """Each night."""
    from ribambelle.jobs import Schedule

    return [
        Schedule("lapse_offers", 1),
        Schedule("freeze_month", 2),
        Schedule("sweep_drafts", 3),
        Schedule("stand_all", 4),
        Schedule("ask_births", 6),
        Schedule("warn_before_commissions", 7),
        Schedule("renew", 8),
    ]


@hookimpl
def commands() -> Any:
    """``ribambelle creche …``"""
    from ribambelle_creche.commands import app

    return app


@hookimpl
def personal_data() -> list[Any]:
    """What crèche files hold of families."""
    from ribambelle_creche.personal_data import HELD

    return HELD


@hookimpl
def state_evidence() -> list[Any]:
    """The quotient and the resources a file tells, without an attestation."""
    from ribambelle.particulier import QUOTIENT, RESOURCES, StateUse
    from ribambelle_creche.state_resources import take

    return [
        StateUse(QUOTIENT, "examiner vos demandes de crèche", take),
        StateUse(RESOURCES, "estimer votre tarif de crèche et examiner vos demandes", take),
    ]


@hookimpl
def document_types() -> list[Any]:
    """The proofs a crèche file may need."""
    from ribambelle_creche.proofs import TYPES

    return TYPES


@hookimpl
def declared_beside() -> dict[str, Any]:
    """What a family declared, beside the paper that should prove it."""
    from ribambelle_creche.pages.papers import beside
    from ribambelle_creche.workflow import CODE

    return {CODE: beside}


@hookimpl
def document_checked() -> list[Any]:
    """A paper that was accepted proves what it was given for."""
    from ribambelle_creche.proofs import mark

    return [mark]


@hookimpl
def adult_moved_out() -> list[Any]:
    """The files of an adult who moves out go with them."""
    from ribambelle_creche.queries.applications import follow

    return [follow]


@hookimpl
def family_groups() -> list[Any]:
    """The families that ask for each crèche, and those whose child is admitted there."""
    from ribambelle_creche.queries.family_groups import (
        by_admission,
        by_completeness,
        by_facility,
    )

    return [by_completeness, by_facility, by_admission]


@hookimpl
def family_demandes() -> list[Any]:
    """The files a family sent."""
    from ribambelle_creche.queries.applications import followed

    return [followed]


@hookimpl
def childcare_supply() -> list[Any]:
    """The authorised places of the open crèches."""
    from ribambelle_creche.queries.facilities import childcare

    return [childcare]


@hookimpl
def childcare_costs() -> list[Any]:
    """The family's part, by the national scale."""
    from ribambelle_creche.pricing import costs

    return [costs]


@hookimpl
def message_templates() -> Iterable[Any]:
    """What a crèche file makes the portal write."""
    from ribambelle_creche.declared_messages import MESSAGES

    return MESSAGES


@hookimpl
def paper_templates() -> Iterable[Any]:
    """What a town hall prints about a crèche file."""
    from ribambelle_creche.declared_papers import PAPERS

    return PAPERS


@hookimpl
def demo() -> Any:
    """Invented families on real figures."""
    from ribambelle_creche.demo import fill

    return fill


@hookimpl
def still_bound() -> list[Any]:
    """A place offered or taken."""
    from ribambelle_creche.binding import welcomed

    return [welcomed]
