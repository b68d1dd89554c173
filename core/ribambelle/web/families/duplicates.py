"""Families known twice: shown side by side, made one by an agent, undone when it was a mistake."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.identity import Person, households, merging, register
from ribambelle.identity.likeness import Pair
from ribambelle.identity.merging import Side
from ribambelle.web import guards
from ribambelle.web.families.office import PAGE
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

SHOWN = 200
REFUSALS = {
    "merge_conflict": "Les deux familles ont chacune une information que l’on ne peut pas réunir. "
    "Rien n’a changé : signalez-le à votre service informatique.",
    "who_lives_here": "Un adulte n’est que d’un côté : dites qu’ils vivent tous ensemble. Sinon, "
    "agissez d’abord pour celui qui est parti et dites qu’il ne vit plus là.",
}


@dataclass(frozen=True)
class SuggestedPage:
    """The pairs to look at, each with the names of its two households."""

    pairs: list[tuple[Pair, str, str, str]]


@dataclass(frozen=True)
class ReviewPage:
    """Two households side by side, and what would become one."""

    pair: Pair
    sides: list[Side]
    adults: dict[int, int]
    children: dict[int, int]
    others: list[str]


class Decided(msgspec.Struct, frozen=True):
    """What an agent says of the adults who are on one side only."""

    together: bool = False


@get(
    f"{PAGE}/doublons",
    name="office.duplicates",
    told="Voir les familles en double",
    guards=[guards.agent],
)
async def duplicates() -> Page:
    """List the families that may be known twice."""
    found = (await merging.suggested())[:SHOWN]
    numbers = {number for one in found for number in (one.one, one.other)}
    names = await register.called(sorted(numbers))
    told = [(one, names[one.one], names[one.other], _why(one)) for one in found]
    return Page("office/duplicates.html", SuggestedPage(told))


def _why(pair: Pair) -> str:
    if pair.adults:
        return " ; ".join(pair.why)
    return "Un enfant du même nom, né le même jour, chez d’autres adultes"


@get(
    f"{PAGE}/{{number:int}}/reunir/{{other:int}}",
    name="office.duplicate",
    reads="household:{number} household:{other}",
    told="Comparer deux familles",
    guards=[guards.agent],
)
async def review(number: FromPath[int], other: FromPath[int]) -> Page:
    """Show two households side by side."""
    pair = await merging.between(number, other)
    sides = [
        Side(
            one,
            await households.adults_of(one),
            await households.children_of(one),
            await households.address_of(one),
        )
        for one in (number, other)
    ]
    adults = {one: n for n, both in enumerate(pair.adults, start=1) for one in both}
    others = await merging.others(pair) if pair.adults else []
    children = {one: n for n, both in enumerate(pair.children, start=1) for one in both}
    return Page("office/duplicate.html", ReviewPage(pair, sides, adults, children, others))


@post(
    f"{PAGE}/{{number:int}}/reunir/{{other:int}}",
    name="office.merge",
    told="Réunir deux familles",
    guards=[guards.agent],
)
async def merge(
    number: FromPath[int],
    other: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Make one of two."""
    pair = await merging.between(number, other)
    said = (await forms.read(request, Decided)).told
    try:
        await merging.merge(pair, person, now, together=said.together)
    except Refused as refusal:
        if refusal.reason not in REFUSALS:
            raise
        seen.tell("erreur", REFUSALS[refusal.reason])
        return Redirect(f"{PAGE}/{number}/reunir/{other}", status_code=303)
    seen.tell("ok", "C’est réuni. Une erreur ? « Défaire » est en bas de cette page.")
    return Redirect(f"{PAGE}/{number}", status_code=303)


@post(
    f"{PAGE}/{{number:int}}/distinguer/{{other:int}}",
    name="office.distinct",
    told="Dire que deux familles sont distinctes",
    guards=[guards.agent],
)
async def distinct(
    number: FromPath[int],
    other: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Note that they are two families."""
    await merging.between(number, other)
    await merging.distinct(number, other, person, now)
    seen.tell("ok", "Noté : ce sont deux familles. Elles ne seront plus proposées.")
    return Redirect(f"{PAGE}/doublons", status_code=303)


@post(
    f"{PAGE}/reunions/{{number:int}}/defaire",
    name="office.unmerge",
    told="Défaire une réunion de familles",
    guards=[guards.agent],
)
async def unmerge(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Put two families back as they were."""
    try:
        row = await merging.undo(number, person, now)
    except Refused as refusal:
        if refusal.reason != "merged_since":
            raise
        seen.tell(
            "erreur", "Cette famille a été réunie à une autre depuis : défaites d’abord celle-là."
        )
        return Redirect(f"{PAGE}/doublons", status_code=303)
    seen.tell("ok", "C’est défait : les deux familles sont comme avant.")
    return Redirect(f"{PAGE}/{row.kept}", status_code=303)


ROUTES = [duplicates, review, merge, distinct, unmerge]
