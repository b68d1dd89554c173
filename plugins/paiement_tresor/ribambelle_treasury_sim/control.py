"""The control routes: what a test or a demonstration says to the simulator."""

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, FromQuery

from ribambelle_treasury_sim import daily_report
from ribambelle_treasury_sim.clock import PARIS
from ribambelle_treasury_sim.faults import KINDS, NoSuchKind
from ribambelle_treasury_sim.notifying import Notifier, Shape
from ribambelle_treasury_sim.treasury import Treasury

Asked = Request[Any, Any, Any]


async def told(request: Asked) -> dict[str, Any]:
    """Return what a control call says, nothing when it says nothing."""
    body = await request.body()
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        raise ClientException("JSON illisible") from None
    if not isinstance(said, dict):
        raise ClientException("un objet JSON est attendu")
    return said


def moment(text: str) -> datetime:
    """Read a moment; without an offset it is in Paris."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ClientException(f"date illisible : {text}") from None
    return read if read.tzinfo else read.replace(tzinfo=PARIS)


def day(text: str, otherwise: date) -> date:
    """Read a day, or take the other when nothing is said."""
    return moment(text).date() if text else otherwise


@get("/_sim/clock")
async def read_clock(treasury: NamedDependency[Treasury]) -> dict[str, str]:
    """Tell the simulator's moment."""
    return {"now": treasury.clock.now().isoformat()}


@post("/_sim/clock/advance", status_code=200)
async def advance(
    request: Asked, treasury: NamedDependency[Treasury], notifier: NamedDependency[Notifier]
) -> dict[str, str]:
    """Push the clock by `days`, `hours`, `minutes`, `seconds`, or `to` a moment."""
    asked = await told(request)
    if "to" in asked:
        treasury.clock.move_to(moment(str(asked["to"])))
    else:
        names = ("days", "hours", "minutes", "seconds")
        treasury.clock.advance(timedelta(**{name: float(asked.get(name, 0)) for name in names}))
    await notifier.flush()
    return {"now": treasury.clock.now().isoformat()}


@post("/_sim/reset", status_code=200)
async def reset(
    request: Asked, treasury: NamedDependency[Treasury], notifier: NamedDependency[Notifier]
) -> dict[str, str]:
    """Forget everything; start again from `seed`, the clock still `at` a moment when given."""
    asked = await told(request)
    at = moment(str(asked["at"])) if "at" in asked else None
    treasury.reset(seed=asked.get("seed"), at=at)
    notifier.forget()
    return {"now": treasury.clock.now().isoformat()}


@post("/_sim/clients", status_code=200)
async def add_client(request: Asked, treasury: NamedDependency[Treasury]) -> dict[str, Any]:
    """Add a commune's number with its `labels`."""
    asked = await told(request)
    labels = [*map(str, asked.get("labels", [])), "SIM", "SIM", "SIM"][:3]
    treasury.clients[str(asked.get("numcli", ""))] = (labels[0], labels[1], labels[2])
    return {"clients": treasury.clients}


@get("/_sim/operations")
async def operations(treasury: NamedDependency[Treasury]) -> list[dict[str, Any]]:
    """List the payments, with every notification sent for them."""
    return [asdict(operation) for operation in treasury.operations.values()]


@get("/_sim/requests")
async def requests(treasury: NamedDependency[Treasury]) -> list[dict[str, Any]]:
    """List what clients sent to the web service, as it came."""
    return treasury.requests


@get("/_sim/faults")
async def faults(treasury: NamedDependency[Treasury]) -> dict[str, Any]:
    """List what can go wrong, and what is queued."""
    return {"kinds": KINDS, "waiting": treasury.faults.told()}


@post("/_sim/faults", status_code=200)
async def add_fault(request: Asked, treasury: NamedDependency[Treasury]) -> dict[str, Any]:
    """Queue something to do wrong."""
    try:
        return asdict(treasury.faults.add(await told(request)))
    except NoSuchKind as unknown:
        known = ", ".join(sorted(KINDS))
        raise ClientException(f"kind inconnu : {unknown}. Connus : {known}") from None


@delete("/_sim/faults")
async def clear_faults(treasury: NamedDependency[Treasury]) -> None:
    """Do nothing wrong any more."""
    treasury.faults.waiting.clear()


@post("/_sim/notify/{idop:str}", status_code=200)
async def notify(
    idop: FromPath[str],
    request: Asked,
    treasury: NamedDependency[Treasury],
    notifier: NamedDependency[Notifier],
) -> dict[str, Any]:
    """Notify now, `times` times, in the shape asked for; return what was answered."""
    asked = await told(request)
    operation = treasury.operations.get(idop)
    if operation is None:
        raise NotFoundException
    before = len(operation.notifications)
    for _ in range(int(asked.get("times", 1))):
        await notifier.send(operation, Shape.asked(asked))
    return {"sent": operation.notifications[before:]}


@get("/_sim/daily.csv")
async def daily(
    treasury: NamedDependency[Treasury],
    numcli: FromQuery[str] = "",
    date: FromQuery[str] = "",
    without: FromQuery[str] = "",
    extra: FromQuery[str] = "",
) -> Response[str]:
    """Give the report of a day; `without` hides a refdet, `extra=refdet:centimes` adds one."""
    asked = day(date, treasury.clock.now().date())
    rows = daily_report.lines(treasury.operations.values(), numcli, asked)
    rows = [row for row in rows if row[2] != without]
    if extra:
        refdet, _, amount = extra.partition(":")
        rows.append(["LIGNE", f"{asked:%d/%m/%Y}", refdet, str(int(amount)), "CB", "SIM"])
    return Response(daily_report.written(rows, numcli, asked), media_type="text/csv")


ROUTES = [
    read_clock,
    advance,
    reset,
    add_client,
    operations,
    requests,
    faults,
    add_fault,
    clear_faults,
    notify,
    daily,
]
