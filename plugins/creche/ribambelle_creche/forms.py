"""What each step of the file may contain, read from what a browser sent, and how it is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request

from ribambelle import forms
from ribambelle.tenants import Tenant
from ribambelle_creche.domain import steps as rules
from ribambelle_creche.domain import week
from ribambelle_creche.domain.dossier import (
    Address,
    Child,
    Dossier,
    Entry,
    Family,
    Situation,
    Week,
    Wishes,
)
from ribambelle_creche.queries import facilities
from ribambelle_creche.settings import Settings

Bound = forms.Bound[Any]
FULL = (1 << len(week.SLOTS)) - 1
DATE_PARTS = ("day", "month", "year")
MOVES = ("ajouter", "monter", "descendre", "retirer")


@dataclass(frozen=True)
class Asked:
    """What a browser sent, to which file, in which commune, when."""

    raw: dict[str, list[str]]
    dossier: Dossier
    tenant: Tenant
    now: datetime

    def one(self, name: str) -> str:
        """Return the last value of a field, or nothing."""
        return self.raw[name][-1] if self.raw.get(name) else ""

    def number(self, name: str) -> int | None:
        """Return a field that holds an id."""
        text = self.one(name)
        return int(text) if text.isdecimal() and len(text) < 10 else None

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, as a page shows it again."""
        return {name: one[0] if len(one) == 1 else one for name, one in self.raw.items()}

    def bind(self, schema: type[msgspec.Struct]) -> Bound:
        """Read the fields into a block."""
        return forms.bind(schema, self.typed)


@dataclass(frozen=True)
class Answer:
    """What was read; `again` is what to add to the page's address when it is shown again."""

    bound: Bound
    again: str | None = None


async def read(
    request: Request[Any, Any, Any], code: str, dossier: Dossier, tenant: Tenant, now: datetime
) -> Answer:
    """Read the answer to one step."""
    form = await request.form()
    raw = {name: [one_line(str(one)) for one in form.getall(name)] for name in form}
    return await READERS[code](Asked(raw, dossier, tenant, now))


def one_line(text: str) -> str:
    """Return what was typed on one line, without what no database keeps.

    >>> one_line(" Zoé\\r\\n Bcc:\\0  x ")
    'Zoé Bcc: x'
    """
    return " ".join(text.replace("\0", "").split())


def checked(bound: Bound, errors: dict[str, str]) -> Bound:
    """Return a form with what the rules found wrong, beside what could not be read."""
    return bound.wrong(**bound.errors, **{k: v for k, v in errors.items() if k not in bound.errors})


PLACES = {"wished": "souhait", "odd": "impair", "fallbacks": "repli1", "facilities": "creche"}
"""Where a page shows what is wrong with a field that is not typed under its own name."""


def told_again(block: msgspec.Struct, errors: dict[str, str]) -> Bound:
    """Return an answer kept earlier, as a form, with what has become wrong in it since.

    >>> told_again(Week(wished=3), {"wished": "Cochez."}).raw["souhait"]
    ['mon-am', 'mon-pm']
    """
    raw: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(block).items():
        match value:
            case date():
                raw |= {f"{name}_{part}": getattr(value, part) for part in DATE_PARTS}
            case True:
                raw[name] = "oui"
            case False | None:
                pass
            case _:
                raw[name] = value
    if isinstance(block, Child):
        raw["is_expected"] = "oui" if block.is_expected else "non"
    if isinstance(block, Week):
        raw |= {
            "souhait": list(week.slots(block.wished)),
            **{f"repli{rank}": list(week.slots(s)) for rank, s in enumerate(block.fallbacks, 1)},
        }
    return forms.Bound(None, {PLACES.get(name, name): told for name, told in errors.items()}, raw)


async def _child(asked: Asked) -> Answer:
    bound = asked.bind(Child)
    errors = {} if asked.one("is_expected") else {"is_expected": "Dites si votre enfant est né."}
    if bound.struct:
        errors |= rules.check_child(bound.struct, asked.now.date())
    return Answer(checked(bound, errors))


async def _family(asked: Asked) -> Answer:
    bound = asked.bind(Family)
    return Answer(checked(bound, rules.check_family(bound.struct) if bound.struct else {}))


async def _address(asked: Asked) -> Answer:
    bound = asked.bind(Address)
    errors = rules.check_address(bound.struct) if bound.struct else {}
    known = {number for number, _ in await facilities.quartiers()}
    if bound.struct and bound.struct.quartier not in (None, *known):
        errors["quartier"] = "Choisissez un quartier de la liste, ou « Je ne sais pas »."
    return Answer(checked(bound, errors))


async def _situation(asked: Asked) -> Answer:
    bound, family = asked.bind(Situation), asked.dossier.family
    single = bool(family and family.is_single)
    return Answer(
        checked(bound, rules.check_situation(bound.struct, single) if bound.struct else {})
    )


async def _entry(asked: Asked) -> Answer:
    bound = asked.bind(Entry)
    if bound.struct is None:
        return Answer(bound)
    today, ages = asked.now.date(), asked.tenant.of(Settings).ages
    errors = rules.check_entry(bound.struct, asked.dossier.child, ages, today)
    start_on, before = bound.struct.start_on, asked.dossier.entry
    is_new = before is None or start_on != before.start_on
    if start_on and start_on < today and is_new:
        errors.setdefault("start_on", "Cette date est passée. Choisissez une date à venir.")
    return Answer(checked(bound, errors))


async def _week(asked: Asked) -> Answer:
    fallbacks = asked.tenant.of(Settings).fallback_weeks
    names = ["souhait", *(f"repli{rank}" for rank in range(1, fallbacks + 1))]
    weeks = [
        week.bits({slot for slot in asked.raw.get(name, []) if slot in week.SLOTS})
        for name in names
    ]
    fill, empty = asked.one("remplir"), asked.one("vider")
    if fill == "tout":
        weeks[0] = FULL
    elif fill in names[1:]:
        weeks[names.index(fill)] = weeks[0]
    elif empty in names[1:]:
        weeks[names.index(empty)] = 0
    told = Week(weeks[0], tuple(slots for slots in weeks[1:] if slots))
    bound: Bound = forms.Bound(told, raw=asked.typed)
    if fill or empty:
        return Answer(bound, "")
    errors = rules.check_week(told, fallbacks)
    return Answer(bound.wrong(**{PLACES[name]: said for name, said in errors.items()}))


async def _wishes(asked: Asked) -> Answer:
    before = asked.dossier.wishes or Wishes()
    known = await facilities.takings()
    chosen = [number for number in before.facilities if number in known]
    moved: int | None = None
    for act in MOVES:
        number = asked.number("creche" if act == "ajouter" and asked.one("ajout") else act)
        if number in known if act == "ajouter" else number in chosen:
            moved, chosen = number, moved_by(chosen, act, number or 0)
    told = Wishes(
        tuple(chosen), bool(asked.one("accepts_any")), bool(asked.one("accepts_childminder"))
    )
    bound: Bound = forms.Bound(told, raw=asked.typed)
    dossier = msgspec.structs.replace(asked.dossier, wishes=told)
    errors = rules.check_wishes(dossier, asked.tenant.of(Settings).max_wishes, known)
    if asked.one("filtrer"):
        return Answer(bound, f"?quartier={asked.number('quartier') or ''}#ajouter")
    if moved is not None and len(chosen) <= asked.tenant.of(Settings).max_wishes:
        return Answer(bound, f"#v{moved}" if moved in chosen else "#voeux")
    if asked.one("ajout") and moved is None:
        return Answer(bound.wrong(creche="Choisissez une crèche dans la liste, puis « Ajouter »."))
    return Answer(bound.wrong(creche=next(iter(errors.values()))) if errors else bound)


def moved_by(chosen: list[int], act: str, number: int) -> list[int]:
    """Return the wishes after one act on one of them.

    >>> moved_by([4, 7, 9], "monter", 9), moved_by([4, 7], "retirer", 4), moved_by([4], "ajouter", 4)
    ([4, 9, 7], [7], [4])
    """
    others = [one for one in chosen if one != number]
    if act == "retirer":
        return others
    if act == "ajouter":
        return chosen if number in chosen else [*chosen, number]
    place = chosen.index(number) + (-1 if act == "monter" else 1)
    place = max(0, min(place, len(others)))
    return [*others[:place], number, *others[place:]]


READERS: dict[str, Callable[[Asked], Awaitable[Answer]]] = {
    "enfant": _child,
    "famille": _family,
    "adresse": _address,
    "situation": _situation,
    "entree": _entry,
    "semaine": _week,
    "voeux": _wishes,
}
