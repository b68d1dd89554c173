"""What the paiement plugin says to the portal."""

from collections.abc import Iterable
from typing import Any

from ribambelle import hookimpl
from ribambelle.identity import Person


@hookimpl
def settings() -> Any:
    """The table ``[paiement]`` of a commune's file."""
    from ribambelle_paiement_tresor.settings import Settings

    return Settings


@hookimpl
def tables() -> Iterable[Any]:
    """Invoices, the books, payments on line and at the counter."""
    from ribambelle_paiement_tresor.tables import TABLES

    return TABLES


@hookimpl
def routes() -> Iterable[Any]:
    """Pages for families and the régie; where the treasury writes and sends families back."""
    from ribambelle_paiement_tresor.pages import (
        certificates,
        invoices,
        mandate,
        office_accounts,
        office_debits,
        office_invoices,
        office_payments,
        office_periods,
        office_reports,
        office_titres,
        office_treasury_files,
        paying,
        returning,
        statement,
    )

    pages = (
        *(invoices, paying, returning, statement, certificates),
        *(office_payments, office_periods, office_invoices, office_accounts),
        *(office_reports, office_debits, mandate),
        *(office_titres, office_treasury_files),
    )
    return [route for page in pages for route in page.ROUTES]


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """The invoices of a family; the desks of the régie."""
    from ribambelle import tenants
    from ribambelle.web.menu import MenuEntry
    from ribambelle_paiement_tresor import mandating

    desk = "/bureau/paiement"
    if person and person.is_family:
        return [MenuEntry("Factures", "/paiement/factures", "euro", rank=20)]
    if person and person.holds("regisseur", "accountant"):
        debits = [MenuEntry("Prélèvements", f"{desk}/prelevements", "agenda", rank=15)]
        return [
            MenuEntry("Paiements", desk, "euro", rank=11),
            MenuEntry("Facturation", f"{desk}/facturation", "feuille", rank=12),
            MenuEntry("Factures", f"{desk}/factures", "copier", rank=13),
            MenuEntry("Rapprochement", f"{desk}/rapprochement", "barres", rank=14),
            *(debits if mandating.debiting(tenants.current()) else []),
        ]
    if person and person.holds("agent", "admin"):
        return [MenuEntry("Paiements", desk, "euro", rank=22)]
    return []


@hookimpl
def shortcuts(person: Person) -> list[Any]:
    """What a family has to pay, and has paid."""
    from ribambelle.web.menu import MenuEntry

    return [MenuEntry("Mes factures", "/paiement/factures", "euro", rank=20)]


@hookimpl
def acts() -> dict[str, str]:
    """What is done for a family here, as it reads it."""
    return {"paiement.asked_again": "Nouvelles d’un paiement demandées au Trésor public"}


@hookimpl
def to_do() -> list[Any]:
    """What a family has to pay; what the régie has to decide and to issue."""
    from ribambelle_paiement_tresor.pages.home import to_decide, to_pay

    return [to_pay, to_decide]


@hookimpl
def search() -> list[Any]:
    """The invoices, by family and by number."""
    from ribambelle_paiement_tresor.pages.office_invoices import find

    return [find]


@hookimpl
def personal_data() -> list[Any]:
    """What invoices and payments hold of families."""
    from ribambelle_paiement_tresor.personal_data import HELD

    return HELD


@hookimpl
def jobs() -> dict[str, Any]:
    """Periods tried, invoices issued, then told; the treasury asked; what it said forgotten."""
    from ribambelle_paiement_tresor.bordereau_file import write
    from ribambelle_paiement_tresor.debiting import debit
    from ribambelle_paiement_tresor.issuing import issue
    from ribambelle_paiement_tresor.reminding import remind
    from ribambelle_paiement_tresor.resolving import ask, forget
    from ribambelle_paiement_tresor.telling import tell_issued
    from ribambelle_paiement_tresor.trying import every_night

    return {
        **{"try": every_night, "issue": issue, "tell_issued": tell_issued},
        **{"ask": ask, "forget": forget, "remind": remind},
        **{"debit": debit, "write_titres": write},
    }


@hookimpl
def schedules() -> list[Any]:
    """Each night the trial of each period, each morning the reminders; old exchanges forgotten."""
    from ribambelle.jobs import Schedule

    return [Schedule("try", 5), Schedule("forget", 4), Schedule("remind", 9)]


@hookimpl
def message_templates() -> Iterable[Any]:
    """What invoices and payments make the portal write."""
    from ribambelle_paiement_tresor.declared_messages import MESSAGES

    return MESSAGES


@hookimpl
def paper_templates() -> Iterable[Any]:
    """What a family prints about what it paid."""
    from ribambelle_paiement_tresor.declared_papers import PAPERS

    return PAPERS


@hookimpl
def commands() -> Any:
    """``ribambelle paiement``: how far with the treasury, whether the books balance."""
    from ribambelle_paiement_tresor.commands import app

    return app


@hookimpl
def checks() -> list[Any]:
    """Whether payments go where they should, and what the treasury calls each régie."""
    from ribambelle_paiement_tresor.checking import remarks

    return [remarks]


@hookimpl
def demo() -> Any:
    """The invoices of last month, some of them paid."""
    from ribambelle_paiement_tresor.demo import fill

    return fill


@hookimpl
def demo_programs() -> list[tuple[str, ...]]:
    """A treasury that takes no money, where visitors pay."""
    from ribambelle_paiement_tresor.demo import SIMULATOR

    return [SIMULATOR]


@hookimpl
def still_bound() -> list[Any]:
    """What is owed, and a mandate that stands."""
    from ribambelle_paiement_tresor.binding import owed

    return [owed]


@hookimpl
def takeover_matters() -> list[Any]:
    """What families owed in the program the commune leaves."""
    from ribambelle_paiement_tresor.taking_over import BALANCES

    return [BALANCES]
