"""What each way of looking after a young child would cost a family, side by side and step by step."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency

from ribambelle import childcare, forms
from ribambelle.childcare import MODES, Cost, Situation
from ribambelle.errors import NotYours
from ribambelle.forms import Bound
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page

HERE = "/cout-de-garde"
Amount = Annotated[str, msgspec.Meta(max_length=20)]
MOST_PAID = 100_00
"""Cents an hour: more is a slip of the keyboard."""


class CostForm(msgspec.Struct, frozen=True):
    """What a price depends on, as it is typed."""

    ressources: Amount = ""
    enfants: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    aeeh: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0
    heures: Annotated[int, msgspec.Meta(ge=1, le=400)] = 150
    salaire: Amount = ""


@dataclass(frozen=True)
class CostPage:
    """The form as it stands, and what each mode costs when all of it could be read."""

    form: Bound[CostForm] | None
    told: CostForm
    costs: tuple[Cost, ...] = ()
    silent: tuple[str, ...] = ()
    """The modes nobody gives a price for, in words."""

    @property
    def unsure(self) -> list[str]:
        """The figures nobody has compared yet to the text that sets them."""
        return list(dict.fromkeys(words for one in self.costs for words in one.unsure))


@get(
    HERE,
    name="childcare_costs",
    told="Comparer ce que coûtent les modes de garde",
    guards=[guards.public],
    indexed=True,
)
async def costs(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Page:
    """Work each price through from what a visitor types; nothing is kept."""
    if not any(True for _ in tenant.hooks.each("childcare_costs")):
        raise NotYours
    if not request.query_params:
        return Page("childcare/costs.html", CostPage(None, CostForm()))
    typed = {name: str(request.query_params.get(name, "")) for name in NAMES}
    usual = {"enfants": "1", "aeeh": "0", "heures": "150"}
    bound = checked(forms.bind(CostForm, typed | {k: v for k, v in usual.items() if not typed[k]}))
    if bound.struct is None:
        return Page(
            "childcare/costs.html", CostPage(bound, CostForm()), status=422, x_robots_tag="noindex"
        )
    told = bound.struct
    found = await childcare.costs(
        Situation(
            tenant.now().date(),
            cents(told.ressources) or 0,
            told.enfants,
            told.aeeh,
            told.heures,
            cents(told.salaire) or 0,
        )
    )
    page = CostPage(bound, told, tuple(found), silent(found))
    # what a family earns is in the page's own address: no search engine keeps it
    return Page("childcare/costs.html", page, x_robots_tag="noindex")


NAMES = ("ressources", "enfants", "aeeh", "heures", "salaire")


def checked(bound: Bound[CostForm]) -> Bound[CostForm]:
    """Return the form with what only a rule can see: amounts that are none, one hour of pay too high."""
    if bound.partial is None:
        return bound
    wrong, paid = {}, cents(bound.told.salaire)
    if cents(bound.told.ressources) is None:
        wrong["ressources"] = "Écrivez un montant en euros, par exemple 3000."
    if bound.told.salaire and (not paid or paid > MOST_PAID):
        wrong["salaire"] = "Écrivez un prix de l’heure en euros, par exemple 4,85."
    if bound.told.aeeh > bound.told.enfants:
        wrong["aeeh"] = "C’est plus que le nombre d’enfants à charge."
    return bound.wrong(**wrong)


def cents(typed: str) -> int | None:
    """Return an amount in euros as cents; None when it is not one.

    >>> cents("3 000"), cents("4,85 €"), cents("beaucoup"), cents("")
    (300000, 485, None, None)
    """
    found = re.fullmatch(r"(\d{1,7})(?:[.,](\d{1,2}))?", re.sub(r"[\s€]", "", typed), re.ASCII)
    return int(f"{found[1]}{found[2] or '':0<2}") if found else None


def silent(found: Iterable[Cost]) -> tuple[str, ...]:
    """Return the modes nobody gives a price for.

    >>> silent([Cost("creche", "Crèche", 103, 10300)])
    ('Assistantes maternelles',)
    """
    told = {one.mode for one in found}
    return tuple(label for mode, label in MODES.items() if mode not in told)


ROUTES = [costs]
