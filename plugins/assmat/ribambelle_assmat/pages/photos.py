"""The picture of where children play: sent and dropped by her, read by whoever sees her page."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.web import guards, uploads
from ribambelle.web.visit import Visit
from ribambelle_assmat import picture
from ribambelle_assmat.pages.public import HERE
from ribambelle_assmat.pages.space import SPACE, herself, mine
from ribambelle_assmat.queries import directory

NO_PICTURE = "Envoyez une photo (JPEG, PNG, HEIC, WebP), pas un PDF."
SHORT = {"cache-control": "private, max-age=300"}
"""Withdrawn, a picture is gone for everybody within five minutes."""


def _sent(content: bytes) -> Response[bytes]:
    return Response(content, media_type="image/jpeg", headers=SHORT)


@get(
    f"{HERE}/fiches/{{childminder:int}}/photo/{{code:str}}",
    name="assmat.photo",
    told="Voir la photo de la pièce de jeu",
    guards=[guards.public],
)
async def shown(
    childminder: FromPath[int], code: FromPath[str], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Send the picture she agrees to show."""
    one = await directory.shown_one(childminder, now.date())
    if "photo" not in one.consents:
        raise NotYours
    return _sent(await picture.content(childminder, code))


@get(
    f"{SPACE}/{{childminder:int}}/photo/{{code:str}}",
    name="assmat.own_photo",
    told="Voir la photo que l’on a envoyée",
    guards=[herself],
)
async def own(
    childminder: FromPath[int], code: FromPath[str], person: NamedDependency[Person]
) -> Response[bytes]:
    """Send her own picture, shown or not."""
    await mine(person, childminder)
    return _sent(await picture.content(childminder, code))


@post(
    f"{SPACE}/{{childminder:int}}/photo",
    name="assmat.send_photo",
    told="Envoyer la photo de la pièce de jeu",
    guards=[herself],
    request_max_body_size=uploads.LONGEST_BODY,
)
async def send(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Keep it in place of the former one."""
    await mine(person, childminder)
    try:
        async with uploads.upload(request, person) as form:
            await picture.keep(person, childminder, form.require_file(), now)
    except Refused as refusal:
        if refusal.reason != "no_picture" and refusal.reason not in uploads.SENTENCES:
            raise
        told = NO_PICTURE if refusal.reason == "no_picture" else uploads.told(refusal)
        seen.tell("erreur", told)
    else:
        seen.tell("ok", "C’est reçu. Elle paraît si vous cochez « La photo… » plus bas.")
    return Redirect(f"{SPACE}/{childminder}", status_code=303)


@post(
    f"{SPACE}/{{childminder:int}}/photo/retirer",
    name="assmat.drop_photo",
    told="Effacer la photo de la pièce de jeu",
    guards=[herself],
)
async def drop(
    childminder: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Forget it."""
    await mine(person, childminder)
    await picture.drop(person, childminder)
    seen.tell("ok", "La photo est effacée.")
    return Redirect(f"{SPACE}/{childminder}", status_code=303)


ROUTES = [shown, own, send, drop]
