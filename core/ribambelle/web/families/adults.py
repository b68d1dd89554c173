"""Adults beside a child: a second parent, a relative; what each may do; who moves out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import (
    Person,
    accounts,
    households,
    joining,
    limits,
    responsibilities,
)
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.rights import (
    FULL,
    RIGHTS,
    Rights,
    narrowed,
    require_may_give,
    require_may_take,
)
from ribambelle.identity.tables import Adult, Child
from ribambelle.messages import post as write
from ribambelle.web import guards
from ribambelle.web.families.mine import PAGE, Name
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

HOUR = timedelta(hours=1)
SENTENCES = {
    "authority_needed": "Seul un parent qui a l’autorité parentale peut le faire.",
    "parent_stays": "Un parent garde ses droits : seule la mairie les change, sur un jugement.",
}


class NewAdult(msgspec.Struct, frozen=True):
    """An adult to add beside one's children."""

    given_name: Name = ""
    family_name: Name = ""
    kind: str = ""
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    lives_here: str = ""
    has_authority: str = ""
    children: tuple[int, ...] = ()
    rights: tuple[str, ...] = ()
    until: date | None = None


class NewRights(msgspec.Struct, frozen=True):
    """What a relative may do from now on."""

    rights: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True)
class AddPage:
    """An adult to add: which kind, for which children, with which rights."""

    kind: str
    children: list[tuple[int, str]]
    rights: list[tuple[str, str]]
    form: Bound[NewAdult] | None = None


async def _entrusted(person: Person, now: datetime) -> dict[int, str]:
    """Return the children over whom this person has authority, by number."""
    held = await responsibilities.of_adult(person.adult, now.date())
    mine = [one.child for one in held if one.rights.has_authority]
    found = await Child.objects().where(Child.id.is_in(mine or [0])).order_by(Child.id)
    return {one.id: one.given_name or "Enfant à naître" for one in found}


def _add_page(kind: str, children: dict[int, str], form: Bound[NewAdult] | None = None) -> Page:
    rights = [(code, label) for code, label in RIGHTS.items() if kind == "parent" or code != "pay"]
    page = AddPage(kind, list(children.items()), rights, form)
    return Page("family/adult.html", page, status=422 if form else 200)


@get(
    f"{PAGE}/adultes/ajouter",
    name="family.adult",
    told="Ajouter un parent ou un proche",
    guards=[guards.family],
)
async def adult(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Ask who to add: a parent, or a relative."""
    children = await _entrusted(person, now)
    if not children:
        return Redirect(PAGE, status_code=303)
    kind = "parent" if request.query_params.get("lien") == "parent" else "relative"
    return _add_page(kind, children)


@post(
    f"{PAGE}/adultes/ajouter",
    name="family.add_adult",
    told="Inviter un parent ou un proche",
    guards=[guards.family],
)
async def add_adult(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write an adult beside my children, and send the link that opens their account."""
    children = await _entrusted(person, now)
    form = _examined(await forms.read(request, NewAdult), children, person, now)
    kind = "parent" if form.raw.get("kind") == "parent" else "relative"
    if form.struct is None:
        return _add_page(kind, children, form)
    told = form.struct
    await limits.require(f"invite:{person.account}", now, at_most=10, per=HOUR)
    entry = AdultEntry(told.given_name, told.family_name, _email(told.email) or "")
    chosen = list(told.children or children)
    lives_here = kind == "parent" and told.lives_here == "oui"
    await joining.invite(person, entry, _rights(told), chosen, now, lives_here=lives_here)
    seen.tell("ok", f"{told.given_name} est dans votre famille. {_what_next(entry)}")
    return Redirect(PAGE, status_code=303)


def _what_next(entry: AdultEntry) -> str:
    if not entry.email:
        return "Sans adresse e-mail, cette personne n’a pas de compte."
    return f"Un lien part vers {entry.email} : il sert une fois, pendant 30 jours."


def _examined(
    form: Bound[NewAdult], children: dict[int, str], person: Person, now: datetime
) -> Bound[NewAdult]:
    """Return the form with what only the family can tell wrong."""
    if form.partial is None:
        return form
    told = form.partial
    wrong = {
        name: "Ce champ est obligatoire."
        for name in ("given_name", "family_name")
        if not getattr(told, name)
    }
    if told.kind not in ("parent", "relative"):
        wrong["kind"] = "Choisissez un parent ou un proche."
    email = _email(told.email)
    if email is None:
        wrong["email"] = "Écrivez une adresse comme prenom.nom@exemple.fr."
    elif email and email == person.email:
        wrong["email"] = "C’est votre propre adresse."
    if set(told.children) - set(children) or (len(children) > 1 and not told.children):
        wrong["children"] = "Choisissez au moins un de vos enfants."
    if told.kind == "parent":
        wrong |= _examined_parent(told)
    elif not set(told.rights) & {"book", "collect"}:
        wrong["rights"] = "Dites ce que cette personne peut faire."
    if told.until and told.until < now.date():
        wrong["until"] = "Cette date est passée."
    return form.wrong(**{name: form.errors.get(name, said) for name, said in wrong.items()})


def _examined_parent(told: NewAdult) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if told.lives_here not in ("oui", "non"):
        wrong["lives_here"] = "Dites si ce parent vit avec vous."
    if told.has_authority not in ("oui", "non"):
        wrong["has_authority"] = "Dites si ce parent a l’autorité parentale."
    elif told.has_authority == "non" and not told.rights:
        wrong["rights"] = "Dites ce que ce parent peut faire."
    return wrong


def _email(text: str) -> str | None:
    """Return an address, an empty one where none was given, None when it cannot be read."""
    try:
        return accounts.email_of(text) if text else ""
    except Refused:
        return None


def _rights(told: NewAdult) -> Rights:
    if told.kind == "parent" and told.has_authority == "oui":
        return FULL
    return narrowed(
        Rights(
            "parent" if told.kind == "parent" else "relative",
            may_book="book" in told.rights,
            may_pay="pay" in told.rights,
            may_collect="collect" in told.rights,
            until=told.until,
        )
    )


@dataclass(frozen=True)
class HeldPage:
    """What one adult may do for one child, and who may change it."""

    held: Held
    child: str
    rights: list[tuple[str, str]]
    chosen: list[str]
    may_change: bool
    is_me: bool
    is_waiting: bool
    form: Bound[NewRights] | None = None


async def _of_mine(person: Person, number: int, now: datetime) -> tuple[Held, Rights]:
    """Return a responsibility on a child of mine, with my own rights on that child."""
    held = await responsibilities.one(number, now.date())
    mine = await responsibilities.rights_on(person.adult, held.child, now.date())
    if mine is None or not (mine.has_authority or held.adult == person.adult):
        raise NotYours
    return held, mine


def _may_invite(person: Person, held: Held) -> bool:
    """Tell whether an invitation is this person's to send again, and still waits."""
    own = held.household == person.household or held.given_by == person.account
    return own and held.account is None and bool(held.email)


async def _held_page(
    person: Person, held: Held, mine: Rights, form: Bound[NewRights] | None = None
) -> Page:
    child = await Child.objects().get(Child.id == held.child)
    rights = held.rights
    chosen = [
        code
        for code, given in (("book", rights.may_book), ("collect", rights.may_collect))
        if given
    ]
    page = HeldPage(
        held=held,
        child=(child.given_name if child else "") or "l’enfant à naître",
        rights=[(code, label) for code, label in RIGHTS.items() if code != "pay"],
        chosen=chosen,
        may_change=rights.kind == "relative" and mine.has_authority,
        is_me=held.adult == person.adult,
        is_waiting=_may_invite(person, held),
        form=form,
    )
    return Page("family/held.html", page, status=422 if form else 200)


@get(
    f"{PAGE}/liens/{{held:int}}",
    name="family.held",
    told="Voir les droits d’un adulte sur un enfant",
    guards=[guards.family],
)
async def held_page(
    held: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show what one adult may do for one child."""
    return await _held_page(person, *await _of_mine(person, held, now))


@post(
    f"{PAGE}/liens/{{held:int}}",
    name="family.change_held",
    told="Changer les droits d’un proche",
    guards=[guards.family],
)
async def change_held(
    held: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Change what a relative may do for one child."""
    found, mine = await _of_mine(person, held, now)
    form = await forms.read(request, NewRights)
    if found.rights.kind == "parent":
        form = form.wrong(rights=SENTENCES["parent_stays"])
    elif form.struct and not set(form.struct.rights) & {"book", "collect"}:
        form = form.wrong(rights="Dites ce que cette personne peut faire, ou retirez-la.")
    if form.struct and form.struct.until and form.struct.until < now.date():
        form = form.wrong(until="Cette date est passée. Pour arrêter aujourd’hui, retirez-la.")
    if form.struct is None:
        return await _held_page(person, found, mine, form)
    rights = narrowed(
        Rights(
            "relative",
            may_book="book" in form.struct.rights,
            may_collect="collect" in form.struct.rights,
            until=form.struct.until,
        )
    )
    require_may_give(mine, rights)
    async with transaction():
        await responsibilities.write(
            found.child, found.adult, rights, now, by=person.account, side="family"
        )
        await joining.tell_given(person, found.adult, [found.child], rights, now)
    seen.tell("ok", f"{found.name} peut maintenant : {rights.told}.")
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/liens/{{held:int}}/retirer",
    name="family.end_held",
    told="Retirer un proche",
    guards=[guards.family],
)
async def end_held(
    held: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Take a relative's rights back, or give up one's own."""
    found, mine = await _of_mine(person, held, now)
    try:
        require_may_take(mine, found.rights, is_own=found.adult == person.adult)
    except Refused as refusal:
        seen.tell("erreur", SENTENCES[refusal.reason])
        return Redirect(f"{PAGE}/liens/{held}", status_code=303)
    await joining.withdraw(found, now, by=person)
    seen.tell("ok", f"{found.name} ne peut plus rien faire pour cet enfant.")
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/liens/{{held:int}}/inviter",
    name="family.invite_again",
    told="Renvoyer une invitation",
    guards=[guards.family],
)
async def invite_again(
    held: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Send the invitation once more; the link sent before no longer serves."""
    found, mine = await _of_mine(person, held, now)
    if not mine.has_authority or not _may_invite(person, found):
        raise NotYours
    await limits.require(f"invite:{person.account}", now, at_most=10, per=HOUR)
    await joining.send(person, found.adult, found.email, now)
    seen.tell("ok", "Un nouveau lien part à son adresse. L’ancien ne sert plus.")
    return Redirect(PAGE, status_code=303)


@dataclass(frozen=True)
class MovePage:
    """An adult who would no longer live here."""

    adult: Adult
    is_me: bool


async def _housemate(person: Person, number: int) -> Adult:
    """Return an adult of my household, when we are several."""
    adults = await households.adults_of(person.household) if person.household else []
    found = next((one for one in adults if one.id == number), None)
    if found is None or len(adults) < 2:
        raise NotYours
    return found


@get(
    f"{PAGE}/adultes/{{adult:int}}/depart",
    name="family.moving",
    told="Dire qu’un adulte ne vit plus ici",
    guards=[guards.family],
)
async def moving(adult: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Say what changes when an adult no longer lives here."""
    found = await _housemate(person, adult)
    return Page("family/moving.html", MovePage(found, found.id == person.adult))


@post(
    f"{PAGE}/adultes/{{adult:int}}/depart",
    name="family.move_out",
    told="Séparer deux foyers",
    guards=[guards.family],
)
async def move_out(
    adult: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Give an adult a household of their own; everybody concerned is told."""
    found = await _housemate(person, adult)
    is_me = found.id == person.adult
    async with transaction():
        others = await households.adults_of(person.household)
        await households.move_out(found, now)
        await journal.record(
            "family.moved_out", f"adult:{found.id}", account=person.account, side="family"
        )
        for one in others:
            if one.account is not None and one.id != person.adult:
                owner = await accounts.by_number(int(one.account))
                await write(
                    "messages/moved_out", owner.email, account=owner.id, name=one.given_name
                )
    if is_me:
        seen.tell("ok", "Vous avez votre propre foyer. Donnez maintenant votre adresse.")
        return Redirect(f"{PAGE}/adresse", status_code=303)
    seen.tell(
        "ok", f"{found.given_name} n’est plus dans votre foyer et ne voit plus votre adresse."
    )
    return Redirect(PAGE, status_code=303)


ROUTES = [
    adult,
    add_adult,
    held_page,
    change_held,
    end_held,
    invite_again,
    moving,
    move_out,
]
