"""The picture of where children play, as her own tool sends it: the checks of the page, once."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import api
from ribambelle.api.paging import fitting
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.api.writing import Keep
from ribambelle.database import transaction
from ribambelle.documents import receiving, shelf
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import files
from ribambelle.identity import limits
from ribambelle.tenants import Tenant
from ribambelle.web import uploads
from ribambelle_assmat import picture
from ribambelle_assmat.api import noted
from ribambelle_assmat.api.herself import PROFILE, ROOT
from ribambelle_assmat.pages.photos import NO_PICTURE
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.refreshing import HERSELF

HERE = f"{ROOT}/photo"
LONGEST = 34_000_000
"""Bytes read of one body: the largest file any commune allows, in base64."""
ROOM = 1_000
"""What stands around the picture in a body."""


class Sent(msgspec.Struct, frozen=True):
    """A picture, as it is sent."""

    content: bytes
    """JPEG, PNG, HEIC or WebP, in base64."""


class Pictured(msgspec.Struct, frozen=True):
    """Whether she has a picture, and where families see it."""

    childminder: int
    is_kept: bool
    is_shown: bool
    address: str
    """Empty while families do not see it."""


SHOWN = {
    **{"childminder": 12, "is_kept": True, "is_shown": True},
    "address": "https://famille.exemple.fr/assmat/fiches/12/photo/0123456789abcdef0123456789abcdef",
}
FORGOTTEN = {"childminder": 12, "is_kept": False, "is_shown": False, "address": ""}


@get(
    HERE,
    name="api.assmat.photo",
    told="Savoir si une assistante maternelle a une photo, et si elle paraît",
    guards=[PROFILE],
    api=api.Operation(
        "Dit si une photo de la pièce de jeu est gardée, et l’adresse où les familles la voient si elle "
        "l’accepte (`photo` dans les `consents` de sa fiche). Chaque lecture est journalisée.",
        Pictured,
        SHOWN,
    ),
)
async def look(
    childminder: FromPath[int], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer whether she has a picture: the reading is kept."""
    one = await directory.one(fitting(childminder))
    await noted.reading(one.id)
    return api.said(_pictured(tenant, one, now.date()))


@put(
    HERE,
    name="api.assmat.send_photo",
    told="Envoyer la photo de la pièce de jeu d’une assistante maternelle",
    guards=[PROFILE],
    status_code=200,
    request_max_body_size=LONGEST,
    api=api.Operation(
        "Remplace la photo, par les mêmes examens que sa page : redessinée sans ce que l’appareil y "
        "écrit, réduite, refusée si elle n’est pas une image. `content` est un JPEG, PNG, HEIC ou "
        "WebP en base64 ; le fichier a au plus la taille que la commune admet (12 Mo sans réglage). "
        "Soixante envois par heure. Elle paraît si `photo` est dans les `consents` de sa fiche.",
        Pictured,
        SHOWN,
        body=Sent,
        asked={"content": "/9j/4AAQSkZJRgABAQAAAQABAAD/2Q=="},
    ),
)
async def send(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Keep a picture in place of the former one, once whatever the times it is sent."""
    told = await api.body(request, Sent, largest=receiving.largest() * 4 // 3 + ROOM)
    one = await _hers(childminder)

    async def work(keep: Keep[Pictured]) -> Pictured:
        key = f"assmat-photo-by-program:{one.id}"
        await limits.require(key, now, at_most=uploads.AT_MOST, per=timedelta(hours=1))
        # examined before the transaction: nobody waits for it to write
        drawn = await _drawn(told.content)
        async with transaction():
            await picture.replace(HERSELF, one.id, drawn, now)
            answer = _pictured(tenant, await directory.one(one.id), now.date())
            await keep(answer)
        return answer

    return await api.once(request, work)


async def _drawn(content: bytes) -> str:
    try:
        with files.kept(content, shelf.reception(), largest=receiving.largest()) as sent:
            return await picture.drawn(sent.require_file())
    except Refused as refusal:
        words = NO_PICTURE if refusal.reason == "no_picture" else uploads.told(refusal)
        raise Invalid(Wrong(words, "/content")) from refusal


@delete(
    HERE,
    name="api.assmat.drop_photo",
    told="Effacer la photo de la pièce de jeu d’une assistante maternelle",
    guards=[PROFILE],
    status_code=200,
    api=api.Operation(
        "La photo est effacée aussitôt, et n’est plus vue au plus tard cinq minutes après ; effacée "
        "deux fois, c’est une.",
        Pictured,
        FORGOTTEN,
    ),
)
async def drop(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Forget it."""
    one = await _hers(childminder)

    async def work(keep: Keep[Pictured]) -> Pictured:
        async with transaction():
            await picture.drop(HERSELF, one.id)
            answer = _pictured(tenant, await directory.one(one.id), now.date())
            await keep(answer)
        return answer

    return await api.once(request, work)


async def _hers(childminder: int) -> One:
    one = await directory.one(fitting(childminder))
    if one.is_gone:
        raise NotYours
    return one


def _pictured(tenant: Tenant, one: One, today: date) -> Pictured:
    code = one.shown_photo if one.is_public(today) else ""
    address = tenant.url(f"/assmat/fiches/{one.id}/photo/{code}") if code else ""
    return Pictured(one.id, bool(one.photo), bool(code), address)


ROUTES = [look, send, drop]
