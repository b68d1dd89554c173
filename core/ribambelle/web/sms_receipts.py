"""Where whoever carries SMS says, in a signed notice, what became of each."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency

from ribambelle import api
from ribambelle.api.addresses import ROOT
from ribambelle.errors import NotYours
from ribambelle.identity import limits
from ribambelle.messages import receipts
from ribambelle.messages.receipts import Notice
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.sign_in import come_from

LARGEST = 2_000
MOST = 1_200
"""Notices a minute from one address: as many as the tokens of a commune may ask."""


class Noted(msgspec.Struct, frozen=True):
    """What is known of an SMS."""

    message: str
    state: str


@post(
    f"{ROOT}/sms/receipts",
    name="api.sms_receipt",
    told="Dire ce qu’un SMS est devenu",
    guards=[guards.public],
    status_code=200,
    request_max_body_size=2 * LARGEST,
    api=api.Operation(
        "Pour qui achemine les SMS de la commune : pas de jeton, une signature. `X-Sms-Timestamp` porte "
        "l’heure (secondes depuis 1970, à cinq minutes près), `X-Sms-Signature` le HMAC-SHA256 en "
        "hexadécimal de cette heure, d’un point et du corps, avec le secret de la commune. `state` : "
        "`received` ou `failed`, et alors `reason` : `unknown_number`, `unreachable`, `blocked` ou "
        "`other`. Redit, un avis ne change rien. Sans secret réglé, mal signé, ou d’un SMS inconnu, "
        "c’est 404.",
        Noted,
        {"message": "nantes-12", "state": "failed"},
        body=Notice,
        asked={"message": "nantes-12", "state": "failed", "reason": "unknown_number"},
        problems=("too_many_requests",),
    ),
)
async def receipt(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Keep what became of one SMS; whoever cannot sign learns nothing, not even that it is here."""
    if not tenant.hears_of_sms:
        raise NotYours
    await limits.require(
        f"sms-receipt-from:{come_from(request)}", now, at_most=MOST, per=timedelta(minutes=1)
    )
    at, seal = (request.headers.get(f"x-sms-{part}", "") for part in ("timestamp", "signature"))
    secret = tenant.settings.sms.receipt_secret
    if not receipts.is_signed(secret, at, seal, await request.body(), now):
        raise NotYours
    notice = await api.body(request, Notice, largest=LARGEST)
    return api.said(Noted(notice.message, await receipts.keep(tenant.slug, notice, now)))


ROUTES = [receipt]
