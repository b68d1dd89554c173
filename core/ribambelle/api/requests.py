"""Where one request stands: what a program asks once it was told that something moved."""

from datetime import datetime

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.api.addresses import ROOT
from ribambelle.api.answering import said
from ribambelle.api.declaring import Operation
from ribambelle.api.paging import fitting
from ribambelle.api.scopes import ApiScope
from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.workflow.tables import Demande

SCOPE = "core:requests"
SCOPES = [
    ApiScope(
        SCOPE,
        "Avancée des demandes",
        "Savoir où en est une demande dont le numéro est connu, sans savoir de qui elle est.",
    )
]


class RequestSheet(msgspec.Struct, frozen=True):
    """Where a request stands, without a word of whose it is."""

    id: int
    workflow: str
    state: str
    created_at: datetime
    changed_at: datetime


@get(
    f"{ROOT}/requests/{{number:int}}",
    name="api.request",
    told="Savoir où en est une demande",
    guards=[guards.Scoped(SCOPE)],
    api=Operation(
        "Dit où en est une demande, par le numéro qu’un avis donne ; rien de la famille n’y est.",
        RequestSheet,
        {
            "id": 12,
            "workflow": "creche.application",
            "state": "accepted",
            "created_at": "2026-11-02T08:41:00+01:00",
            "changed_at": "2026-11-25T09:00:00+01:00",
        },
    ),
)
async def request(number: FromPath[int], tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Answer where a request stands."""
    found = await Demande.objects().get(Demande.id == fitting(number))
    if found is None:
        raise NotYours
    moments = (found.created_at.astimezone(tenant.zone), found.changed_at.astimezone(tenant.zone))
    return said(RequestSheet(found.id, found.workflow, found.state, *moments))


ROUTES = [request]
