"""What a family ranks in a wish window; each wrong field has its sentence."""

from collections.abc import Collection
from typing import Any

import msgspec

from ribambelle.forms import Bound
from ribambelle_periscolaire.queries.wishes import Asked, Wished
from ribambelle_periscolaire.wishing import MOST

RANKS = tuple(range(1, MOST + 1))
CHOOSE = "Choisissez une des réponses proposées."


class WishForm(msgspec.Struct, frozen=True):
    """Children who enter together, and up to three wishes; a wish without a week is none."""

    enfants: tuple[int, ...] = ()
    criteres: tuple[str, ...] = ()
    unite_1: int | None = None
    jours_1: tuple[str, ...] = ()
    unite_2: int | None = None
    jours_2: tuple[str, ...] = ()
    unite_3: int | None = None
    jours_3: tuple[str, ...] = ()
    act: str = "save"


def checked(
    form: Bound[WishForm],
    children: Collection[int],
    units: Collection[int],
    spans: Collection[str],
) -> tuple[Bound[WishForm], list[Wished]]:
    """Return the form with a sentence beside what nobody could be given, and its wishes."""
    if form.struct is None:
        return form, []
    told, found = form.struct, list[Wished]()
    if not told.enfants or not set(told.enfants) <= set(children):
        form = form.wrong(enfants="Cochez au moins un enfant.")
    for rank in RANKS:
        days, unit = getattr(told, f"jours_{rank}"), getattr(told, f"unite_{rank}")
        if not days:
            continue
        if unit is None and len(units) == 1:
            unit = next(iter(units))
        if unit not in units:
            form = form.wrong(**{f"unite_{rank}": CHOOSE})
        elif not set(days) <= set(spans):
            form = form.wrong(**{f"jours_{rank}": CHOOSE})
        else:
            found.append(Wished(len(found) + 1, unit, tuple(sorted(set(days)))))
    if not found and not form.errors:
        form = form.wrong(jours_1="Cochez au moins une case dans votre premier vœu.")
    if len({(one.unit, one.spans) for one in found}) < len(found):
        form = form.wrong(jours_2="Deux vœux sont les mêmes : changez-en un, ou videz-le.")
    return form, found


def form_of(asked: Asked | None) -> dict[str, Any]:
    """Return what a family wished, as the form shows it."""
    if asked is None:
        return {}
    found: dict[str, Any] = {"enfants": asked.children, "criteres": sorted(asked.declared)}
    for one in asked.wishes:
        found |= {f"unite_{one.rank}": one.unit, f"jours_{one.rank}": one.spans}
    return found
