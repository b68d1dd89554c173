"""The proofs of a crèche file as papers a family may give, and how long each is worth something."""

from ribambelle.documents.types import DocumentType
from ribambelle_creche.domain.evidence import KINDS

MONTHS = {"address": 3, "work": 3, "pregnancy": 10, "aeeh": 12, "sibling": 12}
OF_CHILD = frozenset({"birth", "pregnancy", "aeeh", "custody", "sibling"})
SCHOOL_YEAR = {"caf": "08-31"}

TYPES = [
    DocumentType(
        code, label, MONTHS.get(code, 0), SCHOOL_YEAR.get(code, ""), of_child=code in OF_CHILD
    )
    for code, label in KINDS.items()
]
