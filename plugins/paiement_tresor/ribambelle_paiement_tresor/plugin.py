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
        invoices,
        mandate,
        office_accounts,
        office_debits,
        office_invoices,
        office_payments,
        office_periods,
        office_reports,
        paying,
        returning,
        statement,
    )

    pages = (
        *(invoices, paying, returning, statement),
        *(office_payments, office_periods, office_invoices, office_accounts),
        *(office_reports, office_debits, mandate),
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
def to_do() -> list[Any]:
    """What a family has to pay; what the régie has to decide and to issue."""
    from ribambelle_paiement_tresor.pages.home import to_decide, to_pay

    return [to_pay, to_decide]


@hookimpl
def personal_data() -> list[Any]:
    """What invoices and payments hold of families."""
    from ribambelle_paiement_tresor.personal_data import HELD

    return HELD


@hookimpl
def jobs() -> dict[str, Any]:
    """Periods tried, invoices issued, then told; the treasury asked; what it said forgotten."""
    from ribambelle_paiement_tresor.debiting import debit
    from ribambelle_paiement_tresor.issuing import issue
    from ribambelle_paiement_tresor.resolving import ask, forget
    from ribambelle_paiement_tresor.telling import tell_issued
    from ribambelle_paiement_tresor.trying import every_night

    return {
        **{"try": every_night, "issue": issue, "tell_issued": tell_issued},
        **{"ask": ask, "forget": forget, "debit": debit},
    }


@hookimpl
def schedules() -> list[Any]:
    """Each night, what each period would bill, and old exchanges with the treasury forgotten."""
    from ribambelle.jobs import Schedule

    return [Schedule("try", 5), Schedule("forget", 4)]


@hookimpl
def message_templates() -> Iterable[Any]:
    """What invoices and payments make the portal write."""
    from ribambelle_paiement_tresor.declared_messages import MESSAGES

    return MESSAGES
