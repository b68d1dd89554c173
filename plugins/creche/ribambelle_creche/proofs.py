"""The proofs of a crèche file as papers a family gives once, and how long each is worth something."""

from ribambelle.documents.types import DocumentType
from ribambelle.documents.uses import Checked
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.queries import files
from ribambelle_creche.workflow import CODE

MONTHS = {
    **{"address": 3, "work": 3, "care": 3, "pregnancy": 10},
    **dict.fromkeys(("aeeh", "sibling", "referral", "disability"), 12),
}
OF_CHILD = frozenset({"birth", "pregnancy", "aeeh", "custody", "sibling", "adoption", "care"})
SCHOOL_YEAR = {"caf": "08-31"}

TYPES = [
    DocumentType(
        code, label, MONTHS.get(code, 0), SCHOOL_YEAR.get(code, ""), of_child=code in OF_CHILD
    )
    for code, label in KINDS.items()
]


async def mark(told: Checked) -> None:
    """Note a proof as seen once its paper is accepted; one that was seen by hand stays seen."""
    if told.workflow == CODE and told.state == "accepted":
        await files.prove(told.demande, told.kind, told.account, told.at)
