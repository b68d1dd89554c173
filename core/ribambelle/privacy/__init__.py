"""What personal data the portal holds, why, and for how long: the register every plugin fills."""

from dataclasses import dataclass

from piccolo.table import Table


@dataclass(frozen=True, slots=True)
class PersonalData:
    """The personal columns of one table, for the register of processing (GDPR art. 30).

    `kept` says in French until when; `basis` is the legal ground.
    """

    table: type[Table]
    columns: tuple[str, ...]
    purpose: str
    basis: str
    kept: str
    recipients: str = "Service petite enfance de la commune"
