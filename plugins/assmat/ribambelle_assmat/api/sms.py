"""The SMS sent to a childminder, for the PMI's program: where each stands, never what it says."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from ribambelle import api
from ribambelle.api import Paged
from ribambelle.api.paging import fitting
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.messages import handed
from ribambelle_assmat import contacting
from ribambelle_assmat.api import noted
from ribambelle_assmat.api.desk import PMI, ROOT
from ribambelle_assmat.queries import directory


class Sms(msgspec.Struct, frozen=True):
    """One SMS: what it is, and where it stands."""

    what: str
    written_at: datetime
    state: str
    """`waiting`, `given_up`, `handed_over` (to the operator), `received` or `failed`."""
    told: str
    """The same in French words, with its moment or its reason."""
    next_step: str
    """What somebody may do where it was not received; empty otherwise."""


@get(
    f"{ROOT}/pmi/childminders/{{childminder:int}}/sms",
    name="api.assmat.sms",
    told="Lire où en sont les SMS envoyés à une assistante maternelle",
    guards=[PMI],
    api=api.Operation(
        f"Les {handed.LATEST} derniers, le plus récent d’abord, sans ce qu’ils disent. `state` est "
        "`waiting` (en attente), `given_up` (abandonné), `handed_over` (remis à l’opérateur), "
        "`received` (reçu) ou `failed` (non reçu) ; `next_step` dit que faire. Chaque lecture est "
        "journalisée.",
        api.Listed[Sms],
        {
            "data": [
                {
                    **{"what": "Toujours une place ?", "written_at": "2026-11-25T09:00:00+01:00"},
                    **{"state": "failed", "told": "non reçu (ce numéro n’existe pas)"},
                    "next_step": "Demandez son numéro à cette personne, et faites-le corriger.",
                }
            ],
            "next": None,
        },
        query=Paged,
    ),
)
async def sent(childminder: FromPath[int], request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer where each SMS stands: the reading is kept."""
    told = api.query(request, Paged)
    place = api.number_of(told.after)
    if place is None:
        raise Invalid(Wrong("Reprenez l’adresse donnée par « next ».", parameter="after"))
    one = await directory.one(fitting(childminder))
    found = await contacting.sms(one)
    rows = [Sms(each.what, each.at, each.code, each.state, each.next_step) for each in found]
    await noted.reading(one.id, len(rows))
    some = rows[place : place + told.limit + 1]
    return api.listed(request, some, told.limit, place + told.limit)


ROUTES = [sent]
