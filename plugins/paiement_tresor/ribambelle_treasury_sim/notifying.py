"""Telling a commune that a payment ended: in the background, and whatever it answers."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from ribambelle_treasury_sim.faults import NOTIFICATIONS, Fault
from ribambelle_treasury_sim.operation import Operation
from ribambelle_treasury_sim.treasury import Treasury

PATIENCE = 5.0
PACE = 0.25


@dataclass(frozen=True)
class Shape:
    """How a notification is written; the treasury changed it and changed it back in 2024."""

    method: str = "POST"
    where: str = "body"
    name: str = "idop"
    extra: dict[str, str] = field(default_factory=dict)

    @classmethod
    def asked(cls, given: dict[str, Any]) -> "Shape":
        """Read the shape that a control call asks for."""
        return cls(
            method=str(given.get("method", "POST")).upper(),
            where=str(given.get("where", "body")),
            name=str(given.get("name", "idop")),
            extra={str(key): str(value) for key, value in dict(given.get("extra", {})).items()},
        )


@dataclass
class Waiting:
    """A notification that leaves later, by the simulator's clock."""

    operation: Operation
    due_at: datetime


class Notifier:
    """Sends notifications; a commune that does not answer changes nothing here."""

    def __init__(self, treasury: Treasury) -> None:
        self.treasury = treasury
        self.later: list[Waiting] = []
        self.running: set[asyncio.Task[None]] = set()
        self.trusted = httpx.create_ssl_context()

    async def settled(self, operation: Operation) -> None:
        """Notify the end of a payment, or do it wrong if the simulator was told so."""
        fault = self.treasury.faults.take(NOTIFICATIONS, "", operation.idop)
        kind = fault.kind if fault else ""
        if kind == "lost":
            operation.notifications.append({"sent": False, "why": "lost"})
        elif kind == "delayed":
            self.later.append(Waiting(operation, self._due(fault)))
        elif kind == "first":
            await self.send(operation, Shape())
        else:
            given = fault.given if fault else {}
            for _ in range(int(given.get("copies", 20)) if kind == "duplicated" else 1):
                self.soon(operation, Shape.asked(given) if kind == "shaped" else Shape())

    def forget(self) -> None:
        """Send nothing more of what came before."""
        self.later.clear()
        for task in self.running:
            task.cancel()

    def _due(self, fault: Fault | None) -> datetime:
        minutes = float(fault.given.get("minutes", 10)) if fault else 0
        return self.treasury.clock.now() + timedelta(minutes=minutes)

    def soon(self, operation: Operation, shape: Shape) -> None:
        """Send in the background."""
        task = asyncio.create_task(self.send(operation, shape))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def flush(self) -> None:
        """Send what the clock has made due."""
        now = self.treasury.clock.now()
        due = [waiting for waiting in self.later if waiting.due_at <= now]
        self.later = [waiting for waiting in self.later if waiting.due_at > now]
        for waiting in due:
            await self.send(waiting.operation, Shape())

    async def keep_flushing(self) -> None:
        """Send delayed notifications while the simulator runs with the machine's clock."""
        while True:
            await asyncio.sleep(PACE)
            await self.flush()

    async def send(self, operation: Operation, shape: Shape) -> None:
        """Send one notification of a payment and keep what was answered."""
        if operation.mode == "form":
            await self._send(operation, "POST", callback(operation), where="body")
        else:
            fields = shape.extra | {shape.name: operation.idop}
            await self._send(operation, shape.method, fields, shape.where)

    async def _send(
        self, operation: Operation, method: str, fields: dict[str, str], where: str
    ) -> None:
        kept: dict[str, Any] = {"sent": True, "method": method, "where": where, "fields": fields}
        as_query = where == "query" or method == "GET"
        try:
            async with httpx.AsyncClient(
                timeout=PATIENCE, trust_env=False, verify=self.trusted
            ) as http:
                address = httpx.URL(operation.urlnotif)
                if as_query:
                    address = address.copy_merge_params(fields)
                answered = await http.request(method, address, data=None if as_query else fields)
            kept["status"] = answered.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            kept["status"], kept["why"] = 0, type(error).__name__
        operation.notifications.append(kept)


def callback(operation: Operation) -> dict[str, str]:
    """Return what form mode sends: the whole result, unsigned."""
    when = operation.settled_at or operation.created_at
    names = "numcli exer refdet objet montant mel saisie resultrans numauto".split()
    return {name: getattr(operation, name) for name in names} | {
        "dattrans": f"{when:%d%m%Y}",
        "heurtrans": f"{when:%H%M}",
    }
