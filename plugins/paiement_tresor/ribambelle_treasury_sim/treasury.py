"""All the simulator knows: clients, payments, titres, debits, and what it was asked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ribambelle_treasury_sim.clock import Clock
from ribambelle_treasury_sim.direct_debit import Debit
from ribambelle_treasury_sim.faults import Faults
from ribambelle_treasury_sim.numbering import Numbering
from ribambelle_treasury_sim.operation import Operation
from ribambelle_treasury_sim.titres import Bordereau

CLIENTS = {
    "090909": ("SIM Commune de démonstration", "SIM Régie des familles", "SIM Factures"),
    "090910": ("SIM Commune de démonstration", "SIM Régie de la crèche", "SIM Factures"),
}
"""Numbers a commune may use with the simulator, with their three labels."""


@dataclass
class Setup:
    """How the simulator was started."""

    seed: int = 2026
    allow_w: bool = False
    at: datetime | None = None
    clients: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    pes_xsd: str = ""


class Treasury:
    """The books of the simulated treasury, in memory only."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.reset()

    def reset(self, seed: int | None = None, at: datetime | None = None) -> None:
        """Forget everything and start again from the seed."""
        self.clock = Clock(at or self.setup.at)
        self.numbers = Numbering(self.setup.seed if seed is None else seed)
        self.clients = CLIENTS | self.setup.clients
        self.operations: dict[str, Operation] = {}
        self.requests: list[dict[str, Any]] = []
        self.faults = Faults()
        self.bordereaux: list[Bordereau] = []
        self.debits: list[Debit] = []

    def known(self, idop: str) -> Operation | None:
        """Return a payment, unless the nightly cleaning or the year took it."""
        operation = self.operations.get(idop)
        if operation is None or operation.forgotten(self.clock.now()):
            return None
        return operation

    def allows(self, saisie: str, codes: str) -> bool:
        """Tell whether a kind of entry is accepted: production only when started for it."""
        return saisie in codes.split() and (self.setup.allow_w or saisie in ("T", "X"))
