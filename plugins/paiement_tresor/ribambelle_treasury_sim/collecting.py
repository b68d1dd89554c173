"""The control routes of titres, tobacconists and direct debits."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromQuery

from ribambelle_treasury_sim import direct_debit, returns, titres, tobacconist
from ribambelle_treasury_sim.control import Asked, day, told
from ribambelle_treasury_sim.documents import Unreadable
from ribambelle_treasury_sim.titres import Collection
from ribambelle_treasury_sim.treasury import Treasury


@post("/_sim/pes/aller", status_code=200)
async def take_titres(request: Asked, treasury: NamedDependency[Treasury]) -> Response[bytes]:
    """Take a PES Aller in charge, whole or not at all, and give its acknowledgement."""
    body = await request.body()
    now = treasury.clock.now()
    acknowledged, _ = titres.take(treasury.bordereaux, body, now, treasury.setup.pes_xsd)
    return Response(acknowledged, media_type="text/xml; charset=iso-8859-1")


@post("/_sim/pes/collect", status_code=200)
async def collect(request: Asked, treasury: NamedDependency[Treasury]) -> dict[str, Any]:
    """Record `montant` centimes of origin `org_ema` on a line, today or `on` a day."""
    asked = await told(request)
    what = Collection(
        str(asked.get("org_ema", "10")),
        day(str(asked.get("on", "")), treasury.clock.now().date()),
        int(asked.get("montant", 0)),
    )
    names = ("exer", "id_bord", "id_pce", "id_ligne")
    exer, bord, piece, line = (str(asked.get(name, "1")) for name in names)
    try:
        return asdict(returns.collect(treasury.bordereaux, exer, bord, piece, line, what))
    except returns.NoSuchLine as unknown:
        raise NotFoundException(f"ligne inconnue : {unknown}") from None


@get("/_sim/pes/retour")
async def give_return(
    treasury: NamedDependency[Treasury], since: FromQuery[str] = ""
) -> Response[bytes]:
    """Give the PES Retour of what happened until yesterday."""
    now = treasury.clock.now()
    start = day(since, now.date() - timedelta(days=365))
    file = returns.written(treasury.bordereaux, start, now)
    if file is None:
        raise NotFoundException("rien à restituer")
    return Response(file, media_type="text/xml; charset=iso-8859-1")


@post("/_sim/buraliste", status_code=200)
async def pay_at_counter(request: Asked, treasury: NamedDependency[Treasury]) -> dict[str, Any]:
    """Pay a bill at a tobacconist's: `scan` of 130 characters, `means` cash or card."""
    asked = await told(request)
    try:
        read = tobacconist.scan(str(asked.get("scan", "")))
        tobacconist.check_means(read, str(asked.get("means", "cash")))
    except tobacconist.NotTaken as refused:
        raise ClientException(str(refused)) from None
    line = tobacconist.owed(treasury.bordereaux, read)
    if line is not None:
        line.collections.append(Collection("03", treasury.clock.now().date(), read.amount))
    return {"taken": asdict(read), "known": line is not None}


@post("/_sim/sdd", status_code=200)
async def take_debits(
    request: Asked, treasury: NamedDependency[Treasury], refuse: FromQuery[list[str] | None] = None
) -> dict[str, Any]:
    """Take a file of direct debits; `refuse=EndToEndId:AM04` names those a bank will return."""
    refused = dict(part.rpartition(":")[::2] for part in refuse or [])
    try:
        taken = direct_debit.take(await request.body(), refused)
    except Unreadable as error:
        raise ClientException(str(error)) from None
    treasury.debits += taken
    return {"debits": len(taken), "montant": sum(one.amount for one in taken)}


@get("/_sim/sdd/returns")
async def returned_debits(treasury: NamedDependency[Treasury]) -> Response[str]:
    """Give the list of debits returned so far."""
    listed = direct_debit.returned(treasury.debits, treasury.clock.now().date())
    return Response(listed, media_type="text/csv")


ROUTES = [take_titres, collect, give_return, pay_at_counter, take_debits, returned_debits]
