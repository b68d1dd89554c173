"""Who is offered a place, and why: the proposal a commission starts from.

`propose` answers a snapshot; `certify` and `faults` check an answer by another way. Everything is
integers and text: no clock, no database, no chance. See docs/admission.md.
"""

from ribambelle_creche.domain.admission.auditor import certify
from ribambelle_creche.domain.admission.checking import Fault, faults
from ribambelle_creche.domain.admission.engine import VERSION, propose
from ribambelle_creche.domain.admission.outcome import Proposal
from ribambelle_creche.domain.admission.snapshot import (
    Application,
    Option,
    Pin,
    Reserve,
    Snapshot,
)

__all__ = [
    "VERSION",
    "Application",
    "Fault",
    "Option",
    "Pin",
    "Proposal",
    "Reserve",
    "Snapshot",
    "certify",
    "faults",
    "propose",
]
