"""The programs told that a request moved, as the commune's administrators declare and follow them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.api.paging import fitting
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.webhooks import declaring, kinds
from ribambelle.webhooks.delivering import DAYS
from ribambelle.webhooks.kinds import ALL, Kind
from ribambelle.webhooks.tables import Webhook, WebhookDelivery

DESK = "/bureau/equipe/avis"
SHOWN = 50
STATES = {
    "delivered": ("Reçu", "coche", "ok"),
    "waiting": ("À envoyer", "vide", ""),
    "given_up": ("Abandonné", "triangle", "alerte"),
}
TROUBLES = {
    "unreadable": "l’adresse ne se lit pas",
    "not_https": "l’adresse ne commence pas par https://",
    "not_public": "l’adresse mène à un réseau privé",
    "unknown_host": "ce nom de serveur n’existe pas",
    "unreachable": "personne n’a répondu, ou son certificat n’est pas valable",
    "too_slow": "pas de réponse en cinq secondes",
    "cut": "la réponse s’est coupée",
}
REFUSED = {
    "unknown_webhook_kind": ("suivis", "Choisissez au moins une démarche, ou une étape."),
    "webhook_unreadable": (
        "address",
        "Écrivez une adresse entière, par exemple https://logiciel.example.fr/avis.",
    ),
    "webhook_not_https": (
        "address",
        "Cette adresse n’est pas protégée. Écrivez celle qui commence par https://.",
    ),
    "webhook_not_public": (
        "address",
        "Cette adresse mène à un réseau privé. Donnez celle du logiciel sur Internet.",
    ),
    "too_many_webhooks": (
        "name",
        f"La commune prévient déjà {declaring.MOST} logiciels. Retirez-en un d’abord.",
    ),
}


class Wished(msgspec.Struct, frozen=True):
    """A program to tell."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    suivis: list[str] = []
    etapes: list[str] = []


@dataclass(frozen=True)
class WebhooksPage:
    """The programs that are told, and the one just declared with its secret, shown once."""

    rows: list[Webhook]
    given_up: dict[int, int]
    offered: dict[str, list[Kind]]
    form: Bound[Any] | None = None
    secret: str = ""
    days: int = DAYS

    @property
    def whole(self) -> list[tuple[str, str, str]]:
        """The workflows as the form offers them whole."""
        return [
            (
                f"{code}.{ALL}",
                kinds.called(f"{code}.{ALL}"),
                f"{code} : {len(steps)} étapes, et celles qui s’ajouteront",
            )
            for code, steps in self.offered.items()
        ]

    @property
    def steps(self) -> list[tuple[str, str, str]]:
        """Each transition as the form offers it."""
        return [
            (one.code, kinds.called(one.code), f"{one.code} : {one.path}")
            for steps in self.offered.values()
            for one in steps
        ]

    @staticmethod
    def follows(row: Webhook) -> str:
        """What a program is told of, in words."""
        return in_words(row)


@dataclass(frozen=True)
class WebhookPage:
    """One program, and what was sent to it."""

    row: Webhook
    deliveries: list[WebhookDelivery]
    older: int
    only_given_up: bool
    given_up: int
    days: int = DAYS

    @property
    def follows(self) -> str:
        """What the program is told of, in words."""
        return in_words(self.row)

    @staticmethod
    def named(one: WebhookDelivery) -> str:
        """What an event is called."""
        return kinds.called(one.kind)

    @staticmethod
    def told(one: WebhookDelivery) -> tuple[str, str, str]:
        """The words, the shape and the colour of where an event stands."""
        return STATES[one.state]

    @staticmethod
    def answer(one: WebhookDelivery) -> str:
        """What became of the last try, in words."""
        if one.trouble:
            return TROUBLES.get(one.trouble, one.trouble).capitalize()
        return f"Réponse {one.answered}" if one.answered else "Pas encore envoyé"


def in_words(row: Webhook) -> str:
    """Return what a program is told of, as the town hall calls it."""
    return ", ".join(kinds.called(code) for code in row.kinds.split())


async def _page(form: Bound[Any] | None = None, secret: str = "") -> Page:
    page = WebhooksPage(
        await declaring.every(), await declaring.given_up(), kinds.offered(), form, secret
    )
    return Page("office/webhooks.html", page, status=422 if form else 200)


@get(DESK, name="webhooks", told="Voir les logiciels prévenus", guards=[guards.admin])
async def every() -> Page:
    """Show the programs that are told when a request moves."""
    return await _page()


@post(
    DESK,
    name="webhooks.declare",
    told="Demander qu’un logiciel soit prévenu",
    guards=[guards.admin],
    status_code=200,
)
async def declare(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Declare an address, and show its secret once."""
    form = await forms.read(request, Wished)
    if form.struct is None:
        return await _page(form)
    told = form.struct
    wanted = [*told.suivis, *told.etapes]
    try:
        _, secret = await declaring.declare(
            told.name, told.address.strip(), wanted, now, by=person.account
        )
    except Refused as refusal:
        field, words = REFUSED[refusal.reason]
        return await _page(form.wrong(**{field: words}))
    return await _page(secret=secret)


@get(
    f"{DESK}/{{number:int}}",
    name="webhooks.one",
    told="Suivre les avis envoyés à un logiciel",
    guards=[guards.admin],
)
async def one(
    request: Request[Any, Any, Any],
    number: FromPath[int],
) -> Page:
    """Show what was sent to one program, the latest first."""
    row = await declaring.one(fitting(number))
    before = request.query_params.get("avant", "")
    only = request.query_params.get("etat") == "given_up"
    found = await declaring.deliveries(
        row.id,
        SHOWN + 1,
        before=fitting(int(before)) if before.isascii() and before.isdecimal() else 0,
        states=("given_up",) if only else (),
    )
    shown = found[:SHOWN]
    older = shown[-1].id if len(found) > SHOWN else 0
    lost = (await declaring.given_up()).get(row.id, 0)
    return Page("office/webhook.html", WebhookPage(row, shown, older, only, lost))


@post(
    f"{DESK}/{{number:int}}/retirer",
    name="webhooks.remove",
    told="Ne plus prévenir un logiciel",
    guards=[guards.admin],
)
async def remove(
    number: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Stop telling a program; what waited for it is forgotten."""
    row = await declaring.one(fitting(number))
    await declaring.remove(row.id, by=person.account)
    seen.tell("ok", f"« {row.name} » n’est plus prévenu. Ce qui l’attendait n’est pas envoyé.")
    return Redirect(DESK, status_code=303)


@post(
    f"{DESK}/{{number:int}}/envois/{{sent:int}}/renvoyer",
    name="webhooks.replay",
    told="Renvoyer un avis à un logiciel",
    guards=[guards.admin],
)
async def replay(
    number: FromPath[int],
    sent: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Send an event once more: the same id, another moment."""
    row = await declaring.one(fitting(number))
    if await declaring.replay(row.id, fitting(sent), by=person.account):
        seen.tell(
            "ok", "L’avis repart sous le même numéro : relisez cette page dans quelques minutes."
        )
    else:
        seen.tell("info", "Cet avis est déjà en route.")
    return Redirect(f"{DESK}/{row.id}", status_code=303)


ROUTES = [every, declare, one, remove, replay]
