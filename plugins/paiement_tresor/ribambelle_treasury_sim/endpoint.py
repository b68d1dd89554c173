"""The address of the web service: its contract when read, its three operations when called."""

from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from ribambelle_treasury_sim import contract, service, soap
from ribambelle_treasury_sim.faults import ANSWERS, Fault
from ribambelle_treasury_sim.notifying import Notifier, Shape
from ribambelle_treasury_sim.spoiling import Sent, refusal, said, spoilt
from ribambelle_treasury_sim.treasury import Treasury


def address(request: Request[Any, Any, Any]) -> str:
    """Return where the caller reached us: the contract must name that address."""
    return f"{str(request.base_url).rstrip('/')}{contract.PATH}"


@get(contract.PATH, media_type=MediaType.XML)
async def read_contract(request: Request[Any, Any, Any]) -> Response[str]:
    """Give the WSDL."""
    if "wsdl" not in {name.lower() for name in request.query_params}:
        raise NotFoundException
    return Response(contract.wsdl(address(request)), media_type="text/xml")


@get(contract.PATH + "/{name:str}", media_type=MediaType.XML)
async def read_schema(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[str]:
    """Give one of the three schemas."""
    number = name.removeprefix("PaiementSecuriseService_schema").removesuffix(".xsd")
    if number not in ("1", "2", "3"):
        raise NotFoundException
    return Response(contract.schema(int(number), address(request)), media_type="text/xml")


@post(contract.PATH, status_code=200)
async def call_service(
    request: Request[Any, Any, Any],
    treasury: NamedDependency[Treasury],
    notifier: NamedDependency[Notifier],
) -> Sent:
    """Answer a call, or go wrong as the simulator was told to."""
    body = await request.body()
    kept: dict[str, Any] = {
        "at": treasury.clock.now().isoformat(),
        "content_type": request.headers.get("content-type", ""),
        "soapaction": request.headers.get("soapaction"),
        "body": body.decode("utf-8", "replace"),
    }
    treasury.requests.append(kept)
    try:
        call = soap.read(body, kept["content_type"])
    except soap.SoapFault as unreadable:
        return said(unreadable.xml(), 500)
    kept |= {"operation": call.operation, "fields": call.fields}
    fault = treasury.faults.take(ANSWERS, call.operation, call.fields.get("idOp", ""))
    kept["fault"] = fault.kind if fault else ""
    refused = refusal(fault)
    if refused is not None:
        return refused
    return await answered(call, fault, treasury, notifier)


async def answered(
    call: soap.Call, fault: Fault | None, treasury: Treasury, notifier: Notifier
) -> Sent:
    """Do what is asked, then send the answer whole or spoilt."""
    try:
        answer = service.answer(treasury, call)
    except soap.SoapFault as refused:
        return await spoilt(refused.xml(), fault, 500)
    if fault is not None and fault.kind == "answer":
        changes = {str(k): str(v) for k, v in dict(fault.given.get("set", {})).items()}
        answer = answer.changed(changes, list(fault.given.get("drop", [])))
    if fault is not None and fault.kind == "early":
        operation = treasury.operations[answer.fields["idOp"]]
        service.settle(treasury, operation, "P")
        await notifier.send(operation, Shape())
    return await spoilt(answer.xml(), fault)
