"""A crèche opened on Saturday by the town hall, or closed then; nobody who has the day loses it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.visit import Visit
from ribambelle_creche.queries import facilities, saturdays
from ribambelle_creche.queries.saturdays import OnSaturday

town_hall = Holding("agent", "admin")
OPENED = "La crèche ouvre le samedi : écrivez ses places de ce jour-là dans « Places »."
CLOSED = "La crèche est fermée le samedi : les familles ne peuvent plus l’y demander."
NAMED = 5
"""How many are named: the page of the crèche shows them all."""


@post(
    "/creche/direction/{facility:int}/samedi",
    name="creche.facility.saturday",
    told="Ouvrir une crèche le samedi, ou l’y fermer",
    guards=[town_hall],
)
async def open_saturday(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Open a crèche on Saturday, or close it then."""
    await facilities.managed(person, facility)
    opens = "opens_saturday" in await request.form()
    try:
        on = await saturdays.change(facility, person.account, now.date(), opens=opens)
    except Refused as refusal:
        if refusal.reason != "saturday_held":
            raise
        seen.tell("alerte", held(refusal.facts["on"]))
    else:
        seen.tell("ok", OPENED if opens else f"{CLOSED}{waiting(on)}")
    return Redirect(f"/creche/direction/{facility}/fiche", status_code=303)


def held(on: OnSaturday) -> str:
    """Say who keeps a Saturday open, and what to do.

    >>> from ribambelle_creche.domain.facility import NBSP
    >>> print(held(OnSaturday(("Zoé",), ("C-12",), (), True)).replace(NBSP, " "))
    Rien n’est changé : cette crèche reste ouverte le samedi. 1 enfant y est ce jour-là (Zoé) : \
écrivez son dernier jour dans « Enfants », puis sa nouvelle semaine ; le samedi peut fermer une fois \
ce jour passé. 1 place avec un samedi attend une réponse (C-12) : attendez-la, ou notez-la pour la \
famille. Des places du samedi sont dans la grille : mettez-les à 0 dans « Places ».
    """
    told = ["Rien n’est changé : cette crèche reste ouverte le samedi."]
    if on.children:
        many = formats.pluriel(len(on.children), "enfant y est", "enfants y sont")
        whose = "son" if len(on.children) == 1 else "leur"
        told.append(
            f"{many} ce jour-là ({named(on.children)}) : écrivez {whose} dernier jour dans "
            f"« Enfants », puis {'sa' if len(on.children) == 1 else 'leur'} nouvelle semaine ; "
            "le samedi peut fermer une fois ce jour passé."
        )
    if on.offers:
        one, several = "place avec un samedi attend", "places avec un samedi attendent"
        told.append(
            f"{formats.pluriel(len(on.offers), one, several)} une réponse ({named(on.offers)}) : "
            f"attendez-la, ou notez-la pour {'la famille' if len(on.offers) == 1 else 'les familles'}."
        )
    if on.has_places:
        told.append("Des places du samedi sont dans la grille : mettez-les à 0 dans « Places ».")
    return " ".join(told)


def waiting(on: OnSaturday) -> str:
    """Say who asks for a Saturday that has just closed, and what to do; nothing when nobody does.

    >>> from ribambelle_creche.domain.facility import NBSP
    >>> print(waiting(OnSaturday((), (), ("C-12", "C-15"), False)).replace(NBSP, " ").strip())
    2 demandes y demandent le samedi (C-12, C-15) : elles sont gardées telles quelles, et appelez \
ces familles pour qu’elles changent de jours ou de crèche.
    >>> waiting(OnSaturday((), (), (), False))
    ''
    """
    if not on.wishes:
        return ""
    several = len(on.wishes) > 1
    many = formats.pluriel(len(on.wishes), "demande y demande", "demandes y demandent")
    kept = "elles sont gardées telles quelles" if several else "elle est gardée telle quelle"
    whom = (
        "appelez ces familles pour qu’elles changent"
        if several
        else "appelez cette famille pour qu’elle change"
    )
    return f" {many} le samedi ({named(on.wishes)}) : {kept}, et {whom} de jours ou de crèche."


def named(found: Sequence[str]) -> str:
    """Name the first ones, and count the others.

    >>> named(["a", "b"]), named(list("abcdefg"))
    ('a, b', 'a, b, c, d, e et 2 de plus')
    """
    rest = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (f" et {rest} de plus" if rest > 0 else "")


ROUTES = [open_saturday]
