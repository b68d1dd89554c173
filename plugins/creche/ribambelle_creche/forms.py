"""What each step of the file may contain, read from what a browser sent, and how it is refused."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request

from ribambelle import forms
from ribambelle.identity import quartiers
from ribambelle.tenants import Tenant
from ribambelle_creche.domain import steps as rules
from ribambelle_creche.domain import week
from ribambelle_creche.domain.dossier import (
    Address,
    Arrival,
    Care,
    Child,
    Custody,
    Dossier,
    Entry,
    Family,
    Home,
    Resources,
    Situation,
    Week,
    Wishes,
    alternates,
)
from ribambelle_creche.queries import facilities
from ribambelle_creche.settings import Settings

Bound = forms.Bound[Any]
MONEY = ("quotient_familial_cents", "annual_resources_cents")
AMOUNT = "Écrivez un montant en euros, par exemple 640 ou 1 250,50, un million au plus."
SAY_BORN = "Dites si l’enfant est né."
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
            case int() if name in MONEY:
                raw[name] = f"{value / 100:.2f}".replace(".", ",")
            case _:
                raw[name] = value
    if isinstance(block, Child):
        raw["is_expected"] = "oui" if block.is_expected else "non"
    if isinstance(block, Week):
        raw |= {
            "souhait": list(week.slots(block.wished)),
            "impair": list(week.slots(block.odd or 0)),
            **{f"repli{rank}": list(week.slots(s)) for rank, s in enumerate(block.fallbacks, 1)},
        }
    return forms.Bound(None, {PLACES.get(name, name): told for name, told in errors.items()}, raw)


async def _child(asked: Asked) -> Answer:
    bound = asked.bind(Child)
    if not asked.one("is_expected"):
        return Answer(bound.wrong(attendu=SAY_BORN))
    before = asked.dossier.child
    bound = checked(bound, rules.check_child(bound.told, asked.now.date()))
    if bound.struct and before and not bound.struct.is_expected:
        # the page of a born child does not ask for the due date, which the first receipt speaks of
        born = msgspec.structs.replace(bound.struct, due_on=before.due_on)
        return Answer(replace(bound, struct=born))
    return Answer(bound)


async def _arrival(asked: Asked) -> Answer:
    bound, child = asked.bind(Arrival), asked.dossier.child or Child()
    return Answer(checked(bound, rules.check_arrival(bound.told, child)))


async def _family(asked: Asked) -> Answer:
    bound = asked.bind(Family)
    return Answer(checked(bound, rules.check_family(bound.told)))


async def _custody(asked: Asked) -> Answer:
    bound = asked.bind(Custody)
    return Answer(checked(bound, rules.check_custody(bound.told)))


async def _address(asked: Asked) -> Answer:
    bound = asked.bind(Address)
    errors = rules.check_address(bound.told)
    known = {number for number, _ in await quartiers.choices()}
    if bound.told.quartier not in (None, *known):
        errors["quartier"] = "Choisissez un quartier de la liste, ou « Je ne sais pas »."
    return Answer(checked(bound, errors))


async def _situation(asked: Asked) -> Answer:
    bound, family = asked.bind(Situation), asked.dossier.family
    single = bool(family and family.is_single)
    return Answer(checked(bound, rules.check_situation(bound.told, single)))


async def _home(asked: Asked) -> Answer:
    bound = asked.bind(Home)
    errors, until = rules.check_home(bound.told), bound.told.sibling_until
    if until and until < asked.now.date():
        errors.setdefault("sibling_until", "Cette date est passée. Indiquez une date à venir.")
    return Answer(checked(bound, errors))


async def _resources(asked: Asked) -> Answer:
    cents = {name: in_cents(asked.one(name)) for name in MONEY if asked.one(name)}
    bound = forms.bind(Resources, {**asked.typed, **{k: v for k, v in cents.items() if v}})
    # what the form says speaks of cents, which nobody typed
    wrong = {name: AMOUNT for name in cents if name in bound.errors or not cents[name]}
    told = replace(bound, raw=asked.typed)
    return Answer(told.wrong(**{**bound.errors, **wrong}) if wrong else told)


def in_cents(typed: str) -> str:
    """Return an amount in euros as cents, or nothing when it is not one.

    >>> in_cents("1 250,5"), in_cents("640 €"), in_cents("beaucoup")
    ('125050', '64000', '')
    """
    found = re.fullmatch(r"(\d{1,9})(?:[.,](\d{1,2}))?", re.sub(r"[\s€]", "", typed))
    return f"{found[1]}{found[2] or '':0<2}" if found else ""


async def _care(asked: Asked) -> Answer:
    bound = asked.bind(Care)
    return Answer(checked(bound, rules.check_care(bound.told)))


async def _entry(asked: Asked) -> Answer:
    bound = asked.bind(Entry)
    today, ages = asked.now.date(), asked.tenant.of(Settings).ages
    errors = rules.check_entry(bound.told, asked.dossier.child, ages, today)
    start_on, before = bound.told.start_on, asked.dossier.entry
    is_new = before is None or start_on != before.start_on
    if start_on and start_on < today and is_new:
        errors.setdefault("start_on", "Cette date est passée. Choisissez une date à venir.")
    return Answer(checked(bound, errors))


async def _week(asked: Asked) -> Answer:
    fallbacks, two = asked.tenant.of(Settings).fallback_weeks, alternates(asked.dossier)
    names = ["souhait", *["impair"] * two, *(f"repli{rank}" for rank in range(1, fallbacks + 1))]
    weeks = {
        name: week.bits({slot for slot in asked.raw.get(name, []) if slot in week.SLOTS})
        for name in names
    }
    fill, empty = asked.one("remplir"), asked.one("vider")
    saturday = await facilities.any_saturday()
    if fill == "tout":
        here = asked.dossier.wishes.facilities if asked.dossier.wishes else ()
        opens = saturday and (not here or await facilities.any_saturday(here))
        weeks["souhait"] = week.bits(week.shown(saturday=opens))
    elif fill in names[1:]:
        weeks[fill] = weeks["souhait"]
    elif empty in names[1:]:
        weeks[empty] = 0
    told = Week(
        weeks["souhait"],
        tuple(slots for name, slots in weeks.items() if slots and name.startswith("repli")),
        weeks.get("impair"),
    )
    bound: Bound = forms.Bound(told, raw=asked.typed)
    if fill or empty:
        return Answer(bound, "")
    errors = rules.check_week(told, fallbacks, alternates=two, saturday=saturday)
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
    "arrivee": _arrival,
    "famille": _family,
    "garde": _custody,
    "adresse": _address,
    "situation": _situation,
    "foyer": _home,
    "ressources": _resources,
    "accueil": _care,
    "entree": _entry,
    "semaine": _week,
    "voeux": _wishes,
}
