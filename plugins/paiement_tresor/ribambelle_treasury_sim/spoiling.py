"""Answers of the web service as they come on a bad day."""

import asyncio
from collections.abc import AsyncIterator

from litestar import Response
from litestar.response import Stream

from ribambelle_treasury_sim.faults import Fault
from ribambelle_treasury_sim.soap import SoapFault, functional, technical, unavailable

XML = "text/xml"
GATEWAY = "<html><body><h1>502 Bad Gateway</h1><p>SIM</p></body></html>"
HUGE = 5 * 1024 * 1024
Sent = Response[bytes] | Stream


def said(xml: str | bytes, status: int = 200, charset: str = "utf-8") -> Response[bytes]:
    """Send XML as the treasury does."""
    body = xml if isinstance(xml, bytes) else xml.encode(charset)
    return Response(body, status_code=status, media_type=f"{XML}; charset={charset}")


def refusal(fault: Fault | None) -> Sent | None:
    """Return what is answered instead of doing what was asked, if anything."""
    if fault is None:
        return None
    refused: dict[str, SoapFault] = {
        "technical": technical(),
        "fault_as_200": technical(),
        "unavailable": unavailable(),
        "protocol": SoapFault("TechProtocolaireErreur", "SIM-PROTOCOLE", "SIM Protocole"),
        "functional": functional(
            str(fault.given.get("code", "SIM-REFUS")), str(fault.given.get("label", "SIM Refus"))
        ),
    }
    if fault.kind in refused:
        return said(refused[fault.kind].xml(), 200 if fault.kind == "fault_as_200" else 500)
    if fault.kind == "bad_gateway":
        return Response(GATEWAY.encode(), status_code=502, media_type="text/html")
    return None


async def spoilt(xml: str, fault: Fault | None, status: int = 200) -> Sent:
    """Return the answer, damaged or late if the simulator was told so."""
    if fault is None:
        return said(xml, status)
    seconds = float(fault.given.get("seconds", 20))
    if fault.kind == "slow":
        await asyncio.sleep(seconds)
    if fault.kind == "drip":
        return Stream(drops(xml, seconds), media_type=XML, status_code=status)
    if fault.kind == "latin1":
        declared = xml.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
        return said(declared, status, "iso-8859-1")
    return said(damaged(xml, fault.kind), status)


def damaged(xml: str, kind: str) -> str:
    """Return the text of an answer damaged on the way.

    >>> damaged("<a>12345</a>", "truncated")
    '<a>123'
    """
    head, _, body = xml.partition("\n")
    if kind == "empty":
        return ""
    if kind == "truncated":
        return xml[: len(xml) // 2]
    if kind == "doctype":
        hidden = body.replace("<resultrans>", "<resultrans>&sim;")
        return f'{head}\n<!DOCTYPE S [<!ENTITY sim "P">]>{hidden}'
    if kind == "huge":
        return f"{head}\n<!--{'x' * HUGE}-->{body}"
    return xml


async def drops(xml: str, seconds: float) -> AsyncIterator[bytes]:
    """Send an answer one byte at a time."""
    for byte in xml.encode():
        yield bytes([byte])
        await asyncio.sleep(seconds)
