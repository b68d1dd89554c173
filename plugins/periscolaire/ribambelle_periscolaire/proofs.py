"""The papers an enrolment may need, and how long each is worth something."""

from ribambelle.documents.types import DocumentType
from ribambelle_periscolaire.domain.enrolments import KINDS, MONTHS, OF_CHILD, UNTIL

TYPES = [
    DocumentType(code, label, MONTHS.get(code, 0), UNTIL.get(code, ""), of_child=code in OF_CHILD)
    for code, label in KINDS.items()
]
