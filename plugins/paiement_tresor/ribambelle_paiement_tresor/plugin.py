"""What the paiement plugin says to the portal."""

from collections.abc import Iterable
from typing import Any

from ribambelle import hookimpl


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
def jobs() -> dict[str, Any]:
    """Invoices issued, then told."""
    from ribambelle_paiement_tresor.issuing import issue
    from ribambelle_paiement_tresor.telling import tell_issued
    from ribambelle_paiement_tresor.trying import every_night

    return {"try": every_night, "issue": issue, "tell_issued": tell_issued}


@hookimpl
def schedules() -> list[Any]:
    """Each night, what each period would bill."""
    from ribambelle.jobs import Schedule

    return [Schedule("try", 5)]


@hookimpl
def message_templates() -> Iterable[Any]:
    """What invoices and payments make the portal write."""
    from ribambelle_paiement_tresor.declared_messages import MESSAGES

    return MESSAGES
