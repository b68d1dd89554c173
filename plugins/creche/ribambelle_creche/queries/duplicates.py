"""Other files of the same child: a family knows of its own, the town hall of all."""

from dataclasses import dataclass
from datetime import datetime

from ribambelle_creche.domain.dossier import Dossier, decode
from ribambelle_creche.domain.duplicates import AROUND_TERM, same_child
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import LIVING


@dataclass(frozen=True, slots=True)
class Twin:
    """Another living file of the same child."""

    id: int
    number: str
    child_name: str
    state: str
    submitted_at: datetime
    account: int | None
    desk: int | None

    def is_open_to(self, desks: list[int] | None) -> bool:
        """Tell whether staff of these desks may open it; None stands for all of them."""
        return desks is None or self.desk is None or self.desk in desks


async def of(number: int, dossier: Dossier) -> list[Twin]:
    """Return the other living files of the child of a file, whoever sent them, the oldest first."""
    reference_on = dossier.child.reference_on if dossier.child else None
    if reference_on is None:
        return []
    first, last = reference_on - AROUND_TERM, reference_on + AROUND_TERM
    rows = (
        await Application.select(
            Application.id,
            Application.number,
            Application.child_name,
            Application.submitted_at,
            Application.account,
            Application.desk,
            Application.answers,
            Application.demande.state.as_alias("state"),
        )
        .where((Application.reference_on >= first) & (Application.reference_on <= last))
        .where((Application.id != number) & Application.demande.state.is_in(list(LIVING)))
        .order_by(Application.submitted_at, Application.id)
    )
    return [
        Twin(**{name: row[name] for name in Twin.__slots__})
        for row in rows
        if same_child(dossier, decode(row["answers"]))
    ]
