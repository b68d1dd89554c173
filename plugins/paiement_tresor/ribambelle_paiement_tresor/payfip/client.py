"""The three questions that the treasury's web service answers."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote

import httpx

from ribambelle import traces
from ribambelle_paiement_tresor.domain.request import PaymentRequest
from ribambelle_paiement_tresor.payfip import answers, envelope
from ribambelle_paiement_tresor.payfip.answers import Client, Created, Result
from ribambelle_paiement_tresor.payfip.envelope import FUNCTIONAL, Fault, Malformed
from ribambelle_paiement_tresor.payfip.errors import (
    PayfipFunctional,
    PayfipMalformed,
    PayfipTechnical,
    PayfipUnreachable,
)
from ribambelle_paiement_tresor.payfip.exchange import Exchange, kept

PRODUCTION = "https://www.payfip.gouv.fr"
PATIENCE = 15.0
LONGEST = 64 * 1024
IDOP = re.compile(r"[!-~]{1,64}")
HEADERS = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": '""',
    "Accept-Encoding": "identity",
}
LOOPBACK = dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]"))
"""Addresses never asked through a proxy: the simulator's."""


class TooLong(Exception):
    """The answer is longer than any answer of the treasury."""


class Payfip:
    """Asks the treasury at an address; nothing is kept between two questions."""

    def __init__(self, address: str = PRODUCTION, *, patience: float = PATIENCE) -> None:
        self.address, self.patience = address.rstrip("/"), patience

    def page(self, idop: str) -> str:
        """Return where the family pays."""
        return f"{self.address}/tpa/paiementws.web?idop={quote(idop, safe='')}"

    async def create(self, asked: PaymentRequest) -> Created:
        """Ask for a payment that its family may open for fifteen minutes."""
        fields = {
            "exer": str(asked.year),
            "mel": asked.email,
            "montant": str(asked.cents),
            "numcli": asked.numcli,
            "objet": asked.subject,
            "refdet": asked.refdet,
            "saisie": asked.saisie,
            "urlnotif": asked.notify_url,
            "urlredirect": asked.return_url,
        }
        leaves, exchange = await self._ask(
            "creerPaiementSecurise", {name: value for name, value in fields.items() if value}
        )
        idop = leaves.get("idop", "")
        if not IDOP.fullmatch(idop):
            raise PayfipMalformed("no_idop", exchange)
        return Created(idop, exchange)

    async def result(self, idop: str) -> Result:
        """Ask how a payment ended; P5 means that nobody knows yet."""
        # the tag must be written exactly so: with `idop` a live payment is answered as unknown
        leaves, exchange = await self._ask("recupererDetailPaiementSecurise", {"idOp": idop})
        read = answers.result(leaves, exchange)
        if read.idop not in ("", idop):
            raise PayfipMalformed("other_payment", exchange)
        return read

    async def client(self, numcli: str) -> Client:
        """Ask which régie is behind a number."""
        leaves, exchange = await self._ask("recupererDetailClient", {"numCli": numcli})
        return answers.client(leaves, exchange)

    async def _ask(
        self, operation: str, fields: Mapping[str, str]
    ) -> tuple[dict[str, str], Exchange]:
        request = envelope.call(operation, fields)
        status, body = await self._exchanged(operation, request)
        exchange = kept(operation, request, status, body)
        try:
            said = envelope.answer(operation, body)
        except Malformed as malformed:
            raise PayfipMalformed(str(malformed), exchange) from None
        if not isinstance(said, Fault):
            return said, exchange
        if said.kind == FUNCTIONAL:
            raise PayfipFunctional(said.code, said.label, exchange)
        raise PayfipTechnical(said.kind, said.code, exchange)

    async def _exchanged(self, operation: str, request: str) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self.patience):
                return await self._posted(request)
        except TooLong:
            raise PayfipMalformed("too_long", kept(operation, request)) from None
        except (TimeoutError, httpx.TimeoutException):
            raise PayfipUnreachable("timeout", kept(operation, request)) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = type(error).__name__
            raise PayfipUnreachable(why, kept(operation, request)) from error

    @traces.asks("payfip")
    async def _posted(self, request: str) -> tuple[int, bytes]:
        body = b""
        async with (
            httpx.AsyncClient(verify=trusted(), timeout=self.patience, mounts=LOOPBACK) as http,
            http.stream(
                "POST",
                f"{self.address}/tpa/services/securite",
                content=request.encode(),
                headers=HEADERS,
            ) as answer,
        ):
            async for part in answer.aiter_raw():
                body += part
                if len(body) > LONGEST:
                    raise TooLong
        return answer.status_code, body


@cache
def trusted() -> ssl.SSLContext:
    """Return the authorities an address is checked against, read once."""
    return httpx.create_ssl_context()
