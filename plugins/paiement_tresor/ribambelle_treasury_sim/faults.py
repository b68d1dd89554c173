"""What the simulator was told to do wrong next."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ribambelle_treasury_sim.contract import CREATE

ANSWERS = {
    "technical": "fault 999, TechDysfonctionnementErreur; the request is not kept",
    "unavailable": "fault TechIndisponibiliteErreur; the request is not kept",
    "protocol": "fault TechProtocolaireErreur; the request is not kept",
    "functional": "fault FonctionnelleErreur with `code` and `label`; the request is not kept",
    "fault_as_200": "fault 999 under HTTP 200; the request is not kept",
    "bad_gateway": "HTTP 502 and an HTML page; the request is not kept",
    "empty": "HTTP 200 and an empty body",
    "truncated": "the first half of the answer",
    "doctype": "the answer behind a DOCTYPE that declares an entity",
    "huge": "the answer in a body of 5 MB",
    "latin1": "the answer in ISO-8859-1, declared",
    "slow": "the answer after `seconds`",
    "drip": "the answer one byte every `seconds`",
    "answer": "the answer with the fields of `set` changed and those of `drop` left out",
    "early": "on create: paid by card and notified before the answer leaves",
}
NOTIFICATIONS = {
    "lost": "never sent",
    "delayed": "sent after `minutes` of the simulator's clock",
    "duplicated": "sent `copies` times at once",
    "first": "sent, and its answer awaited, before the browser goes back",
    "shaped": "`method` POST or GET, `where` body or query, `name` idop or idOp, `extra` fields",
}
PAYMENTS = {"late_result": "the result can be read after `minutes` of the simulator's clock"}
KINDS = ANSWERS | NOTIFICATIONS | PAYMENTS


class NoSuchKind(Exception):
    """The simulator cannot do this wrong."""


@dataclass
class Fault:
    """One thing to do wrong, some number of times, for one operation or payment or for any."""

    kind: str
    operation: str = ""
    idop: str = ""
    times: int = 1
    given: dict[str, Any] = field(default_factory=dict)

    def concerns(self, operation: str, idop: str) -> bool:
        """Tell whether this is about such a call."""
        return self.operation in ("", operation) and self.idop in ("", idop)


class Faults:
    """The queue of things to do wrong, first come first used."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, asked: dict[str, Any]) -> Fault:
        """Queue one more.

        >>> Faults().add({"kind": "sulk"})
        Traceback (most recent call last):
        ...
        ribambelle_treasury_sim.faults.NoSuchKind: sulk
        """
        given = dict(asked)
        kind = str(given.pop("kind", ""))
        if kind not in KINDS:
            raise NoSuchKind(kind)
        operation = str(given.pop("operation", ""))
        fault = Fault(
            kind,
            # only a payment just made can be paid before its answer leaves
            operation=CREATE if kind == "early" else operation,
            idop=str(given.pop("idop", "")),
            times=int(given.pop("times", 1)),
            given=given,
        )
        self.waiting.append(fault)
        return fault

    def take(self, kinds: dict[str, str], operation: str, idop: str) -> Fault | None:
        """Use up the first that concerns a call, if any."""
        for fault in self.waiting:
            if fault.kind in kinds and fault.concerns(operation, idop):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def told(self) -> list[dict[str, Any]]:
        """Return what is still to be done wrong."""
        return [asdict(fault) for fault in self.waiting]
